"""The hardening pack, asked: which controls hold, and which fail.

Controls are data in the form of advisories (`rulebook/hardening.yaml`). They look at values that
may be secret, so that `situate` asks them, and only what came of it is known here.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from confaudit.core.judge.advisories import Advisory, finding
from confaudit.core.judge.assumed import either_way
from confaudit.core.judge.finding import Finding
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
