"""Text for terminals that knows how it looks: put together, folded, and written as ANSI.

`rich.text` does as much for a whole world of consoles, and takes longer to import than a report
takes to make. How wide a character is, `rich.cells` knows, which brings nothing along.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, TypeAlias

from rich.cells import cell_len, chop_cells

from confaudit.patterns import regex

_CODES: Final = {
    "bold": "1",
    "dim": "2",
    "underline": "4",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}
"""What styles are made of, `bold red`; with the numbers of ANSI."""
_WORD: Final = regex(r"\s*\S+\s*")

_Run: TypeAlias = tuple[str, str]
"""A piece of text, and its style."""


class Styled:
    """A text of runs, each in a style; it never changes."""

    __slots__ = ("plain", "runs")

    def __init__(self, runs: Iterable[_Run] = ()) -> None:
        """Take the runs; those without text are none."""
        self.runs = tuple(run for run in runs if run[0])
        self.plain = "".join(text for text, _ in self.runs)

    def __bool__(self) -> bool:
        return bool(self.runs)

    @property
    def width(self) -> int:
        """Columns of a terminal that it takes."""
        return cell_len(self.plain)

    def under(self, style: str) -> "Styled":
        """The same with a style added to what each run has."""
        return Styled((text, f"{style} {own}") for text, own in self.runs)

    def lines(self) -> "list[Styled]":
        """What stands between line breaks."""
        if "\n" not in self.plain:
            return [self]
        breaks = [found.start() for found in re.finditer("\n", self.plain)]
        begins = (0, *(position + 1 for position in breaks))
        ends = (*breaks, len(self.plain))
        return [Styled(self._between(*line)) for line in zip(begins, ends, strict=True)]

    def folded(self, width: int) -> "list[Styled]":
        """Lines no wider than this, broken between words where these fit, without end blanks."""
        return [line.stripped() for line in self._divided(_breaks(self.plain, width))]

    def stripped(self) -> "Styled":
        """The same without blanks at its end."""
        end = len(self.plain.rstrip())
        return self if end == len(self.plain) else self._until(end)

    def cut(self, width: int) -> "Styled":
        """What fits; dots tell that there is more."""
        if self.width <= width:
            return self
        *before, (text, style) = self._until(len(chop_cells(self.plain, width - 1)[0])).runs
        return styled(*before, (f"{text}…", style))

    def written(self, *, color: bool) -> str:
        """The text as a terminal takes it."""
        return "".join(painted(*run) for run in self.runs) if color else self.plain

    def _until(self, end: int) -> "Styled":
        return self._divided([end])[0]

    def _divided(self, positions: Iterable[int]) -> "list[Styled]":
        bounds = pairwise((0, *positions, len(self.plain)))
        return [Styled(self._between(start, end)) for start, end in bounds]

    def _between(self, start: int, end: int) -> Iterator[_Run]:
        for text, style in self.runs:
            yield text[max(start, 0) : max(end, 0)], style
            start, end = start - len(text), end - len(text)


Part: TypeAlias = str | _Run | Styled
"""What texts are put together of: plain text, text in a style, or such texts."""


def styled(*parts: Part) -> Styled:
    """The parts in a row."""
    return Styled(run for part in parts for run in _runs(part))


def joined(between: Part, parts: Iterable[Part]) -> Styled:
    """The parts in a row, with something between them."""
    found = [one for part in parts for one in (between, part)]
    return styled(*found[1:])


def painted(text: str, style: str) -> str:
    """A text in a style, as a terminal takes it."""
    words = style.split()
    codes = ";".join(code for word, code in _CODES.items() if word in words)
    return f"\x1b[{codes}m{text}\x1b[0m" if codes else text


def _runs(part: Part) -> Iterable[_Run]:
    if isinstance(part, Styled):
        return part.runs
    return ((part, ""),) if isinstance(part, str) else (part,)


def _breaks(text: str, width: int) -> Iterator[int]:
    """Where a line has to end; a word that fits on none is torn."""
    used = 0
    for word in _WORD.finditer(text):
        start, needed = word.start(), cell_len(word[0].rstrip())
        if used + needed <= width:
            used += cell_len(word[0])
        elif needed > width:
            for piece in chop_cells(word[0], width):
                if start:
                    yield start
                start, used = start + len(piece), cell_len(piece)
        else:
            yield start
            used = cell_len(word[0])
