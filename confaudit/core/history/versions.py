"""Two versions of a stored snapshot, read only where they differ.

From one snapshot to the next a few of some 280 options change, and a long history has thousands of
them: lines that both versions have are skipped as text, before anything is decoded or redacted.
A file that is not laid out as `encode` does it, or does not list the same, is read as a whole.
"""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import compress
from operator import ne
from typing import Final, NamedTuple, TypeAlias

from confaudit.core import tree
from confaudit.core.changes.documents import strictly_equal
from confaudit.core.changes.owners import Owners, owners
from confaudit.core.model import CleanFiles, Json, Snapshot, StoredFiles
from confaudit.core.snapshot.canonical import (
    CONFIG,
    FORMAT,
    SCHEMA,
    SERVER,
    SETTINGS,
    decode,
    decode_background,
    lines,
    parsed,
    with_values,
)
from confaudit.core.snapshot.redact import redact_documents, redact_files

Files: TypeAlias = Mapping[str, str]
"""File name → text, NOT redacted."""

_TOP: Final = 4
"""Blanks before a section of the config tree."""
_STEP: Final = 2
"""Blanks more before what lies in it."""


class _Pair(NamedTuple):
    """What a line holds on either side: a member of an object."""

    name: str
    before: Json
    after: Json


class _File(NamedTuple):
    """A file before and after, decoded, NOT redacted."""

    before: Json
    after: Json
    pairs: Sequence[_Pair] = ()
    """Its members that differ, where lines told them."""


def pair(before: Files, after: Files) -> tuple[Snapshot, Snapshot]:
    """Two versions of a snapshot, redacted, with all that comparing them takes.

    Of one release, what both have alike may be missing, though not all of it: a version that tells
    options still tells some. So may a config leaf that changed just as the option that sets it.

    Raises:
        SourceError: one of them is damaged, or was written by a newer confaudit.
    """
    if not _are_alike(before, after):
        return whole(before), whole(after)
    was, now = (_background(files[SCHEMA], files[SERVER]) for files in (before, after))
    if was.version != now.version:
        return whole(before), whole(after)
    settings = _settings(before[SETTINGS], after[SETTINGS], was.declared)
    config = _config(before[CONFIG], after[CONFIG], settings, owners(was.declared))
    sides = (was, settings.before, config.before), (now, settings.after, config.after)
    left, right = (_with_values(*side) for side in sides)
    return left, right


def whole(files: Files) -> Snapshot:
    """All of a version, redacted.

    Raises:
        SourceError: as `pair`.
    """
    return decode(redact_files(StoredFiles(files)))


def _are_alike(before: Files, after: Files) -> bool:
    """Whether both have all files and declare the same."""
    every = {SETTINGS, SCHEMA, CONFIG, SERVER}
    return before.keys() == every == after.keys() and before[SCHEMA] == after[SCHEMA]


@lru_cache(maxsize=16)
def _background(schema: str, server: str) -> Snapshot:
    """What a version declares and what its server told, without its values."""
    return decode_background(redact_files(StoredFiles({SCHEMA: schema, SERVER: server})))


def _with_values(background: Snapshot, settings: Json, config: Json) -> Snapshot:
    documents = redact_documents({SETTINGS: settings, CONFIG: config})
    return with_values(background, CleanFiles(documents, "", "", "", None))


def _settings(before: str, after: str, declared: Container[str]) -> _File:
    """The settings that differ, at least one; all of them where lines do not tell."""
    with suppress(ValueError):
        old, new = lines(SETTINGS, before), lines(SETTINGS, after)
        found = _pairs(old, new, _differing(old, new) or [0])
        if all(one.name in declared for one in found):
            was, now = ({one.name: one[side] for one in found} for side in (1, 2))
            return _File(_listing("settings", was), _listing("settings", now), found)
    return _File(parsed(SETTINGS, before), parsed(SETTINGS, after))


def _config(before: str, after: str, settings: _File, leaves: Owners) -> _File:
    """The leaves of the config tree that differ; all of it where lines do not tell.

    Without those that went along with the option that sets them.
    """
    told = {one.name: one for one in settings.pairs}
    with suppress(ValueError, KeyError):  # of a leaf that no option sets, the tree has to tell
        old, new = lines(CONFIG, before), lines(CONFIG, after)
        places = _differing(old, new)
        found = zip(places, _pairs(old, new, places), strict=True)
        leaf = {_path(new, place, one.name): one for place, one in found}
        setters = {path: leaves[tree.dotted(path)] for path in leaf}
        own = {
            path: one
            for path, one in leaf.items()
            if not any(key in told and _agree(one, told[key]) for key in setters[path])
        }
        was, now = (tree.grow({path: one[side] for path, one in own.items()}) for side in (1, 2))
        return _File(_listing("config", was), _listing("config", now))
    return _File(parsed(CONFIG, before), parsed(CONFIG, after))


def _listing(name: str, content: Json) -> Json:
    return {"format": FORMAT, name: content}


def _agree(leaf: _Pair, option: _Pair) -> bool:
    """Whether a config leaf and an option had the same value, and have the same now."""
    sides = (option.before, leaf.before), (option.after, leaf.after)
    return all(
        isinstance(one, dict) and "value" in one and strictly_equal(one["value"], value)
        for one, value in sides
    )


def _differing(old: Sequence[str], new: Sequence[str]) -> list[int]:
    """The places of the lines that differ.

    Raises:
        ValueError: there are more on one side, so that places mean nothing.
    """
    if len(old) != len(new):
        raise ValueError
    return [*compress(range(len(new)), map(ne, old, new))]


def _pairs(old: Sequence[str], new: Sequence[str], places: Sequence[int]) -> list[_Pair]:
    """What lines hold on either side, each a member of an object.

    Raises:
        ValueError: one is something else, or is called otherwise on the other side.
    """
    if not places:
        return []
    was, now = (_members([one[place] for place in places]) for one in (old, new))
    if [name for name, _ in was] != [name for name, _ in now]:
        raise ValueError
    return [_Pair(name, value, now[n][1]) for n, (name, value) in enumerate(was)]


def _members(texts: Iterable[str]) -> list[tuple[str, Json]]:
    objects = json.loads("[{" + "},{".join(text.rstrip(",") for text in texts) + "}]")
    return [member for (member,) in map(dict.items, objects)]


def _path(texts: Sequence[str], place: int, name: str) -> tree.Path:
    """Where the member lies that a line holds: lines above that are indented less open objects.

    Raises:
        ValueError: it lies in something else.
    """
    path = [name]
    indent = len(texts[place]) - len(texts[place].lstrip())
    for blanks in range(indent - _STEP, _TOP - _STEP, -_STEP):
        member = " " * blanks + '"'
        place = next((n for n in reversed(range(place)) if texts[n].startswith(member)), 0)
        path += json.loads(f"{{{texts[place]}}}}}")  # the line ends with the brace that opens
    return tuple(reversed(path))
