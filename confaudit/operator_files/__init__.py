"""What operators set: reads their own files, of whatever form, into `core.given.OperatorSettings`.

A form is recognised by content, never by a file's name; `forms` lists them, `deployments` says
which files set up one server together. Nothing is executed or rendered, but by `rendering` where
that is asked for. Structure comes first, texts inside texts next, and what has no structure is
read line by line. Importing this package is cheap.
"""

import sys
from pathlib import Path

from confaudit.core.given import OperatorSettings
from confaudit.core.text.wording import visible
from confaudit.errors import SourceError
from confaudit.opening import STDIN, open_now
from confaudit.operator_files.deployments import (
    Deployment,
    Deployments,
    ReaderOf,
    always_server,
    read_as_one,
    read_deployments,
    survey,
)
from confaudit.operator_files.file import MAX_BYTES, OperatorFile, decode, plain
from confaudit.operator_files.forms import READERS, FormReader, form_word, recognised
from confaudit.operator_files.merge import merge
from confaudit.operator_files.version_line import version_line

__all__ = [
    "READERS",
    "Deployment",
    "Deployments",
    "FormReader",
    "OperatorFile",
    "ReaderOf",
    "always_server",
    "decode",
    "form_word",
    "merge",
    "open_file",
    "read_as_one",
    "read_deployments",
    "read_env_file",
    "read_server_yaml",
    "recognised",
    "survey",
    "version_line",
]


def open_file(path: Path) -> OperatorFile:
    """Read an operator's file from disk; `-` is standard input.

    Raises:
        SourceError: it cannot be read, is too large or no text.
    """
    if path == STDIN:
        return _standard_input()
    label = visible(str(path))
    try:
        with open_now(path) as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SourceError(f"there is no file {label}", "check the path") from None
    except (OSError, ValueError):  # ValueError: a name that no file can have
        raise SourceError(f"{label} cannot be read", "check that it is a file and yours") from None
    return decode(content, str(path))


def _standard_input() -> OperatorFile:
    if sys.stdin.isatty():
        raise SourceError(
            "nothing is piped into standard input",
            "pipe a file into it, as in `docker inspect coder | confaudit lint -`",
        )
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    if not content.strip():
        raise SourceError("standard input is empty", "see what the command before the pipe says")
    return decode(content, "stdin")


def read_env_file(text: str, file: str) -> OperatorSettings:
    """Read the server's environment from a text; `file` names it in positions and messages."""
    content = plain(text, file)
    by_kernel = READERS["process"].recognise(content)
    (found,) = READERS["process" if by_kernel else "env-file"].read(content)
    return found


def read_server_yaml(text: str, file: str) -> OperatorSettings:
    """Read the server's YAML from a text; `file` names it in positions and messages.

    Raises:
        SourceError: it is no YAML, or no map of options.
    """
    (found,) = READERS["server-yaml"].read(plain(text, file))
    return found
