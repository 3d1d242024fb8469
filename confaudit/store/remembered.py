"""The entries of a history, kept from one run to the next beside git's own files.

They are told anew where the file is missing or damaged, of another version of confaudit or of its
facts, or of a history that is another one now.
"""

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from confaudit.core.history.entry import Entry
from confaudit.store.entry_bytes import decode, encode
from confaudit.store.kept import Kept

_PER_CHUNK: Final = 256
"""Entries that are made from bytes, or into bytes, at a time."""
_MAX_BYTES: Final = 32 << 20
"""The most that is kept: some 60,000 snapshots."""
_WORTH_IT: Final = 32
"""New entries from which on the file is written anew, rather than told again the next time."""


class _Kept(msgspec.Struct, array_like=True):
    key: str = ""
    """What the entries rest on beside the commits."""
    tip: str = ""
    """The commit whose history they are, back to its beginning."""
    chunks: list[bytes] = []


class Remembered:
    """The file that keeps the entries of one question: of which deployments they are."""

    def __init__(self, git_dir: Path, question: str, key: str) -> None:
        """Read what is kept, if it still holds: `key` says on what else entries rest."""
        name = hashlib.sha256(question.encode()).hexdigest()[:16]
        self._file = Kept(git_dir, f"history-{name}", _Kept)
        kept = self._file.read()
        self._kept = kept if kept and kept.key == key else _Kept(key)

    @property
    def tip(self) -> str:
        """The commit whose entries are kept; empty when none are."""
        return self._kept.tip

    def entries(self) -> Iterator[Entry]:
        """The entries that are kept, the newest first."""
        for chunk in self._kept.chunks:
            yield from decode(chunk)

    def keep(self, tip: str, new: Iterator[Entry], *, is_continued: bool) -> Iterator[Entry]:
        """Hand on the entries of a commit, and keep them once the last one was taken.

        Continued, those kept before come after the new ones.
        """
        chunks, count = [], 0
        while entries := [*islice(new, 1 if not count else _PER_CHUNK)]:
            yield from entries
            count += len(entries)
            chunks.append(encode(entries))
        if is_continued:
            yield from self.entries()
            chunks += self._kept.chunks
        if all(chunks) and count >= _WORTH_IT and sum(map(len, chunks)) <= _MAX_BYTES:
            self._file.write(_Kept(self._kept.key, tip, chunks))
