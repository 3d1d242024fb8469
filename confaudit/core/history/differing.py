"""Where two versions of a stored file differ, line by line, as texts.

Of some hundred lines a few differ. What is alike is passed over in large pieces: to cut a text
into its lines takes longer than all else that a step of a long history takes.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from confaudit.core import tree
from confaudit.core.snapshot.canonical import listing

_PIECE: Final = 1 << 11
"""Characters that are compared at once; a power of two."""
_TOP: Final = 4
"""Blanks before a section of the config tree."""
_STEP: Final = 2
"""Blanks more before what lies in it."""


class Line(NamedTuple):
    """A line that differs."""

    before: str
    after: str
    place: int
    """Where it begins in the newer text."""


def differing_lines(name: str, before: str, after: str) -> Iterator[Line]:
    """The lines in which two versions of `settings.json` or `config.json` list something else.

    Raises:
        ValueError: a version is not laid out as `encode` does it, or lists more lines.
    """
    old, new = listing(name, before), listing(name, after)
    left, right = old.start, new.start
    while True:
        alike = _alike(before, left, after, right)
        left, right = left + alike, right + alike
        if left == len(before) and right == len(after):
            return
        if left > old.stop or right > new.stop:
            raise ValueError("one has more lines")
        start = after.rindex("\n", 0, right) + 1
        begun = right - start
        left_end, right_end = before.index("\n", left), after.index("\n", right)
        yield Line(before[left - begun : left_end], after[start:right_end], start)
        left, right = left_end, right_end


def first_line(name: str, text: str) -> str:
    """The first line that a file lists.

    Raises:
        ValueError: it is not laid out as `encode` does it.
    """
    start = listing(name, text).start
    return text[start : text.index("\n", start)]


def _alike(before: str, left: int, after: str, right: int) -> int:
    """How many characters are the same in both texts from two places on."""
    same, size = 0, _PIECE
    while before[left + same : left + same + size] == after[right + same : right + same + size]:
        same += size
        if left + same >= len(before):
            return len(before) - left
    while size := size >> 1:
        start, other = left + same, right + same
        if before[start : start + size] == after[other : other + size]:
            same += size
    return same


def sections(text: str, line: Line) -> tree.Path:
    """The sections of the config tree in which a line lies, outermost first.

    Lines above it that are indented less open them.

    Raises:
        ValueError: it lies in something else.
    """
    path, place = [], line.place
    indent = len(line.after) - len(line.after.lstrip())
    for blanks in range(indent - _STEP, _TOP - _STEP, -_STEP):
        place = text.rindex("\n" + " " * blanks + '"', 0, place) + 1
        path.append(_opened(text[place : text.index("\n", place)]))
    return tuple(reversed(path))


@lru_cache(maxsize=1024)  # the same few hundred come with every snapshot
def _opened(line: str) -> str:
    """The name of the object that a line opens, by the brace that it ends with.

    Raises:
        ValueError: it opens none.
    """
    opened: dict[str, object] = json.loads(f"{{{line}}}}}")
    (name,) = opened
    return name
