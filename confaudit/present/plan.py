"""How the plan of steps reads, and where each step leads to."""

from msgspec import Struct

from confaudit.core.judge.finding import Finding
from confaudit.core.report.naming import name_or_title
from confaudit.core.report.plan import Stage, Step, plan
from confaudit.core.report.report import Report
from confaudit.core.text.paths import telling
from confaudit.core.text.wording import visible
from confaudit.present.findings import ALREADY, PHASES, within


class Link(Struct, frozen=True):
    """What a step is about, with the anchor of the finding, which is its fingerprint as well."""

    text: str
    anchor: str


class StepShown(Struct, frozen=True):
    """One thing to do."""

    level: str
    """Of the worst that it settles."""
    text: str
    links: tuple[Link, ...]
    more: int = 0
    """How many links are left out where room is short."""


class StageShown(Struct, frozen=True):
    """The steps to be taken at one time."""

    title: str
    steps: tuple[StepShown, ...]
    more: int = 0
    """How many steps are left out where room is short."""


def shown_plan(report: Report, limit: int) -> tuple[StageShown, ...]:
    """The plan of a report in words, nothing where nothing is to be done."""
    return tuple(_stage(stage, limit) for stage in plan(report))


def _stage(stage: Stage, limit: int) -> StageShown:
    title = ALREADY if stage.is_apart else PHASES[stage.phase]
    return StageShown(title, tuple(_step(step, limit) for step in stage.steps))


def _step(step: Step, limit: int) -> StepShown:
    return StepShown(
        level=max(one.severity for one in step.findings).word,
        text=" ".join(within(text, limit) for text in step.texts),
        links=tuple(_link(one, limit) for one in step.findings),
    )


def _link(finding: Finding, limit: int) -> Link:
    name = name_or_title(finding)
    is_file = name in {visible(place.file) for place in finding.positions}
    told = telling([name])[0] if is_file else name
    return Link(within(told, limit), finding.fingerprint)
