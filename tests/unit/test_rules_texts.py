"""What findings about names and files say: whole sentences, for each of their forms."""

import pytest

from confaudit.catalog.loader import packaged
from confaudit.core.judge.audit import audit
from confaudit.core.model import Level
from tests.unit.test_audit import env, situation

UNREAD = f"No release of Coder up to {packaged().versions[-1]} reads"


def finding(rule, text, source="2.33.0", target="2.34.5"):
    (found,) = [one for one in audit(situation(source, target, env(text))) if one.rule.id == rule]
    return found


@pytest.mark.parametrize(
    ("text", "rule", "message", "step"),
    [
        (
            "CODER_AIBRIDGE_ENABLED=true",
            "option-renamed",
            "CODER_AIBRIDGE_ENABLED is deprecated: use CODER_AI_GATEWAY_ENABLED instead.",
            "Rename CODER_AIBRIDGE_ENABLED to CODER_AI_GATEWAY_ENABLED.",
        ),
        (
            "CODER_VERBOSE=true",
            "option-deprecated",
            "CODER_VERBOSE is deprecated: use CODER_LOG_FILTER instead, with another meaning.",
            "Set CODER_LOG_FILTER to what CODER_VERBOSE was for.",
        ),
    ],
)
def test_a_deprecated_name(text, rule, message, step):
    found = finding(rule, text)
    assert found.message == message
    assert found.steps == (step,)


@pytest.mark.parametrize(
    ("text", "rule", "message", "steps"),
    [
        (
            "CODER_PROVISIONERD_TAGS=a=b",
            "other-program",
            "CODER_PROVISIONERD_TAGS is read by an external provisioner "
            "(`coder provisioner start`), not by the server.",
            (),
        ),
        (
            "CODER_NO_OPEN=true",
            "client-only",
            "CODER_NO_OPEN is read by the CLI, not by the server.",
            (),
        ),
        (
            "CODER_PROVISIONERD_TAG=a=b",
            "option-unknown",
            f"{UNREAD} CODER_PROVISIONERD_TAG. Perhaps CODER_PROVISIONERD_TAGS. "
            "An external provisioner (`coder provisioner start`) reads it.",
            ("Take it out; the server does not read CODER_PROVISIONERD_TAGS either.",),
        ),
        (
            "CODER_FIRST_USER_EMIAL=x",
            "option-unknown",
            f"{UNREAD} CODER_FIRST_USER_EMIAL. Perhaps CODER_FIRST_USER_EMAIL. "
            "`coder login` reads it.",
            ("Use CODER_FIRST_USER_EMAIL, and check the value.",),
        ),
    ],
)
def test_a_variable_of_another_program(text, rule, message, steps):
    found = finding(rule, text)
    assert found.message == message
    assert found.steps == steps


@pytest.mark.parametrize(
    ("second", "because", "severity"),
    [
        ("a", "both say the same", Level.INFO),
        ("b", "they do not say the same", Level.WARNING),
    ],
)
def test_a_setting_given_twice(second, because, severity):
    found = finding(
        "duplicate-setting", f"CODER_PROMETHEUS_ADDRESS=a\nCODER_PROMETHEUS_ADDRESS={second}"
    )
    assert found.message == "CODER_PROMETHEUS_ADDRESS is given 2 times; the last one counts."
    assert (found.because, found.severity) == (because, severity)
    assert (found.before, found.after) == ("a", second)
