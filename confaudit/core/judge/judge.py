"""Does it matter here, now? The one place that decides which findings count, and how much.

What rules, advisories and comparisons found comes in; `Judged` goes out. Verdict, headline, colour,
empty-state sentence, `result:` line and exit code all follow from that one value.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from confaudit.core.changes.selection import EVERYTHING, Selection, change_names
from confaudit.core.judge.finding import Effect, Finding
from confaudit.core.judge.rules.changes import change_order
from confaudit.core.model import Level
from confaudit.core.upgrade.known import Truth


class SuppressedBy(StrEnum):
    """What keeps a finding from being listed."""

    FILTER = "filter"
    """The reader chose not to see it; it counts all the same."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is not listed, and why."""

    finding: Finding
    by: SuppressedBy


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything that was found, and what became of it."""

    shown: tuple[Finding, ...] = ()
    """To be listed, in the order to list them."""
    suppressed: tuple[Suppressed, ...] = ()
    """Found, and not to be listed; in the same order."""
    unlisted: int = 0
    """How many more were suppressed that a saved report of an older version does not tell of."""

    @property
    def found(self) -> tuple[Finding, ...]:
        """All findings, listed or not."""
        return (*self.shown, *(one.finding for one in self.suppressed))

    @property
    def hidden(self) -> int:
        """How many findings are not listed."""
        return len(self.suppressed) + self.unlisted


NOTHING_FOUND: Final = Judged()


def judge(
    findings: Iterable[Finding], deployment: str = "", selection: Selection = EVERYTHING
) -> Judged:
    """Weigh and order what was found in a deployment, and set apart what is not to be listed.

    Findings with one fingerprint are one finding that stands in several places.
    """
    weighed = (_weighed(replace(finding, deployment=deployment)) for finding in findings)
    found = [(one, is_selected(one, selection)) for one in sorted(merged(weighed), key=_order)]
    return Judged(
        shown=tuple(one for one, is_wanted in found if is_wanted),
        suppressed=tuple(
            Suppressed(one, SuppressedBy.FILTER) for one, is_wanted in found if not is_wanted
        ),
    )


def is_selected(finding: Finding, selection: Selection) -> bool:
    """Whether the reader asked to see it."""
    cause = finding.change.cause if finding.change else None
    return selection.wants(cause) and selection.matches(finding_names(finding))


def finding_names(finding: Finding) -> tuple[str, ...]:
    """Every name by which a user may mean a finding: of what it is about, or of its rule."""
    spec = finding.spec
    declared = (spec.flag, spec.env, spec.yaml_path) if spec else ()
    changed = change_names(finding.change) if finding.change else ()
    return tuple(filter(None, (finding.subject, finding.rule.id, *declared, *changed)))


def _weighed(finding: Finding) -> Finding:
    """What only may be so is no more than a warning."""
    is_open = finding.affects is Truth.DEPENDS
    level = min(finding.severity, Level.WARNING) if is_open else finding.severity
    return replace(finding, level=level)


def merged(findings: Iterable[Finding]) -> Iterator[Finding]:
    """One finding for each fingerprint, with every place where it was found."""
    found: dict[str, Finding] = {}
    for one in findings:
        first = found.setdefault(one.fingerprint, one)
        if first is not one:
            found[one.fingerprint] = replace(
                first,
                positions=tuple(dict.fromkeys((*first.positions, *one.positions))),
                patches=tuple(dict.fromkeys((*first.patches, *one.patches))),
            )
    yield from found.values()


_EFFECTS: Final = tuple(Effect)
_TRUTHS: Final = (Truth.YES, Truth.DEPENDS, Truth.NO)


def _order(finding: Finding) -> tuple[int | str, ...]:
    """Findings by how bad they are; changes by who caused them."""
    if finding.change:
        return change_order(finding.change, finding.severity)
    return (
        -finding.severity,
        _EFFECTS.index(finding.rule.effect),
        _TRUTHS.index(finding.affects),
        finding.rule.id,
        finding.subject,
    )


@dataclass(frozen=True, slots=True)
class Threshold:
    """From where on findings make a command fail."""

    level: Level | None
    """The lowest level that does; None: none does."""
    is_strict: bool = False
    """Whether incomplete knowledge does so too."""

    def is_reached(self, findings: Iterable[Finding]) -> bool:
        """Whether one of the findings is at or above it."""
        return self.level is not None and any(one.severity >= self.level for one in findings)
