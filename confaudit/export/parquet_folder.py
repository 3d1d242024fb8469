"""Tables as Parquet, with what each column means in its metadata."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from confaudit.core.history.rows import Row
from confaudit.core.history.tables import TABLES, VERSION, Kind, Table
from confaudit.errors import ConfigError
from confaudit.export.folder import folder

_GROUP: Final = 20_000
"""Rows that are kept in memory, and written as one group."""


@contextmanager
def opened(path: Path) -> Iterator["_Files"]:
    """See `Target.opened`."""
    _require_library()
    with folder(path, "parquet") as draft, ExitStack() as open_files:
        yield _Files({one.name: open_files.enter_context(_file(draft, one)) for one in TABLES})


def _require_library() -> None:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise ConfigError(
            "the library pyarrow, which writes Parquet, is not installed",
            "install it: pip install 'confaudit[parquet]', or pyarrow beside confaudit",
        ) from None


class _Files:
    def __init__(self, files: "dict[str, _Rows]") -> None:
        self._files = files

    def add(self, table: Table, row: Row) -> None:
        """See `Writer.add`."""
        self._files[table.name].add(row)


@contextmanager
def _file(folder: Path, table: Table) -> Iterator["_Rows"]:
    from pyarrow.parquet import ParquetWriter

    schema = _schema(table)
    path = folder / f"{table.name}.parquet"
    with ParquetWriter(path, schema, compression="zstd") as writer:
        rows = _Rows(writer, schema)
        yield rows
        rows.flush()


class _Rows:
    """The rows of one table, written many at a time."""

    def __init__(self, writer: Any, schema: Any) -> None:
        self._writer, self._schema = writer, schema
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) == _GROUP:
            self.flush()

    def flush(self) -> None:
        import pyarrow

        self._writer.write_table(pyarrow.Table.from_pylist(self._rows, self._schema))
        self._rows = []


def _schema(table: Table) -> Any:
    import pyarrow

    types = {
        Kind.TEXT: pyarrow.string(),
        Kind.JSON: pyarrow.string(),
        Kind.INTEGER: pyarrow.int64(),
        Kind.BOOLEAN: pyarrow.bool_(),
        Kind.TIME: pyarrow.timestamp("us", tz="UTC"),
        Kind.DAY: pyarrow.date32(),
    }
    fields = [
        pyarrow.field(
            one.name, types[one.kind], one.is_optional, metadata={"description": one.meaning}
        )
        for one in table.columns
    ]
    return pyarrow.schema(fields, {"description": table.meaning, "version": str(VERSION)})
