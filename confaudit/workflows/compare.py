"""Compare any number of inputs with each other, and gather the Report."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from confaudit import __version__
from confaudit.core.history.parity import Member, Parity, parity
from confaudit.core.model import Snapshot
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.parity import PARITY_NOTES, parity_tables, parity_verdict
from confaudit.core.report.report import Report
from confaudit.core.text.wording import visible
from confaudit.errors import NothingToDo, SourceError
from confaudit.workflows.house import house
from confaudit.workflows.load import Loader, told_apart
from confaudit.workflows.setup import Setup

_FEWEST: Final = 2


def compare_all(setup: Setup, inputs: Sequence[str] = ()) -> Report:
    """Compare inputs, or the last snapshots of deployments by name; of all where none is given.

    Raises:
        SourceError, ApiError, StoreError, ConfigError: an input cannot be read.
        SourceError: one tells no options.
        NothingToDo: there are not two of them.
    """
    members = _members(setup, inputs)
    catalog = setup.catalog()
    newest = catalog.nearest(members[0].snapshot.version).facts
    found = parity(members, house(setup).rulings, newest.is_unordered)
    return compare_report(found, setup.now())


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


def _members(setup: Setup, inputs: Sequence[str]) -> tuple[Member, ...]:
    known = _deployments(setup, must_be=not inputs)
    loader = Loader(setup)
    asked = (f"HEAD:{one}" if one in known else one for one in inputs or known)
    found = [loader.load(one) for one in dict.fromkeys(asked)]
    for one in found:
        _require_options(one)
    members = _named(told_apart(*found))
    if len(members) < _FEWEST:
        raise NothingToDo(
            "there are no two configurations to compare",
            "give two or more deployments, revisions or files",
        )
    return members


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
