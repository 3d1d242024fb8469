"""What somebody has put where the snapshot of a deployment is to be: refused, never replaced.

A link could lead out of the repository, and a submodule is a repository of its own.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.store.layout import DEPLOYMENTS, folder_of, is_ours
from confaudit.store.log import FOLDER, TreeEntry
from confaudit.store.snapshots import Snapshots


def refuse_on_disk(root: Path, deployment: str) -> None:
    """Make sure that what lies in the work tree can be replaced.

    Raises:
        StoreError: it cannot.
    """
    folder = root / DEPLOYMENTS / deployment
    for step in (folder.parent, folder):
        if step.is_symlink():
            raise _obstacle(str(step), "a symbolic link")
        if os.path.lexists(step / ".git"):
            raise _obstacle(str(step), "a submodule")
    for place, mode in _ours(folder):
        if not stat.S_ISREG(mode):
            kind = {stat.S_IFLNK: "a symbolic link", stat.S_IFDIR: "a folder"}
            raise _obstacle(str(place), kind.get(stat.S_IFMT(mode), "no regular file"))


def refuse_committed(snapshots: Snapshots, tip: str, deployment: str) -> None:
    """Make sure that what a commit holds can be replaced; without a commit it can.

    Raises:
        StoreError: it cannot.
    """
    for path in (DEPLOYMENTS, folder_of(deployment).rstrip("/")) if tip else ():
        entry = snapshots.history.entry(tip, path)
        if entry and not entry.is_folder:
            raise _obstacle(path, _kind(entry))
    for path, entry in snapshots.files(tip, deployment).items() if tip else ():
        if not entry.is_regular:
            raise _obstacle(path, _kind(entry))


def _ours(folder: Path) -> Iterator[tuple[Path, int]]:
    """What is where files of ours are to be, with its mode."""
    if folder.is_dir():
        yield from ((one, one.lstat().st_mode) for one in folder.iterdir() if is_ours(one.name))


def _kind(entry: TreeEntry) -> str:
    return _KINDS.get(entry.mode, "a file")


_KINDS: Final = {"120000": "a symbolic link", "160000": "a submodule", FOLDER: "a folder"}


def _obstacle(path: str, kind: str) -> StoreError:
    return StoreError(
        f"{visible(path)} is {kind}, where the snapshot of a deployment is to be",
        "move it away and commit that, or give the deployment another name",
    )
