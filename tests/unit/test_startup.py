"""The checks of a start on both sides of an upgrade, and that they see secrets and tell none."""

import re

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.given import Channel, Form, Given, GivenState, OperatorSettings, Position
from confaudit.core.judge.audit import audit
from confaudit.core.judge.finding import Effect
from confaudit.core.judge.judge import judge
from confaudit.core.judge.startup import asked_in_clear, refused_starts
from confaudit.core.judge.verdict import verdict
from confaudit.core.model import MISSING, Level
from confaudit.core.secret import is_secret
from confaudit.core.upgrade.families import PREFIXES, Family
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situate import situation_of
from confaudit.operator_files import read_env_file
from tests.tables import every_row
from tests.unit.deployments import checks, compose, env, running

YES, DEPENDS = Truth.YES, Truth.DEPENDS


def situation(source, target, operator, snapshot=None):
    old, new = packaged().nearest(source), packaged().nearest(target)
    return situation_of(snapshot, old, new, operator, packaged(), checks=asked_in_clear(checks()))


def found(situation):
    return {one.rule.id: one for one in audit(situation, checks()) if one.rule in RULES}


RULES = {one.rule for one in checks()}


# --- both sides ---------------------------------------------------------------------------------

LONG = env("CODER_SESSION_DURATION=8760h")
FOREVER = 8760 * 3_600_000_000_000


def test_what_only_the_target_checks_stops_this_upgrade():
    one = found(situation("2.26.6", "2.29.5", LONG))["start-session-lifetime"]
    assert (one.affects, one.severity) == (YES, Level.ERROR)
    assert one.introduced_in == ("2.27.0",)
    assert one.positions == (Position("coder.env", 1),)
    assert (one.before, one.after) == (FOREVER, FOREVER)
    assert one.because == (
        "CODER_DEFAULT_OAUTH_REFRESH_LIFETIME is not set and CODER_SESSION_DURATION is set"
    )


@pytest.mark.parametrize("rule", ["no-http-address", "start-ssh-key-algorithm", "start-no-log"])
def test_an_empty_variable_stops_the_server_since_it_counts(rule):
    text = "CODER_HTTP_ADDRESS=; CODER_SSH_KEYGEN_ALGORITHM=; CODER_LOGGING_HUMAN="
    one = found(situation("2.33.0", "2.35.1", env(text)))[rule]
    assert (one.affects, one.introduced_in) == (YES, ("2.34.0",))


def test_what_the_release_in_use_checks_as_well_is_not_what_runs():
    one = found(situation("2.28.0", "2.29.5", LONG))["start-session-lifetime"]
    assert (one.affects, one.introduced_in) == (YES, ())
    assert "Coder 2.28.0 does not start with it either" in one.because


def test_what_is_only_given_tells_of_the_release_in_use_as_well():
    one = found(situation("2.33.0", "2.35.1", env("CODER_EXTERNAL_AUTH_GITHUB_ID=x")))[
        "env-parse-collision"
    ]
    assert one.because.startswith(
        "CODER_EXTERNAL_AUTH_GITHUB_ID is given; Coder 2.33.0 does not start with it either"
    )
    assert one.subject == "CODER_EXTERNAL_AUTH_GITHUB_ID"


def test_a_variable_without_a_number_may_be_that_of_an_option():
    name = "CODER_EXTERNAL_AUTH_GITHUB_DEFAULT_PROVIDER_ENABLE"
    one = found(situation("2.35.1", "2.35.1", env(f"{name}=false")))["env-parse-collision"]
    assert one.subject == "external-auth-github-default-provider-enable"
    assert one.spec.env == name


def test_a_prefix_that_only_the_target_reads_stops_this_upgrade():
    numbered = env("CODER_AI_GATEWAY_PROVIDER_1_TYPE=openai")
    one = found(situation("2.33.0", "2.34.5", numbered))["start-ai-provider-numbering"]
    assert (one.affects, one.severity) == (YES, Level.ERROR)
    assert "either" not in one.because
    assert "start-ai-provider-numbering" not in found(situation("2.32.0", "2.33.0", numbered))


def test_providers_that_a_server_runs_with_are_checked_against_the_target():
    listed = [{"id": "git", "type": "gitlab", "client_id": "x", "mcp_tool_allow_regex": "("}]
    snapshot = running("2.26.6", external_auth_providers=listed)
    one = found(situation("2.26.6", "2.27.0", OperatorSettings(), snapshot))
    assert one["start-external-auth-tool-regex"].affects is YES
    known = found(situation("2.27.0", "2.29.5", OperatorSettings(), snapshot))
    assert known["start-external-auth-tool-regex"].affects is DEPENDS


def test_a_server_that_is_seen_to_run_contradicts():
    seen = running("2.28.0", session_duration=FOREVER)
    one = found(situation("2.28.0", "2.29.5", OperatorSettings(), seen))["start-session-lifetime"]
    assert (one.affects, one.severity) == (DEPENDS, Level.INFO)
    assert one.because.endswith("and yet a server of 2.28.0 runs with it")


def test_a_snapshot_is_checked_against_the_target():
    seen = running("2.26.6", session_duration=FOREVER)
    one = found(situation("2.26.6", "2.29.5", OperatorSettings(), seen))["start-session-lifetime"]
    assert (one.affects, one.positions) == (YES, ())


def test_a_check_that_ends_is_no_news_but_good():
    operator = env("CODER_DERP_SERVER_ENABLE=false")
    assert "start-derp-off" in found(situation("2.29.5", "2.32.0", operator))
    assert "start-derp-off" not in found(situation("2.32.0", "2.33.0", operator))


def test_a_downgrade_meets_the_checks_of_the_older_release():
    one = found(situation("2.33.0", "2.32.0", env("CODER_DERP_SERVER_ENABLE=false")))
    assert one["start-derp-off"].affects is YES


def test_what_depends_on_the_host_is_said_by_lint_alone():
    operator = env("CODER_PG_CONNECTION_URL=postgres://db/coder; CODER_ACCESS_URL=https://x")
    one = found(situation("2.35.1", "2.35.1", operator))["start-postgres"]
    assert (one.affects, one.severity) == (DEPENDS, Level.INFO)
    assert "start-postgres" not in found(situation("2.34.5", "2.35.1", operator))


def test_what_depends_on_the_host_changes_no_verdict():
    operator = env("CODER_PG_CONNECTION_URL=postgres://db/coder; CODER_ACCESS_URL=https://x")
    assert verdict(judge(audit(situation("2.35.1", "2.35.1", operator), checks())).shown) == "safe"


# --- what is not known --------------------------------------------------------------------------


def test_what_the_option_code_refuses_is_told_once():
    told = audit(situation("2.33.0", "2.34.0", env("CODER_SESSION_DURATION=")), checks())
    fatal = {one.rule.id for one in told if one.rule.effect is Effect.WILL_NOT_START}
    assert "empty-value-fatal" in fatal
    assert "start-session-lifetime" not in fatal


def test_what_is_refused_under_one_name_is_told_once_under_the_other():
    operator = env("CODER_AI_GATEWAY_PROXY_ENABLED=true; CODER_AIBRIDGE_PROXY_ENABLED=maybe")
    assert "start-ai-proxy-certificate" not in found(situation("2.35.1", "2.35.1", operator))


def test_a_value_from_a_secret_leaves_it_open():
    given = Given(
        Channel.ENV,
        "CODER_DEFAULT_OAUTH_REFRESH_LIFETIME",
        GivenState.REFERENCE,
        Position("values.yaml", 1),
        Form.HELM_VALUES,
    )
    one = found(situation("2.35.1", "2.35.1", OperatorSettings((given,))))
    assert one["start-session-lifetime"].affects is DEPENDS


@pytest.mark.parametrize(
    ("value", "expected"),
    [("${LIFE:-8760h}", DEPENDS), ("${LIFE:-24h}", None), ("8760h", YES), ("24h", None)],
)
def test_a_templates_default_is_taken_at_its_word(value, expected):
    one = found(situation("2.35.1", "2.35.1", compose(CODER_SESSION_DURATION=value)))
    got = one.get("start-session-lifetime")
    assert (got and got.affects) == expected


def test_checks_that_were_not_asked_are_not_passed_over():
    release = packaged().nearest("2.35.1")
    silent = situation_of(None, release, release, LONG, packaged())
    with pytest.raises(KeyError):
        list(refused_starts(checks(), silent))


@every_row("key", ["job-hang-detector-interval", "log-human", "http-address"])
@every_row("is_told", [True, False])
def test_what_a_release_to_come_no_longer_has_is_not_checked(key, is_told):
    """Nor what its documents do not show, unless it is set."""
    base = packaged().releases[-1]
    options = {name: spec for name, spec in base.options.items() if name != key}
    unsure = {} if is_told else {key: base.options[key]}
    release = replace(
        base, version="2.99.0", options=options, unsure=unsure, is_complete=is_told,
        borrowed_from=base.version,
    )  # fmt: skip
    operator = read_env_file("CODER_ACCESS_URL=https://coder.example.com", "coder.env")
    found = situation_of(
        None, release, release, operator, packaged(), checks=asked_in_clear(checks())
    )
    assert not [one for one in refused_starts(checks(), found) if one.severity > Level.INFO]


# --- secrets ------------------------------------------------------------------------------------

PLANTED = "planted%secret"
"""Reads as nothing that an option takes: every check that can fire on text does."""
FIELDS = [
    *("TYPE", "ID", "NAME", "CLIENT_ID", "CLIENT_SECRET", "REGEX", "DEVICE_FLOW", "AUTH_URL"),
    *("KEY", "KEYS", "SCOPES", "BASE_URL", "BEDROCK_REGION", "BEDROCK_ACCESS_KEY"),
    *("BEDROCK_ACCESS_KEY_SECRET", "MCP_TOOL_ALLOW_REGEX"),
]


def planted(value):
    """The value in every variable of every option and in every field of two providers."""
    options = {spec.env for spec in packaged().nearest("2.36.0").options.values() if spec.env}
    fields = {
        f"{prefix.text}{number}_{name}"
        for family in Family
        for prefix in PREFIXES[family]
        for number in (0, 1)
        for name in FIELDS
    }
    return env("; ".join(f"{name}={value}" for name in sorted(options | fields)))


@every_row(
    "value",
    [
        PLANTED,
        f"postgres://coder:{PLANTED}@db/coder",
        f"http://:@{PLANTED}",
        f"{PLANTED},10.0.0.0/8, {PLANTED}:3478",
    ],
)
@every_row(("source", "target"), [("2.36.0", "2.36.0"), ("2.19.0", "2.35.1")])
def test_no_check_lets_a_secret_through(value, source, target):
    asked = situation(source, target, planted(value))
    told = [*refused_starts(checks(), asked)]
    assert len(told) > 5
    assert "planted" not in repr(asked.at_start)
    for one in told:
        assert "planted" not in f"{one.message} {one.because} {one.subject} {one.steps}"
        if one.spec and one.spec.secret:
            assert "planted" not in repr((one.before, one.after))


SECRETS = [
    ("start-encryption-key", "CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS=c2hvcnQ=", YES),
    (
        "start-encryption-key",
        "CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS=YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=",
        None,
    ),
    ("start-postgres-url-escape", "CODER_PG_CONNECTION_URL=postgres://a:5%x@db/coder", YES),
    ("start-postgres-url-escape", "CODER_PG_CONNECTION_URL=postgres://a:5@db/coder", None),
]


@pytest.mark.parametrize(("rule", "text", "expected"), SECRETS)
def test_secret_values_are_checked_and_only_that_is_told(rule, text, expected):
    asked = situation("2.35.1", "2.35.1", env(text))
    one = found(asked).get(rule)
    assert (one and one.affects) == expected
    if one:
        assert is_secret(one.after)
    name, _, value = text.partition("=")
    assert value not in repr(asked)
    assert asked.after(one.subject if one else "postgres-url").value is not MISSING
    assert re.search(name, repr(asked.operator))
