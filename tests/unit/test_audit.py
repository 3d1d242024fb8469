"""The audit as a whole: order, levels, templates, advisories, and what it comes to."""

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.given import Channel, Form, Given, GivenState, OperatorSettings, Position
from confaudit.core.judge.advisories import advise
from confaudit.core.judge.audit import audit
from confaudit.core.judge.finding import Effect, Finding, Rule
from confaudit.core.judge.judge import judge
from confaudit.core.judge.rules import RULES
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.judge.verdict import verdict
from confaudit.core.model import Level
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situate import situation_of
from tests.tables import every_row
from tests.unit.deployments import checks, compose, env, known


def situation(source, target, inputs):
    catalog = packaged()
    old, new = catalog.nearest(source), catalog.nearest(target)
    return situation_of(None, old, new, inputs, catalog, checks=asked_in_clear(known()))


def audited(situation, known=None):
    """Everything there is to say, judged; without advisories, unless they are given."""
    return judge(audit(situation, checks() if known is None else known)).shown


EVERYTHING = env(
    "CODER_HTTP_ADDRESS=; CODER_VERBOSE=true; CODER_TELEMETRY=true; CODER_NOPE=1; "
    "CODER_SESSION_DURATION=; CODER_OIDC_SIGN_IN_TEXT=; CODER_ACCESS_URL=https://<host>"
)


def test_findings_come_worst_first_and_always_in_the_same_order():
    found = audited(situation("2.33.0", "2.35.1", EVERYTHING))
    levels = [one.severity for one in found]
    assert levels == sorted(levels, reverse=True)
    assert found == audited(situation("2.33.0", "2.35.1", EVERYTHING))
    mirrored = replace(EVERYTHING, given=EVERYTHING.given[::-1])
    assert [one.rule.id for one in audited(situation("2.33.0", "2.35.1", mirrored))] == [
        one.rule.id for one in found
    ]


def test_every_finding_has_what_a_reader_needs():
    for one in audited(situation("2.33.0", "2.35.1", EVERYTHING)):
        assert one.message.endswith(".")
        assert one.because
        assert one.subject
        assert one.rule.id in RULES or one.rule in {check.rule for check in checks()}


def test_a_templates_default_makes_a_finding_depend_on_it():
    inputs = compose(CODER_HTTP_ADDRESS="${WHERE:-}", CODER_OIDC_SCOPES="${SCOPES-}")
    found = {one.rule.id: one for one in audited(situation("2.33.0", "2.34.0", inputs))}
    assert found["no-http-address"].affects is Truth.DEPENDS
    assert found["no-http-address"].severity is Level.WARNING
    assert "template's default" in found["no-http-address"].because
    assert found["empty-value-counts"].affects is Truth.DEPENDS


def test_a_templates_default_that_is_harmless_says_nothing():
    inputs = compose(CODER_HTTP_ADDRESS="${WHERE:-0.0.0.0:80}", CODER_OIDC_SCOPES="${S:-openid}")
    rules = {one.rule.id for one in audited(situation("2.33.0", "2.34.0", inputs))}
    assert not rules & {"no-http-address", "empty-value-counts", "value-invalid"}


def test_a_templates_default_that_is_refused_may_stop_the_server():
    inputs = compose(CODER_SESSION_DURATION="${LIFE:-8 hours}")
    found = audited(situation("2.33.0", "2.34.0", inputs))
    (finding,) = (one for one in found if one.rule.id == "value-invalid")
    assert finding.affects is Truth.DEPENDS
    assert verdict(found) == "may not start, 1 behaviour changes"


def test_without_templates_nothing_is_assumed():
    assert situation("2.33.0", "2.34.0", env("CODER_VERBOSE=true")).assumed is None


def test_an_advisory_takes_the_place_of_the_plain_words():
    gateway = situation("2.33.0", "2.34.0", env("CODER_VERBOSE=true"))
    plain = {one.rule.id for one in audited(gateway) if one.subject == "ai-gateway-enabled"}
    told = {one.rule.id for one in audited(gateway, known()) if one.subject == "ai-gateway-enabled"}
    assert plain == {"default-changed"}
    assert told == {"ai-gateway-on"}


# --- the verdict --------------------------------------------------------------------------------


def finding(effect, affects=Truth.YES):
    rule = Rule("a-rule", "A rule", effect, Level.WARNING, "Why.", "Fix.")
    return Finding(rule=rule, message="It is so.", subject="x", affects=affects)


FATAL, CHANGES = Effect.WILL_NOT_START, Effect.BEHAVIOUR
MAYBE = Truth.DEPENDS


@every_row(
    ("found", "words"),
    [
        ([], "safe"),
        ([finding(Effect.DEPRECATED), finding(Effect.IGNORED), finding(Effect.INFO)], "safe"),
        ([finding(CHANGES)], "starts, 1 behaviour changes"),
        ([finding(CHANGES)] * 3, "starts, 3 behaviours change"),
        ([finding(CHANGES), finding(CHANGES, MAYBE)],
         "starts, 1 behaviour changes, 1 more may change"),
        ([finding(CHANGES, MAYBE)], "starts, 1 behaviour may change"),
        ([finding(CHANGES, Truth.NO)], "safe"),
        ([finding(FATAL), finding(CHANGES)], "will not start, 1 behaviour changes"),
        ([finding(FATAL, MAYBE)], "may not start"),
        ([finding(FATAL, MAYBE), finding(CHANGES)], "may not start, 1 behaviour changes"),
        ([finding(FATAL, MAYBE), finding(FATAL)], "will not start"),
    ],
)  # fmt: skip
def test_the_verdict_is_a_few_words(found, words):
    assert verdict(found) == words


@pytest.mark.parametrize(
    ("source", "target", "text", "words"),
    [
        ("2.33.0", "2.34.0", "CODER_HTTP_ADDRESS=", "will not start, 1 behaviour changes"),
        (
            "2.33.0",
            "2.34.0",
            "CODER_AI_GATEWAY_ENABLED=false; CODER_AIBRIDGE_ENABLED=false",
            "safe",
        ),
        ("2.35.1", "2.34.5", "CODER_TELEMETRY_ENABLE=true", "may not start"),
        ("2.25.0", "2.26.0", "CODER_TELEMETRY_ENABLE=true", "safe"),
    ],
)
def test_small_deployments_get_their_verdict(source, target, text, words):
    assert verdict(audited(situation(source, target, env(text)))) == words


@every_row("version", ["2.0.0", "2.19.0", "2.20.0", "2.29.5", "2.35.1", "2.36.0"])
def test_a_default_that_nobody_set_is_never_called_without_effect(version):
    release = packaged().nearest(version)
    before = default_snapshot(release)
    now = situation_of(before, release, release, OperatorSettings(), packaged())
    idle = [one for one in known() if one.rule.id.startswith("idle-")]
    assert len(idle) > 40
    assert [one.rule.id for one in advise(idle, now)] == []


def test_a_server_yaml_that_writes_out_the_defaults_is_not_called_without_effect():
    release = packaged().nearest("2.36.0")
    specs = [spec for spec in release.options.values() if spec.yaml_path and spec.default]
    yaml = {spec.yaml_path: spec.default for spec in specs}
    here = Given(Channel.YAML, "", GivenState.LITERAL, Position("server.yaml", 1), Form.SERVER_YAML)
    given = tuple(replace(here, name=name, value=text) for name, text in yaml.items())
    operator = OperatorSettings(given, forms=(Form.SERVER_YAML,))
    now = situation_of(None, release, release, operator, packaged())
    idle = [one for one in known() if one.rule.id.startswith("idle-")]
    assert [one.message for one in advise(idle, now)] == []
