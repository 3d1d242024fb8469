"""The history of deployments as tables, for whatever can query them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from confaudit.core.changes.selection import EVERYTHING
from confaudit.core.history import rows
from confaudit.core.history.rows import Row
from confaudit.core.history.tables import (
    CHANGES,
    DEPLOYMENTS,
    FINDINGS,
    OPTIONS,
    RELEASES,
    SNAPSHOTS,
    TABLES,
    Table,
)
from confaudit.errors import NothingToDo, SourceError
from confaudit.export import TARGETS, Writer
from confaudit.workflows.hardening import held, scope_of
from confaudit.workflows.history import brought_by, entries, require_snapshots
from confaudit.workflows.house import House, house
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup
from confaudit.workflows.write import telling


class ExportRequest(Struct, frozen=True):
    """What the command line asks for."""

    places: Mapping[str, Path]
    """Where to write, by the names of `TARGETS`."""
    deployment: str = ""
    """The only one to tell of."""
    since: datetime | None = None
    until: datetime | None = None


class Filled(NamedTuple):
    """A row, and the table that it belongs to."""

    table: Table
    row: Row


def export(setup: Setup, request: ExportRequest) -> Mapping[str, int]:
    """Write all tables, and return how many rows each has.

    Of the history one snapshot is in memory at a time.

    Raises:
        NothingToDo: there is no such snapshot.
        StoreError: the history cannot be read.
        ConfigError: it cannot be written there, or the house says what it cannot.
    """
    counts = dict.fromkeys((table.name for table in TABLES), 0)
    with ExitStack() as stack:
        writers = [stack.enter_context(_opened(*one)) for one in request.places.items()]
        for table, row in _filled(setup, request):
            counts[table.name] += 1
            for writer in writers:
                writer.add(table, row)
        if not counts[DEPLOYMENTS.name]:
            require_snapshots(setup, request.deployment)
            raise NothingToDo("there is no snapshot of that time", "leave out --since or --until")
    return counts


@contextmanager
def _opened(kind: str, place: Path) -> Iterator[Writer]:
    with telling(place), TARGETS[kind].opened(place) as writer:
        yield writer


def _filled(setup: Setup, request: ExportRequest) -> Iterator[Filled]:
    """Every row there is."""
    snapshots = setup.snapshots()
    if not snapshots.history.commit_id("HEAD"):
        return
    wanted = [request.deployment] if request.deployment else []
    names = {*snapshots.deployments()}
    names &= {*wanted} or names
    yield from _each(RELEASES, rows.release_rows(setup.catalog()))
    brought = brought_by(setup)
    told = entries(setup, wanted, since=request.since, until=request.until)
    for place, entry in enumerate(told, 1):
        names.add(entry.deployment)
        yield Filled(SNAPSHOTS, rows.snapshot_row(entry, place, brought.get(entry.commit, "")))
        yield from _each(CHANGES, rows.change_rows(entry))
    decided = house(setup)
    for name in sorted(names):
        yield from _newest(setup, name, decided)


def _newest(setup: Setup, name: str, decided: House) -> Iterator[Filled]:
    """What the newest snapshot of a deployment tells."""
    try:
        newest = Loader(setup).latest(setup.snapshots(), name)
    except SourceError as error:
        yield Filled(DEPLOYMENTS, rows.untold_row(name, error.message))
        return
    if newest is None:
        yield Filled(DEPLOYMENTS, rows.untold_row(name))
        return
    yield Filled(DEPLOYMENTS, rows.deployment_row(newest))
    yield from _each(OPTIONS, rows.option_rows(newest))
    found = held(setup, scope_of(newest, setup.catalog()), decided, EVERYTHING)
    yield from _each(FINDINGS, rows.finding_rows(found.judged))


def _each(table: Table, found: Iterable[Row]) -> Iterator[Filled]:
    return (Filled(table, row) for row in found)
