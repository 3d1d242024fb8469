"""What is known about a deployment: every state of a setting, and every question about it."""

from functools import cache

import pytest
from msgspec.structs import replace

from confaudit.catalog import loader
from confaudit.core.coder.chart import is_by_chart
from confaudit.core.given import (
    Channel,
    ChartValue,
    ChartValues,
    Elsewhere,
    Form,
    Given,
    GivenState,
    Holds,
    OperatorSettings,
    Position,
)
from confaudit.core.model import MISSING, Fidelity, RawDeployment, ValueSource
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from confaudit.core.upgrade.families import Family
from confaudit.core.upgrade.known import (
    EMPTY,
    Truth,
    UpgradeSide,
    conclude,
    contains,
    equals,
    is_set,
    is_unresolved,
    matches,
    starts_with,
)
from confaudit.core.upgrade.situate import situation_of
from confaudit.operator_files import read_env_file, read_server_yaml
from tests.tables import every_row

YES, NO, DEPENDS = Truth.YES, Truth.NO, Truth.DEPENDS
HIDDEN = Elsewhere("secret/coder", "values.yaml, line 3: envFrom sets variables")


KEYS = {
    "access-url",
    "ai-gateway-enabled",
    "aibridge-enabled",
    "experiments",
    "external-auth-providers",
    "oidc-client-secret",
    "oidc-email-domain",
    "oidc-issuer-url",
    "oidc-repair-links",
    "oidc-scopes",
    "postgres-url",
    "secure-auth-cookie",
    "session-duration",
    "telemetry",
    "telemetry-enable",
    "tls-address",
    "tls-enable",
}


@cache
def release(version):
    """A real release, without the options that no test asks for: predictions take time."""
    found = loader.nearest(version)
    return replace(found, options={k: v for k, v in found.options.items() if k in KEYS})


def situation(operator=None, source="2.33.0", target="2.34.5", snapshot=None):
    return situation_of(
        snapshot,
        release(source),
        release(target),
        operator or OperatorSettings(),
        loader.packaged(),
    )


def env(text, **more):
    return replace(read_env_file(text, "coder.env"), **more)


def entry(name, state, value=None, channel=Channel.ENV):
    return Given(channel, name, state, Position("values.yaml", 7), Form.HELM_VALUES, value)


def unresolved(name, prefix="", value=None):
    return replace(entry(name, GivenState.UNRESOLVED, value), prefix=prefix)


def entries(*given, hidden=False):
    return OperatorSettings(
        given=given, forms=(Form.HELM_VALUES,), elsewhere=(HIDDEN,) if hidden else ()
    )


def snapshot(*options, version="2.33.0", fidelity=Fidelity.FULL, **config):
    raw = RawDeployment(
        {"config": config, "options": list(options)} if options else {"config": config},
        version=version,
        fidelity=fidelity,
    )
    return normalise(redact(raw), loader.nearest(version))


def option(flag, variable, value, source, **more):
    return {
        "name": flag,
        "flag": flag,
        "env": variable,
        "value": value,
        "value_source": source,
        **more,
    }


# --- one setting --------------------------------------------------------------------------------


def test_a_setting_is_known_with_its_value_source_and_place():
    known = situation(env("A=b\nCODER_ACCESS_URL=https://coder.example.com\n")).after("access-url")
    assert known.value == "https://coder.example.com"
    assert known.source is ValueSource.ENV
    assert known.is_set is YES
    assert known.name == "CODER_ACCESS_URL"
    assert [place.line for place in known.positions] == [2]
    assert known.because == "CODER_ACCESS_URL is set"


def test_reasons_never_hold_a_value():
    text = (
        "CODER_PG_CONNECTION_URL=postgres://u:planted@db/coder\nCODER_ACCESS_URL=http://planted\n"
    )
    asked = situation(env(text))
    for key in ("postgres-url", "access-url"):
        assert "planted" not in asked.after(key).because
        assert "planted" not in asked.holds(key, EMPTY).because


@every_row(
    ("state", "value", "is_set", "because"),
    [
        (GivenState.LITERAL, "x", YES, "CODER_ACCESS_URL is set"),
        (GivenState.REFERENCE, None, YES, "comes from a Secret or another resource"),
        (GivenState.UNRESOLVED, None, YES, "is filled in by a template"),
        (GivenState.ENCRYPTED, None, YES, "is encrypted"),
        (GivenState.PASS_THROUGH, None, DEPENDS, "is taken from the shell that starts the server"),
        (GivenState.MALFORMED, None, YES, "cannot be made out"),
    ],
)
def test_why_a_value_is_not_known(state, value, is_set, because):
    known = situation(entries(entry("CODER_ACCESS_URL", state, value))).after("access-url")
    assert known.is_set is is_set
    assert because in known.because
    assert (known.value is MISSING) == (state is not GivenState.LITERAL)


def test_what_a_compose_file_leaves_out_may_be_nothing_until_it_counts():
    operator = entries(unresolved("CODER_ACCESS_URL", value=""))
    asked = situation(operator, "2.33.0", "2.34.0")
    assert asked.before("access-url").is_set is DEPENDS
    assert asked.after("access-url").is_set is YES


def test_an_empty_variable_counts_from_2_34_on():
    asked = situation(env("CODER_TELEMETRY_ENABLE=\n"))
    assert (asked.before("telemetry").is_set, asked.before("telemetry").value) == (NO, True)
    assert (asked.after("telemetry").is_set, asked.after("telemetry").value) == (YES, False)


def test_a_refused_value_says_so():
    known = situation(env("CODER_SESSION_DURATION=\n")).after("session-duration")
    assert known.value is MISSING
    assert "is refused" in known.because


@every_row(
    ("text", "when", "name", "value"),
    [
        ("CODER_AIBRIDGE_ENABLED=true\n", UpgradeSide.BEFORE, "CODER_AIBRIDGE_ENABLED", True),
        ("CODER_AIBRIDGE_ENABLED=false\n", UpgradeSide.AFTER, "CODER_AIBRIDGE_ENABLED", False),
        ("CODER_AI_GATEWAY_ENABLED=false\n", UpgradeSide.AFTER, "CODER_AI_GATEWAY_ENABLED", False),
        ("CODER_AI_GATEWAY_ENABLED=true\n", UpgradeSide.BEFORE, "CODER_AIBRIDGE_ENABLED", False),
    ],
)
@every_row("key", ["ai-gateway-enabled", "aibridge-enabled"])
def test_aliases_are_one_setting(key, text, when, name, value):
    known = situation(env(text)).known(key, when)
    assert (known.name, known.value) == (name, value)


def test_a_leaf_that_moved_is_the_same_option():
    asked = situation(env("CODER_SESSION_DURATION=1h\n"), "2.10.0", "2.11.0")
    assert asked.before("session-duration").value == asked.after("session-duration").value


def test_an_option_that_a_side_lacks_is_off_there():
    asked = situation(env("CODER_OIDC_REPAIR_LINKS=true\n"), "2.29.18", "2.30.0")
    assert asked.before("oidc-repair-links").is_set is YES
    after = asked.after("oidc-repair-links")
    assert (after.value, after.is_set, after.spec) == (False, NO, None)
    assert after.because == "2.30.0 has no such option"


def test_the_strongest_entry_comes_first():
    yaml = read_server_yaml("networking:\n  accessURL: http://c\n", "server.yaml")
    variables = env("CODER_ACCESS_URL=http://a\nCODER_ACCESS_URL=http://b\n")
    flag = entry("access-url", GivenState.LITERAL, "http://d", channel=Channel.FLAG)
    operator = OperatorSettings(given=(*yaml.given, *variables.given, flag), forms=(Form.ENV_FILE,))
    assert [one.value for one in situation(operator).after("access-url").given] == [
        "http://d",
        "http://b",
        "http://a",
        "http://c",
    ]


def test_a_default_that_follows_the_access_url_says_why_it_is_open():
    operator = entries(unresolved("CODER_ACCESS_URL"))
    known = situation(operator, "2.30.0", "2.34.0").after("secure-auth-cookie")
    assert known.value is MISSING
    assert known.is_set is NO
    assert "follows the access URL: the value of CODER_ACCESS_URL is filled in" in known.because


# --- what is out of sight -----------------------------------------------------------------------


def test_what_is_not_set_may_be_out_of_sight():
    seen, hidden = situation(entries()), situation(entries(hidden=True))
    assert (seen.complete, hidden.complete) == (True, False)
    assert hidden.unseen == (HIDDEN.note,)
    assert seen.after("oidc-scopes").is_set is NO
    known = hidden.after("oidc-scopes")
    assert (known.is_set, known.is_presumed) == (DEPENDS, True)
    assert known.because.endswith("as far as can be seen here")


def test_what_is_given_is_not_presumed():
    given = entry("CODER_OIDC_SCOPES", GivenState.EMPTY, "")
    known = situation(entries(given, hidden=True), "2.32.0", "2.33.0").after("oidc-scopes")
    assert (known.is_set, known.is_presumed) == (NO, False)


SCOPES = option("oidc-scopes", "CODER_OIDC_SCOPES", ["openid"], "default", default="openid")


def test_a_snapshot_tells_what_is_not_set():
    asked = situation(entries(hidden=True), snapshot=snapshot(SCOPES))
    assert asked.after("oidc-scopes").is_set is NO
    assert asked.after("oidc-email-domain").is_set is DEPENDS


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (snapshot(SCOPES), NO),
        (snapshot(SCOPES, fidelity=Fidelity.LOSSY), DEPENDS),
        (snapshot(access_url="https://coder.example.com", fidelity=Fidelity.CONFIG), DEPENDS),
    ],
    ids=["full", "bundle", "config"],
)
def test_how_much_a_snapshot_alone_tells(taken, expected):
    """A whole answer of the API shows every option, the others leave some out or no sources."""
    assert situation(snapshot=taken).after("oidc-email-domain").is_set is expected


def test_an_alias_in_a_snapshot_tells_of_its_twin():
    bridge = option("aibridge-enabled", "CODER_AIBRIDGE_ENABLED", False, "env")
    known = situation(snapshot=snapshot(bridge)).after("ai-gateway-enabled")
    assert (known.is_set, known.value, known.source) == (YES, False, ValueSource.ENV)
    assert known.because == "CODER_AI_GATEWAY_ENABLED is set to false by env"


# --- questions ----------------------------------------------------------------------------------


@every_row(
    ("test", "value", "expected"),
    [
        (equals(True), True, YES),
        (equals(True), 1, NO),
        (equals("a"), "b", NO),
        (contains("b"), ["a", "B"], YES),
        (contains("b"), ["ab"], NO),
        (contains("b"), "abc", YES),
        (contains("b"), None, NO),
        (starts_with("https://"), "HTTPS://x", YES),
        (starts_with("https://"), "http://x", NO),
        (starts_with("a"), ["a"], NO),
        (matches(r"^\d+$"), "12", YES),
        (matches(r"^\d+$"), {"12": ["x"]}, YES),
        (matches(r"^\d+$"), {"x": ["y", "12"]}, YES),
        (matches(r"^\d+$"), True, NO),
        (EMPTY, "", YES),
        (EMPTY, [], YES),
        (EMPTY, None, YES),
        (EMPTY, False, NO),
        (EMPTY, 0, NO),
        (EMPTY, {"secret_set": True}, NO),
        (EMPTY, {"secret_set": False}, YES),
        (EMPTY, {"secret_set": None}, DEPENDS),
        (contains("x"), {"secret_set": True}, DEPENDS),
        (contains("x"), {"secret_set": False}, NO),
    ],
)
def test_questions_about_a_known_value(test, value, expected):
    known = replace(situation().after("access-url"), value=value)
    assert conclude(known, test).answer is expected


@every_row(
    ("test", "prefix", "expected"),
    [
        (starts_with("https://"), "https://coder.", YES),
        (starts_with("https://"), "http://coder.", NO),
        (starts_with("https://"), "htt", DEPENDS),
        (starts_with("https://"), "", DEPENDS),
        (equals("https://a"), "https://", DEPENDS),
        (equals("https://a"), "http://", NO),
        (contains("://"), "https://", YES),
        (contains("x"), "https://", DEPENDS),
        (matches("x"), "x", DEPENDS),
        (EMPTY, "h", NO),
        (EMPTY, "", DEPENDS),
    ],
)
def test_a_literal_beginning_can_decide(test, prefix, expected):
    answer = situation(entries(unresolved("CODER_ACCESS_URL", prefix))).holds("access-url", test)
    assert answer.answer is expected
    decided = expected is not DEPENDS
    assert answer.because.endswith("is set" if decided else "is filled in by a template")
    assert [place.line for place in answer.positions] == [7]


@every_row(
    ("state", "expected"),
    [
        (GivenState.REFERENCE, NO),
        (GivenState.ENCRYPTED, NO),
        (GivenState.UNRESOLVED, DEPENDS),
        (GivenState.MALFORMED, DEPENDS),
    ],
)
@every_row("key", ["oidc-issuer-url", "oidc-client-secret"])
def test_what_a_secret_holds_is_not_nothing(key, state, expected):
    variable = {"oidc-issuer-url": "CODER_OIDC_ISSUER_URL"}.get(key, "CODER_OIDC_CLIENT_SECRET")
    asked = situation(entries(entry(variable, state)))
    assert asked.holds(key, EMPTY).answer is expected


def test_what_is_presumed_depends_only_if_it_holds():
    known = situation(entries(hidden=True)).after("telemetry")
    assert conclude(known, equals(True)).verdict is DEPENDS
    assert conclude(known, equals(False)).verdict is NO
    assert is_set(known).verdict is NO


def test_unresolved_is_asked_of_the_strongest_entry():
    both = entries(
        unresolved("CODER_ACCESS_URL"), entry("CODER_ACCESS_URL", GivenState.LITERAL, "x")
    )
    assert is_unresolved(situation(both).after("access-url")).answer is NO
    one = entries(unresolved("CODER_ACCESS_URL"))
    assert is_unresolved(situation(one).after("access-url")).answer is YES
    assert is_unresolved(situation().after("access-url")).answer is NO


@pytest.mark.parametrize(
    ("listed", "name", "expected"),
    [
        ("oauth2,moons", "oauth2", YES),
        ("oauth2", "moons", NO),
        ("*", "oauth2", DEPENDS),
        ("", "oauth2", NO),
    ],
)
def test_experiments(listed, name, expected):
    asked = situation(env(f"CODER_EXPERIMENTS={listed}\n"), "2.30.0", "2.33.0")
    assert asked.experiment(name).answer is expected


def test_variables_are_found_by_pattern():
    asked = situation(env("CODER_TLS_ENABLE=true\nCODER_ACCESS_URL=x\nCODER_TLS_ADDRESS=:1\n"))
    assert [one.name for one in asked.variables("CODER_TLS_*")] == [
        "CODER_TLS_ENABLE",
        "CODER_TLS_ADDRESS",
    ]


ACCESS_URL = "CODER_ACCESS_URL"
ON, OFF, OPEN = (
    ChartValue(Position("values.yaml", 3), holds, is_on)
    for holds, is_on in ((Holds.TEXT, True), (Holds.TEXT, False), (Holds.OPEN, None))
)


@every_row(
    ("chart", "given", "expected"),
    [
        (ChartValues(), "", (YES, "http://coder.", "the chart sets")),
        (ChartValues({"coder.tls.secretNames": ON}), "", (YES, "https://coder.", "the chart sets")),
        (ChartValues({"coder.tls.secretNames": OPEN}), "", (YES, "", "the chart sets")),
        (
            ChartValues({"coder.envUseClusterAccessURL": ON}),
            "",
            (YES, "http://coder.", "the chart"),
        ),
        (ChartValues({"coder.envUseClusterAccessURL": OFF}), "", (NO, "", "is not set")),
        (ChartValues({"coder.envUseClusterAccessURL": OPEN}), "", (DEPENDS, "", "out of sight")),
        (ChartValues(is_whole=False), "", (DEPENDS, "", "out of sight")),
        (None, "", (NO, "", "is not set")),
        (ChartValues(), f"{ACCESS_URL}=https://x", (YES, "https://", "is set")),
        (
            ChartValues(by_env_from=frozenset({Position("coder.env", 1)})),
            f"{ACCESS_URL}=https://x",
            (YES, "http://coder.", "the chart sets"),
        ),
    ],
)
def test_the_charts_own_access_url_is_known(chart, given, expected):
    """What comes by `envFrom` is no reason for the chart not to set it, and counts less."""
    url = situation(replace(env(given), chart=chart)).after("access-url")
    assert (url.is_set, url.prefix) == expected[:2]
    assert expected[2] in url.because
    assert url.positions == tuple(one.position for one in url.given if not is_by_chart(one))


# --- numbered families --------------------------------------------------------------------------


def test_providers_of_the_environment():
    text = (
        "CODER_EXTERNAL_AUTH_0_TYPE=gitlab\nCODER_EXTERNAL_AUTH_0_SCOPES=api  read_user\n"
        "CODER_GITAUTH_10_ID=b\nCODER_EXTERNAL_AUTH_GITHUB_DEFAULT_PROVIDER_ENABLE=true\n"
    )
    first, second = situation(env(text)).providers(Family.EXTERNAL_AUTH)
    assert (first.prefix, first.number) == ("CODER_EXTERNAL_AUTH_", "0")
    assert first.field("SCOPES").value == ["api", "read_user"]
    assert (second.prefix, second.number) == ("CODER_GITAUTH_", "10")
    absent = second.field("SCOPES")
    assert (absent.name, absent.is_set) == ("CODER_GITAUTH_10_SCOPES", NO)


def test_a_field_may_be_out_of_sight_or_unknown():
    operator = entries(entry("CODER_EXTERNAL_AUTH_0_TYPE", GivenState.REFERENCE), hidden=True)
    [provider] = situation(operator).providers(Family.EXTERNAL_AUTH)
    assert conclude(provider.field("TYPE"), equals("gitlab")).answer is DEPENDS
    assert provider.field("SCOPES").is_presumed


def test_providers_that_the_server_shows():
    shown = {"id": "a", "type": "gitlab", "scopes": ["api"], "device_flow": False, "regex": ""}
    taken = snapshot(
        option("external-auth-providers", "", [shown], ""),
        external_auth=[{"type": "other"}],
    )
    [provider] = situation(snapshot=taken).providers(Family.EXTERNAL_AUTH)
    assert provider.field("TYPE").value == "gitlab"
    assert provider.field("SCOPES").value == ["api"]
    assert provider.field("REGEX").is_set is NO
    assert provider.field("PKCE_METHODS").is_set is NO


def test_providers_that_only_the_config_tree_shows():
    taken = snapshot(
        external_auth=[{"type": "gitlab", "code_challenge_methods_supported": ["S256"]}],
        ai={"bridge": {"providers": [{"type": "openai"}]}},
        fidelity=Fidelity.CONFIG,
    )
    asked = situation(snapshot=taken)
    [provider] = asked.providers(Family.EXTERNAL_AUTH)
    assert provider.field("PKCE_METHODS").value == ["S256"]
    assert [one.field("TYPE").value for one in asked.providers(Family.AI_PROVIDER)] == ["openai"]


def test_providers_of_the_server_yaml():
    text = "externalAuthProviders:\n  - id: a\n    type: gitlab\n"
    [provider] = situation(read_server_yaml(text, "s.yaml")).providers(Family.EXTERNAL_AUTH)
    assert provider.field("TYPE").value == "gitlab"


# --- the whole ----------------------------------------------------------------------------------


def test_lint_has_no_upgrade():
    asked = situation(env("CODER_ACCESS_URL=x\n"), "2.34.5", "2.34.5")
    assert not asked.is_upgrade
    assert asked.prediction is asked.running
