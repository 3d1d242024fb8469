"""The entries of a history, kept from one run to the next beside git's own files.

Nothing but time is lost with such a file: it is written anew where it is missing or damaged, of
another version of confaudit or of its facts, or of a history that is another one now.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from confaudit.core.history.entry import Entry
from confaudit.store.entry_bytes import decode, encode

_PER_CHUNK: Final = 256
"""Entries that are made from bytes, or into bytes, at a time."""
_MAX_BYTES: Final = 32 << 20
"""The most that is kept: some 60,000 snapshots."""
_WORTH_IT: Final = 32
"""New entries from which on the file is written anew, rather than told again the next time."""
_DIGEST: Final = hashlib.sha256().digest_size


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
        self._path = git_dir / "confaudit" / f"history-{name}"
        kept = self._read()
        self._kept = kept if kept.key == key else _Kept(key)

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
        if count >= _WORTH_IT and sum(map(len, chunks)) <= _MAX_BYTES:
            self._write(_Kept(self._kept.key, tip, chunks))

    def _read(self) -> _Kept:
        with suppress(OSError, ValueError):
            data = self._path.read_bytes()
            if hashlib.sha256(data[_DIGEST:]).digest() == data[:_DIGEST]:
                return msgspec.msgpack.decode(data[_DIGEST:], type=_Kept)
        return _Kept()

    def _write(self, kept: _Kept) -> None:
        """Replace the file as a whole; where that cannot be done, nothing is kept."""
        data = msgspec.msgpack.encode(kept)
        with suppress(OSError):
            self._path.parent.mkdir(exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self._path.parent)
            draft = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(data).digest() + data)
                draft.replace(self._path)
            finally:
                draft.unlink(missing_ok=True)
