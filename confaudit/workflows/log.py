"""The history of deployments as a log: which snapshots changed something, what, and by whom."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING

from msgspec import Struct

from confaudit import __version__
from confaudit.core.history.entry import Entry
from confaudit.core.history.tally import Tally
from confaudit.core.model import Cause
from confaudit.core.report.kinds import ReportKind
from confaudit.core.text.wording import visible
from confaudit.workflows.history import entries, history_notes, require_snapshots
from confaudit.workflows.question import question
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.core.report.report import Report


class LogRequest(Struct, frozen=True):
    """What the command line asks for."""

    options: tuple[str, ...] = ()
    """Names of options, config leaves, or globs over them; none for all."""
    deployment: str = ""
    """Empty for all deployments."""
    since: datetime | None = None
    until: datetime | None = None
    causes: frozenset[Cause] = frozenset()
    most: int | None = None
    """The most entries wanted."""


class Log(Struct, frozen=True):
    """A history that is being read, entry by entry."""

    entries: Iterator[Entry]
    is_any: bool
    """Whether there is an entry."""
    title: str
    nothing: str
    """The verdict where there is no entry."""
    taken: tuple[str, ...]
    """The names that misspelt ones were taken to mean."""
    notes: tuple[str, ...]
    """What the history cannot tell."""


def log(setup: Setup, request: LogRequest) -> Log:
    """The entries that are asked for, newest first; they are read as the caller takes them.

    Raises:
        ConfigError: no option, or no deployment, is called so.
        NoRepository, StoreError: the history cannot be read.
        NothingToDo: there is no snapshot yet.
    """
    wanted, taken = question(setup, request.options, request.causes)
    names = [request.deployment] if request.deployment else []
    told = entries(setup, names, since=request.since, until=request.until)
    found = islice(wanted.answers(told), request.most)
    first = next(found, None)
    if first is None:
        require_snapshots(setup, request.deployment)
    whose = visible(request.deployment) or "all deployments"
    title = f"{wanted.names} in {whose}" if wanted.names else whose
    return Log(
        entries=chain([first] if first else [], found),
        is_any=first is not None,
        title=f"History of {title}",
        nothing=f"No snapshot that is asked for changed {wanted.names or 'anything'} in {whose}.",
        taken=taken,
        notes=history_notes(setup),
    )


def log_report(setup: Setup, told: Log) -> "Report":
    """All entries as a Report."""
    from confaudit.core.report.report import Report  # the log of a terminal is none
    from confaudit.store.packed_entries import PackedEntries

    tally = Tally()
    found = PackedEntries(tally.counted(told.entries))
    return Report(
        kind=ReportKind.LOG,
        title=told.title,
        entries=found,
        statement=tally.verdict if found else told.nothing,
        notes=told.notes,
        generated_at=setup.now(),
        tool_version=__version__,
    )
