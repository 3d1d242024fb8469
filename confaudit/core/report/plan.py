"""The plan of steps: what a report asks the operator to do, in the order to do it."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from confaudit.core.judge.finding import Finding, Phase
from confaudit.core.model import Level
from confaudit.core.report.alike import blanked, in_one, likeness
from confaudit.core.report.naming import name_of
from confaudit.core.report.report import Report
from confaudit.core.upgrade.known import Truth


class Step(Struct, frozen=True):
    """One thing to do, which settles one finding or several."""

    texts: tuple[str, ...]
    """What to do, in order: whole sentences."""
    findings: tuple[Finding, ...]
    """What it is for, the worst first."""

    @property
    def options(self) -> tuple[str, ...]:
        """What it is about, each once: options as they are typed, else names as they stand."""
        return tuple(dict.fromkeys(filter(None, map(name_of, self.findings))))


class Stage(Struct, frozen=True):
    """The steps that are to be taken at one time, the most urgent first."""

    phase: Phase | None
    """When, seen from the upgrade; None where none lies ahead, or where it is not about that."""
    steps: tuple[Step, ...]
    is_apart: bool = False
    """Whether they are about what an upgrade does not bring; they come last."""


def plan(report: Report) -> tuple[Stage, ...]:
    """What is to be done about the findings listed; of several deployments ask each part.

    A mere hint is no step, as no headline counts it; a control that fails is, as one does.
    """
    urgent = [one for one in report.findings if _asks(one) and not report.parts]
    if not report.is_upgrade:
        return (Stage(None, _steps(urgent)),) if urgent else ()
    apart = [one for one in urgent if one.is_apart]
    ordered = sorted(
        (one for one in urgent if not one.is_apart), key=lambda one: _ORDER.index(one.phase)
    )
    staged = groupby(ordered, lambda one: one.phase)
    stages = tuple(Stage(phase, _steps(members)) for phase, members in staged)
    return (*stages, Stage(None, _steps(apart), is_apart=True)) if apart else stages


_ORDER: Final = tuple(Phase)


def _asks(finding: Finding) -> bool:
    is_serious = finding.severity > Level.INFO or bool(finding.rule.control)
    return is_serious and finding.affects is not Truth.NO and bool(finding.todo)


def _steps(findings: Iterable[Finding]) -> tuple[Step, ...]:
    """What is the same to do about several is one step, where the first of them stands."""
    known: dict[Hashable, list[Finding]] = {}
    steps: list[list[Finding]] = []
    for one in findings:
        keys = (one.todo, likeness(one).kin)
        members = next((known[key] for key in keys if key in known), None)
        if members is None:
            steps.append(members := [])
        members.append(one)
        for key in keys:
            known.setdefault(key, members)
    return tuple(Step(_texts(members), tuple(members)) for members in steps)


def _texts(findings: Sequence[Finding]) -> tuple[str, ...]:
    """What to do about several: their steps where these differ in names only, else the advice."""
    todos = [one.todo for one in findings]
    if len(set(todos)) == 1:
        return todos[0]
    advice = findings[0].rule.fix
    joined = tuple(_in_one(texts, findings) for texts in _side_by_side(todos))
    if joined and all(joined):
        return joined
    return (advice,) if advice else tuple(dict.fromkeys(text for todo in todos for text in todo))


def _side_by_side(todos: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The first steps of all, the second ones, and so on; nothing where one has more."""
    return zip(*todos, strict=True) if len({len(todo) for todo in todos}) == 1 else iter(())


def _in_one(texts: Sequence[str], findings: Sequence[Finding]) -> str:
    pairs = zip(texts, findings, strict=True)
    return in_one(texts, [blanked(text, finding) for text, finding in pairs])
