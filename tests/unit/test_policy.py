"""The policy of a house: what its file may say, what follows from it, and what is refused."""

from datetime import date
from typing import Final

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.given import Position
from confaudit.core.judge.exceptions import ExpectedDifference, LevelOverride, Rulings
from confaudit.core.judge.finding import Effect
from confaudit.core.judge.judge import SuppressedBy, joined, judge
from confaudit.core.judge.policy import HouseRule
from confaudit.core.judge.rules import RULES
from confaudit.core.judge.rules.changes import change_findings
from confaudit.core.judge.verdict import verdict
from confaudit.core.model import Cause, Change, ChangeKind, Level, Subject
from confaudit.core.upgrade.known import Truth
from confaudit.errors import ConfigError
from confaudit.rulebook import exceptions
from confaudit.rulebook.examples import failures
from confaudit.rulebook.policy import PolicyFile, read
from confaudit.workflows.policy import POLICY as USER_FILE
from tests.bounded import bounded


def policy(text: str) -> PolicyFile:
    return read(text.encode(), USER_FILE, [packaged()], [*RULES, "start-a"])


def house_rule(asks: str) -> HouseRule:
    (rule,) = policy(f"rules:\n  - id: ours\n    {asks}\n").policy.rules
    return rule


SAYINGS: Final = (
    ("forbid: {option: telemetry, equals: true}", "forbids that telemetry is true"),
    (
        "require: {option: session-duration, at_most: 24h}",
        "requires that session-duration is at most 24h",
    ),
    (
        "require: {option: proxy-trusted-origins, within: [10.0.0.0/8, 'fd00::/8']}",
        "requires that proxy-trusted-origins lies within 10.0.0.0/8, fd00::/8",
    ),
    (
        "forbid: {all: [{experiment: x}, {not: {option: access-url, starts_with: https}}]}",
        "forbids that the experiment x is on and access-url does not begin with https",
    ),
    (
        "forbid: {not: {any: [{chart: coder.x}, {option: oidc-scopes, some: {equals: a}}]}}",
        "forbids that the chart's values do not have coder.x and oidc-scopes has no item that is a",
    ),
    (
        "require: {option: session-duration, below: {option: max-token-lifetime}}",
        "requires that session-duration is below max-token-lifetime",
    ),
    (
        "require: {option: oidc-scopes, count: {at_least: 1, at_most: 5}}",
        "requires that oidc-scopes has a number of items at least 1 and at most 5",
    ),
    ("forbid: {release: {below: 2.30.0}}", "forbids that the release is below 2.30.0"),
    ("forbid: {variable: CODER_TLS_*}", "forbids that CODER_TLS_* is given"),
    (
        "forbid: {together: [tls-cert-file, tls-key-file]}",
        "tls-cert-file, tls-key-file go together",
    ),
    ("forbid: {family: external-auth, has: skipped-number}", "external-auth has skipped-number"),
    (f"forbid: {{option: access-url, in: [{'x' * 200}]}}", "The policy forbids otherwise"),
)


def test_a_rule_says_in_words_what_it_asks() -> None:
    for asks, said in SAYINGS:
        rule = house_rule(asks).advisory
        assert said in rule.message, asks
        assert rule.rule.effect is Effect.POLICY
        assert rule.rule.level is Level.ERROR
        assert all((rule.rule.title, rule.rule.why, rule.rule.fix, rule.steps))


def test_no_secret_that_people_wrote_down_is_told() -> None:
    """Neither what a secret is compared with, nor what looks like a credential anywhere."""
    rows = (
        "require: {option: oidc-client-secret, equals: hunter2}",
        "forbid: {any: [{option: verbose, equals: 1}, {option: postgres-url, matches: hunter2}]}",
        "forbid: {option: external-token-encryption-keys, some: {equals: hunter2}}",
        "require: {option: access-url, equals: 'https://me:hunter2@a.example.com'}",
        "forbid: {option: verbose, equals: true}\n    message: 'it says password=hunter2'",
        "forbid: {option: verbose, equals: true}\n    fix: ['see https://me:hunter2@b.example.com']",
    )
    for asks in rows:
        assert "hunter2" in asks
        assert "hunter2" not in str(house_rule(asks).advisory), asks
    (entry,) = exceptions.read(b"ignore: [{rule: x, reason: 'token: hunter2'}]", "f")
    assert entry.reason == "token: REDACTED"


FULL: Final = """
rules:
  - id: house-own-words
    title: T
    level: info
    deployments: [prod*, staging]
    when: {option: oidc-client-id, is: set}
    forbid: {option: session-duration, above: 1d}
    subject: telemetry
    message: M.
    why: W.
    fix: [F., G.]
    reference: R
    tests:
      - {env: {CODER_OIDC_CLIENT_ID: a, CODER_SESSION_DURATION: 25h}, affects: yes}
      - {env: {CODER_SESSION_DURATION: 25h}, affects: no}
      - {env: {CODER_OIDC_CLIENT_ID: a, CODER_SESSION_DURATION: 24h}, affects: no}
      - {env: {CODER_OIDC_CLIENT_ID: a}, unknown: [CODER_SESSION_DURATION], affects: depends}
  - id: house-each
    each: {options: [telemetry, verbose]}
    require: {option: "*", source: env}
    tests:
      - {env: {CODER_TELEMETRY_ENABLE: "false"}, affects: no}
      - {flags: {telemetry: "false"}, affects: yes}
levels: {option-added: off, start-*: warning, house-each: info}
differences:
  - {option: "*access-url", deployments: [prod, staging], reason: each has its own}
"""


def test_what_an_author_says_goes_before_what_follows() -> None:
    rule = policy(FULL).policy.rules[0]
    own = rule.advisory.rule
    assert (own.title, own.level, own.why, own.fix) == ("T", Level.INFO, "W.", "F. G.")
    assert (own.reference, rule.advisory.message, rule.advisory.subject) == ("R", "M.", "telemetry")
    assert rule.position == Position(USER_FILE, 3)
    found = policy(FULL).policy
    for name, count in (("prod-eu", 2), ("staging", 2), ("dev", 1), ("", 1)):
        assert len(found.advisories(name)) == count, name


def test_examples_are_what_the_rules_make_of_them() -> None:
    for one in policy(FULL).tested:
        assert [*failures(one.advisory, one.examples, packaged())] == []
    wrong = policy(FULL.replace("affects: depends", "affects: yes")).tested[0]
    (told,) = failures(wrong.advisory, wrong.examples, packaged())
    assert told == "house-own-words, test 4: depends instead of yes."


def test_a_required_value_is_proposed() -> None:
    for asks, proposed in (
        ("require: {option: telemetry, equals: false}", False),
        ("require: {option: ssh-keygen-algorithm, equals: ed25519}", "ed25519"),
    ):
        assert house_rule(asks).advisory.proposed == proposed


def test_levels_name_their_lines() -> None:
    assert policy(FULL).policy.overrides == (
        LevelOverride("option-added", None, f"{USER_FILE}:25"),
        LevelOverride("start-*", Level.WARNING, f"{USER_FILE}:25"),
        LevelOverride("house-each", Level.INFO, f"{USER_FILE}:25"),
    )


def test_a_text_without_anything_lays_nothing_down() -> None:
    for text in ("", "# nothing yet\n", "{}", "rules:\nlevels:\ndifferences:\n"):
        assert policy(text) == PolicyFile(), text


CHANGES: Final = tuple(
    Change(Subject.OPTION, key, ChangeKind.CHANGED, 1, 2, cause=Cause.UNKNOWN)
    for key in ("access-url", "telemetry")
)


def test_expected_differences_are_those_between_the_deployments_that_are_meant() -> None:
    rulings = Rulings(date.min, differences=policy(FULL).policy.differences)
    for between, expected in (
        (("prod", "staging"), ["access-url"]),
        (("prod", "prod"), []),
        (("prod", "dev"), []),
        ((), []),
    ):
        came = judge(change_findings(CHANGES), rulings=rulings.between(*between))
        excused = [one.finding.change.key for one in came.excused if one.finding.change]
        assert excused == expected, between
        assert len(came.found) == 2 - len(expected)
        assert {(one.by, one.reason) for one in came.excused} <= {
            (SuppressedBy.EXPECTED, "each has its own")
        }


def test_a_difference_is_expected_between_any_where_nothing_else_is_said() -> None:
    anywhere = ExpectedDifference("*", "why")
    assert anywhere.meets(["x"], ["a", "b", ""])
    assert not replace(anywhere, option="y*").meets(["x"], ["a", "b"])


def test_levels_that_the_policy_changes_are_counted() -> None:
    overrides = (LevelOverride("unexplained-*", Level.ERROR),)
    for rulings, count in (
        (Rulings(date.min), 0),
        (Rulings(date.min, overrides=overrides), 2),
        (Rulings(date.min, overrides=(LevelOverride("*", Level.WARNING),)), 0),
        (Rulings(date.min, overrides=(LevelOverride("*", None),)), 0),
    ):
        came = judge(change_findings(CHANGES), rulings=rulings)
        assert came.relevelled == count
        assert joined([came, came]).relevelled == 2 * count


REFUSED: Final = (
    ("rule: []", "line 1: unknown key rule", "did you mean rules?"),
    ("rules: {}", "line 1, rules: expected a list", ""),
    ("rules: [{id: a}]", "it forbids and requires nothing", "give either"),
    ("rules: [{id: a, forbid: {experiment: x}, require: {experiment: y}}]", "both", "either"),
    ("rules: [{id: A b, forbid: {experiment: x}}]", "rules.id: it is not of the form", "letters"),
    ("rules: [{id: value-invalid, forbid: {experiment: x}}]", "that is there already", "own"),
    (
        "rules:\n- {id: a, forbid: {experiment: x}}\n- {id: a, forbid: {experiment: x}}",
        "line 3, rules.id: a stands at line 2 already",
        "own",
    ),
    ("rules: [{id: a, forbid: {option: telemetri, is: set}}]", "telemetri", "mean telemetry?"),
    ("rules: [{id: a, forbid: {option: telemetry, at_most: 24h}}]", "bool, which has no order", ""),
    ("rules: [{id: a, require: {option: session-duration, at_most: x}}]", "duration", "720h"),
    ("rules: [{id: a, forbid: {option: access-url, matches: '(?=a)'}}]", "RE2", "look-around"),
    ("rules: [{id: a, forbid: {}}]", "it asks none of the things", "known: all, any"),
    ("rules: [{id: a, forbid: {field: TYPE, is: set}}]", "no provider to look at", "each"),
    ("rules: [{id: a, forbid: {experiment: x}, subject: telemetri}]", "telemetri", "telemetry?"),
    ("rules: [{id: a, forbid: {experiment: x}, deployments: []}]", "deployments", ""),
    ("rules: [{id: a, forbid: {experiment: x}, level: off}]", "none of the choices", "error"),
    ("levels: {value-invalit: off}", "no rule is called value-invalit", "mean value-invalid?"),
    ("levels: {sart-*: off}", "no rule is called sart-*", ""),
    ("levels: {value-invalid: fatal}", "levels.value-invalid: it is none", "known: info, warn"),
    ("levels: {'\\e[31m': off}", "it is not of the form", "the id of a rule"),
    ("levels: {value-*: off, value-*: error}", "it stands at line 1 already", "keep one"),
    ("differences: [{option: access-url}]", "reason is missing", ""),
    ("differences: [{option: '', reason: x}]", "differences.option", ""),
    ("a: &a [*a, *a]", "", ""),
    ("x: " + "[" * 3000, "", ""),
    ("rules: &r\n" + "- {id: a, forbid: {experiment: x}}\n" * 1001, "1000", ""),
    ("\tx", "", ""),
    ("\x00", "", ""),
)


def test_what_cannot_be_meant_is_told_in_one_line_with_a_way_out() -> None:
    for text, told, hint in REFUSED:
        with pytest.raises(ConfigError) as refused:
            policy(text)
        message = refused.value.message
        assert message.startswith(USER_FILE), text[:80]
        assert told in message, (text[:80], message)
        assert hint in refused.value.hint, (text[:80], refused.value.hint)
        assert "\n" not in message + refused.value.hint
        assert refused.value.hint


def test_a_wrong_example_is_told_when_it_is_wanted() -> None:
    tested = policy("rules: [{id: a, forbid: {experiment: x}, tests: [{affects: so}]}]").tested
    with pytest.raises(ConfigError, match=r"line 1, rules\.tests\.affects"):
        _ = tested[0].examples


def test_a_hostile_text_is_refused_or_read_quickly() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(50))
    nested = "{not: " * 500 + "{experiment: x}" + "}" * 500
    many = "".join(f"- {{option: '{'*a' * 60}', reason: r}}\n" for _ in range(1000))
    hostile = (bomb, f"rules: [{{id: a, forbid: {nested}}}]", "levels: {" * 10_000, "? " * 9999)
    with bounded():
        for text in hostile:
            with pytest.raises(ConfigError):
                policy(text)
        rulings = Rulings(date.min, differences=policy(f"differences:\n{many}").policy.differences)
        judge(change_findings(CHANGES * 50), rulings=rulings.between("a", "b"))


def test_an_upgrade_that_breaks_a_rule_of_the_house_is_not_safe() -> None:
    rule = house_rule("forbid: {option: telemetry, equals: true}").advisory.rule
    broken = judge(change_findings(CHANGES)).found[0]
    found = replace(broken, rule=rule, change=None)
    other = replace(found, rule=replace(rule, id="other"), affects=Truth.DEPENDS)
    assert verdict([found]) == "starts, 1 rule of the house is broken"
    assert verdict([found, other]) == ("starts, 1 rule of the house is broken, 1 more may be")
    assert verdict([other]) == "starts, 1 rule of the house may be broken"
    assert verdict([replace(found, affects=Truth.NO)]) == "safe"
