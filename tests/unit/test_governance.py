"""What a change does to the policy and the exceptions that it is judged by is told, all of it."""

from datetime import date
from typing import Final

from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.given import Position
from confaudit.core.judge.exceptions import Decision, ExceptionEntry
from confaudit.core.judge.governance import GOVERNANCE_RULES, Decided, governance
from confaudit.core.judge.rules import RULES
from confaudit.core.model import Level
from confaudit.rulebook import policy
from confaudit.workflows.house import EXCEPTIONS
from confaudit.workflows.policy import POLICY


def decided(laws: str = "", *entries: ExceptionEntry) -> Decided:
    return Decided(policy.read(laws.encode(), POLICY, [packaged()], RULES).policy, entries)


def told(before: Decided, after: Decided) -> list[tuple[str, str]]:
    found = governance(before, after, RULES, {})
    assert all(one.severity is Level.INFO for one in found)
    return [(one.rule.id, one.message) for one in found]


RULE: Final = "rules:\n- {id: ours, forbid: {option: telemetry, equals: true}, level: error}\n"
LEVELS: Final = "levels: {option-removed: error}\n"
MAY: Final = "differences: [{option: access-url, deployments: [a, b], reason: Two houses.}]\n"

OF_POLICIES: Final = (
    (RULE + LEVELS + MAY, "# moved\n" + MAY + RULE + LEVELS, []),
    (RULE, RULE.replace("level:", "message: Other words., level:"), []),
    (RULE, "", [("policy-weakened", "ours (Forbidden: telemetry is true) is taken out")]),
    ("", RULE, [("policy-changed", "ours (Forbidden: telemetry is true) is new in the policy")]),
    (RULE, RULE.replace("true", "false"), [("policy-changed", "asks something else than before")]),
    (
        RULE,
        RULE.replace("level: error", "deployments: prod, level: error"),
        [("policy-changed", "asks something else than before")],
    ),
    (
        RULE,
        RULE.replace("error", "info"),
        [("policy-weakened", "ours is info now instead of error.")],
    ),
    (
        RULE,
        RULE + "levels: {ours: off}",
        [("policy-weakened", "ours is off now instead of error.")],
    ),
    (
        "",
        LEVELS.replace("error", "off"),
        [("policy-weakened", "option-removed is off now instead of error.")],
    ),
    (
        LEVELS,
        "levels: {option-*: off, option-removed: error}",
        [
            ("policy-weakened", "option-added is off now instead of info."),
            ("policy-weakened", "option-deprecated, option-renamed and option-unknown are off"),
            ("policy-weakened", "option-not-yet is off now instead of error."),
        ],
    ),
    ("levels: {downgrade: info}", "", [("policy-changed", "downgrade is error now instead of")]),
    (
        "",
        MAY,
        [
            (
                "policy-weakened",
                "access-url may differ between deployments like a and b from now on: Two houses",
            )
        ],
    ),
    (MAY, "", [("policy-changed", "access-url may differ between deployments like a and b no ")]),
)


def test_what_a_change_does_to_the_policy_is_told() -> None:
    for before, after, expected in OF_POLICIES:
        found = sorted(told(decided(before), decided(after)))
        assert [rule for rule, _ in found] == [rule for rule, _ in expected], (before, after)
        for (_, message), (_, part) in zip(found, sorted(expected), strict=True):
            assert part in message, message


IGNORE: Final = ExceptionEntry(
    Decision.IGNORE,
    "Known.",
    rule="option-*",
    option="a",
    owner="Ann",
    expires=date(2026, 1, 31),
    where=f"{EXCEPTIONS}:2",
)
ACCEPT: Final = ExceptionEntry(
    Decision.ACCEPT, "Seen", fingerprint="0123456789ab", where=f"{EXCEPTIONS}:7"
)
UNTIL: Final = replace(IGNORE, expires=None, until_version="2.35.0", deployment="d")
SAID: Final = "The exception to ignore option-* of a"
LATER: Final = date(2026, 2, 1)

OF_EXCEPTIONS: Final = (
    ([IGNORE], [replace(IGNORE, where=f"{EXCEPTIONS}:9", reason="Other")], "", ""),
    ([IGNORE], [replace(IGNORE, expires=date(2026, 1, 30))], "", ""),
    ([], [replace(IGNORE, decision=Decision.ANNOTATE)], "", ""),
    ([], [IGNORE], "exception-added", f"{SAID} is new, until 2026-01-31 (owner Ann): Known."),
    (
        [],
        [ACCEPT],
        "exception-added",
        "The exception to accept finding 0123456789ab is new, without an end: Seen.",
    ),
    ([IGNORE], [], "exception-removed", f"{SAID} is taken out."),
    (
        [IGNORE],
        [replace(IGNORE, expires=LATER)],
        "exception-extended",
        f"{SAID} lasts longer, until 2026-02-01 (owner Ann): Known.",
    ),
    ([IGNORE], [replace(IGNORE, expires=None)], "exception-extended", "without an end"),
    ([IGNORE], [IGNORE, replace(IGNORE, expires=LATER)], "exception-extended", "2026-02-01"),
    ([IGNORE, replace(IGNORE, expires=LATER)], [replace(IGNORE, expires=LATER)], "", ""),
    ([UNTIL], [replace(UNTIL, until_version="2.35.10")], "exception-extended", "Coder 2.35.10"),
    ([UNTIL], [replace(UNTIL, until_version="2.34.9")], "", ""),
    ([UNTIL], [replace(IGNORE, deployment="d")], "exception-extended", "a in d lasts longer"),
)


def test_what_a_change_does_to_the_exceptions_is_told() -> None:
    for before, after, rule, message in OF_EXCEPTIONS:
        found = told(decided("", *before), decided("", *after))
        assert [one for one, _ in found] == [rule] * bool(rule), (before, after)
        assert all(message in said for _, said in found), found


def test_each_stands_in_its_file_and_names_who_changed_it() -> None:
    found = governance(
        decided(RULE),
        decided("levels: {downgrade: off}", IGNORE),
        RULES,
        {POLICY: "by Mallory \x1b[31m <m@example.com>"},
    )
    assert [(one.rule.id, *one.positions) for one in found] == [
        ("policy-weakened", Position(POLICY, 2)),
        ("policy-weakened", Position(POLICY, 1)),
        ("exception-added", Position(EXCEPTIONS, 2)),
    ]
    signed = [one.message.endswith("(by Mallory \\x1b[31m <m@example.com>).") for one in found]
    assert signed == [True, True, False]


def test_their_ids_are_of_no_other_rule() -> None:
    assert not GOVERNANCE_RULES.keys() & RULES.keys()
