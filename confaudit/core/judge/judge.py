"""Does it matter here, now? The one place that decides which findings count, and how much.

What rules, advisories and comparisons found comes in; `Judged` goes out. Verdict, headline, colour,
empty-state sentence, `result:` line and exit code all follow from that one value.
"""

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from itertools import chain
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.changes.selection import EVERYTHING, Selection, change_names
from confaudit.core.judge.exceptions import (
    NO_RULINGS,
    Decision,
    ExceptionEntry,
    Identity,
    Lapsed,
    Rulings,
    unmatched,
)
from confaudit.core.judge.finding import Effect, Finding
from confaudit.core.judge.rules.changes import change_order
from confaudit.core.model import Level
from confaudit.core.upgrade.known import Truth


class SuppressedBy(StrEnum):
    """What keeps a finding from being listed."""

    FILTER = "filter"
    """The reader chose not to see it; it counts all the same."""
    OFF = "off"
    """The policy says that its rule does not count here."""
    IGNORE = "ignore"
    """An exception says that it does not count."""
    ACCEPT = "accept"
    """An exception says that it does not count as it is."""
    EXPECTED = "expected"
    """The policy says that deployments may differ in it."""
    BEFORE = "before"
    """It was there before the change that is looked at."""


EXCUSED: Final = (
    SuppressedBy.OFF,
    SuppressedBy.IGNORE,
    SuppressedBy.ACCEPT,
    SuppressedBy.EXPECTED,
)
"""What people decided not to count."""


class Suppressed(Struct, frozen=True):
    """A finding that is not listed, and why."""

    finding: Finding
    by: SuppressedBy
    reason: str = ""
    """In the words of who decided so."""
    entry: ExceptionEntry | None = None
    """The exception that decides, if one does."""


class Judged(Struct, frozen=True):
    """Everything that was found, and what became of it."""

    shown: tuple[Finding, ...] = ()
    """To be listed, in the order to list them."""
    suppressed: tuple[Suppressed, ...] = ()
    """Found, and not to be listed; in the same order."""
    unlisted: int = 0
    """How many more were suppressed that a saved report of an older version does not tell of."""
    lapsed: tuple[Lapsed, ...] = ()
    """Exceptions that no longer keep a finding from counting."""
    unmatched: tuple[ExceptionEntry, ...] = ()
    """Exceptions that were about nothing that was found."""
    relevelled: int = 0
    """How many findings are at another level because the policy says so."""

    @property
    def found(self) -> tuple[Finding, ...]:
        """All findings that count, listed or not."""
        return (*self.shown, *(one.finding for one in self._suppressed_by(SuppressedBy.FILTER)))

    @property
    def everything(self) -> tuple[Finding, ...]:
        """All findings, whether or not they count."""
        return (*self.shown, *(one.finding for one in self.suppressed))

    @property
    def excused(self) -> tuple[Suppressed, ...]:
        """What people decided not to count."""
        return self._suppressed_by(*EXCUSED)

    @property
    def older(self) -> tuple[Suppressed, ...]:
        """What was there before the change that is looked at."""
        return self._suppressed_by(SuppressedBy.BEFORE)

    @property
    def hidden(self) -> int:
        """How many findings count and are not listed."""
        return len(self._suppressed_by(SuppressedBy.FILTER)) + self.unlisted

    def _suppressed_by(self, *ways: SuppressedBy) -> tuple[Suppressed, ...]:
        return tuple(one for one in self.suppressed if one.by in ways)


NOTHING_FOUND: Final = Judged()


def judge(
    findings: Iterable[Finding],
    deployment: str = "",
    selection: Selection = EVERYTHING,
    rulings: Rulings = NO_RULINGS,
    older: Collection[str] = (),
    rules: Iterable[str] = (),
) -> Judged:
    """Weigh and order what was found in a deployment, and set apart what is not to be listed.

    Findings with one fingerprint are one finding that stands in several places. `older` are the
    fingerprints of what was there before; `rules` the ids of the rules that were looked for.
    """
    named = [*merged(replace(finding, deployment=deployment) for finding in findings)]
    decided = [*zip(named, rulings.meeting(map(_identity, named)), strict=True)]
    weighed = [(_annotated(_weighed(one, rulings), met, rulings), met) for one, met in decided]
    shown, suppressed = [], []
    for one, met in sorted(weighed, key=lambda pair: _order(pair[0])):
        if found := _suppression(one, met, rulings, older, selection):
            suppressed.append(found)
        else:
            shown.append(one)
    met_ones = chain.from_iterable(met for _, met in decided)
    return Judged(
        shown=tuple(shown),
        suppressed=tuple(suppressed),
        lapsed=tuple(chain.from_iterable(_lapsed(*pair, rulings) for pair in weighed)),
        unmatched=unmatched(rulings, met_ones, deployment, rules),
        relevelled=sum(_is_relevelled(one, rulings) for one, _ in decided),
    )


def joined(several: Iterable[Judged]) -> Judged:
    """What became of everything in several deployments, one after the other.

    An exception is about nothing where none of the deployments has what it is about.
    """
    parts = [*several]
    idle = dict.fromkeys(chain.from_iterable(part.unmatched for part in parts))
    used = {one.entry for part in parts for one in part.suppressed}
    used |= {one.entry for part in parts for one in part.lapsed}
    return Judged(
        shown=tuple(chain.from_iterable(part.shown for part in parts)),
        suppressed=tuple(chain.from_iterable(part.suppressed for part in parts)),
        unlisted=sum(part.unlisted for part in parts),
        lapsed=tuple(chain.from_iterable(part.lapsed for part in parts)),
        unmatched=tuple(one for one in idle if one not in used),
        relevelled=sum(part.relevelled for part in parts),
    )


def _suppression(
    finding: Finding,
    met: Iterable[ExceptionEntry],
    rulings: Rulings,
    older: Collection[str],
    selection: Selection,
) -> Suppressed | None:
    """What keeps a finding from being listed; what people decided goes before all else."""
    override = rulings.override(finding.rule.id)
    if override and override.level is None:
        return Suppressed(finding, SuppressedBy.OFF, f"switched off by {override.where}")
    for entry in met:
        if entry.decision is not Decision.ANNOTATE and not rulings.lapse(entry):
            return Suppressed(finding, SuppressedBy(entry.decision.value), entry.reason, entry)
    if finding.change and (expected := rulings.expects(finding_names(finding))):
        return Suppressed(finding, SuppressedBy.EXPECTED, expected.reason)
    if finding.fingerprint in older:
        return Suppressed(finding, SuppressedBy.BEFORE)
    return None if is_selected(finding, selection) else Suppressed(finding, SuppressedBy.FILTER)


def _lapsed(finding: Finding, met: Iterable[ExceptionEntry], rulings: Rulings) -> Iterator[Lapsed]:
    """The exceptions that no longer hold; none where another one does."""
    why = [(one, rulings.lapse(one)) for one in met if one.decision is not Decision.ANNOTATE]
    if all(lapse for _, lapse in why):
        yield from (Lapsed(entry, lapse, finding.fingerprint) for entry, lapse in why)


def _annotated(finding: Finding, met: Iterable[ExceptionEntry], rulings: Rulings) -> Finding:
    remarks = tuple(
        one.reason for one in met if one.decision is Decision.ANNOTATE and not rulings.lapse(one)
    )
    return replace(finding, remarks=remarks) if remarks else finding


def _identity(finding: Finding) -> Identity:
    names = finding_names(finding)
    return Identity(finding.rule.id, names, finding.deployment, finding.fingerprint)


def is_selected(finding: Finding, selection: Selection) -> bool:
    """Whether the reader asked to see it; only a change has a cause to ask for."""
    is_wanted = finding.change is None or selection.wants(finding.change.cause)
    return is_wanted and selection.matches(finding_names(finding))


def finding_names(finding: Finding) -> tuple[str, ...]:
    """Every name by which a user may mean a finding: of what it is about, or of its rule."""
    spec = finding.spec
    declared = (spec.flag, spec.env, spec.yaml_path) if spec else ()
    changed = change_names(finding.change) if finding.change else ()
    return tuple(filter(None, (finding.subject, finding.rule.id, *declared, *changed)))


def _weighed(finding: Finding, rulings: Rulings) -> Finding:
    """A finding at the level that people say it has, else at its own."""
    override = rulings.override(finding.rule.id)
    decided = override.level if override else None
    return replace(finding, level=_own_level(finding) if decided is None else decided)


def _own_level(finding: Finding) -> Level:
    """What only may be so is no more than a warning."""
    is_open = finding.affects is Truth.DEPENDS
    return min(finding.severity, Level.WARNING) if is_open else finding.severity


def _is_relevelled(finding: Finding, rulings: Rulings) -> bool:
    return _weighed(finding, rulings).severity is not _own_level(finding)


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
    """Findings by how bad they are; after them changes, by who caused them."""
    if finding.change:
        return 1, *change_order(finding.change, finding.severity)
    return (
        0,
        -finding.severity,
        _EFFECTS.index(finding.rule.effect),
        _TRUTHS.index(finding.affects),
        finding.rule.id,
        finding.subject,
    )
