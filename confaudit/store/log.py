"""What `git log --raw -z` prints, as commits with the files they changed."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import IO, Final, NamedTuple

from msgspec import Struct

from confaudit.patterns import regex

_FIELDS: Final = ("%H", "%P", "%at", "%ad", "%an", "%ae", "%B")

COMMAND: Final = (
    *("log", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative", "--no-color"),
    *("--no-show-signature", "--ignore-submodules=none", "--encoding=UTF-8", "--date=raw"),
    "-O/dev/null",
    f"--format={'%x00'.join(_FIELDS)}",
)
"""With all said that a user's configuration could change."""

_CHUNK: Final = 1 << 16


class TreeEntry(NamedTuple):
    """One file or folder of a tree, or file of the index."""

    mode: str
    id: str

    @property
    def is_regular(self) -> bool:
        """False for a symbolic link, whose contents are a path, and for a folder."""
        return self.mode.startswith("100")

    @property
    def is_folder(self) -> bool:
        """Whether the id is that of a tree."""
        return self.mode == FOLDER


FOLDER: Final = "40000"
REGULAR: Final = "100644"
"""The mode of a file that is neither executable nor a link."""


class FileChange(Struct, frozen=True):
    """What became of one file, by a commit or between two trees."""

    path: str
    """From the root of the repository."""
    before: TreeEntry | None
    """None: the file was added."""
    after: TreeEntry | None
    """None: it was removed."""
    earlier_path: str = ""
    """Where the file was before, with the same contents; empty unless it moved."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Where the file is, and where it was."""
        return (self.path, self.earlier_path) if self.earlier_path else (self.path,)


class Commit(Struct, frozen=True):
    """One commit of a walk."""

    id: str
    parents: tuple[str, ...]
    author: str
    mail: str
    """The author's mail address."""
    date: str
    """When it was written: seconds since 1970 and the zone, as in `1767613446 +0100`."""
    authored_at: datetime | None
    """The same in UTC; None for what no calendar holds, as git stores any number as a date."""
    message: str
    changes: tuple[FileChange, ...]
    """Compared with the parent, of the paths asked for; none for a merge."""

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]


class Header(NamedTuple):
    """What a commit object begins with."""

    tree: str
    parents: tuple[str, ...]
    authored_at: datetime | None
    """As of `Commit`."""


def header(data: bytes) -> Header:
    """Read the beginning of a commit object."""
    head = data.partition(b"\n\n")[0]
    tree, author = _TREE.match(head), _AUTHOR.search(head)
    return Header(
        tree=tree[1].decode() if tree else "",
        parents=tuple(one.decode() for one in _PARENT.findall(head)),
        authored_at=_time(author[1].decode() if author else ""),
    )


_TREE: Final = regex(rb"tree ([0-9a-f]+)")
_PARENT: Final = regex(rb"^parent ([0-9a-f]+)$", re.MULTILINE)
_AUTHOR: Final = regex(rb"^author .*> *(-?\d+)", re.MULTILINE)


def _time(seconds: str) -> datetime | None:
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(int(seconds), UTC)
    return None


def commits(out: IO[bytes]) -> Iterator[Commit]:
    """The commits in what the command prints, each as soon as the next begins."""
    yield from _by_position(_tokens(out))


def _tokens(out: IO[bytes]) -> Iterator[bytes]:
    """What stands between NULs in a stream."""
    rest = b""
    while chunk := os.read(out.fileno(), _CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        yield rest


def _by_position(tokens: Iterator[bytes]) -> Iterator[Commit]:
    """Fields of a commit by position, then a row and a path for each change."""
    head: list[bytes] = []
    changes: list[FileChange] = []
    for token in tokens:
        if len(head) < len(_FIELDS):
            head.append(token)
        elif token.startswith((b":", b"\n:")):
            changes.append(_change(token, next(tokens)))
        else:
            yield _commit(head, changes)
            head, changes = [token], []
    if head:
        yield _commit(head, changes)


def _commit(head: Sequence[bytes], changes: Sequence[FileChange]) -> Commit:
    commit, parents, seconds, date, author, mail, message = (
        field.decode(errors="replace") for field in head
    )
    return Commit(
        id=commit,
        parents=tuple(parents.split()),
        author=author,
        mail=mail,
        date=date,
        authored_at=_time(seconds),
        message=message,
        changes=tuple(changes),
    )


def _change(row: bytes, path: bytes) -> FileChange:
    """Read `:MODE MODE ID ID STATUS`; what is not there has the mode 0."""
    before, after, old, new, _ = row.decode().strip().removeprefix(":").split()
    return FileChange(
        path=os.fsdecode(path),
        before=TreeEntry(before, old) if int(before) else None,
        after=TreeEntry(after, new) if int(after) else None,
    )
