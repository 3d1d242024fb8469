"""What lies in the work tree now, where that is not what HEAD holds."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Final

from msgspec import Struct

from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.opening import open_now
from confaudit.store.blobs import format_of, started
from confaudit.store.command import Git
from confaudit.store.discovery import find
from confaudit.store.log import REGULAR, TreeEntry

_FILTERS: Final = ("config", "--null", "--name-only", "--get-regexp")
_FILTER_KEYS: Final = r"^filter\..*\.(clean|process|required)$"
_STATUS: Final = (
    *("--no-optional-locks", "status", "--porcelain=v1", "-z", "--untracked-files=all"),
    *("--no-renames", "--ignore-submodules=all", "--no-ahead-behind"),
)
_STATE: Final = len("XY ")
"""What stands before each path that `git status` prints."""


class Disk(Struct, frozen=True):
    """Files of the work tree that are changed, staged, or untracked and not ignored."""

    root: Path
    """Top folder of the work tree, free of symbolic links."""
    entries: Mapping[str, TreeEntry | None]
    """By path, with the id that git would give the bytes; None for what is not there any more, or
    is no regular file, or reached by a symbolic link, which may lead anywhere."""

    def holds(self, path: str) -> bool:
        """Whether anything at all is there, a link that leads nowhere included."""
        place = self.root / path
        return place.is_symlink() or place.exists()

    def read(self, path: str, limit: int) -> bytes:
        """The contents of a file as they are now.

        Raises:
            StoreError: it has more bytes than the limit, or cannot be read.
        """
        with _opened(self.root, path) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise StoreError(
                f"{visible(path)} is larger than any file that is read",
                "look at what it is, and whether it belongs there",
            )
        return data


def on_disk(folder: Path, object_id: str) -> Disk:
    """What the work tree that a folder belongs to has in place of what HEAD holds.

    `object_id` is any id of the repository: it shows how ids are made.

    Raises:
        StoreError: the repository is bare, or a file cannot be read.
    """
    root = find(folder, create=False).root.resolve()
    git = Git(root)
    answer = git.look(*_without_filters(git), *_STATUS)
    if answer.code:
        raise git.failure("status", answer)
    paths = (os.fsdecode(row[_STATE:]) for row in answer.out.split(b"\0") if row)
    object_format = format_of(object_id)
    return Disk(root, {path: _entry(root, path, object_format) for path in paths})


def _without_filters(git: Git) -> Iterator[str]:
    """Options that let git start no program of those that .gitattributes asks for.

    Raises:
        StoreError: git takes such an option for another one.
    """
    for name in filter(None, os.fsdecode(git.ask(*_FILTERS, _FILTER_KEYS).out).split("\0")):
        if "=" in name:
            raise StoreError(
                "git is configured with a filter that has an equals sign in its name",
                "look at `git config --get-regexp filter`, and rename it",
            )
        yield from ("-c", f"{name}={'false' if name.endswith('required') else ''}")


def _entry(root: Path, path: str, object_format: str) -> TreeEntry | None:
    if not _is_regular(root / path):
        return None
    with _opened(root, path) as file:
        digest = started(os.fstat(file.fileno()).st_size, object_format)
        return TreeEntry(REGULAR, hashlib.file_digest(file, lambda: digest).hexdigest())


def _is_regular(place: Path) -> bool:
    """Whether there is a file that no symbolic link leads to."""
    try:
        return stat.S_ISREG(place.lstat().st_mode) and place.resolve() == place
    except OSError:
        return False


def _opened(root: Path, path: str) -> BufferedReader:
    try:
        return open_now(root / path)
    except OSError as error:
        raise StoreError(
            f"{visible(path)} cannot be read: {error.strerror}",
            "check its owner and permissions",
        ) from None
