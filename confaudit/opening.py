"""How files that people name are opened: never waiting for whoever would write to a named pipe."""

import os
from io import BufferedReader
from pathlib import Path


def open_now(path: Path) -> BufferedReader:
    """Open for reading; a pipe without a writer is empty, and from others reading waits as ever.

    Raises:
        OSError: the system does not let us.
        ValueError: no file can have such a name.
    """
    return open(path, "rb", opener=_without_waiting)


def _without_waiting(path: str, flags: int) -> int:
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    os.set_blocking(handle, True)
    return handle
