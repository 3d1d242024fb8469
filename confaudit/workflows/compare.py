"""Compare any number of inputs with each other, and gather the Report."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from confaudit import __version__
from confaudit.core.history.parity import Member, Parity, parity
from confaudit.core.model import Snapshot
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.parity import PARITY_NOTES, parity_tables, parity_verdict
from confaudit.core.report.report import Report
from confaudit.core.text.wording import agreeing, listing, visible
from confaudit.errors import NothingToDo, SourceError
from confaudit.workflows.house import house
from confaudit.workflows.load import Loader, told_apart
from confaudit.workflows.readable import readable, why
from confaudit.workflows.setup import Setup

_FEWEST: Final = 2


def compare_all(setup: Setup, inputs: Sequence[str] = ()) -> Report:
    """Compare inputs, or the last snapshots of deployments by name; of all where none is given.

    Raises:
        SourceError, ApiError, StoreError, ConfigError: an input cannot be read.
        SourceError: one tells no options.
        NothingToDo: there are not two of them.
    """
    members, failed = _members(setup, inputs)
    catalog = setup.catalog()
    newest = catalog.nearest(members[0].snapshot.version).facts
    found = parity(members, house(setup).rulings, newest.is_unordered)
    return _without(compare_report(found, setup.now()), failed)


def _without(report: Report, failed: Mapping[str, SourceError]) -> Report:
    """The report, said not to be on those that cannot be read."""
    if not failed:
        return report
    left_out = f"Not compared, as {agreeing(len(failed), 'it', 'they')} cannot be read"
    return replace(
        report,
        statement=f"{left_out}: {listing([*map(visible, failed)])}. {report.statement}",
        not_audited=True,
        notes=(*map(why, failed.values()), *report.notes),
    )


def compare_report(found: Parity, now: datetime) -> Report:
    """The Report on what several have alike and what not."""
    return Report(
        kind=ReportKind.COMPARE,
        title="Deployments compared with each other",
        statement=parity_verdict(found),
        tables=tuple(parity_tables(found)),
        notes=PARITY_NOTES,
        generated_at=now,
        tool_version=__version__,
    )


def _members(
    setup: Setup, inputs: Sequence[str]
) -> tuple[tuple[Member, ...], Mapping[str, SourceError]]:
    """What is compared, and why the last snapshots of other deployments cannot be read."""
    known = _deployments(setup, must_be=not inputs)
    loader, asked = Loader(setup), dict.fromkeys(inputs or known)
    stored, failed = readable(
        (one for one in asked if one in known), lambda name: loader.load(f"HEAD:{name}")
    )
    found = [stored.get(one) or loader.load(one) for one in asked if one not in failed]
    for one in found:
        _require_options(one)
    members = _named(told_apart(*found))
    if len(members) < _FEWEST:
        nothing = NothingToDo(
            "there are no two configurations to compare",
            "give two or more deployments, revisions or files",
        )
        raise next(iter(failed.values()), nothing)
    return members, failed


def _deployments(setup: Setup, *, must_be: bool) -> Sequence[str]:
    """Those that have a snapshot; none where there is no repository, unless there must be one."""
    from confaudit.store.command import NoRepository

    try:
        return setup.snapshots().deployments()
    except NoRepository:
        if must_be:
            raise
        return ()


def _require_options(snapshot: Snapshot) -> None:
    if not snapshot.settings:
        raise SourceError(
            f"{visible(snapshot.label)} tells no options, which alone are compared",
            "give a snapshot, a saved answer of the API or a live deployment",
        )


def _named(snapshots: Sequence[Snapshot]) -> tuple[Member, ...]:
    """Each by its deployment where no other is of it, else by what it was called."""
    counts = Counter(one.deployment for one in snapshots)
    names = (
        one.deployment if one.deployment and counts[one.deployment] == 1 else one.label
        for one in snapshots
    )
    return tuple(Member(*pair) for pair in dict(zip(names, snapshots, strict=True)).items())
