"""The copy of a snapshot in the work tree: what people open, grep and edit."""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.store.layout import DEPLOYMENTS, is_ours

_ASIDE = ".confaudit-"
"""Start of the names of files half written; what a killed process left is removed."""


def write(root: Path, deployment: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Make the folder of a deployment hold exactly these files of ours; others stay untouched.

    A file appears whole or not at all. The caller holds the lock of the repository, and has looked
    for obstacles.

    Returns:
        The names of those that were not there like that.

    Raises:
        StoreError: the folder cannot be written.
    """
    folder = root / DEPLOYMENTS / deployment
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for entry in list(folder.iterdir()):
            if entry.name.startswith(_ASIDE) or (is_ours(entry.name) and entry.name not in files):
                entry.unlink()
        lacking = tuple(name for name, data in files.items() if not _holds(folder / name, data))
        for name in lacking:
            _replace(folder / name, files[name])
    except OSError as error:
        raise _unwritable(folder, error) from None
    return lacking


def write_file(path: Path, data: bytes) -> None:
    """Make a file hold these contents, whole or not at all.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        if not _holds(path, data):
            _replace(path, data)
    except OSError as error:
        raise _unwritable(path.parent, error) from None


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"the snapshot cannot be written to {visible(str(folder))}: {error.strerror}",
        "check the owner, the permissions and the free space of that folder",
    )


def _holds(path: Path, data: bytes) -> bool:
    """Whether a regular file has these contents already."""
    with suppress(OSError):
        return stat.S_ISREG(path.lstat().st_mode) and path.read_bytes() == data
    return False


def _replace(path: Path, data: bytes) -> None:
    aside = path.with_name(_ASIDE + path.name)
    aside.unlink(missing_ok=True)  # a killed process may have left it
    with aside.open("xb") as file:  # "x" never follows a link
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
