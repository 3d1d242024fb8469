"""Two versions of a stored snapshot, read only where they differ.

From one snapshot to the next a few of some 280 options change, and a long history has thousands of
them: lines that both versions have are skipped as text, before anything is decoded or redacted. A
line that differs comes twice, as the newer one of a step and as the older one of another, and is
decoded and redacted once. What is not laid out as `encode` does it, or does not list the same, is
read as a whole.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from msgspec.json import Decoder
from msgspec.structs import replace

from confaudit.core import tree
from confaudit.core.changes.documents import strictly_equal
from confaudit.core.changes.owners import Owners, owners
from confaudit.core.history.differing import differing_lines, first_line, sections
from confaudit.core.model import Json, Setting, Snapshot, StoredFiles
from confaudit.core.snapshot.canonical import (
    CONFIG,
    SCHEMA,
    SERVER,
    SETTINGS,
    decode,
    decode_background,
    decode_config,
    decode_setting,
)
from confaudit.core.snapshot.redact import redact_config, redact_files, redact_setting

Files: TypeAlias = Mapping[str, str]
"""File name → text, NOT redacted."""

_REMEMBERED: Final = 1 << 12
"""Lines of which is known what they hold: those of some hundred snapshots."""


class _Pair(NamedTuple):
    """The line of a member of an object on either side."""

    name: str
    before: str
    after: str


def pair(before: Files, after: Files) -> tuple[Snapshot, Snapshot]:
    """Two versions of a snapshot, redacted, with all that comparing them takes.

    Of one release, what both have alike may be missing, though not all of it: a version that tells
    options still tells some. So may a config leaf that changed just as the option that sets it.

    Raises:
        SourceError: one of them is damaged, or was written by a newer confaudit.
    """
    if _are_alike(before, after):
        was, now = (_background(files[SCHEMA], files[SERVER]) for files in (before, after))
        if was.version == now.version:
            with suppress(ValueError):
                return _excerpts(was, now, before, after)
    return whole(before), whole(after)


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


def _excerpts(
    was: Snapshot, now: Snapshot, before: Files, after: Files
) -> tuple[Snapshot, Snapshot]:
    """The settings that differ, at least one, and the config leaves that no option accounts for.

    Raises:
        ValueError: lines do not tell which settings differ.
    """
    told = _told(before[SETTINGS], after[SETTINGS])
    if not was.declared.keys() >= told.keys():
        raise ValueError
    old, new = _config(before[CONFIG], after[CONFIG], told, owners(was.declared))
    return (
        replace(was, settings={key: _setting(one.before) for key, one in told.items()}, config=old),
        replace(now, settings={key: _setting(one.after) for key, one in told.items()}, config=new),
    )


def _told(before: str, after: str) -> Mapping[str, _Pair]:
    """The settings that differ, or the first one."""
    found = [_pair(one.before, one.after) for one in differing_lines(SETTINGS, before, after)]
    return {one.name: one for one in found or [_pair(*[first_line(SETTINGS, after)] * 2)]}


_Tree: TypeAlias = dict[str, Json]


def _config(
    before: str, after: str, told: Mapping[str, _Pair], leaves: Owners
) -> tuple[_Tree, _Tree]:
    """The leaves of the config tree that differ; all of it where lines do not tell."""
    with suppress(ValueError, KeyError):  # of a leaf that no option sets, the tree has to tell
        own = _own_leaves(before, after, told, leaves)
        was = _leaves({path: one.before for path, one in own.items()})
        return was, _leaves({path: one.after for path, one in own.items()})
    old, new = (decode_config(redact_files(StoredFiles({CONFIG: one}))) for one in (before, after))
    return old, new


def _own_leaves(
    before: str, after: str, told: Mapping[str, _Pair], leaves: Owners
) -> Mapping[tree.Path, _Pair]:
    """The leaves that differ, less those that went along with the option that sets them."""
    own = {}
    for one in differing_lines(CONFIG, before, after):
        leaf = _pair(one.before, one.after)
        path = (*sections(after, one), leaf.name)
        setters = leaves[tree.dotted(path)]
        if not any(_agree(leaf, told[key]) for key in setters if key in told):
            own[path] = leaf
    return own


def _leaves(lines: Mapping[tree.Path, str]) -> _Tree:
    """The config tree with the leaves that lines hold, redacted."""
    return redact_config(tree.grow({path: _member(line)[1] for path, line in lines.items()}))


def _agree(leaf: _Pair, option: _Pair) -> bool:
    """Whether a config leaf and an option had the same value, and have the same now."""
    return _is_value(leaf.before, option.before) and _is_value(leaf.after, option.after)


def _is_value(leaf: str, option: str) -> bool:
    """Whether a config leaf has the value of an option."""
    setting, value = _member(option)[1], _member(leaf)[1]
    return (
        isinstance(setting, dict) and "value" in setting and strictly_equal(setting["value"], value)
    )


def _pair(before: str, after: str) -> _Pair:
    """What a line holds on either side.

    Raises:
        ValueError: it is no member of an object, or called otherwise on the other side.
    """
    name, _ = _member(after)
    if _member(before)[0] != name:
        raise ValueError
    return _Pair(name, before, after)


@lru_cache(maxsize=_REMEMBERED)
def _member(line: str) -> tuple[str, Json]:
    """Name and value of the member of an object that a line holds, NOT redacted.

    Raises:
        ValueError: it holds something else.
    """
    ((name, value),) = _DECODER.decode(f"{{{line.rstrip(',')}}}").items()
    return name, value


_DECODER: Final = Decoder(dict[str, Any])


@lru_cache(maxsize=_REMEMBERED)
def _setting(line: str) -> Setting:
    """The setting that a line holds, redacted.

    Raises:
        SourceError: it is damaged.
    """
    return decode_setting(redact_setting(*_member(line)))
