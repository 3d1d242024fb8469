"""What a release makes of a configuration: each semantic alone, with small made-up releases."""

import gzip
import json
import os
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit.catalog import facts
from confaudit.catalog import release as known_release
from confaudit.core.coder.releases import Release
from confaudit.core.coder.semantics import Semantics
from confaudit.core.coder.startup import StartError
from confaudit.core.given import Channel, Form, Given, GivenState, OperatorSettings, Position
from confaudit.core.model import (
    MISSING,
    Fidelity,
    OptionSpec,
    RawDeployment,
    Setting,
    Snapshot,
    ValueSource,
)
from confaudit.core.secret import secret
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from confaudit.core.upgrade.predict import is_server_variable
from confaudit.core.upgrade.prediction import to_json
from confaudit.core.upgrade.situate import prediction_of
from tests.tables import every_row

OLD, NEW = "2.33.0", "2.34.0"
SECOND, MINUTE = 10**9, 60 * 10**9


def option(flag, option_type="string", **facts):
    facts = {
        "name": flag.replace("-", " ").title(),
        "env": f"CODER_{flag.upper().replace('-', '_')}",
        "json_path": flag,
        **facts,
    }
    return OptionSpec(flag=flag, type=option_type, **facts)


def release(version, *options):
    return Release(
        version,
        "2026-01-01",
        esr=False,
        options={spec.key: spec for spec in options},
        find_facts=facts.of,
    )


def given(channel, name, value, state=None, structure=None):
    state = state or (GivenState.EMPTY if value == "" else GivenState.LITERAL)
    return Given(channel, name, state, Position("f", 1), Form.TEXT, value, structure)


def env(**variables):
    return [given(Channel.ENV, name, value) for name, value in variables.items()]


def flags(*pairs):
    return [given(Channel.FLAG, name, value) for name, value in pairs]


def yaml(path, value=None, structure=None):
    return given(Channel.YAML, path, value, structure=structure)


def started(version, options, operator, before=None):
    """The prediction for one release, whatever ran before."""
    made = release(version, *options)
    return prediction_of(before, made, made, OperatorSettings(tuple(operator)))


def setting(prediction, flag):
    found = prediction.effective[flag]
    return found.value, found.source


def snapshot(source, settings, fidelity=Fidelity.FULL, config=None):
    return Snapshot(
        deployment="",
        fidelity=fidelity,
        version=source.version,
        taken_at=None,
        label="before",
        settings={k: Setting(*s) for k, s in settings.items()},
        declared={k: source.options[k] for k in settings},
        config=config or {},
        server={},
        unavailable={},
    )


# --- precedence -----------------------------------------------------------------------------------

LEVEL = option("level", "int", default="1", yaml_path="group.level")


@every_row(
    ("operator", "value", "source"),
    [
        ([], 1, ValueSource.DEFAULT),
        ([yaml("group.level", "2")], 2, ValueSource.YAML),
        ([yaml("group.level", "2"), *env(CODER_LEVEL="3")], 3, ValueSource.ENV),
        ([*flags(("level", "4")), yaml("group.level", "2"), *env(CODER_LEVEL="3")], 4, "flag"),
        (flags(("level", "4"), ("level", "5")), 5, ValueSource.FLAG),
        (env(HOMEBREW_CODER_LEVEL="6"), 6, ValueSource.ENV),
        (env(HOMEBREW_CODER_LEVEL="6", CODER_LEVEL="3"), 3, ValueSource.ENV),
        ([yaml("group.level", "2"), yaml("group.level", "7")], 7, ValueSource.YAML),
    ],
)
def test_flag_over_environment_over_yaml_over_default(operator, value, source):
    assert setting(started(OLD, [LEVEL], operator), "level") == (value, source)


def test_without_a_default_the_value_is_zero_and_has_no_source():
    bare = replace(LEVEL, default=None)
    assert setting(started(OLD, [bare], []), "level") == (0, ValueSource.UNSET)


def test_a_bad_variable_is_fatal_even_under_a_flag_and_bad_yaml_is_not_under_a_variable():
    bad_env = started(OLD, [LEVEL], [*env(CODER_LEVEL="x"), *flags(("level", "4"))])
    assert [error.input for error in bad_env.errors] == ["CODER_LEVEL"]
    assert started(OLD, [LEVEL], [*env(CODER_LEVEL="3"), yaml("group.level", "x")]).starts


def test_a_flag_may_be_given_by_its_letter_and_a_switch_has_no_value():
    verbose = option("verbose", "bool", flag_shorthand="v")
    assert setting(started(OLD, [verbose], flags(("v", None))), "verbose") == (True, "flag")


# --- empty environment variables ------------------------------------------------------------------

EMPTY = [
    ("bool", "true", False),
    ("string", "text", ""),
    ("string-array", "a,b", []),
    ("url", "https://example.com", ""),
    ("regexp", ".*", ""),
    ("struct[map[string]string]", '{"a": "b"}', None),
    ("int", "1", None),
    ("duration", "1m0s", None),
    ("host:port", "127.0.0.1:80", None),
    ("enum[a|b]", "a", None),
]


@every_row(("option_type", "default", "value"), EMPTY, ids=lambda v: str(v))
def test_an_empty_variable_overrides_from_2_34_only(option_type, default, value):
    spec = option("it", option_type, default=default)
    before = started(OLD, [spec], env(CODER_IT=""))
    assert before.starts
    assert before.effective["it"].source is ValueSource.DEFAULT
    after = started(NEW, [spec], env(CODER_IT=""))
    refused = option_type in ("int", "duration", "host:port", "enum[a|b]")
    assert after.starts is not refused
    if not refused:
        assert setting(after, "it") == (value, ValueSource.ENV)


def test_what_an_empty_variable_stops_is_named_without_a_changed_value():
    spec = option("session-duration", "duration", default="24h0m0s", name="Session Duration")
    got = prediction_of(
        None,
        release(OLD, spec),
        release(NEW, spec),
        OperatorSettings(tuple(env(CODER_SESSION_DURATION=""))),
    )
    reason = "it is empty; a duration such as 1h30m is needed"
    expected = StartError("session-duration", "Session Duration", "CODER_SESSION_DURATION", reason)
    assert got.errors == (expected,)
    assert not got.changed


# --- aliases --------------------------------------------------------------------------------------


def aliases(option_type="string", new_default="", old_default=""):
    new = option("host", option_type, default=new_default, json_path="mail.host", yaml_path="m.h")
    old = option(
        "n-host",
        option_type,
        default=old_default,
        json_path="mail.host",
        yaml_path="n.h",
        use_instead=("host",),
    )
    return [new, old]


@pytest.mark.parametrize(
    ("version", "value", "old_source", "new_source"),
    [
        ("2.17.3", "localhost:587", ValueSource.ENV, ValueSource.DEFAULT),
        ("2.18.0", "mail:25", ValueSource.ENV, ValueSource.ENV),
    ],
)
def test_a_default_writes_over_an_alias_before_2_18(version, value, old_source, new_source):
    got = started(version, aliases(new_default="localhost:587"), env(CODER_N_HOST="mail:25"))
    assert setting(got, "n-host") == (value, old_source)
    assert setting(got, "host") == (value, new_source)


@pytest.mark.parametrize(
    ("operator", "source"),
    [
        ([yaml("n.h", "x")], ValueSource.YAML),
        ([yaml("n.h", "y"), *env(CODER_HOST="x"), *flags(("n-host", "z"))], ValueSource.FLAG),
        ([], ValueSource.DEFAULT),
    ],
)
def test_aliases_share_the_highest_source_and_a_default_of_either(operator, source):
    got = started("2.35.0", aliases(old_default="d"), operator)
    assert setting(got, "host") == setting(got, "n-host")
    assert got.effective["host"].source is source


def test_of_two_aliases_the_one_whose_name_sorts_last_wins():
    got = started("2.35.0", aliases(), env(CODER_HOST="first", CODER_N_HOST="last"))
    assert got.effective["host"].value == "last"


def test_lists_of_aliases_grow_together():
    got = started("2.35.0", aliases("string-array"), env(CODER_HOST="a", CODER_N_HOST="b,c"))
    assert got.effective["host"].value == ["a", "b", "c"]


def test_validated_aliases_write_their_defaults_over_each_other_in_every_release():
    """Each is wrapped in an object of its own, so that the twin that is not given has a default."""
    flag = "circuit-breaker-failure-threshold"
    pair = [
        option(f"{prefix}-{flag}", "int", default="5", json_path="ai.threshold")
        for prefix in ("ai-gateway", "aibridge")
    ]
    got = started(NEW, pair, flags((f"aibridge-{flag}", "9")))
    assert setting(got, f"aibridge-{flag}") == (5, ValueSource.FLAG)
    assert setting(got, f"ai-gateway-{flag}") == (5, ValueSource.DEFAULT)


# --- lists and mappings ---------------------------------------------------------------------------


@every_row(
    ("operator", "value"),
    [
        ([*env(CODER_L="a,b"), *flags(("l", "c"))], ["a", "b", "c"]),
        (flags(("l", "a"), ("l", ""), ("l", "b")), ["b"]),
        ([yaml("l", structure=["a,b", 1])], ["a,b", "1"]),
        ([yaml("l", "a,b")], ["a", "b"]),
        ([yaml("l", structure=[])], []),
        ([*env(CODER_L="a"), yaml("l", structure=["b"])], ["a"]),
    ],
)
def test_lists(operator, value):
    spec = option("l", "string-array", default="x", yaml_path="l")
    assert started(OLD, [spec], operator).effective["l"].value == value


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ([yaml("oidc.params.prompt", "consent"), yaml("oidc.params.n", "1")], "as leaves"),
        ([yaml("oidc.params", structure={"prompt": "consent", "n": 1})], "as a structure"),
        ([yaml("oidc", structure={"params": {"prompt": "consent", "n": 1}})], "as a group"),
        ([*env(CODER_P='{"prompt": "none"}'), *flags(("p", '{"n": 1}'))], "merged"),
    ],
)
def test_mappings_come_whole_or_by_their_leaves(operator, value):
    spec = option("p", "struct[map[string]string]", default='{"a": "b"}', yaml_path="oidc.params")
    merged = {"prompt": "none" if value == "merged" else "consent", "n": "1"}
    assert started(OLD, [spec], operator).effective["p"].value == merged


@pytest.mark.parametrize(
    ("version", "starts"), [("2.17.0", True), ("2.18.0", False)], ids=["before", "from 2.18"]
)
def test_an_empty_yaml_list_is_read_like_the_empty_text_from_2_18(version, starts):
    got = started(version, [LEVEL], [yaml("group.level", structure=[])])
    assert got.starts is starts
    if starts:
        assert setting(got, "level") == (0, ValueSource.YAML)


# --- unknown names --------------------------------------------------------------------------------


@every_row(
    ("operator", "named"),
    [
        ([yaml("group.other", "1")], ["group.other"]),
        ([yaml("email.tls.key", "k"), yaml("email.from", "f")], ["email.from", "email.tls.key"]),
        ([yaml("email", structure={})], ["email"]),
        (flags(("levle", "1")), ["--levle"]),
        (env(CODER_LEVLE="1"), []),
        ([yaml("group", "")], []),
        ([yaml("group", structure=["a"])], []),
    ],
)
def test_unknown_names_stop_the_server_except_variables(operator, named):
    got = started(OLD, [LEVEL], operator)
    assert [error.input for error in got.errors] == named


@every_row(
    ("name", "ignored"),
    [
        ("CODER_LEVLE", True),
        ("HOMEBREW_CODER_LEVLE", True),
        ("POSTGRES_PASSWORD", False),
        ("CODER_EXTERNAL_AUTH_0_CLIENT_ID", False),
        ("CODER_GITAUTH_12_ID", False),
        ("CODER_AI_GATEWAY_PROVIDER_0_KEY", False),
        ("CODER_AIBRIDGE_PROVIDER_1_TYPE", False),
        ("CODER_TLS_REDIRECT_HTTP", False),
        ("CODER_HEADER_COMMAND", False),
        ("CODER_NO_VERSION_WARNING", False),
        ("CODER_URL", False),
        ("CODER_LEVEL", False),
    ],
)
def test_variables_that_are_not_read(name, ignored):
    got = started(OLD, [LEVEL], [given(Channel.ENV, name, "1")])
    assert got.ignored_env == ((name,) if ignored else ())


def test_a_numbered_provider_without_a_number_is_no_server_variable():
    assert not is_server_variable("CODER_EXTERNAL_AUTH_GITHUB_ID", facts.of(NEW))


def test_a_removed_option_without_the_prefix_is_ignored_too():
    tunnel = option("wg-host", env="WGTUNNEL_HOST")
    got = prediction_of(
        None, release(OLD, tunnel), release(NEW), OperatorSettings(tuple(env(WGTUNNEL_HOST="h")))
    )
    assert got.ignored_env == ("WGTUNNEL_HOST",)
    assert got.removed == {"wg-host": "h"}


# --- computed defaults ----------------------------------------------------------------------------


def test_the_docs_url_follows_the_version():
    docs = option(
        "docs-url", "url", default="https://d/@{version}", default_computed_from="version"
    )
    got = prediction_of(None, release(OLD, docs), release(NEW, docs), OperatorSettings())
    assert got.changed == {"docs-url": ("https://d/@v2.33.0", "https://d/@v2.34.0")}


COOKIE = option(
    "secure", "bool", default="{access_url_is_https}", default_computed_from="access-url"
)


@pytest.mark.parametrize(
    ("operator", "secure"),
    [
        (env(CODER_ACCESS_URL="https://a"), True),
        (env(CODER_ACCESS_URL="HTTPS://a"), True),
        (env(CODER_ACCESS_URL="http://a"), False),
        ([], False),
        (env(CODER_ACCESS_URL="https://a", CODER_SECURE="false"), False),
    ],
)
def test_the_secure_cookie_follows_the_access_url(operator, secure):
    got = started(OLD, [option("access-url", "url"), COOKIE], operator)
    assert got.effective["secure"].value is secure


@pytest.mark.parametrize(("prefix", "secure"), [("https://", True), ("http", MISSING)])
def test_the_scheme_of_an_access_url_may_be_all_that_is_known(prefix, secure):
    access = replace(
        given(Channel.ENV, "CODER_ACCESS_URL", None, GivenState.UNRESOLVED), prefix=prefix
    )
    got = started(OLD, [option("access-url", "url"), COOKIE], [access])
    assert got.effective["secure"].value is secure
    assert got.effective["access-url"].value is MISSING


CACHE = option("cache", default="{user_cache_dir}/coder", default_computed_from="host")


def test_a_default_of_the_host_is_known_from_the_running_server_only():
    source = release(OLD, CACHE)
    assert started(NEW, [CACHE], []).effective["cache"].value is MISSING
    ran = snapshot(source, {"cache": ("/home/c/coder", ValueSource.DEFAULT)})
    ran = replace(ran, declared={"cache": replace(CACHE, default="/home/c/coder")})
    got = prediction_of(ran, source, release(NEW, CACHE), OperatorSettings())
    assert got.effective["cache"].value == "/home/c/coder"
    assert not got.changed


# --- checks beyond the type -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option_type", "operator", "starts"),
    [
        ("string", env(CODER_WILDCARD_ACCESS_URL="*.example.com"), True),
        ("string", env(CODER_WILDCARD_ACCESS_URL="example.com"), False),
        ("string", [yaml("w", "example.com")], True),
        ("url", env(CODER_WILDCARD_ACCESS_URL="example.com"), True),
    ],
)
def test_the_wildcard_url_is_checked_unless_it_comes_by_yaml(option_type, operator, starts):
    spec = option("wildcard-access-url", option_type, yaml_path="w")
    assert started(OLD, [spec], operator).starts is starts


@pytest.mark.parametrize(("version", "starts"), [("2.28.11", False), ("2.29.0", True)])
def test_days_are_a_unit_from_2_29(version, starts):
    spec = option("d", "duration")
    assert started(version, [spec], env(CODER_D="7d")).starts is starts


@every_row(
    ("version", "semantics"),
    [
        ("2.3.0", Semantics(False, False, False)),
        ("2.17.3", Semantics(False, False, False)),
        ("2.18.0", Semantics(False, True, False)),
        ("2.29.0", Semantics(False, True, True)),
        ("2.33.11", Semantics(False, True, True)),
        ("2.34.0", Semantics(True, True, True)),
    ],
)
def test_where_releases_differ(version, semantics):
    assert Semantics.of(version) == semantics


# --- a snapshot alone -----------------------------------------------------------------------------


def test_what_was_given_is_carried_and_what_was_not_follows_the_new_default():
    old = [option("a", "duration", default="1m0s"), option("b", "duration", default="1m0s")]
    new = [replace(spec, default="2m0s") for spec in old]
    source = release(OLD, *old)
    ran = snapshot(source, {"a": (MINUTE, ValueSource.ENV), "b": (MINUTE, ValueSource.DEFAULT)})
    got = prediction_of(ran, source, release(NEW, *new), OperatorSettings())
    assert got.changed == {"b": (MINUTE, 2 * MINUTE)}
    assert setting(got, "a") == (MINUTE, ValueSource.ENV)


@pytest.mark.parametrize(
    ("source", "named", "ignored"),
    [
        (ValueSource.FLAG, ["--gone"], ()),
        (ValueSource.YAML, ["old.gone"], ()),
        (ValueSource.ENV, [], ("CODER_GONE",)),
        (ValueSource.DEFAULT, [], ()),
        (None, [], ()),
    ],
)
def test_how_a_removed_option_was_given_decides(source, named, ignored):
    gone = option("gone", "bool", yaml_path="old.gone")
    ran = snapshot(release(OLD, gone), {"gone": (True, source)})
    got = prediction_of(ran, release(OLD, gone), release(NEW), OperatorSettings())
    assert [error.input for error in got.errors] == named
    assert got.ignored_env == ignored
    assert got.removed == {"gone": True}


@pytest.mark.parametrize("source", [ValueSource.DEFAULT, None])
def test_what_the_server_worked_out_stays_while_the_default_does(source):
    limit = option("limit", "int", default="512")
    ran = snapshot(release(OLD, limit), {"limit": (-1, source)})
    assert (
        prediction_of(ran, release(OLD, limit), release(NEW, limit), OperatorSettings()).changed
        == {}
    )
    other = release(NEW, replace(limit, default="1024"))
    got = prediction_of(ran, release(OLD, limit), other, OperatorSettings())
    assert got.effective["limit"].value == (1024 if source else -1)


def test_a_carried_value_is_read_anew_where_the_type_changed():
    old, new = option("smarthost", "host:port"), option("smarthost", "string")
    ran = snapshot(release(OLD, old), {"smarthost": ("mail:25", ValueSource.ENV)})
    got = prediction_of(ran, release(OLD, old), release(NEW, new), OperatorSettings())
    assert got.effective["smarthost"].value == "mail:25"
    narrower = option("smarthost", "enum[a|b]")
    assert not prediction_of(
        ran, release(OLD, old), release(NEW, narrower), OperatorSettings()
    ).starts


def test_what_an_alias_hid_is_not_known_after_the_upgrade():
    """Before 2.18 the snapshot shows the default of the alias, not what was given."""
    old = aliases(new_default="localhost:587")
    ran = snapshot(
        release("2.17.0", *old),
        {
            "host": ("localhost:587", ValueSource.DEFAULT),
            "n-host": ("localhost:587", ValueSource.ENV),
        },
    )
    got = prediction_of(ran, release("2.17.0", *old), release("2.18.0", *old), OperatorSettings())
    assert to_json(got)["changed"]["host"] == {
        "before": "localhost:587",
        "after": {"unknown": True},
    }


def test_aliases_that_agree_are_carried_under_the_name_the_target_knows():
    both = release(NEW, *aliases())
    settings = dict.fromkeys(("host", "n-host"), ("mail:25", ValueSource.ENV))
    got = prediction_of(
        snapshot(both, settings), both, release(OLD, aliases()[1]), OperatorSettings()
    )
    assert got.effective["n-host"].value == "mail:25"
    assert got.ignored_env == ()
    neither = prediction_of(snapshot(both, settings), both, release(OLD), OperatorSettings())
    assert neither.ignored_env == ("CODER_HOST",)


def test_a_config_tree_without_options_tells_values_but_no_sources():
    spec = option("limit", "int", default="512", json_path="rate.limit")
    source = release(OLD, spec)
    ran = snapshot(source, {}, Fidelity.CONFIG, {"rate": {"limit": 7}})
    got = prediction_of(ran, source, release(NEW, replace(spec, default="9")), OperatorSettings())
    assert setting(got, "limit") == (7, None)


def test_a_docs_page_tells_no_values():
    spec = option("limit", "int", default="512", json_path="limit")
    ran = snapshot(release(OLD, spec), {}, Fidelity.SHAPE, {"limit": 7})
    got = prediction_of(ran, release(OLD, spec), release(NEW, spec), OperatorSettings())
    assert got.effective["limit"].value == 512


def test_a_bundle_that_left_an_option_out_does_not_make_it_new():
    a, b = option("a"), option("b")
    ran = snapshot(release(OLD, a), {"a": ("", ValueSource.UNSET)}, Fidelity.LOSSY)
    assert (
        prediction_of(ran, release(OLD, a, b), release(NEW, a, b), OperatorSettings()).added == {}
    )


# --- snapshot and inputs together -----------------------------------------------------------------


def test_inputs_win_over_the_snapshot_and_the_snapshot_fills_in_the_rest():
    a, b = option("a"), option("b")
    source = release(OLD, a, b)
    ran = snapshot(source, {"a": ("ran", ValueSource.ENV), "b": ("ran", ValueSource.FLAG)})
    got = prediction_of(
        ran, source, release(NEW, a, b), OperatorSettings(tuple(env(CODER_A="given")))
    )
    assert got.effective == {
        "a": Setting("given", ValueSource.ENV),
        "b": Setting("ran", ValueSource.FLAG),
    }
    assert not got.changed


UNKNOWN = [
    GivenState.REFERENCE,
    GivenState.UNRESOLVED,
    GivenState.ENCRYPTED,
    GivenState.PASS_THROUGH,
    GivenState.MALFORMED,
]


@every_row("state", UNKNOWN)
@every_row(("ran_by", "value"), [(ValueSource.ENV, "ran"), (ValueSource.YAML, MISSING)])
def test_a_value_that_is_only_referred_to_is_the_snapshots_if_its_source_agrees(
    state, ran_by, value
):
    spec = option("a")
    source = release(OLD, spec)
    ran = snapshot(source, {"a": ("ran", ran_by)})
    operator = OperatorSettings((given(Channel.ENV, "CODER_A", "default", state),))
    got = prediction_of(ran, source, release(NEW, spec), operator)
    assert setting(got, "a") == (value, ValueSource.ENV)
    assert not got.changed


# --- secrets --------------------------------------------------------------------------------------

KEY = option("api-x", secret=True)


@pytest.mark.parametrize(
    ("operator", "marker"),
    [
        (env(CODER_API_X="hunter2"), secret(True)),
        ([given(Channel.ENV, "CODER_API_X", None, GivenState.REFERENCE)], secret(True)),
        (env(CODER_API_X=""), secret(False)),
        ([], secret(False)),
    ],
)
def test_a_secret_is_set_or_not_and_nothing_else(operator, marker):
    got = started(OLD, [KEY], operator)
    assert got.effective["api-x"].value == marker
    assert "hunter2" not in repr(got)


@every_row(
    ("version", "operator", "told"),
    [
        (NEW, env(CODER_API_X="hunter2"), {"api-x": True}),
        (NEW, env(CODER_API_X=""), {"api-x": True}),  # it has a source
        (OLD, env(CODER_API_X=""), {"api-x": False}),
        (OLD, [], {"api-x": False}),
        ("2.17.3", env(CODER_N_HOST="hunter2"), {"host": False, "n-host": True}),
        ("2.17.3", env(CODER_HOST="hunter2"), {"host": True, "n-host": False}),
        ("2.18.0", env(CODER_N_HOST="hunter2"), {"host": True, "n-host": True}),
        (NEW, env(CODER_N_HOST=""), {"host": True, "n-host": True}),
    ],
)
def test_of_a_secret_a_server_tells_whether_it_has_a_source(version, operator, told):
    twins = [replace(one, secret=True) for one in aliases()]
    options = [KEY] if "api-x" in told else twins
    nothing, all_of_them = release(version), release(version, *options)
    came = prediction_of(None, nothing, all_of_them, OperatorSettings(tuple(operator)))
    assert came.added == {key: secret(is_set) for key, is_set in told.items()}
    gone = prediction_of(None, all_of_them, nothing, OperatorSettings(tuple(operator)))
    assert gone.removed == came.added


def test_a_secret_that_was_never_told_stays_unknown():
    old = release("2.2.1", KEY)
    before = snapshot(old, {"api-x": (secret(None), None)})
    gone = prediction_of(before, old, release("2.3.0"), OperatorSettings())
    assert gone.removed == {"api-x": secret(None)}


def test_a_blank_secret_has_not_changed():
    """An older release took the variable for unset; the secret is as empty as it was."""
    operator = OperatorSettings(tuple(env(CODER_API_X="")))
    got = prediction_of(None, release(OLD, KEY), release(NEW, KEY), operator)
    assert not got.changed


def test_a_secret_of_either_release_is_one_in_both():
    plain = release(OLD, option("api-x"), option("psk-x", secret=True))
    operator = OperatorSettings(tuple(env(CODER_API_X="hunter2", CODER_PSK_X="hunter3")))
    got = prediction_of(None, plain, release(NEW, KEY, option("psk-x")), operator)
    assert not got.changed
    assert "hunter" not in json.dumps(to_json(got))


def test_credentials_inside_values_are_redacted():
    operator = env(CODER_PROXY="http://user:hunter2@proxy:8080")
    got = started(OLD, [option("proxy")], operator)
    assert got.effective["proxy"].value == "http://REDACTED@proxy:8080"


@every_row("option_type", ["int", "bool", "duration", "url", "enum[a|b]", "regexp"])
def test_reasons_never_repeat_what_was_given(option_type):
    got = started(OLD, [option("x", option_type)], env(CODER_X="hunter2[ %zz:"))
    assert not got.starts
    assert "hunter2" not in json.dumps(to_json(got))


# --- the shape of the answer ----------------------------------------------------------------------


def test_options_whose_flag_and_name_are_not_known_go_by_their_key():
    unnamed = OptionSpec("", yaml_path="lamp.colour", type="string")
    other = OptionSpec("", yaml_path="lamp.size", type="int")
    got = prediction_of(None, release(OLD), release(NEW, unnamed, other), OperatorSettings(()))
    assert set(to_json(got)["added"]) == {"lamp.colour", "lamp.size"}


LINKS = "struct[[]codersdk.LinkConfig]"
NAMELESS = OptionSpec(name="Links", json_path="links", type=LINKS)
IN_YAML = replace(NAMELESS, yaml_path="theLinks")
FLAGGED = replace(IN_YAML, flag="links", env="CODER_LINKS")
LINK = [{"name": "a", "target": "https://a", "icon": "docs"}]


@pytest.mark.parametrize("way", [(NAMELESS, IN_YAML), (IN_YAML, FLAGGED), (FLAGGED, NAMELESS)])
def test_an_option_that_gets_or_loses_a_flag_is_one_option(way):
    old, new = way
    before = snapshot(release("2.6.0", old), {old.key: (LINK, ValueSource.UNSET)})
    got = prediction_of(before, release("2.6.0", old), release("2.7.0", new), OperatorSettings())
    assert (got.added, got.removed, got.changed) == ({}, {}, {})
    assert got.effective[new.key].value == LINK


def test_what_changes_in_an_option_that_gets_a_flag_is_a_change():
    operator = OperatorSettings((yaml("theLinks", structure=LINK),))
    got = prediction_of(None, release("2.5.0", NAMELESS), release("2.7.0", FLAGGED), operator)
    assert (got.added, got.removed, got.changed) == ({}, {}, {"links": (None, LINK)})


@pytest.mark.parametrize(
    ("way", "added", "removed"),
    [
        ((NAMELESS, IN_YAML), {}, {}),  # its name is its label in both
        ((IN_YAML, FLAGGED), {"links": LINK}, {"Links": LINK}),
    ],
)
def test_the_json_tells_an_option_that_gets_a_flag_by_both_labels(way, added, removed):
    old, new = way
    before = snapshot(release("2.6.0", old), {old.key: (LINK, ValueSource.UNSET)})
    got = prediction_of(before, release("2.6.0", old), release("2.7.0", new), OperatorSettings())
    told = to_json(got)
    assert (told["added"], told["removed"], told["changed"]) == (added, removed, {})


def test_options_with_different_flags_are_two():
    other = replace(FLAGGED, flag="other", env="CODER_OTHER")
    got = prediction_of(None, release(OLD, FLAGGED), release(NEW, other), OperatorSettings())
    assert (set(got.added), set(got.removed)) == ({"other"}, {"links"})


def test_the_json_goes_by_flag_or_by_name_where_there_is_none():
    nameless = OptionSpec(name="Support Links", yaml_path="supportLinks", type="string")
    stays = option("stays", "duration", default="1s")
    got = prediction_of(
        None,
        release(OLD, nameless, stays),
        release(NEW, option("new", default="n"), replace(stays, default="2s")),
        OperatorSettings(tuple(env(CODER_TYPO="1"))),
    )
    assert to_json(got) == {
        "starts": True,
        "errors": [],
        "changed": {"stays": {"before": SECOND, "after": 2 * SECOND}},
        "added": {"new": "n"},
        "removed": {"Support Links": ""},
        "ignored_env": ["CODER_TYPO"],
    }
    refused = to_json(started(OLD, [LEVEL], env(CODER_LEVEL="")))
    assert refused["starts"]
    assert to_json(started(OLD, [LEVEL], env(CODER_LEVEL="x")))["errors"] == [
        {
            "option": "level",
            "name": "Level",
            "input": "CODER_LEVEL",
            "reason": "a whole number is needed",
        }
    ]


# --- what really happened -------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(4))
def test_it_agrees_with_what_the_real_option_code_did(part):
    folder = os.environ.get("CONFAUDIT_TEST_DATA")
    if not folder:
        pytest.skip("NOT CHECKED against recorded upgrades: CONFAUDIT_TEST_DATA is not set")
    with gzip.open(Path(folder, "coder", "upgrade-cases.jsonl.gz"), "rt") as lines:
        cases = [json.loads(line) for line in lines]
    assert len(cases) == 160
    mine = cases[part::4]
    assert {case["id"]: wrong for case in mine if (wrong := disagreements(case))} == {}


def disagreements(case):
    source, target = known_release(case["from"]), known_release(case["to"])
    before = normalise(redact(RawDeployment(case["before"], version=case["from"])), source)
    operator = [*env(**case["env"]), *server_yaml(case["yaml"])]
    got = to_json(prediction_of(before, source, target, OperatorSettings(tuple(operator))))
    want = case["expected"]
    parts = ["starts", "ignored_env", *(["changed", "added", "removed"] if want["starts"] else [])]
    wrong = [part for part in parts if got[part] != want[part]]
    named = {error[key] for error in got["errors"] for key in ("name", "input")}
    for real in re.findall(r'(?:parse|unknown option) "([^"]+)"', want.get("error") or ""):
        if not any(name == real or name.startswith(f"{real}.") for name in named):
            wrong.append(f"error about {real}")
    secrets = [value for key, value in case["env"].items() if key in case["secret_env"] and value]
    secrets += re.findall(r"s3cr3t-[0-9a-f]{8}", case["yaml"])
    return wrong + [name for name in secrets if name in json.dumps(got)]


def server_yaml(text):
    """The server's YAML as its readers give it: scalars by their own text, sequences whole."""
    import yaml as pyyaml

    def structure(node):
        if isinstance(node, pyyaml.ScalarNode):
            return node.value
        if isinstance(node, pyyaml.SequenceNode):
            return [structure(item) for item in node.value]
        return {key.value: structure(value) for key, value in node.value}

    def places(node, prefix):
        for key, value in node.value:
            if isinstance(value, pyyaml.MappingNode):
                yield from places(value, f"{prefix}{key.value}.")
            elif isinstance(value, pyyaml.ScalarNode):
                yield yaml(prefix + key.value, value.value)
            else:
                yield yaml(prefix + key.value, structure=structure(value))

    return places(pyyaml.compose(text), "") if text else ()
