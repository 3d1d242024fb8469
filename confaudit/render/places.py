"""Where a finding stands: the one answer for every format that points at lines."""

from collections.abc import Mapping
from posixpath import join, normpath
from typing import Final

from msgspec import Struct

from confaudit.core.given import Position
from confaudit.core.judge.finding import Finding
from confaudit.core.text.wording import visible

NOWHERE: Final = "-"
"""What stands in place of a file's name where there is none."""


class Place(Struct, frozen=True):
    """A line of a file, as programs that look at a repository know it."""

    file: str
    """Path from the folder of the run, with forward slashes; of a file elsewhere its name alone."""
    line: int
    """From 1."""
    is_inside: bool = True
    """Whether the file lies in the folder of the run, so that its path leads to it."""
    column: int = 0
    """In characters from 1; 0 where it is not known."""
    end_column: int = 0
    """The column after the name; 0 where it is not known."""

    @property
    def columns(self) -> Mapping[str, int]:
        """`startColumn` and `endColumn` as far as they are known."""
        known = {"startColumn": self.column, "endColumn": self.end_column}
        return {name: column for name, column in known.items() if column}


def places(finding: Finding, folder: str) -> tuple[Place, ...]:
    """Everywhere it stands, else the line nearest to it; nothing where no file is known.

    `folder` is the absolute path from which relative ones count; where it is empty, files with an
    absolute path are taken to be elsewhere.
    """
    positions = finding.positions or filter(None, (finding.nearest,))
    return tuple(dict.fromkeys(_place(position, folder) for position in positions))


def _place(position: Position, folder: str) -> Place:
    top = join(folder, "")
    path = normpath(join(top, visible(position.file)))
    inner = path.removeprefix(top)
    is_inside = path.startswith(top) and not inner.startswith(("/", "../"))
    name = inner if is_inside else path.rpartition("/")[2]
    if name in ("", ".", ".."):  # no file is called so, whatever a saved report says
        name, is_inside = NOWHERE, False
    columns = position.column, position.end_column
    return Place(name, max(1, position.line), is_inside, *columns)
