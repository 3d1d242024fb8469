"""Tables as files that other programs query: one entry of `TARGETS` for each kind.

Listing the kinds imports none of their modules.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct

from confaudit.core.history.rows import Row
from confaudit.core.history.tables import Table


class Writer(Protocol):
    """Takes rows in any order of their tables, as many as there are."""

    def add(self, table: Table, row: Row) -> None:
        """Write a row."""


class Target(Struct, frozen=True):
    """One kind of file, or of folder with a file for each table."""

    title: str
    module: str
    """Module of this package with `opened(path)`."""

    def opened(self, path: Path) -> AbstractContextManager[Writer]:
        """A writer whose rows stand at a path once it is left, and not before.

        Raises:
            ConfigError: something else stands there, or a library is missing.
            OSError: it cannot be written.
        """
        found: AbstractContextManager[Writer] = import_module(
            f"confaudit.export.{self.module}"
        ).opened(path)
        return found


TARGETS: Final[Mapping[str, Target]] = {
    "sqlite": Target("one SQLite database", "sqlite"),
    "parquet": Target("a folder of Parquet files", "parquet_folder"),
    "csv": Target("a folder of CSV files", "csv_folder"),
}
