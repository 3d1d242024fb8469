"""On which lines of the files that `canonical` writes a snapshot tells what."""

from collections.abc import Iterator, Mapping

from confaudit.core import tree
from confaudit.core.given import Position
from confaudit.core.model import Json, Snapshot, Subject
from confaudit.core.snapshot.canonical import CONFIG, ENDPOINTS, SERVER, SETTINGS, contents

Lines = Mapping[tuple[Subject, str], Position]
"""By what it is about and its key, as of a `Change`."""

VERSION = (Subject.SERVER, "")
"""What the line is known by that tells which release runs."""


def lines(snapshot: Snapshot) -> Lines:
    """Where options and leaves stand; nothing where the snapshot is not stored."""
    if not snapshot.folder:
        return {}
    files = contents(snapshot)
    server = {path: _at(snapshot, SERVER, line) for path, line in _keys(files[SERVER])}
    return {
        VERSION: server["version",],
        **_options(snapshot),
        **{
            (Subject.CONFIG, tree.dotted(path[1:])): _at(snapshot, CONFIG, line)
            for path, line in _keys(files[CONFIG])
            if path[1:]
        },
        **{
            (Subject.SERVER, tree.dotted(path[1:])): position
            for path, position in server.items()
            if path[0] == ENDPOINTS and path[1:]
        },
    }


def _options(snapshot: Snapshot) -> Lines:
    """One option a line, after three lines of the beginning."""
    return {
        (Subject.OPTION, key): _at(snapshot, SETTINGS, line)
        for line, key in enumerate(sorted(snapshot.settings), start=4)
    }


def _at(snapshot: Snapshot, name: str, line: int) -> Position:
    return Position(f"{snapshot.folder}/{name}", line)


def _keys(
    section: Mapping[str, Json], above: tree.Path = (), line: int = 2
) -> Iterator[tuple[tree.Path, int]]:
    """Every key of indented JSON, with the line on which it begins; `line` is of the first."""
    for key in sorted(section):
        path, value = (*above, key), section[key]
        yield path, line
        if isinstance(value, dict):
            yield from _keys(value, path, line + 1)
        line += _height(value)


def _height(value: Json) -> int:
    """How many lines a value takes."""
    if not (isinstance(value, dict | list) and value):
        return 1
    return 2 + sum(map(_height, value.values() if isinstance(value, dict) else value))
