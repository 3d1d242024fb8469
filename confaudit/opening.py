"""How files that people name are opened: never waiting for whoever would write to a named pipe."""

import os
import sys
from io import BufferedReader
from pathlib import Path
from typing import Final, cast

STDIN: Final = Path("-")
"""What stands for standard input wherever a file can be named."""


def open_now(path: Path) -> BufferedReader:
    """Open for reading; a pipe without a writer is empty, and from others reading waits as ever.

    Raises:
        OSError: the system does not let us.
        ValueError: no file can have such a name.
    """
    if path == STDIN:
        return cast(BufferedReader, sys.stdin.buffer)
    return open(path, "rb", opener=_without_waiting)


def label(path: Path) -> str:
    """What a path is called in messages."""
    return "standard input" if path == STDIN else str(path)


def _without_waiting(path: str, flags: int) -> int:
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    os.set_blocking(handle, True)
    return handle
