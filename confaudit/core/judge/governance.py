"""What a change does to the policy and the exceptions that it is itself judged by.

A pull request cannot absolve itself unseen: what it adds and takes away is told beside all else.
Judge these findings by the rulings from before the change, so that it cannot switch them off.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.releases import Version
from confaudit.core.given import Position
from confaudit.core.judge.exceptions import (
    Decision,
    ExceptionEntry,
    ExpectedDifference,
    Rulings,
)
from confaudit.core.judge.finding import Effect, Finding, Rule
from confaudit.core.judge.policy import NO_POLICY, HouseRule, Policy
from confaudit.core.model import Level
from confaudit.core.text.wording import agreeing, listing, listing_some, visible

POLICY_WEAKENED: Final = Rule(
    id="policy-weakened",
    title="The change makes the policy forbid less",
    effect=Effect.ADVICE,
    level=Level.INFO,
    why="The change is judged by this policy, and what it takes out of it no longer counts.",
    fix="Have somebody approve it who answers for the policy.",
)
POLICY_CHANGED: Final = Rule(
    id="policy-changed",
    title="The change alters the policy",
    effect=Effect.INFO,
    level=Level.INFO,
    why="The change is judged by this policy, and from now on every other one as well.",
    fix="Check that it is meant.",
)
EXCEPTION_ADDED: Final = Rule(
    id="exception-added",
    title="The change adds an exception",
    effect=Effect.ADVICE,
    level=Level.INFO,
    why="What the exception is about no longer counts, in this change and in later ones.",
    fix="Check its reason and its end.",
)
EXCEPTION_EXTENDED: Final = Rule(
    id="exception-extended",
    title="The change makes an exception last longer",
    effect=Effect.ADVICE,
    level=Level.INFO,
    why="What was to count again on a day or from a release on does not yet.",
    fix="Check whether its reason still holds.",
)
EXCEPTION_REMOVED: Final = Rule(
    id="exception-removed",
    title="The change takes an exception out",
    effect=Effect.INFO,
    level=Level.INFO,
    why="What the exception was about counts again.",
    fix="Nothing is to be done where what it was about is mended.",
)
SETUP_CHANGED: Final = Rule(
    id="setup-changed",
    title="The change alters what reviews go by",
    effect=Effect.ADVICE,
    level=Level.INFO,
    why="They say whose a file is, where the policy lies, and what is known of releases.",
    fix="Check that nothing is named or looked for otherwise than it is meant to be.",
)

GOVERNANCE_RULES: Final[Mapping[str, Rule]] = {
    rule.id: rule
    for rule in (
        POLICY_WEAKENED,
        POLICY_CHANGED,
        EXCEPTION_ADDED,
        EXCEPTION_EXTENDED,
        EXCEPTION_REMOVED,
        SETUP_CHANGED,
    )
}
"""Every rule on what a change is judged by, by id."""


class Decided(Struct, frozen=True):
    """What people had decided at some time."""

    policy: Policy = NO_POLICY
    entries: tuple[ExceptionEntry, ...] = ()


def governance(
    before: Decided,
    after: Decided,
    rules: Mapping[str, Rule],
    authors: Mapping[str, str],
) -> tuple[Finding, ...]:
    """A finding for each thing that a change adds to what was decided, or takes from it.

    `rules` are all that are not of the policy, by id; `authors` says for each of the files who
    changed it: `changed by Ann in 0a1b2c3`. A remark that an entry adds changes nothing.
    """
    found = chain(
        _house_rules(before.policy, after.policy),
        _levels(before.policy, after.policy, rules),
        _differences(before.policy, after.policy),
        _exceptions(before.entries, after.entries),
    )
    return tuple(_signed(one, authors) for one in found)


def setup_changed(paths: Sequence[str], author: str) -> Finding:
    """That a change alters files beside confaudit.yaml; `author` is as in `governance`."""
    said = listing_some([*map(visible, paths)], "file")
    verb = agreeing(len(paths), "is", "are")
    return Finding(
        SETUP_CHANGED,
        f"{said} {verb} other than before ({visible(author)}).",
        said,
        positions=tuple(Position(path, 1) for path in paths),
    )


def _signed(finding: Finding, authors: Mapping[str, str]) -> Finding:
    files = dict.fromkeys(place.file for place in finding.positions)
    names = [visible(authors[file]) for file in files if file in authors]
    if not names:
        return finding
    return replace(finding, message=f"{finding.message.removesuffix('.')} ({listing(names)}).")


def _finding(rule: Rule, subject: str, message: str, position: Position) -> Finding:
    return Finding(rule, f"{message}.", visible(subject), positions=(position,))


def _place(where: str) -> Position:
    """A place in the form of `LevelOverride.where`."""
    file, _, line = where.rpartition(":")
    return Position(file, int(line))


# --- rules of the house -------------------------------------------------------------------------


def _house_rules(before: Policy, after: Policy) -> Iterator[Finding]:
    were, are = ({one.id: one for one in policy.rules} for policy in (before, after))
    for name, rule in were.items():
        if name not in are:
            yield _of_rule(POLICY_WEAKENED, rule, "is taken out of the policy")
        elif are[name].wording != rule.wording:
            yield _of_rule(POLICY_CHANGED, are[name], "asks something else than before")
    for name in sorted(are.keys() - were.keys()):
        yield _of_rule(POLICY_CHANGED, are[name], "is new in the policy")


def _of_rule(kind: Rule, rule: HouseRule, what: str) -> Finding:
    title = visible(rule.advisory.rule.title)
    return _finding(kind, rule.id, f"{rule.id} ({title}) {what}", rule.position)


# --- levels -------------------------------------------------------------------------------------


_OFF: Final = "off"
_WORDS: Final = (_OFF, *(level.word for level in Level))
"""How much findings can count, the least first."""


class _Weight(Struct, frozen=True):
    """How much findings of a rule count under a policy, and where that is said."""

    level: Level | None
    position: Position | None = None
    """None: it is what the rule comes with."""

    @property
    def word(self) -> str:
        """In a word."""
        return self.level.word if self.level else _OFF


def _levels(before: Policy, after: Policy, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """One finding for all rules that one line moves in the same way."""
    were, are = _weights(before, rules), _weights(after, rules)
    moves: dict[tuple[str, str, Position | None], list[str]] = {}
    for name in sorted(were.keys() & are.keys()):
        was, now = were[name], are[name]
        if was.level != now.level:
            moves.setdefault((was.word, now.word, now.position or was.position), []).append(name)
    for (word, other, position), names in moves.items():
        said = listing_some(names, "rule")
        yield Finding(
            POLICY_WEAKENED if _WORDS.index(other) < _WORDS.index(word) else POLICY_CHANGED,
            f"{said} {agreeing(len(names), 'is', 'are')} {other} now instead of {word}.",
            said,
            before=word,
            after=other,
            positions=(position,) if position else (),
        )


def _weights(policy: Policy, rules: Mapping[str, Rule]) -> dict[str, _Weight]:
    own = {name: _Weight(rule.level) for name, rule in rules.items()}
    house = {one.id: _Weight(one.advisory.rule.level, one.position) for one in policy.rules}
    rulings = Rulings(date.min, overrides=policy.overrides)
    said = {name: rulings.override(name) for name in own | house}
    moved = {name: _Weight(one.level, _place(one.where)) for name, one in said.items() if one}
    return own | house | moved


# --- differences and exceptions -----------------------------------------------------------------


def _differences(before: Policy, after: Policy) -> Iterator[Finding]:
    were, are = ({_expected(one): one for one in each.differences} for each in (before, after))
    for what in sorted(are.keys() - were.keys()):
        one = are[what]
        message = f"{what} from now on: {visible(one.reason)}"
        yield _finding(POLICY_WEAKENED, one.option, message, _place(one.where))
    for what in sorted(were.keys() - are.keys()):
        one = were[what]
        yield _finding(POLICY_CHANGED, one.option, f"{what} no longer", _place(one.where))


def _expected(one: ExpectedDifference) -> str:
    """What may differ, as a sentence."""
    among = listing([*map(visible, one.deployments)])
    return f"{visible(one.option)} may differ between deployments like {among}"


def _exceptions(
    before: Sequence[ExceptionEntry], after: Sequence[ExceptionEntry]
) -> Iterator[Finding]:
    were, are = _by_subject(before), _by_subject(after)
    for what, entries in are.items():
        if what not in were:
            yield _of_entry(EXCEPTION_ADDED, what, entries[-1], "is new")
        elif longer := [one for one in entries if all(_outlasts(one, it) for it in were[what])]:
            yield _of_entry(EXCEPTION_EXTENDED, what, longer[-1], "lasts longer")
    for what in sorted(were.keys() - are.keys()):
        place = _place(were[what][-1].where)
        yield _finding(EXCEPTION_REMOVED, what, f"The exception to {what} is taken out", place)


def _by_subject(entries: Iterable[ExceptionEntry]) -> Mapping[str, Sequence[ExceptionEntry]]:
    """The entries that keep something from counting, by what that is."""
    found: dict[str, list[ExceptionEntry]] = {}
    for one in entries:
        if one.decision is not Decision.ANNOTATE:
            found.setdefault(_about(one), []).append(one)
    return found


def _about(entry: ExceptionEntry) -> str:
    """What an exception is about, to follow its name: `ignore dead-name of oidc-* in prod`."""
    parts = (
        f"finding {entry.fingerprint}" if entry.fingerprint else "",
        entry.rule if entry.rule != "*" or not entry.fingerprint else "",
        f"of {entry.option}" if entry.option != "*" else "",
        f"in {entry.deployment}" if entry.deployment != "*" else "",
    )
    return visible(" ".join((entry.decision.value, *filter(None, parts))))


def _of_entry(kind: Rule, what: str, entry: ExceptionEntry, how: str) -> Finding:
    owner = f" (owner {visible(entry.owner)})" if entry.owner else ""
    ends = visible(entry.ends) or "without an end"
    message = f"The exception to {what} {how}, {ends}{owner}: {visible(entry.reason)}"
    return _finding(kind, what, message.rstrip("."), _place(entry.where))


def _outlasts(entry: ExceptionEntry, other: ExceptionEntry) -> bool:
    """Whether one of the limits of an entry is wider than that of another, or gone."""
    later = other.expires and (not entry.expires or entry.expires > other.expires)
    return bool(later) or _is_newer(entry.until_version, other.until_version)


def _is_newer(version: str, other: str) -> bool:
    return bool(other) and (not version or Version.parse(version) > Version.parse(other))
