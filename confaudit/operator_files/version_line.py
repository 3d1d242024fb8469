"""On which line operators' files tell which release runs: an image's tag, a chart's version."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from confaudit.core.given import OperatorSettings, Position
from confaudit.operator_files.file import OperatorFile
from confaudit.patterns import regex


def version_line(files: Sequence[OperatorFile], operator: OperatorSettings) -> Position | None:
    """The line; where none is found the first of the files, and nothing without any.

    What is read is known already, so that it is enough to look where it is written. Of several
    files the last counts, as it does for the readers.
    """
    found = [*_found(files, operator.version or operator.version_hint)]
    named = (position for position, line in found if _TELLS.search(line))
    anywhere = (position for position, _ in found)
    first = (file.at(0) for file in files)
    return next(named, None) or next(anywhere, None) or next(first, None)


_TELLS: Final = regex("image|tag|version|chart", re.IGNORECASE)


def _found(files: Sequence[OperatorFile], version: str) -> Iterator[tuple[Position, str]]:
    """The lines that hold a version, or what is said in its place."""
    whole = re.compile(rf"(?<![\d.]){re.escape(version)}(?![\d.]*\d)")
    for file in reversed(files) if version else ():
        for number, line in file.significant():
            if whole.search(line):
                yield file.at(number), line
