"""Tables on a terminal: side by side where the words fit, else each row as a block of its own."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from confaudit.core.text.wording import plural
from confaudit.present.tables import TableShown
from confaudit.render.terminal_parts import BLANK, Block

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


def tables(shown: Sequence[TableShown], console: Console) -> Iterator[Block]:
    """Each table with its title, at the width of the console; nothing is cut off."""
    for table in shown:
        yield BLANK
        title = Text(table.title, "bold")
        if table.is_folded and len(table.rows) > _FOLDED_ROWS:
            # what other formats fold is a line here: it would push the rest off the screen
            yield 0, title + Text(f": {plural(len(table.rows), 'row')}")
        else:
            yield 0, title
            yield from _rows(table, console)


def _rows(table: TableShown, console: Console) -> Iterator[Block]:
    cells = [[", ".join(cell) for cell in row] for row in table.rows]
    titles = [column.title for column in table.columns]
    columns = [*zip(titles, *cells, strict=True)]
    room = console.width - _INDENT - _GAP * (len(columns) - 1)
    if widths := _widths(columns, room):
        yield from _grid(table, cells, widths, console)
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
    table: TableShown, cells: Sequence[Sequence[str]], widths: Sequence[int], console: Console
) -> Iterator[Block]:
    grid = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim")
    for column, width in zip(table.columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        grid.add_column(column.title, overflow="fold", justify=justify, width=width)
    for row, mood in zip(cells, table.moods or [""] * len(cells), strict=True):
        grid.add_row(
            *(
                Text(cell, _MOODS.get(mood, "") if column.is_state else "")
                for column, cell in zip(table.columns, row, strict=True)
            )
        )
    options = console.options.update_width(console.width - _INDENT)
    for line in console.render_lines(grid, options, pad=False):
        yield _INDENT, Text.assemble(*((part.text, part.style or "") for part in line))


def _block(titles: Sequence[str], row: Sequence[str]) -> Iterator[Block]:
    """A row by itself: what names it, and below it the rest, each with its title."""
    yield _INDENT, Text(row[0], "bold")
    told = [
        Text.assemble((f"{title}: ", "dim"), cell)
        for title, cell in zip(titles[1:], row[1:], strict=True)
        if cell
    ]
    if told:
        yield 2 * _INDENT, Text(" · ", "dim").join(told)
