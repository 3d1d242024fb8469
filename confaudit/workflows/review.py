"""What a change brings to the deployments that it touches, by snapshots and operators' files."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from confaudit import __version__
from confaudit.core.changes.selection import EVERYTHING, Selection
from confaudit.core.given import OperatorSettings
from confaudit.core.judge.governance import GOVERNANCE_RULES
from confaudit.core.judge.judge import finding_names, judge
from confaudit.core.judge.verdict import NO_SETTING
from confaudit.core.report.audited import ITSELF, Audited
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report
from confaudit.core.text.wording import plural
from confaudit.store.revisions import Range, Revisions
from confaudit.workflows.governance import Houses, PolicyFrom, houses
from confaudit.workflows.house import House
from confaudit.workflows.report import one_report, refuse_strangers
from confaudit.workflows.review_part import Reviewer
from confaudit.workflows.reviewed_files import Pair, reviewed_files
from confaudit.workflows.reviewed_snapshots import reviewed_snapshots
from confaudit.workflows.rulebook import advisories, controls
from confaudit.workflows.setup import Setup
from confaudit.workflows.setup_before import setup_before
from confaudit.workflows.setup_place import inside_before


class ReviewRequest(Struct, frozen=True):
    """What the command line asks for."""

    revisions: str = ""
    """`BASE..HEAD` and its kin, see `Revisions.between`; empty for the branch checked out."""
    with_disk: bool = False
    """Whether what is not committed belongs to the change."""
    version: str = ""
    """The release in use, where files do not tell it."""
    policy_from: PolicyFrom = PolicyFrom.HEAD


def review(setup: Setup, request: ReviewRequest, selection: Selection = EVERYTHING) -> Report:
    """The Report on a change, a part for each deployment that it touches.

    Raises:
        NoRepository, StoreError: the history cannot be read, or a revision is missing.
        SourceError: a snapshot cannot be read.
        ConfigError: the version is none, or the policy or an exception says what it cannot.
        CatalogError: an advisory of the operator's own cannot be read.
    """
    revisions = Revisions(setup.repo, setup.environ)
    found = revisions.between(request.revisions, with_disk=request.with_disk)
    decided = houses(setup, found, request.policy_from)
    folder = inside_before(setup, found.base)
    if folder is None or request.policy_from is PolicyFrom.HEAD:
        return _review(setup, request, found, decided, selection)
    with setup_before(setup, found.base, folder) as before:
        return _review(before, request, found, decided, selection)


def _review(
    setup: Setup, request: ReviewRequest, found: Range, decided: Houses, selection: Selection
) -> Report:
    read = reviewed_files(found, _named(setup), setup.catalog())
    parts = [
        *_itself(setup, decided),
        *reviewed_snapshots(setup, found, selection, decided.counting),
        *_deployments(setup, request, found, read.pairs, decided.counting, selection),
    ]
    if parts:
        _refuse_strangers(setup, selection, read.pairs, parts)
    return one_report(parts, read.notes) if parts else _nothing(setup, found, read.notes)


def _deployments(
    setup: Setup,
    request: ReviewRequest,
    found: Range,
    pairs: Sequence[Pair],
    decided: House,
    selection: Selection,
) -> Iterator[Report]:
    """The parts on deployments that files set up; rules are read only where there are any."""
    if pairs:
        known, asked = advisories(setup), controls(setup)
        reviewer = Reviewer(setup, found, known, asked, decided, selection, request.version)
        yield from map(reviewer.review, pairs)


def _refuse_strangers(
    setup: Setup, selection: Selection, pairs: Sequence[Pair], parts: Sequence[Report]
) -> None:
    """Refuse globs that match nothing of what files set up, was found, or can be."""
    sides = (one.operator for pair in pairs for one in (pair.before, pair.after) if one)
    refuse_strangers(
        selection,
        (
            *(name for one in sides for name in _names_set(one)),
            *(name for part in parts for one in part.judged.found for name in finding_names(one)),
        ),
        setup.catalog().releases,
        {rule.id: None for part in parts for rule in part.rules},
    )


def _names_set(operator: OperatorSettings) -> Iterator[str]:
    yield from operator.chart.keys if operator.chart else ()
    yield from (given.name for given in operator.given)


def _named(setup: Setup) -> Mapping[str, tuple[str, ...]]:
    deployments = setup.configuration.deployments
    return {name: tuple(one.files) for name, one in deployments.items() if one.files}


def _itself(setup: Setup, decided: Houses) -> Iterator[Report]:
    """The part on what decides about all deployments; judged by what was decided before."""
    judged = judge(decided.turned, ITSELF, rulings=decided.base.rulings)
    if judged.everything:
        yield Report(
            kind=ReportKind.REVIEW,
            title=f"Review of {ITSELF}",
            judged=judged,
            rules=tuple(GOVERNANCE_RULES.values()),
            statement=f"{plural(len(decided.turned), 'change')} to what it is judged by",
            audited=Audited(ITSELF),
            generated_at=setup.now(),
            tool_version=__version__,
        )


_NO_DIFFERENCE: Final = "No file that sets up a server differs, and no snapshot."
_ONE_COMMIT: Final = "Both revisions are one commit, so that there was nothing to review."


def _nothing(setup: Setup, found: Range, notes: tuple[str, ...]) -> Report:
    """The report on a change that touches no deployment."""
    is_one = found.base.commit == found.head.commit and not found.head.disk
    why = _ONE_COMMIT if is_one else _NO_DIFFERENCE
    return Report(
        kind=ReportKind.REVIEW,
        title=f"Review of {found.base.label}..{found.head.label}",
        statement=NO_SETTING,
        notes=(*notes, why),
        generated_at=setup.now(),
        tool_version=__version__,
    )
