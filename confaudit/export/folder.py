"""A folder with a file for each table, and a datapackage.json that says what is in them.

So others can read what the columns mean and how tables hang together (Frictionless Data Package,
https://specs.frictionlessdata.io), and the next export knows the folder for its own.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from confaudit.core.history.tables import TABLES, VERSION, Column, Kind, Table
from confaudit.export.aside import aside, refuse, settle

_DESCRIPTION: Final = "datapackage.json"
_NAME: Final = "confaudit-export"


@contextmanager
def folder(path: Path, ending: str) -> Iterator[Path]:
    """A folder to write the files in; they stand in their place once it is left.

    Raises:
        ConfigError: in the place is something else.
        OSError: it cannot be written.
    """
    if path.exists() and not _is_ours(path):
        refuse(path)
    with aside(path) as draft:
        yield draft
        package = json.dumps(_package(ending), indent=2) + "\n"
        (draft / _DESCRIPTION).write_text(package, encoding="utf-8")
        path.mkdir(exist_ok=True)
        for file in sorted(draft.iterdir()):
            settle(file, path / file.name)


def _is_ours(path: Path) -> bool:
    if not path.is_dir():
        return False
    description = path / _DESCRIPTION
    if not description.is_file():
        return next(path.iterdir(), None) is None
    try:
        package = json.loads(description.read_bytes())
    except ValueError:
        return False
    return isinstance(package, dict) and package.get("name") == _NAME


def _package(ending: str) -> dict[str, Any]:
    resources = [_resource(table, ending) for table in TABLES]
    return {"name": _NAME, "version": str(VERSION), "resources": resources}


def _resource(table: Table, ending: str) -> dict[str, Any]:
    return {
        "name": table.name,
        "path": f"{table.name}.{ending}",
        "format": ending,
        "description": table.meaning,
        "schema": {
            "fields": [*map(_field, table.columns)],
            "primaryKey": [*table.key],
            "foreignKeys": [
                {"fields": [*one.columns], "reference": _referred(one.table)}
                for one in table.references
            ],
        },
    }


def _referred(name: str) -> dict[str, Any]:
    (table,) = (one for one in TABLES if one.name == name)
    return {"resource": name, "fields": [*table.key]}


_TYPES: Final = {
    Kind.INTEGER: "integer",
    Kind.BOOLEAN: "boolean",
    Kind.TIME: "datetime",
    Kind.DAY: "date",
}
"""Everything else is a string."""


def _field(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": _TYPES.get(column.kind, "string"),
        "description": column.meaning,
        "constraints": {"required": not column.is_optional},
    }
