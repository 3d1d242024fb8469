"""Tables as one SQLite database, whose schema says what each column means."""

import errno
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from confaudit.core.history.rows import Cell, Row
from confaudit.core.history.tables import TABLES, VERSION, Column, Kind, Reference, Table
from confaudit.export.aside import aside, refuse, settle
from confaudit.export.texts import iso

APPLICATION_ID: Final = 0x636F6E66
"""`conf`: says to `file` and to us whose database it is."""
_MAGIC: Final = b"SQLite format 3\0"
_AT: Final = slice(68, 72)
"""Where a database keeps the id (https://www.sqlite.org/fileformat.html)."""


@contextmanager
def opened(path: Path) -> Iterator["_Database"]:
    """See `Target.opened`."""
    if path.exists() and not _is_ours(path):
        refuse(path)
    with aside(path) as folder:
        draft = folder / path.name
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection, _disk_told():
            connection.executescript(_SCRIPT)
            yield _Database(connection)
            connection.execute("COMMIT")
        settle(draft, path)


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_AT.stop)
    return head.startswith(_MAGIC) and int.from_bytes(head[_AT]) == APPLICATION_ID


_FAILURES: Final = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_IOERR: errno.EIO}
"""What SQLite says where the system refuses to write, without the details in its upper bits."""


@contextmanager
def _disk_told() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        number = _FAILURES.get(error.sqlite_errorcode & 0xFF)
        if number is None:
            raise
        raise OSError(number, os.strerror(number)) from error


class _Database:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, table: Table, row: Row) -> None:
        """See `Writer.add`."""
        cells = [_bound(row[column.name]) for column in table.columns]
        self._connection.execute(_INSERTS[table.name], cells)


def _bound(cell: Cell) -> str | int | None:
    return iso(cell) if isinstance(cell, date) else cell


# --- the schema ----------------------------------------------------------------------------------

_STRICT: Final = "STRICT, " if sqlite3.sqlite_version_info >= (3, 37) else ""
_TYPES: Final[Mapping[Kind, str]] = {Kind.INTEGER: "INTEGER", Kind.BOOLEAN: "INTEGER"}
"""Everything else is TEXT."""
_CHECKS: Final[Mapping[Kind, str]] = {
    Kind.BOOLEAN: " CHECK ({0} IN (0, 1))",
    Kind.JSON: " CHECK ({0} IS NULL OR json_valid({0}))",
}


def _created(table: Table) -> str:
    """The statement that makes a table; the database keeps its comments."""
    width = max(len(column.name) for column in table.columns)
    columns = "\n".join(f"  {_column(one, width)}" for one in table.columns)
    keys = [f"PRIMARY KEY ({', '.join(table.key)})", *map(_reference, table.references)]
    body = f"{columns}\n  " + ",\n  ".join(keys)
    return f"CREATE TABLE {table.name} ( -- {table.meaning}\n{body}\n) {_STRICT}WITHOUT ROWID;\n"


def _column(column: Column, width: int) -> str:
    needed = "" if column.is_optional else " NOT NULL"
    check = _CHECKS.get(column.kind, "").format(column.name)
    kind = _TYPES.get(column.kind, "TEXT")
    return f"{column.name.ljust(width)} {kind}{needed}{check}, -- {column.meaning}"


def _reference(reference: Reference) -> str:
    columns = ", ".join(reference.columns)
    return f"FOREIGN KEY ({columns}) REFERENCES {reference.table} DEFERRABLE INITIALLY DEFERRED"


_INSERTS: Final[Mapping[str, str]] = {
    table.name: f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"  # noqa: S608 - of our own words
    for table in TABLES
}
_SCRIPT: Final = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
PRAGMA foreign_keys = ON;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
{"".join(map(_created, TABLES))}"""
"""Begins an export; a file that is given up is not there to be rolled back."""
