"""Whole lines that come into the text of a YAML file, so that all else stays as people made it."""

from collections.abc import Iterable, Sequence
from typing import Final

STEP: Final = "  "
"""How far what is new stands in."""


def indented(lines: Iterable[str], indent: str = STEP) -> list[str]:
    """The lines, further in."""
    return [f"{indent}{line}" for line in lines]


def margin(line: str) -> str:
    """The blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip(" "))]


def with_lines(text: str, lines: Sequence[str], at: int, new: Iterable[str]) -> str:
    """The lines of a text with new ones before that with the index `at`, which end as its own."""
    end = "\r" if "\r\n" in text else ""
    return "\n".join((*lines[:at], *(f"{line}{end}" for line in new), *lines[at:]))
