"""What findings about names and files say: whole sentences, for each of their forms."""

import pytest

from confaudit.core.judge.audit import audit
from confaudit.core.model import Level
from tests.unit.test_audit import env, situation


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
