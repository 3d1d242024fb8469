"""What an audit comes to, in a few words."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from confaudit.core.changes.attribution import BY_CAUSE
from confaudit.core.judge.finding import Effect, Finding, Origin
from confaudit.core.judge.rules import NAME_NOT_KNOWN, NOT_KNOWN
from confaudit.core.judge.rules.changes import CONTROL_RESTORED, FILE_BROKEN
from confaudit.core.model import Cause, Level
from confaudit.core.text.wording import agreeing, plural
from confaudit.core.upgrade.known import Truth

NOTHING_READ: Final = "nothing of Coder's settings was read"
"""What an audit comes to that had nothing to look at, unless it fails all the same."""
NOT_AUDITED: Final = "not audited: nothing tells which release runs"
UNREADABLE: Final = "not audited: its last snapshot cannot be read"
NOTHING_TO_MEND: Final = "nothing to mend"
SAFE: Final = "safe"
WILL_NOT_START: Final = "will not start"
MAY_NOT_START: Final = "may not start"
HINDRANCES: Final = (WILL_NOT_START, NOTHING_READ, MAY_NOT_START)
"""The first that holds is what is said."""


def verdict(findings: Iterable[Finding], *, is_known: bool = True, is_read: bool = True) -> str:
    """What an upgrade comes to: `will not start`, `starts, 3 behaviours change`, `safe`.

    What is so already in the release in use changes nothing, and only hinders the start; yet where
    it is an error, nothing is called safe.

    Of releases that are not all known (`is_known`) nothing is called safe that leaves a question
    open, though none about the start or a behaviour. Nor is anything where none of Coder's
    settings was read (`is_read`).
    """
    found = [finding for finding in findings if finding.affects is not Truth.NO]
    obstacle = hindrance(found, is_read=is_read)
    if obstacle == NOTHING_READ:
        return obstacle
    changed = (*behaviours(found), *broken(found))
    is_open = not is_known and any(
        one.affects is Truth.DEPENDS and one.severity > Level.INFO for one in found
    )
    is_wrong = any(one.origin is Origin.TODAY and one.severity is Level.ERROR for one in found)
    if not (obstacle or changed or is_open or is_wrong):
        return SAFE
    return ", ".join((obstacle or "starts", *changed))


def lint_verdict(findings: Iterable[Finding], release: str, *, is_read: bool = True) -> str:
    """What a check of files comes to: `Coder 2.33.0 will not start`, `3 things to mend`."""
    found = [*findings]
    obstacle = hindrance(found, is_read=is_read)
    if obstacle == NOTHING_READ:
        return obstacle
    return f"Coder {release} {obstacle}" if obstacle else to_mend(found)


def review_verdict(
    findings: Iterable[Finding], way: str, *, is_known: bool, is_read: bool, opening: str = ""
) -> str:
    """What a change comes to, in general or for a deployment: `2 settings change, 1 thing to mend`.

    `way` is that of an upgrade which is part of it, `2.33.0 → 2.34.5`, else empty. `opening` is
    what weighs more than settings, and comes before them: that it is newly set up, say.
    """
    found = [*findings]
    unread = sum(one.rule.id == FILE_BROKEN.id for one in found)
    rest = [one for one in found if one.change is None and one.rule.id != FILE_BROKEN.id]
    if way:
        outcome = f"{way}: {verdict(rest, is_known=is_known, is_read=is_read)}"
        return ", ".join((outcome, *settings_changed(found)))
    obstacle = hindrance(rest, is_read=is_read)
    changed = settings_changed(found) or (() if obstacle or unread or opening else (NO_SETTING,))
    mended = (to_mend(rest),) if any(one.severity > Level.INFO for one in rest) else ()
    broken = (f"{plural(unread, 'file')} broken",) if unread else ()
    return ", ".join(filter(None, (opening, obstacle, *changed, *mended, *broken)))


NO_SETTING: Final = "no setting changes"
NEWLY_SET_UP: Final = "newly set up"
NOT_SET_UP: Final = "no longer set up"
FIRST_SNAPSHOT: Final = "first snapshot"
NO_SNAPSHOT: Final = "no snapshot any more"


def settings_changed(findings: Iterable[Finding]) -> tuple[str, ...]:
    """How much is set differently, and by whom if not by the operator alone; or nothing."""
    causes = Counter(one.change.cause for one in findings if one.change)
    number = causes.total()
    by = (f"{causes[cause]} {words}" for cause, words in BY_CAUSE.items() if causes[cause])
    beside = f" ({', '.join(by)})" if causes[Cause.OPERATOR] < number else ""
    changed = f"{plural(number, 'setting')} {agreeing(number, 'changes', 'change')}{beside}"
    return (changed,)[:number]


def hindrance(findings: Iterable[Finding], *, is_read: bool) -> str:
    """What weighs more than all the rest: one of `HINDRANCES`, or empty where there is none."""
    answers = {one.affects for one in findings if one.is_fatal}
    holds = (Truth.YES in answers, not is_read, Truth.DEPENDS in answers)
    return next((words for words, is_so in zip(HINDRANCES, holds, strict=True) if is_so), "")


def behaviours(findings: Iterable[Finding]) -> tuple[str, ...]:
    """How much works differently, for sure and perhaps; what does so already is no change."""
    changed = [
        one.affects
        for one in findings
        if one.rule.effect is Effect.BEHAVIOUR and one.origin is not Origin.TODAY
    ]
    sure, maybe = changed.count(Truth.YES), changed.count(Truth.DEPENDS)
    words = (
        f"{plural(sure, 'behaviour')} {agreeing(sure, 'changes', 'change')}" if sure else "",
        f"{f'{maybe} more' if sure else plural(maybe, 'behaviour')} may change" if maybe else "",
    )
    return tuple(filter(None, words))


def broken(findings: Iterable[Finding]) -> tuple[str, ...]:
    """How many rules of the house are broken that were not, for sure and perhaps."""
    answers = {
        (one.rule.id, one.affects)
        for one in findings
        if one.rule.effect is Effect.POLICY
        and one.severity > Level.INFO
        and one.origin is not Origin.TODAY
    }
    sure = {rule for rule, answer in answers if answer is Truth.YES}
    maybe = len({rule for rule, _ in answers} - sure)
    words = (
        f"{_rules(len(sure))} {agreeing(len(sure), 'is', 'are')} broken" if sure else "",
        f"{f'{maybe} more' if sure else _rules(maybe)} may be" + ("" if sure else " broken")
        if maybe
        else "",
    )
    return tuple(filter(None, words))


def other_things(findings: Iterable[Finding], *, is_read: bool) -> tuple[str, ...]:
    """How much of an upgrade is to be acted on that `verdict` does not speak of."""
    found = [*findings]
    spoken = () if hindrance(found, is_read=is_read) == NOTHING_READ else _SPOKEN_OF
    rest = sum(
        one.is_counted and one.origin is not Origin.TODAY and one.rule.effect not in spoken
        for one in found
    )
    return (f"{plural(rest, 'other thing')} to act on",)[:rest]


_SPOKEN_OF: Final = (Effect.WILL_NOT_START, Effect.BEHAVIOUR, Effect.POLICY)


def so_already(findings: Iterable[Finding]) -> tuple[str, ...]:
    """How much is to be acted on that an upgrade does not bring, and how much of it is wrong."""
    counted = [one for one in findings if one.is_counted]
    already = [one.severity for one in counted if one.origin is Origin.TODAY]
    number, errors = len(already), already.count(Level.ERROR)
    what = f"{number} more" if number < len(counted) else f"{plural(number, 'thing')} to act on"
    wrong = f" ({plural(errors, 'error')})" if errors else ""
    return (f"{what}{wrong} {agreeing(number, 'is', 'are')} so already today",)[:number]


def names_not_known(findings: Iterable[Finding]) -> tuple[str, ...]:
    """How many names there are of which nobody can tell what they do."""
    number = sum(one.rule.id in _NOT_KNOWN for one in findings)
    return (f"{plural(number, 'name')} not known",)[:number]


_NOT_KNOWN: Final = frozenset({NOT_KNOWN.id, NAME_NOT_KNOWN.id})


def _rules(number: int) -> str:
    return f"{plural(number, 'rule')} of the house"


def to_mend(findings: Iterable[Finding]) -> str:
    """How much is wrong in files that a server starts with."""
    serious = sum(finding.severity > Level.INFO for finding in findings)
    return f"{plural(serious, 'thing')} to mend" if serious else NOTHING_TO_MEND


def check_verdict(
    findings: Iterable[Finding], holding: int | None = None, *, is_read: bool = True
) -> str:
    """What a check comes to: `3 controls fail, 1 more may fail, 41 hold`.

    `holding` is how many controls hold; None where that is not counted.
    """
    if not is_read:
        return NOTHING_READ
    found = [*findings]
    failing = _failing(found)
    hold = "" if holding is None else f"{holding if failing else plural(holding, 'control')} hold"
    said = (*failing, hold, *broken(found))
    return ", ".join(filter(None, said)) or NO_CONTROL_FAILS


NO_CONTROL_FAILS: Final = "no control fails"


def _failing(findings: Iterable[Finding]) -> tuple[str, ...]:
    """How many controls fail, for sure and perhaps; in several deployments each counts anew."""
    answers = {
        ((one.deployment, one.rule.control), one.affects) for one in findings if one.rule.control
    }
    sure = {control for control, answer in answers if answer is Truth.YES}
    maybe = len({control for control, _ in answers} - sure)
    words = (
        f"{plural(len(sure), 'control')} {agreeing(len(sure), 'fails', 'fail')}" if sure else "",
        f"{f'{maybe} more' if sure else plural(maybe, 'control')} may fail" if maybe else "",
    )
    return tuple(filter(None, words))


def controls_turned(findings: Iterable[Finding]) -> str:
    """What changes open and close of the hardening pack: `2 controls fail anew, 1 holds again`."""
    found = [*findings]
    opened = len({one.rule.control for one in found} - {""})
    closed = sum(one.rule.id == CONTROL_RESTORED.id for one in found)
    subject = closed if opened else plural(closed, "control")
    words = (
        f"{plural(opened, 'control')} {agreeing(opened, 'fails', 'fail')} anew" if opened else "",
        f"{subject} {agreeing(closed, 'holds', 'hold')} again" if closed else "",
    )
    return ", ".join(filter(None, words))
