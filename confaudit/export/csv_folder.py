"""Tables as CSV (RFC 4180, UTF-8), harmless in a spreadsheet."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

from confaudit.core.history.rows import Cell, Row
from confaudit.core.history.tables import TABLES, Column, Kind, Table
from confaudit.export.folder import folder
from confaudit.export.texts import iso
from confaudit.patterns import regex


@contextmanager
def opened(path: Path) -> Iterator["_Files"]:
    """See `Target.opened`."""
    with folder(path, "csv") as draft, ExitStack() as open_files:
        writers = {}
        for table in TABLES:
            file = (draft / f"{table.name}.csv").open("w", encoding="utf-8", newline="")
            writers[table.name] = csv.writer(open_files.enter_context(file))
            writers[table.name].writerow([column.name for column in table.columns])
        yield _Files(writers)


class _Files:
    def __init__(self, writers: Mapping[str, Any]) -> None:
        self._writers = writers

    def add(self, table: Table, row: Row) -> None:
        """See `Writer.add`."""
        cells = [_cell(column, row[column.name]) for column in table.columns]
        self._writers[table.name].writerow(cells)


def _cell(column: Column, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, date):
        return iso(cell)
    return _harmless_json(str(cell)) if column.kind is Kind.JSON else _harmless(str(cell))


_START: Final = regex("^(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])|(?<=;)(?=\\s*[=+\\-@])")
"""Where a spreadsheet takes what follows for a formula (OWASP, CSV injection): at the start of a
cell, and after what is a separator in other countries. Texts hold no control characters."""
_START_IN_JSON: Final = regex(r"(;\s*)([=+\-@])")


def _harmless(text: str) -> str:
    return _START.sub("'", text)


def _harmless_json(text: str) -> str:
    """The same value as other JSON: a semicolon can only stand in a string of it."""
    return _START_IN_JSON.sub(lambda found: f"{found[1]}\\u{ord(found[2]):04x}", text)
