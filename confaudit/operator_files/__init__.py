"""What operators set: reads their own files, of whatever form, into `core.given.OperatorSettings`.

A form is recognised by content, never by a file's name; `forms` lists them, `deployments` says
which files set up one server together. Nothing is executed or rendered. Structure comes first,
texts inside texts next, and what has no structure is read line by line. Importing this package is
cheap.
"""

from collections.abc import Sequence
from pathlib import Path

from confaudit.core.given import OperatorSettings
from confaudit.core.text.wording import visible
from confaudit.errors import SourceError
from confaudit.operator_files.deployments import (
    Deployment,
    Deployments,
    read_as_one,
    read_deployments,
)
from confaudit.operator_files.file import MAX_BYTES, OperatorFile, decode, plain
from confaudit.operator_files.forms import READERS, FormReader, recognised
from confaudit.operator_files.merge import merge

__all__ = [
    "READERS",
    "Deployment",
    "Deployments",
    "FormReader",
    "OperatorFile",
    "decode",
    "merge",
    "open_file",
    "read",
    "read_all",
    "read_as_one",
    "read_deployments",
    "read_env_file",
    "read_server_yaml",
    "recognised",
]


def open_file(path: Path) -> OperatorFile:
    """Read an operator's file from disk.

    Raises:
        SourceError: it cannot be read, is too large or no text.
    """
    label = visible(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SourceError(f"there is no file {label}", "check the path") from None
    except (OSError, ValueError):  # ValueError: a name that no file can have
        raise SourceError(f"{label} cannot be read", "check that it is a file and yours") from None
    return decode(content, str(path))


def read(file: OperatorFile, form: str | None = None) -> OperatorSettings:
    """Read one file; `form` (a name in `READERS`) says what it is, its content otherwise.

    Raises:
        SourceError: as `read_as_one`.
    """
    return read_all([file], [form] if form else [])


def read_all(files: Sequence[OperatorFile], forms: Sequence[str] = ()) -> OperatorSettings:
    """What files of one deployment set.

    Raises:
        SourceError: as `read_as_one`.
    """
    return read_as_one(files, forms).operator


def read_env_file(text: str, file: str) -> OperatorSettings:
    """Read the server's environment from a text; `file` names it in positions and messages."""
    (found,) = READERS["env-file"].read(plain(text, file))
    return found


def read_server_yaml(text: str, file: str) -> OperatorSettings:
    """Read the server's YAML from a text; `file` names it in positions and messages.

    Raises:
        SourceError: it is no YAML, or no map of options.
    """
    (found,) = READERS["server-yaml"].read(plain(text, file))
    return found
