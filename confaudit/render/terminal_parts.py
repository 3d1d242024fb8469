"""What text for a terminal is put together of: blocks, and how titles, names and values look."""

from typing import Final, NamedTuple

from confaudit.present.values import Name, Shown
from confaudit.render.styled import Part, Styled, joined, styled


class Block(NamedTuple):
    """What stands on lines of its own."""

    indent: int
    text: Styled
    is_cut: bool = False
    """Whether a line that is too long ends at the edge of the terminal; others are folded."""


def block(indent: int, *parts: Part) -> Block:
    """A block put together of parts."""
    return Block(indent, styled(*parts))


BLANK: Final = block(0)
LEVEL_STYLES: Final = {"error": "bold red", "warning": "yellow", "info": "blue"}


def heading(title: str, number: int) -> Styled:
    """What stands over a section: its title, and of how many."""
    return styled((title, "bold"), (f" ({number})", "dim"))


def names_line(names: tuple[Name, ...]) -> Styled:
    """The names side by side, those that a release renamed below each other."""
    renamed = any(name.was for name in names)
    spelled = (f"{name.was} → {name.text}" if name.was else name.text for name in names)
    return joined("\n" if renamed else "  ", spelled).under("dim")


def value(shown: Shown | None, mark: str) -> Styled:
    """One side of a value; `mark` is the style of what differs."""
    if shown is None:
        return Styled()
    segments = ((one.text, f"bold {mark}" if one.changed else "") for one in shown.segments)
    return styled((shown.lead, "dim"), *segments, (shown.tail, "dim"))
