"""Which line comes nearest to what a finding is about, where no operator's file has one for it.

That is its option in the stored snapshot, else the line that tells which release runs.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from confaudit.core.given import Position
from confaudit.core.judge.finding import Finding
from confaudit.core.model import Snapshot, Subject
from confaudit.core.snapshot.lines import VERSION, Lines, lines


def located(
    findings: Iterable[Finding], snapshots: Iterable[Snapshot], told_at: Position | None = None
) -> Iterator[Finding]:
    """The findings, each with a line to point at if there is one.

    Of the snapshots the first that has the option counts. `told_at` is the line of the operator's
    files that tells the release.
    """
    known = [*filter(None, map(lines, snapshots))]
    for finding in findings:
        is_placed = finding.positions or finding.nearest
        yield finding if is_placed else replace(finding, nearest=_nearest(finding, known, told_at))


def _nearest(finding: Finding, known: Sequence[Lines], told_at: Position | None) -> Position | None:
    subjects = [*_subjects(finding)]
    found = (stored[subject] for subject in subjects for stored in known if subject in stored)
    of_release = (stored[VERSION] for stored in known)
    return next(found, told_at or next(of_release, None))


def _subjects(finding: Finding) -> Iterator[tuple[Subject, str]]:
    """What it is about, under the names that a snapshot may have for it."""
    if change := finding.change:
        yield change.subject, change.key
        yield change.subject, change.was
    if finding.spec:
        yield Subject.OPTION, finding.spec.key
    yield Subject.OPTION, finding.subject
