"""What there is to know of a repository before a snapshot is written to it; nothing is changed."""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from confaudit.errors import StoreError
from confaudit.store import identity
from confaudit.store.command import Git
from confaudit.store.discovery import RepositoryPaths, find
from confaudit.store.disk import on_disk
from confaudit.store.layout import DEPLOYMENTS
from confaudit.store.lock import StoreLock

_ROOT: Final = Path("/")


def git_version() -> str:
    """What git calls its version: `2.39.5`; empty where it says nothing of the kind.

    Raises:
        StoreError: git is not installed.
    """
    found = re.search(r"\d+(\.\d+)+", Git(_ROOT).ask("--version").line)
    return found[0] if found else ""


class Survey:
    """A look at a repository with a work tree."""

    def __init__(self, place: RepositoryPaths) -> None:
        self._place = place
        self._git = Git(place.root)

    @classmethod
    def of(cls, folder: Path) -> "Survey":
        """That of the repository that a folder lies in.

        Raises:
            StoreError: there is none, it is bare, or git may not use it.
        """
        return cls(find(folder, create=False))

    @property
    def root(self) -> Path:
        """Top folder of the work tree."""
        return self._place.root

    @property
    def is_writable(self) -> bool:
        """Whether this user may write where commits and snapshots go."""
        return all(os.access(one, os.W_OK) for one in (self._place.common_dir, self._place.root))

    @property
    def has_person(self) -> bool:
        """Whether git knows who commits."""
        return identity.is_known(self._git)

    def changed(self, tip: str) -> tuple[list[str], list[str]]:
        """Paths that are not as they are committed: those of snapshots, and all others.

        Raises:
            StoreError: a file cannot be read.
        """
        paths = sorted(on_disk(self._place.root, tip).entries)
        ours = [path for path in paths if path.startswith(f"{DEPLOYMENTS}/")]
        return ours, [path for path in paths if path not in ours]

    def holder(self) -> str:
        """Who holds the lock, as an error says it; empty where it is free."""
        lock = StoreLock(self._place.common_dir)
        try:
            with lock.hold(0):
                return ""
        except StoreError as error:
            return error.message


def can_be_made(folder: Path) -> bool:
    """Whether a repository can be made in a folder, which may not exist yet."""
    with suppress(OSError):
        place = next(one for one in (folder, *folder.absolute().parents) if one.exists())
        return place.is_dir() and os.access(place, os.W_OK)
    return False
