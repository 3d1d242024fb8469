"""How a table reads: texts to lay out, and what is drawn beside them."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from confaudit.core.health.check import State
from confaudit.core.model import MISSING, Missing, Value
from confaudit.core.report.report import Column, Table
from confaudit.core.report.states import STATE_COLUMN
from confaudit.core.text.wording import human, visible
from confaudit.present.charts import Stretch, bar_kind, bars
from confaudit.present.inline_diff import middle_out


class ColumnShown(Struct, frozen=True):
    """The head of a table's column, and how its cells want to look."""

    title: str
    is_code: bool
    """Names, versions and values, to be typed as they are; else prose."""
    is_number: bool
    is_state: bool = False
    """Whether its cells tell how things are, see `TableShown.moods`."""
    kind: str = ""
    """What its part of a bar stands for, fit for an HTML class; empty where none is drawn."""


class Place(Struct, frozen=True):
    """Where a row leads that names a part of the page, and how that part is called there."""

    anchor: str
    title: str


class TableShown(Struct, frozen=True):
    """A table of texts; the first cell of a row names it."""

    anchor: str
    title: str
    columns: tuple[ColumnShown, ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]
    """Row by row, cell by cell, the items of each: none where there is nothing to say."""
    bars: tuple[tuple[Stretch, ...], ...]
    """Row by row a chart of its numbers, or none at all."""
    is_folded: bool
    """Whether only a reader who asks for more needs to see the rows."""
    links: tuple[str, ...] = ()
    """Row by row the anchor of what on this page it is about, or empty; none for most tables."""
    moods: tuple[str, ...] = ()
    """Row by row how it is, as `Page.mood` has it; empty for a row that tells none, none for most
    tables."""
    causes: tuple[str, ...] = ()
    """Row by row who caused what it tells, parted by blanks, to filter by; none for most tables."""


def shown_table(
    table: Table, limit: int, places: Mapping[str, Place] = MappingProxyType({})
) -> TableShown:
    """A table in words; `limit` is how many characters of a cell are shown.

    A row that begins with the name of one of `places` leads there, and is called as it is there.
    """
    first = table.columns[0].id
    found = [places.get(str(row.get(first))) for row in table.rows]
    rows = [
        {**row, first: place.title} if place else row
        for row, place in zip(table.rows, found, strict=True)
    ]
    return TableShown(
        anchor=visible(f"table-{table.id}"),
        title=visible(table.title),
        columns=tuple(
            ColumnShown(
                visible(column.title),
                column.is_code,
                _counts(table, column.id),
                column == STATE_COLUMN,
                _kind(table, column),
            )
            for column in table.columns
        ),
        rows=tuple(
            tuple(_cell(row.get(column.id, MISSING), limit) for column in table.columns)
            for row in rows
        ),
        bars=bars(table),
        is_folded=table.is_folded,
        links=tuple(place.anchor if place else "" for place in found) if places else (),
        moods=tuple(map(_mood, table.rows)) if STATE_COLUMN in table.columns else (),
    )


def _mood(row: Mapping[str, Value]) -> str:
    """The mood of a row by the state that it tells."""
    state = State(str(row.get(STATE_COLUMN.id)))
    return state.level.word if state.level else "safe" if state is State.OK else ""


def _kind(table: Table, column: Column) -> str:
    return bar_kind(column.id) if column.id in table.bars else ""


def _counts(table: Table, column: str) -> bool:
    """Whether a column holds numbers, so that they are to stand below each other."""
    cells = [row[column] for row in table.rows if row.get(column, MISSING) is not MISSING]
    return bool(cells) and all(type(cell) is int for cell in cells)


def _cell(value: Value, limit: int) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(item for part in value for item in _cell(part, limit))
    if isinstance(value, Missing) or value in (None, ""):
        return ()
    return (middle_out(human(value), limit),)
