"""The hardening pack, asked: which controls hold, which fail, and what a change opens or closes.

Controls are data in the form of advisories (`rulebook/hardening.yaml`). They look at values that
may be secret, so that `situate` asks them, and only what came of it is known here.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from confaudit.core.judge.advisories import Advisory, finding
from confaudit.core.judge.audit import either_way
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.rules.changes import CONTROL_RESTORED
from confaudit.core.model import MISSING
from confaudit.core.text.wording import reasons
from confaudit.core.upgrade.known import Answer, Truth, UpgradeSide
from confaudit.core.upgrade.situation import Situation


class ControlState(StrEnum):
    """What came of a control, worst first."""

    FAILS = "fails"
    DEPENDS = "depends"
    """It may fail, and what decides is not known here."""
    NOT_KNOWN = "not known"
    """It could not be asked: the value that it looks at is not known."""
    HOLDS = "holds"
    NOT_THERE = "not in this release"
    """The release lacks what it looks at."""


class Checked(Struct, frozen=True):
    """A control, and what came of it in one deployment."""

    control: Advisory
    state: ControlState
    findings: tuple[Finding, ...] = ()
    because: str = ""
    """Why it could not be asked."""

    @property
    def holds(self) -> bool:
        """Whether it was asked, and nothing is wrong."""
        return self.state is ControlState.HOLDS


class Checkup(Struct, frozen=True):
    """A deployment, and what came of every control in it."""

    situation: Situation
    checked: tuple[Checked, ...]
    """In the order of the controls."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What fails, or may fail, not weighed yet."""
        return tuple(finding for one in self.checked for finding in one.findings)


def check(controls: Sequence[Advisory], situation: Situation) -> Checkup:
    """What comes of controls in a deployment whose Situation was built with them.

    A template's own default may be what it is filled in with: what fails only then depends on it.
    """
    found = [*controls_failed(controls, situation)]
    if situation.assumed:
        assumed = [*controls_failed(controls, situation.assumed)]
        found = [*either_way(situation, found, assumed)]
    return Checkup(situation, tuple(_checked(one, situation, found) for one in controls))


def controls_failed(controls: Iterable[Advisory], situation: Situation) -> Iterator[Finding]:
    """A finding for whatever fails, or may fail."""
    for control in controls:
        for answer in _answers(control, situation) or ():
            outcome = control.outcome(answer.conclusion)
            if outcome.answer is not Truth.NO and not outcome.is_moot:
                yield finding(control, situation, answer, outcome)


def _checked(control: Advisory, situation: Situation, found: Iterable[Finding]) -> Checked:
    own = tuple(one for one in found if one.rule is control.rule)
    if own:
        fails = any(one.affects is Truth.YES for one in own)
        return Checked(control, ControlState.FAILS if fails else ControlState.DEPENDS, own)
    answers = _answers(control, situation)
    if answers is None:
        return Checked(control, ControlState.NOT_THERE)
    unknown = [one.conclusion for one in answers if one.conclusion.answer is Truth.DEPENDS]
    if unknown:
        because = reasons(one.because for one in unknown)
        return Checked(control, ControlState.NOT_KNOWN, because=because)
    return Checked(control, ControlState.HOLDS)


def _answers(control: Advisory, situation: Situation) -> tuple[Answer, ...] | None:
    """What came of asking it; None where the release lacks what it is about."""
    answers = situation.at_start[UpgradeSide.AFTER].get(control.rule.id)
    return None if not answers and control.each is None else answers


# --- changes ------------------------------------------------------------------------------------


def turned(before: Checkup, after: Checkup) -> Iterator[Finding]:
    """What a change opens, and the good news of what it closes, by the same controls on each side.

    What was open already is no news, nor is what could not be asked on either side. Where only the
    newer release has what closes it, the change opens what it sets itself. What is out of question
    only because something else was opened (the cookie's flag, once the address is http) is no good
    news.
    """
    earlier = {one.control.rule.id: one for one in before.checked}
    pairs = [(earlier[now.control.rule.id], now) for now in after.checked]
    asked = [one for one in pairs if ControlState.NOT_KNOWN not in (one[0].state, one[1].state)]
    opened = [one for was, now in asked for one in _opened(was, now, after.situation)]
    closed = (one for was, now in asked for one in _closed(was, now))
    yield from opened
    for one in closed:
        if not opened or _is_other(one, after.situation):
            yield _restored(one, after.situation)


def _is_other(closed: Finding, now: Situation) -> bool:
    """Whether the option that it is about has another value now."""
    return closed.spec is None or now.after(closed.spec.key).value != closed.after


def _opened(was: Checked, now: Checked, situation: Situation) -> Iterator[Finding]:
    """What fails that did not, or does so for certain that might have."""
    known = {one.subject: one.affects for one in was.findings}
    for one in now.findings:
        is_new = known.get(one.subject) not in (Truth.YES, one.affects)
        if is_new and (was.state is not ControlState.NOT_THERE or _is_set(one, situation)):
            yield one


def _is_set(finding: Finding, situation: Situation) -> bool:
    """Whether what it is about is set, and not just there."""
    return not finding.spec or situation.after(finding.spec.key).is_set is not Truth.NO


def _closed(was: Checked, now: Checked) -> Iterator[Finding]:
    """What failed for certain and does no longer."""
    still = {one.subject for one in now.findings}
    return (one for one in was.findings if one.affects is Truth.YES and one.subject not in still)


def _restored(closed: Finding, now: Situation) -> Finding:
    """The good news; of the same option there may be more than one control."""
    return Finding(
        rule=CONTROL_RESTORED,
        message=f"Closed again: {closed.rule.title}.",
        subject=f"{closed.rule.id}:{closed.subject}",
        because=f"{closed.rule.control} holds",
        spec=closed.spec,
        before=closed.after,
        after=now.after(closed.spec.key).value if closed.spec else MISSING,
    )
