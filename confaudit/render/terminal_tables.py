"""Tables on a terminal: side by side where the words fit, else each row as a block of its own."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len

from confaudit.core.text.wording import plural
from confaudit.present.tables import ColumnShown, TableShown
from confaudit.render.styled import Styled, joined, styled
from confaudit.render.terminal_parts import BLANK, Block, block

_INDENT: Final = 2
_GAP: Final = 2
"""Columns of a terminal between two of a table."""
_MOODS: Final = {"error": "red", "warning": "yellow", "info": "blue", "safe": "green"}
"""How a cell looks that tells a state."""
_FOLDED_ROWS: Final = 10
"""A table that other formats fold is spelled out up to this size."""
_LONGEST_WORD: Final = 16
"""Where room is short a longer word, such as an address, may be torn; a name only if it takes more
than half of it."""


def tables(shown: Sequence[TableShown], width: int) -> Iterator[Block]:
    """Each table with its title, at the width of the terminal; nothing is cut off."""
    for table in shown:
        yield BLANK
        if table.is_folded and len(table.rows) > _FOLDED_ROWS:
            # what other formats fold is a line here: it would push the rest off the screen
            yield block(0, (f"{table.title}: {plural(len(table.rows), 'row')}", "bold"))
        else:
            yield block(0, (table.title, "bold"))
            yield from _rows(table, width)


def _rows(table: TableShown, width: int) -> Iterator[Block]:
    cells = [[", ".join(cell) for cell in row] for row in table.rows]
    titles = [column.title for column in table.columns]
    columns = [*zip(titles, *cells, strict=True)]
    room = width - _INDENT - _GAP * (len(columns) - 1)
    if widths := _widths(columns, room):
        yield from _grid(table, cells, widths)
    else:
        for row in cells:
            yield from _block(titles, row)


def _widths(columns: Sequence[Sequence[str]], room: int) -> list[int]:
    """How wide each column is: the widest give way as far as their words let them.

    None at all where the words do not fit.
    """
    longest = [max(map(cell_len, " ".join(column).split()), default=1) for column in columns]
    widths = [min(room, max(map(cell_len, column))) for column in columns]
    for limit in (room // 3, min(room // 3, _LONGEST_WORD)):
        floors = [min(longest[0], room // 2), *(min(word, limit) for word in longest[1:])]
        if sum(floors) <= room:
            return _narrowed(widths, floors, room)
    return []


def _narrowed(widths: list[int], floors: Sequence[int], room: int) -> list[int]:
    while sum(widths) > room:
        slack = (number for number, floor in enumerate(floors) if widths[number] > floor)
        widths[max(slack, key=widths.__getitem__)] -= 1
    return widths


def _grid(
    table: TableShown, cells: Sequence[Sequence[str]], widths: Sequence[int]
) -> Iterator[Block]:
    yield from _titles(table.columns, widths)
    for row, mood in zip(cells, table.moods or [""] * len(cells), strict=True):
        styles = [_MOODS.get(mood, "") if column.is_state else "" for column in table.columns]
        folded = map(_folded, row, styles, widths)
        for line in zip_longest(*folded, fillvalue=Styled()):
            yield _line(line, table.columns, widths)


def _titles(columns: Sequence[ColumnShown], widths: Sequence[int]) -> Iterator[Block]:
    """The titles of columns, all of which end right above the first row."""
    titles = [_folded(one.title, "dim", width) for one, width in zip(columns, widths, strict=True)]
    upwards = [*zip_longest(*map(reversed, titles), fillvalue=Styled())]
    yield from (_line(line, columns, widths) for line in reversed(upwards))


def _folded(text: str, style: str, width: int) -> Sequence[Styled]:
    return styled((text, style)).folded(width)


def _line(cells: Iterable[Styled], columns: Sequence[ColumnShown], widths: Sequence[int]) -> Block:
    filled = map(_filled, cells, columns, widths)
    return Block(_INDENT, joined(" " * _GAP, filled).stripped())


def _filled(text: Styled, column: ColumnShown, width: int) -> Styled:
    blanks = " " * (width - text.width)
    return styled(blanks, text) if column.is_number else styled(text, blanks)


def _block(titles: Sequence[str], row: Sequence[str]) -> Iterator[Block]:
    """A row by itself: what names it, and below it the rest, each with its title."""
    yield block(_INDENT, (row[0], "bold"))
    told = [f"{title}: {cell}" for title, cell in zip(titles[1:], row[1:], strict=True) if cell]
    if told:
        yield block(2 * _INDENT, (" · ".join(told), "dim"))
