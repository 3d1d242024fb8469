"""Entries as bytes and back, for whoever keeps them from one run to the next."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from msgspec.msgpack import Decoder, Encoder

from confaudit.core.history.entry import Entry
from confaudit.core.model import (
    MISSING,
    Cause,
    Change,
    ChangeKind,
    Facet,
    FacetChange,
    Json,
    Missing,
    OptionSpec,
    Subject,
    Value,
    ValueSource,
)


class _Facet(msgspec.Struct, array_like=True):
    facet: Facet
    before: list[Any]
    after: list[Any]


class _Change(msgspec.Struct, array_like=True):
    """The fields of a Change in their order.

    A value that may be missing is a list of one or none, the option its place in a table.
    """

    subject: Subject
    key: str
    kind: ChangeKind
    before: list[Any]
    after: list[Any]
    path: str
    type: str
    facets: list[_Facet]
    spec: int | None
    source_before: ValueSource | None
    source_after: ValueSource | None
    was: str
    also: tuple[str, ...]
    is_reordered: bool
    cause: Cause | None
    evidence: str


class _Entry(msgspec.Struct, array_like=True):
    """The fields of an Entry in their order."""

    deployment: str
    commit: str
    taken_at: datetime | None
    author: str
    mail: str
    subject: str
    version_before: str
    version: str
    changes: list[_Change]
    is_first: bool
    is_removed: bool
    is_by_hand: bool
    trouble: str


class _Chunk(msgspec.Struct, array_like=True):
    specs: list[OptionSpec]
    entries: list[_Entry]


_encoder, _decoder = Encoder(), Decoder(_Chunk)


def encode(entries: Sequence[Entry]) -> bytes:
    """Some entries, with each option that they speak of once.

    Empty where one tells of a number, or of half a character, that no such bytes can hold.
    """
    specs: dict[int, tuple[int, OptionSpec]] = {}
    found = [_packed(entry, specs) for entry in entries]
    with suppress(OverflowError, UnicodeEncodeError):
        return _encoder.encode(_Chunk([spec for _, spec in specs.values()], found))
    return b""


def decode(data: bytes) -> Iterator[Entry]:
    """The entries that some bytes hold.

    Raises:
        ValueError: the bytes hold something else.
    """
    chunk = _decoder.decode(data)
    return (_unpacked(entry, chunk.specs) for entry in chunk.entries)


def _packed(entry: Entry, specs: dict[int, tuple[int, OptionSpec]]) -> _Entry:
    return _Entry(
        entry.deployment,
        entry.commit,
        entry.taken_at,
        entry.author,
        entry.mail,
        entry.subject,
        entry.version_before,
        entry.version,
        [_packed_change(change, specs) for change in entry.changes],
        entry.is_first,
        entry.is_removed,
        entry.is_by_hand,
        entry.trouble,
    )


def _packed_change(change: Change, specs: dict[int, tuple[int, OptionSpec]]) -> _Change:
    spec = change.spec
    place = specs.setdefault(id(spec), (len(specs), spec))[0] if spec else None
    return _Change(
        change.subject,
        change.key,
        change.kind,
        _listed(change.before),
        _listed(change.after),
        change.path,
        change.type,
        [_Facet(one.facet, _listed(one.before), _listed(one.after)) for one in change.facets],
        place,
        change.source_before,
        change.source_after,
        change.was,
        change.also,
        change.is_reordered,
        change.cause,
        change.evidence,
    )


def _listed(value: Value) -> list[Json]:
    return [] if isinstance(value, Missing) else [value]


def _unpacked(entry: _Entry, specs: Sequence[OptionSpec]) -> Entry:
    return Entry(
        entry.deployment,
        entry.commit,
        entry.taken_at,
        entry.author,
        entry.mail,
        entry.subject,
        entry.version_before,
        entry.version,
        tuple([_unpacked_change(change, specs) for change in entry.changes]),
        entry.is_first,
        entry.is_removed,
        entry.is_by_hand,
        entry.trouble,
    )


def _unpacked_change(change: _Change, specs: Sequence[OptionSpec]) -> Change:
    return Change(
        change.subject,
        change.key,
        change.kind,
        change.before[0] if change.before else MISSING,
        change.after[0] if change.after else MISSING,
        change.path,
        change.type,
        tuple([_facet(one) for one in change.facets]),
        None if change.spec is None else specs[change.spec],
        change.source_before,
        change.source_after,
        change.was,
        change.also,
        change.is_reordered,
        change.cause,
        change.evidence,
    )


def _facet(one: _Facet) -> FacetChange:
    before, after = (side[0] if side else MISSING for side in (one.before, one.after))
    return FacetChange(one.facet, before, after)
