"""The entries of a long history, held as bytes: as objects they take ten times the memory."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from confaudit.core.history.entry import Entry
from confaudit.store.entry_bytes import decode, encode

_AT_ONCE: Final = 64
"""Entries that are objects at a time."""


class PackedEntries(Collection[Entry]):
    """Entries that can be gone through more than once."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Take all entries in."""
        self._held: list[bytes | Sequence[Entry]] = []
        self._size = 0
        taken = iter(entries)
        while some := [*islice(taken, _AT_ONCE)]:
            self._held.append(encode(some) or some)
            self._size += len(some)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(
            decode(some) if isinstance(some, bytes) else some for some in self._held
        )

    def __contains__(self, entry: object) -> bool:
        return any(entry == one for one in self)
