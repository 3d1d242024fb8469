"""What is made in a repository is for its owner and group: it describes a deployment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_OTHERS: Final = 0o027
"""The rights that new files and folders lack: to write for the group, and any for all others."""


@contextmanager
def private() -> Iterator[None]:
    """Make files so in this process and in those that it starts, stricter where the user is."""
    before = os.umask(0o077)
    os.umask(before | _OTHERS)
    try:
        yield
    finally:
        os.umask(before)
