"""What a change brings to the deployments that it touches, by snapshots and operators' files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from confaudit import __version__
from confaudit.core.changes.selection import EVERYTHING, Selection
from confaudit.core.judge.judge import judge
from confaudit.core.judge.rules.changes import FILE_BROKEN
from confaudit.core.judge.verdict import NO_SETTING, review_verdict
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Audited, Report
from confaudit.errors import SourceError
from confaudit.store.revisions import Range, Revisions
from confaudit.workflows.audit import advisories
from confaudit.workflows.report import one_report
from confaudit.workflows.review_part import Reviewer, broken_file
from confaudit.workflows.reviewed_files import reviewed_files
from confaudit.workflows.reviewed_snapshots import reviewed_snapshots
from confaudit.workflows.setup import Setup

ITSELF: Final = "the change itself"
"""What stands for a deployment where something is about none."""


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """What the command line asks for."""

    revisions: str = ""
    """`BASE..HEAD` and its kin, see `Revisions.between`; empty for the branch checked out."""
    with_disk: bool = False
    """Whether what is not committed belongs to the change."""
    version: str = ""
    """The release in use, where files do not tell it."""


def review(setup: Setup, request: ReviewRequest, selection: Selection = EVERYTHING) -> Report:
    """The Report on a change, a part for each deployment that it touches.

    Raises:
        NoRepository, StoreError: the history cannot be read, or a revision is missing.
        SourceError: a snapshot cannot be read.
        ConfigError: the version is none.
        CatalogError: an advisory of the operator's own cannot be read.
    """
    revisions = Revisions(setup.repo, setup.environ)
    found = revisions.between(request.revisions, with_disk=request.with_disk)
    read = reviewed_files(found, _named(setup), setup.catalog())
    reviewer = Reviewer(setup, found, advisories(setup), selection, request.version)
    parts = [
        *_broken(setup, read.faults),
        *reviewed_snapshots(setup, found, selection),
        *map(reviewer.review, read.pairs),
    ]
    return one_report(parts, read.notes) if parts else _nothing(setup, found, read.notes)


def _named(setup: Setup) -> Mapping[str, tuple[str, ...]]:
    deployments = setup.configuration.deployments
    return {name: tuple(one.files) for name, one in deployments.items() if one.files}


def _broken(setup: Setup, faults: Mapping[str, SourceError]) -> Iterator[Report]:
    """The part on what belongs to no deployment that can be read."""
    found = [broken_file(path, fault.message) for path, fault in faults.items()]
    if found:
        yield Report(
            kind=ReportKind.REVIEW,
            title=f"Review of {ITSELF}",
            judged=judge(found, ITSELF),
            rules=(FILE_BROKEN,),
            statement=review_verdict(found, "", is_known=True, is_read=True),
            audited=Audited(ITSELF),
            generated_at=setup.now(),
            tool_version=__version__,
        )


def _nothing(setup: Setup, found: Range, notes: tuple[str, ...]) -> Report:
    """The report on a change that touches no deployment."""
    return Report(
        kind=ReportKind.REVIEW,
        title=f"Review of {found.base.label}..{found.head.label}",
        statement=NO_SETTING,
        notes=(*notes, "No file that sets up a server differs, and no snapshot."),
        generated_at=setup.now(),
        tool_version=__version__,
    )
