"""The language of conditions: every question about everything that a value can be."""

import pytest
from msgspec.structs import replace

from confaudit.catalog import loader
from confaudit.core.coder.releases import Catalog
from confaudit.core.given import (
    Channel,
    ChartValue,
    ChartValues,
    Elsewhere,
    Form,
    Given,
    GivenState,
    Position,
)
from confaudit.core.given import OperatorSettings as Operator
from confaudit.core.judge.conditions import Item, Looking
from confaudit.core.judge.items import each_option, each_provider, each_unnumbered
from confaudit.core.model import MISSING, Cause, Change, ChangeKind, Fidelity, Subject, ValueSource
from confaudit.core.model import RawDeployment as Raw
from confaudit.core.secret import secret
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from confaudit.core.upgrade.families import Family
from confaudit.core.upgrade.known import Known, Truth
from confaudit.core.upgrade.situate import situation_of
from confaudit.errors import CatalogError
from confaudit.rulebook.conditions import KINDS, ConditionReader
from confaudit.rulebook.questions import QUESTIONS, SettingQuestion
from confaudit.yaml_file import Origin, parse
from tests.tables import every_row

YES, NO, DEPENDS = Truth.YES, Truth.NO, Truth.DEPENDS
ALL = loader.packaged()
KEPT = {
    "access-url",
    "ai-gateway-openai-base-url",
    "aibridge-openai-base-url",
    "autobuild-poll-interval",
    "experiments",
    "external-auth-github-default-provider-enable",
    "max-token-lifetime",
    "oidc-client-secret",
    "oidc-issuer-url",
    "postgres-conn-max-idle",
    "postgres-conn-max-open",
    "session-duration",
    "tls-cert-file",
    "tls-key-file",
    "tls-min-version",
}
SLIM = Catalog(
    replace(one, options={key: spec for key, spec in one.options.items() if key in KEPT})
    for one in map(ALL.nearest, ("2.29.16", "2.33.0", "2.34.5"))
)


def part(text):
    return parse(text.encode(), Origin("rules.yaml", CatalogError))


# --- one value ----------------------------------------------------------------------------------

HOUR = 3_600_000_000_000
PLACE = Position("values.yaml", 3)


def setting(value, state=GivenState.LITERAL, prefix="", source=ValueSource.ENV, is_set=YES):
    given = (Given(Channel.ENV, "CODER_X", state, PLACE, Form.HELM_VALUES, prefix=prefix),)
    return Known("CODER_X", value, source, given, is_set, "CODER_X is as it is")


UNKNOWN = setting(MISSING, GivenState.REFERENCE)
SECRET = setting(secret(True))
NO_SECRET = setting(secret(False))
EMPTY_TEXT = setting("", GivenState.EMPTY)
ABSENT = Known("CODER_X", "", ValueSource.UNSET, (), NO, "CODER_X is not set")
UNSEEN = Known("CODER_X", "", ValueSource.UNSET, (), DEPENDS, "CODER_X is not set as far as seen")


def starting(prefix):
    return setting(MISSING, GivenState.UNRESOLVED, prefix)


TEXT, TRUE, LIST = setting("https://a.example"), setting(True), setting(["openid", "email"])
ADDRESSES = setting(["10.1.0.0/16", "10.2.3.4"])

VALUES = [
    # question, type of the option ("" for a field), what is known, what holds
    ("is: set", "string", TEXT, YES),
    ("is: set", "string", ABSENT, NO),
    ("is: set", "string", UNKNOWN, YES),
    ("is: set", "string", SECRET, YES),
    ("is: set", "bool", TRUE, YES),
    ("is: unset", "string", TEXT, NO),
    ("is: unset", "string", ABSENT, YES),
    ("is: unset", "string", UNKNOWN, NO),
    ("is: unset", "string", SECRET, NO),
    ("is: empty", "string", EMPTY_TEXT, YES),
    ("is: empty", "string", TEXT, NO),
    ("is: empty", "string", UNKNOWN, NO),
    ("is: empty", "string", starting(""), DEPENDS),
    ("is: empty", "string", starting("a"), NO),
    ("is: empty", "string", SECRET, NO),
    ("is: empty", "string", NO_SECRET, YES),
    ("is: empty", "bool", TRUE, NO),
    ("is: unresolved", "string", UNKNOWN, YES),
    ("is: unresolved", "string", TEXT, NO),
    ("is: unresolved", "string", SECRET, NO),
    ("equals: https://a.example", "string", TEXT, YES),
    ("equals: https://b.example", "string", TEXT, NO),
    ("equals: https://a.example", "string", UNKNOWN, DEPENDS),
    ("equals: https://a.example", "string", starting("https://"), DEPENDS),
    ("equals: https://a.example", "string", starting("http://"), NO),
    ("equals: https://a.example", "string", SECRET, DEPENDS),
    ("equals: https://a.example", "string", NO_SECRET, NO),
    ("equals: https://a.example", "string", LIST, NO),
    ("equals: 2.30", "string", setting("2.30"), YES),
    ("equals: yes", "string", setting("yes"), YES),
    ("equals: yes", "bool", TRUE, YES),
    ("equals: no", "bool", TRUE, NO),
    ("equals: true", "bool", setting(1), NO),
    ("equals: true", "bool", UNKNOWN, DEPENDS),
    ("equals: true", "bool", starting("t"), DEPENDS),
    ("equals: 5", "int", setting(5), YES),
    ("equals: 5", "int", setting(6), NO),
    ("equals: 1h", "duration", setting(HOUR), YES),
    ("equals: 60m", "duration", setting(HOUR), YES),
    ("equals: 2h", "duration", setting(HOUR), NO),
    ("equals: 1h", "duration", starting("6"), DEPENDS),
    ("equals: 'openid,email'", "string-array", LIST, YES),
    ("equals: true", "", TRUE, YES),
    ("equals: true", "", setting("true"), YES),
    ("in: [http, https://a.example]", "string", TEXT, YES),
    ("in: [http, https]", "string", TEXT, NO),
    ("in: [http, https]", "string", UNKNOWN, DEPENDS),
    ("in: [http, https]", "string", starting("ht"), DEPENDS),
    ("in: [http, https]", "string", starting("x"), NO),
    ("in: [http, https]", "string", SECRET, DEPENDS),
    ("in: [http, https]", "string", LIST, NO),
    ("in: [30m, 1h]", "duration", setting(HOUR), YES),
    ("contains: A.EXAMPLE", "string", TEXT, YES),
    ("contains: b.example", "string", TEXT, NO),
    ("contains: email", "string-array", LIST, YES),
    ("contains: mail", "string-array", LIST, NO),
    ("contains: x", "string", UNKNOWN, DEPENDS),
    ("contains: x", "string", starting("a.x"), YES),
    ("contains: x", "string", SECRET, DEPENDS),
    ("contains: x", "bool", TRUE, NO),
    ("starts_with: HTTPS", "string", TEXT, YES),
    ("starts_with: 'http:'", "string", TEXT, NO),
    ("starts_with: 'http:'", "string", UNKNOWN, DEPENDS),
    ("starts_with: 'http:'", "string", starting("http://x"), YES),
    ("starts_with: 'http:'", "string", starting("https"), NO),
    ("starts_with: 'http:'", "string", SECRET, DEPENDS),
    ("starts_with: 'http:'", "string-array", LIST, NO),
    ("matches: 'a\\.'", "string", TEXT, YES),
    ("matches: '^a'", "string", TEXT, NO),
    ("matches: '^email$'", "string-array", LIST, YES),
    ("matches: '(a+)+$'", "string", setting("a" * 5000 + "b"), NO),
    ("matches: '^a\\z'", "string", setting("a\n"), NO),
    ("matches: 'b$'", "string", setting("\ud800b"), YES),
    ("matches: x", "string", UNKNOWN, DEPENDS),
    ("matches: x", "string", SECRET, DEPENDS),
    ("matches: x", "bool", TRUE, NO),
    ("at_least: 60m", "duration", setting(HOUR), YES),
    ("at_least: 61m", "duration", setting(HOUR), NO),
    ("above: 60m", "duration", setting(HOUR), NO),
    ("above: 59m", "duration", setting(HOUR), YES),
    ("at_most: 7d", "duration", setting(168 * HOUR), YES),
    ("below: 7d", "duration", setting(168 * HOUR), NO),
    ("below: 168h1ns", "duration", setting(168 * HOUR), YES),
    ("{at_least: 1h, below: 2h}", "duration", setting(HOUR), YES),
    ("{at_least: 1h, below: 2h}", "duration", setting(2 * HOUR), NO),
    ("below: 0", "duration", setting(-1), YES),
    ("at_least: 512", "int", setting(512), YES),
    ("above: 512", "int", setting(512), NO),
    ("above: 512", "int", UNKNOWN, DEPENDS),
    ("above: 512", "int", starting("9"), DEPENDS),
    ("above: 512", "int", SECRET, DEPENDS),
    ("above: 512", "int", NO_SECRET, NO),
    ("above: 0", "int", TRUE, NO),
    ("above: 0", "int", LIST, NO),
    ("above: 5", "", setting("6"), YES),
    ("above: 5", "", setting("4"), NO),
    ("above: 5m", "", setting("6m"), YES),
    ("above: 5m", "", setting("6"), NO),
    ("above: 5", "", setting("many"), NO),
    ("within: [10.0.0.0/8]", "string-array", ADDRESSES, YES),
    ("within: [10.1.0.0/16, 10.2.0.0/16]", "string-array", ADDRESSES, YES),
    ("within: [10.1.0.0/16]", "string-array", ADDRESSES, NO),
    ("within: [10.0.0.0/8]", "string-array", setting([]), YES),
    ("within: [10.0.0.0/8]", "string-array", setting(["10.0.0.0/7"]), NO),
    ("within: [10.0.0.0/8]", "string-array", UNKNOWN, DEPENDS),
    ("within: [10.0.0.0/8]", "string-array", SECRET, DEPENDS),
    ("within: [10.0.0.0/8]", "string-array", setting(["proxy.example"]), DEPENDS),
    ("within: [10.0.0.0/8]", "string-array", setting(["proxy.example", "1.2.3.4"]), NO),
    ("within: [10.0.0.0/8]", "string-array", TRUE, NO),
    ("within: [127.0.0.0/8]", "host:port", setting("127.0.0.1:3000"), YES),
    ("within: [127.0.0.0/8]", "host:port", setting("0.0.0.0:3000"), NO),
    ("within: [127.0.0.0/8]", "host:port", setting(":3000"), NO),
    ("within: ['::1']", "host:port", setting("[::1]:3000"), YES),
    ("within: [127.0.0.0/8]", "host:port", setting("[::1]:3000"), NO),
    ("within: [127.0.0.0/8, '::1']", "host:port", setting("[::1]:3000"), YES),
    ("within: [127.0.0.0/8]", "url", setting("http://127.0.0.1:80/x"), YES),
    ("within: [127.0.0.0/8]", "url", setting("http://a@127.0.0.1.evil.example/"), DEPENDS),
    ("within: ['fd00::/8']", "string", setting("fd00::1"), YES),
    ("notation: url", "string", TEXT, YES),
    ("notation: cidr", "string", TEXT, NO),
    ("notation: cidr", "string", UNKNOWN, DEPENDS),
    ("notation: cidr", "string", SECRET, DEPENDS),
    ("notation: cidr", "string", TRUE, NO),
    ("notation: listen-address", "string", setting("0.0.0.0:coder"), DEPENDS),
    ("some: {equals: email}", "string-array", LIST, YES),
    ("some: {equals: mail}", "string-array", LIST, NO),
    ("some: {equals: email}", "string-array", setting([]), NO),
    ("some: {equals: email}", "string-array", UNKNOWN, DEPENDS),
    ("some: {equals: email}", "string-array", SECRET, DEPENDS),
    ("some: {equals: email}", "", setting("email"), YES),
    ("some: {notation: listen-address}", "string-array", setting(["a:b", "c"]), DEPENDS),
    ("some: {notation: listen-address}", "string-array", setting(["a:b", ":1"]), YES),
    ("every: {matches: '^[a-z]+$'}", "string-array", LIST, YES),
    ("every: {notation: cidr}", "string-array", starting("10.0.0.1,"), NO),
    ("every: {notation: cidr}", "string-array", starting("10.0.0.1"), DEPENDS),
    ("every: {notation: cidr}", "string-array", starting("10.0.0.0/8,10"), DEPENDS),
    ("some: {equals: a}", "string-array", starting("a,b"), YES),
    ("some: {equals: a}", "string-array", starting("b,a"), DEPENDS),
    ("some: {equals: a}", "string-array", starting('a,"b,'), DEPENDS),
    ("every: {contains: mail}", "string-array", LIST, NO),
    ("every: {contains: mail}", "string-array", setting([]), YES),
    ("every: {contains: mail}", "string-array", UNKNOWN, DEPENDS),
    ("every: {contains: mail}", "string-array", SECRET, DEPENDS),
    ("every: {notation: listen-address}", "string-array", setting(["a:b", ":1"]), DEPENDS),
    ("every: {notation: listen-address}", "string-array", setting(["a:b", "c"]), NO),
    ("repeats: true", "string-array", LIST, NO),
    ("repeats: true", "string-array", setting(["a", "b", "a"]), YES),
    ("repeats: true", "string-array", setting(["a", "A"]), NO),
    ("repeats: true", "string-array", setting([]), NO),
    ("repeats: false", "string-array", LIST, YES),
    ("repeats: true", "string-array", UNKNOWN, DEPENDS),
    ("repeats: true", "string-array", SECRET, DEPENDS),
    ("repeats: true", "string", TRUE, NO),
    ("count: {at_most: 2}", "string-array", LIST, YES),
    ("count: {above: 2}", "string-array", LIST, NO),
    ("count: {at_least: 1}", "string-array", setting([]), NO),
    ("count: {at_least: 1}", "string-array", UNKNOWN, DEPENDS),
    ("count: {at_least: 1}", "string-array", SECRET, DEPENDS),
    ("source: env", "string", TEXT, YES),
    ("source: flag", "string", TEXT, NO),
    ("source: [flag, env]", "string", UNKNOWN, YES),
    ("source: env", "string", SECRET, YES),
    ("source: default", "string", ABSENT, YES),
    ("source: default", "string", setting("x", source=ValueSource.DEFAULT), YES),
    ("source: env", "string", ABSENT, NO),
    ("source: env", "string", setting("x", source=None), DEPENDS),
    ("source: env", "string", setting("", GivenState.PASS_THROUGH, is_set=DEPENDS), DEPENDS),
]


def ask(question, option_type):
    where = part(question if question.startswith("{") else f"{{{question}}}")
    return where.read(SettingQuestion).question(where, (option_type,) if option_type else ())


@every_row(("question", "option_type", "known", "expected"), VALUES)
def test_a_question_about_a_value(question, option_type, known, expected):
    found = ask(question, option_type)(known)
    assert found.answer is expected
    assert found.because.startswith("CODER_X ") or "CODER_X" in found.because
    assert found.positions == ((PLACE,) if known.given else ())


def test_every_question_is_tried_on_every_kind_of_value():
    """Holds, holds not, unknown and secret; of a wrong type where there is one."""
    for name in {*QUESTIONS.values(), "above"} - {"as_many_as"}:  # it needs another setting
        rows = [row for row in VALUES if row[0].startswith(f"{name}: ")]
        assert {YES, NO} <= {row[3] for row in rows}, name
        assert {"unknown", "secret"} <= {
            {id(UNKNOWN): "unknown", id(SECRET): "secret"}.get(id(row[2])) for row in rows
        }, name


@pytest.mark.parametrize(
    "question", ["is: empty", "equals: x", "contains: x", "in: [x]", "within: [10.0.0.0/8]"]
)
def test_what_may_be_set_out_of_sight_is_only_presumed(question):
    found = ask(question, "string")(UNSEEN)
    assert found.presumed
    assert found.verdict is (DEPENDS if found.answer is YES else NO)


def test_a_host_name_is_the_reason_why_it_depends():
    found = ask("within: [10.0.0.0/8]", "host:port")(setting("proxy.example:1"))
    assert found.because == "CODER_X names a host, whose address is not known here"


def test_reasons_never_hold_a_value():
    for question, option_type, known, _ in VALUES:
        because = ask(question, option_type)(known).because
        assert "example" not in because
        assert "10." not in because


# --- the deployment -----------------------------------------------------------------------------


def given(name, value="x", state=GivenState.LITERAL, prefix=""):
    return Given(Channel.ENV, name, state, PLACE, Form.HELM_VALUES, value, prefix=prefix)


def _values(on, off):
    keys = {
        **dict.fromkeys(on, ChartValue(PLACE)),
        **dict.fromkeys(off, ChartValue(PLACE, is_on=False)),
    }
    return ChartValues(keys) if keys else None


def situation(*settings, hidden=False, snapshot=None, chart=(), off=(), earlier=()):
    operator = Operator(
        settings,
        forms=(Form.HELM_VALUES,),
        chart=_values(chart, off),
        elsewhere=(Elsewhere("secret/x", "there is more"),) if hidden else (),
    )
    source, target = SLIM.nearest("2.33.0"), SLIM.nearest("2.34.5")
    return situation_of(snapshot, source, target, operator, SLIM, lambda key: iter(earlier))


def shown(value, flag="oidc-issuer-url", source="env"):
    option = {"flag": flag, "env": f"CODER_{flag.upper()}".replace("-", "_"), "name": flag}
    option |= {"value": value, "value_source": source}
    if flag == "oidc-client-secret":
        option |= {"annotations": {"secret": "true"}}
    raw = Raw({"config": {}, "options": [option]}, version="2.33.0", fidelity=Fidelity.FULL)
    return normalise(redact(raw), SLIM.nearest("2.33.0"))


AUTH = "CODER_EXTERNAL_AUTH_"
ISSUER = "CODER_OIDC_ISSUER_URL"
SAME, OTHER = given(ISSUER, "https://a.example"), given(ISSUER, "https://b.example")
UNTOLD = given(ISSUER, None, GivenState.REFERENCE)
KEYED, KEY = "oidc-client-secret", given("CODER_OIDC_CLIENT_SECRET", None, GivenState.REFERENCE)
LISTED = given("CODER_EXPERIMENTS", "oauth2")
HIDDEN_VALUE = given("CODER_EXPERIMENTS", None, GivenState.REFERENCE)

DEPLOYMENTS = [
    ("{option: session-duration, below: 24h}", [given("CODER_SESSION_DURATION", "1h")], {}, YES),
    ("{option: session-duration, below: 24h}", [given("CODER_SESSION_DURATION", "24h")], {}, NO),
    ("{option: session-duration, at_least: 24h}", [], {}, YES),
    ("{not: {option: session-duration, below: 24h}}", [], {}, YES),
    ("{option: session-duration, below: {option: max-token-lifetime}}", [], {}, YES),
    ("{option: session-duration, below: {option: autobuild-poll-interval}}", [], {}, NO),
    (
        "{option: session-duration, below: {option: autobuild-poll-interval}}",
        [given("CODER_AUTOBUILD_POLL_INTERVAL", None, GivenState.REFERENCE)],
        {},
        DEPENDS,
    ),
    (
        "{option: autobuild-poll-interval, below: {option: session-duration}}",
        [],
        {"hidden": True},
        DEPENDS,
    ),
    (
        "{option: session-duration, above: {option: autobuild-poll-interval}, at_most: "
        "{option: max-token-lifetime}}",
        [],
        {},
        YES,
    ),
    (
        "{option: postgres-conn-max-idle, above: {option: postgres-conn-max-open}}",
        [given("CODER_PG_CONN_MAX_IDLE", " 11 ")],
        {},
        YES,
    ),
    ("{option: postgres-conn-max-idle, above: {option: postgres-conn-max-open}}", [], {}, NO),
    ("{option: tls-cert-file, as_many_as: {option: tls-key-file}}", [], {}, YES),
    (
        "{option: tls-cert-file, as_many_as: {option: tls-key-file}}",
        [given("CODER_TLS_CERT_FILE", "a,b"), given("CODER_TLS_KEY_FILE", "c")],
        {},
        NO,
    ),
    (
        "{option: tls-cert-file, as_many_as: {option: tls-key-file}}",
        [given("CODER_TLS_KEY_FILE", None, GivenState.REFERENCE)],
        {},
        DEPENDS,
    ),
    ("{together: [tls-cert-file, tls-key-file]}", [], {}, YES),
    ("{together: [tls-cert-file, tls-key-file]}", [given("CODER_TLS_CERT_FILE", "a")], {}, NO),
    (
        "{together: [tls-cert-file, tls-key-file]}",
        [
            given("CODER_TLS_CERT_FILE", "a"),
            given("CODER_TLS_KEY_FILE", None, GivenState.PASS_THROUGH),
        ],
        {},
        DEPENDS,
    ),
    ("{experiment: oauth2}", [LISTED], {}, YES),
    ("{experiment: oauth2}", [given("CODER_EXPERIMENTS", "x")], {}, NO),
    ("{experiment: oauth2}", [HIDDEN_VALUE], {}, DEPENDS),
    ("{experiment: oauth2, at: before}", [LISTED], {}, YES),
    ("{variable: CODER_OIDC_*}", [SAME], {}, YES),
    ("{variable: CODER_OIDC_*}", [LISTED], {}, NO),
    ("{variable: CODER_EXPERIMENTS}", [HIDDEN_VALUE], {}, YES),
    ("{not: {variable: CODER_OIDC_*}}", [LISTED], {"hidden": True}, DEPENDS),
    ("{family: external-auth, has: skipped-number}", [given(f"{AUTH}1_ID")], {}, YES),
    ("{family: external-auth, has: skipped-number}", [given(f"{AUTH}0_ID")], {}, NO),
    (
        "{family: external-auth, has: doubled-name}",
        [given(f"{AUTH}0_ID"), given(f"{AUTH}1_ID")],
        {},
        YES,
    ),
    (
        "{family: ai-provider, has: doubled-name}",
        [given(f"{AUTH}0_ID"), given(f"{AUTH}1_ID")],
        {},
        NO,
    ),
    ("{variable: CODER_OIDC_*}", [], {"snapshot": shown("https://a.example")}, NO),
    ("{variable: CODER_OIDC_*, shown: true}", [], {"snapshot": shown("https://a.example")}, YES),
    ("{variable: CODER_OIDC_*, shown: true}", [], {"snapshot": shown("", source="")}, NO),
    ("{variable: CODER_TLS_*, shown: true}", [], {"snapshot": shown("https://a.example")}, NO),
    ("{variable: CODER_OIDC_*, shown: true}", [SAME], {}, YES),
    ("{chart: coder.env}", [], {"chart": ["coder.env"]}, YES),
    ("{chart: coder.env.*}", [], {"chart": ["coder.env", "coder.env.A"]}, YES),
    ("{chart: coder.env.*}", [], {"chart": ["coder.env", "coder.envFrom"]}, NO),
    ("{chart: coder.env, truthy: true}", [], {"chart": ["coder.env"]}, YES),
    ("{chart: coder.env, truthy: true}", [], {"chart": ["coder.env"], "off": ["coder.env"]}, NO),
    ("{chart: coder.env}", [], {}, NO),
    ("{form: [compose, helm-values]}", [], {}, YES),
    ("{form: [compose]}", [], {}, NO),
    ("{moved: oidc-issuer-url}", [OTHER], {"snapshot": shown("https://a.example")}, YES),
    ("{moved: oidc-issuer-url}", [SAME], {"snapshot": shown("https://a.example")}, NO),
    ("{moved: oidc-issuer-url}", [OTHER], {}, NO),
    ("{moved: oidc-issuer-url}", [UNTOLD], {"snapshot": shown("https://a.example")}, NO),
    ("{moved: oidc-issuer-url}", [UNTOLD], {"snapshot": shown("", source="")}, DEPENDS),
    ("{moved: oidc-client-secret}", [KEY], {"snapshot": shown("", KEYED)}, DEPENDS),
    ("{moved: oidc-client-secret}", [KEY], {"snapshot": shown("", KEYED, "")}, YES),
    ("{moved_before: oidc-issuer-url}", [SAME], {}, DEPENDS),
    ("{moved_before: oidc-issuer-url}", [SAME], {"earlier": ["https://a.example"]}, DEPENDS),
    ("{moved_before: oidc-issuer-url}", [SAME], {"earlier": ["", MISSING, None]}, DEPENDS),
    ("{moved_before: oidc-issuer-url}", [SAME], {"earlier": ["", "https://b.example"]}, YES),
    ("{moved_before: oidc-issuer-url}", [UNTOLD], {"earlier": ["https://b.example"]}, DEPENDS),
    ("{moved_before: oidc-issuer-url}", [UNTOLD], {"earlier": ["https://b", "https://c"]}, YES),
    ("{moved_before: oidc-issuer-url}", [LISTED], {"earlier": ["https://b.example"]}, NO),
    ("{release: {at_least: 2.34.0}}", [], {}, YES),
    ("{release: {at_least: 2.34.0}, at: before}", [], {}, NO),
    ("{release: {above: 2.34.5}}", [], {}, NO),
    ("{release: {at_most: 2.34.5}}", [], {}, YES),
    ("{release: {at_least: 2.29.0, below: 2.34.5}}", [], {}, NO),
    ("{release: {at_least: 2.29.0, below: 2.34.5}, at: before}", [], {}, YES),
    ("{all: [{form: [helm-values]}, {experiment: oauth2}]}", [HIDDEN_VALUE], {}, DEPENDS),
    ("{all: [{form: [compose]}, {experiment: oauth2}]}", [HIDDEN_VALUE], {}, NO),
    ("{any: [{form: [helm-values]}, {experiment: oauth2}]}", [HIDDEN_VALUE], {}, YES),
    ("{any: [{form: [compose]}, {experiment: oauth2}]}", [HIDDEN_VALUE], {}, DEPENDS),
    ("{not: {experiment: oauth2}}", [HIDDEN_VALUE], {}, DEPENDS),
]


def condition(text, looking=None):
    types = {key: (spec.type,) for key, spec in SLIM.nearest("2.34.5").options.items()}
    return ConditionReader(types, looking).condition(part(text))


@every_row(("text", "settings", "more", "expected"), DEPLOYMENTS)
def test_a_condition_on_the_deployment(text, settings, more, expected):
    assert condition(text)(situation(*settings, **more), None).verdict is expected


def test_a_candidate_has_what_its_release_has():
    now = situation()
    candidate = replace(now, target=replace(now.target, version="2.34.0-rc.1"))
    assert condition("{release: {at_least: 2.34.0}}")(candidate, None).answer is YES


def test_history_is_walked_no_further_than_needed_and_not_at_all_for_nothing():
    walked = []

    def history():
        for value in ("https://a.example", "https://b.example", "https://c.example"):
            walked.append(value)
            yield value

    ask_it = condition("{moved_before: oidc-issuer-url}")
    assert ask_it(situation(LISTED, earlier=history()), None).answer is NO
    assert walked == []
    assert ask_it(situation(SAME, earlier=history()), None).answer is YES
    assert walked == ["https://a.example", "https://b.example"]


# --- options that are set -----------------------------------------------------------------------

LOOKED_AT = ["aibridge-openai-base-url", "ai-gateway-openai-base-url", "tls-min-version"]


@every_row(
    ("settings", "expected"),
    [
        ([], []),
        ([given("CODER_TLS_MIN_VERSION", "tls13")], ["CODER_TLS_MIN_VERSION"]),
        ([given("CODER_TLS_MIN_VERSION", "tls12")], []),
        ([given("CODER_TLS_MIN_VERSION", "")], []),
        ([given("CODER_TLS_MIN_VERSION", None, GivenState.REFERENCE)], ["CODER_TLS_MIN_VERSION"]),
        ([given("CODER_TLS_MIN_VERSION", None, GivenState.PASS_THROUGH)], []),
        ([given("CODER_AIBRIDGE_OPENAI_BASE_URL", "x")], ["CODER_AIBRIDGE_OPENAI_BASE_URL"]),
        ([given("CODER_AI_GATEWAY_OPENAI_BASE_URL", "x")], ["CODER_AI_GATEWAY_OPENAI_BASE_URL"]),
    ],
)
def test_options_that_are_set_are_looked_at_once_by_the_name_in_use(settings, expected):
    found = list(each_option(LOOKED_AT)(situation(*settings)))
    assert [item.name for item in found] == expected
    assert all(item.option in LOOKED_AT and item.positions == (PLACE,) for item in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{option: "*", source: env}', YES),
        ('{option: "*", source: [flag, yaml]}', NO),
        ('{option: "*", is: empty}', NO),
        ('{option: "*", equals: tls13}', YES),
    ],
)
def test_a_condition_on_the_option_that_is_looked_at(text, expected):
    now = situation(given("CODER_TLS_MIN_VERSION", "tls13"))
    [item] = each_option(LOOKED_AT)(now)
    assert condition(text, Looking.OPTION)(now, item).verdict is expected


# --- a field of a provider ----------------------------------------------------------------------

TYPE = "CODER_EXTERNAL_AUTH_0_TYPE"


@pytest.mark.parametrize(
    ("text", "setting", "expected"),
    [
        ("{field: TYPE, equals: github}", given(TYPE, "github"), YES),
        ("{field: TYPE, in: [gitea, gitlab]}", given(TYPE, "github"), NO),
        ("{field: TYPE, equals: github}", given(TYPE, None, GivenState.REFERENCE), DEPENDS),
        ("{field: CLIENT_ID, is: unset}", given(TYPE, "github"), YES),
    ],
)
def test_a_condition_on_a_provider(text, setting, expected):
    now = situation(setting)
    [item] = each_provider(Family.EXTERNAL_AUTH)(now)
    assert condition(text, Looking.PROVIDER)(now, item).verdict is expected


def test_variables_without_a_number_are_looked_at_one_by_one():
    names = ["GITHUB_DEFAULT_PROVIDER_ENABLE", "OAUTH_ID", "0_ID"]
    found = each_unnumbered(Family.EXTERNAL_AUTH)(
        situation(*(given(f"{AUTH}{name}") for name in names))
    )
    assert [(one.name, one.option) for one in found] == [
        (f"{AUTH}GITHUB_DEFAULT_PROVIDER_ENABLE", "external-auth-github-default-provider-enable"),
        (f"{AUTH}OAUTH_ID", ""),
    ]


# --- a change -----------------------------------------------------------------------------------


def change(cause=Cause.OPERATOR, kind=ChangeKind.CHANGED):
    return Change(Subject.OPTION, "access-url", kind, "a", "b", cause=cause)


@every_row(
    ("text", "looked_at", "expected"),
    [
        ("{cause: operator}", change(), YES),
        ("{cause: operator}", change(Cause.RELEASE), NO),
        ("{cause: [release, computed]}", change(Cause.COMPUTED), YES),
        ("{cause: operator}", change(Cause.UNKNOWN), DEPENDS),
        ("{cause: operator}", change(None), DEPENDS),
        ("{not: {cause: operator}}", change(Cause.UNKNOWN), DEPENDS),
        ("{cause: [operator, unknown]}", change(Cause.UNKNOWN), YES),
        ("{cause: unknown}", change(), NO),
        ("{kind: changed}", change(), YES),
        ("{kind: [added, removed]}", change(), NO),
        ("{kind: [added, removed]}", change(kind=ChangeKind.REMOVED), YES),
        ("{all: [{cause: operator}, {option: access-url, is: unset}]}", change(), YES),
    ],
)
def test_a_condition_on_a_change(text, looked_at, expected):
    asked = condition(text, Looking.CHANGE)
    assert asked(situation(), Item.of(looked_at)).verdict is expected


def test_every_kind_of_change_has_its_words():
    for kind in ChangeKind:
        asked = condition(f"{{kind: {kind}}}", Looking.CHANGE)
        found = asked(situation(), Item.of(change(kind=kind)))
        assert (found.answer, found.because[:6]) == (YES, "it is ")


def test_everything_that_can_be_asked_is_tried():
    tried = "".join(row[0] for row in DEPLOYMENTS) + "{field: {cause: {kind: "
    assert [name for name in KINDS if f"{{{name}: " not in tried] == []
