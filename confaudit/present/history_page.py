"""How a history reads on a page: a table of its snapshots, and the changes that each brought."""

from collections.abc import Collection
from typing import Final

from msgspec.structs import replace

from confaudit.core.history.entry import Entry
from confaudit.core.judge.rules.changes import change_findings
from confaudit.core.report.anchors import entry_anchor, nested_anchor
from confaudit.core.text.wording import visible
from confaudit.present.changes import change_rows
from confaudit.present.entries import Group
from confaudit.present.history import TITLE, author, events, told, when
from confaudit.present.inline_diff import middle_out
from confaudit.present.tables import ColumnShown, TableShown
from confaudit.present.values import Chip, slug


def entry_groups(entries: Collection[Entry], limit: int) -> tuple[Group, ...]:
    """The changes of each snapshot, under the month it was taken in."""
    return tuple(_group(entry, limit) for entry in entries if entry.changes)


def _group(entry: Entry, limit: int) -> Group:
    rows = change_rows([*change_findings(entry.changes)], limit)
    chip = Chip("deployment", slug(entry.deployment), visible(entry.deployment), is_shown=False)
    title = " · ".join((when(entry), visible(entry.deployment), *events(entry)))
    return Group(
        anchor=entry_anchor(entry),
        part=f"{entry.taken_at:%Y-%m}" if entry.taken_at else "",
        title=middle_out(title, TITLE),
        rows=tuple(
            replace(row, chips=(*row.chips, chip), anchor=nested_anchor(entry, number))
            for number, row in enumerate(rows, start=1)
        ),
        is_folded=all(row.is_quiet for row in rows),
        are_changes=True,
    )


_COLUMNS: Final = {
    "When": False,
    "Deployment": True,
    "What it brought": False,
    "Author": False,
    "Commit": True,
}
"""Titles, and whether the cells are to be typed as they are."""


def entry_table(entries: Collection[Entry]) -> TableShown:
    """A row for each snapshot, which leads to its changes."""
    return TableShown(
        anchor="table-snapshots",
        title="Snapshots that changed something",
        columns=tuple(ColumnShown(title, is_code, False) for title, is_code in _COLUMNS.items()),
        rows=tuple(map(_row, entries)),
        bars=(),
        is_folded=False,
        links=tuple(entry_anchor(entry) if entry.changes else "" for entry in entries),
        causes=tuple(" ".join(dict.fromkeys(c.cause or "" for c in e.changes)) for e in entries),
    )


def _row(entry: Entry) -> tuple[tuple[str, ...], ...]:
    changes = (f"{one.by}: {one.names}" for one in told(entry, in_full=False))
    return (
        (when(entry),),
        (visible(entry.deployment),),
        ("; ".join((*events(entry), *changes)),),
        (author(entry),),
        (visible(entry.commit[:12]),),
    )
