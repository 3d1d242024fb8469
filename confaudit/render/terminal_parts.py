"""What text for a terminal is put together of: blocks, and how titles, names and values look."""

from typing import Final, TypeAlias

from rich.text import Text

from confaudit.present.values import Name, Shown

Block: TypeAlias = tuple[int, Text]
"""How far to indent, and what."""

BLANK: Final[Block] = (0, Text())
LEVEL_STYLES: Final = {"error": "bold red", "warning": "yellow", "info": "blue"}


def heading(title: str, number: int) -> Text:
    """What stands over a section: its title, and of how many."""
    return Text.assemble((title, "bold"), (f" ({number})", "dim"))


def names_line(names: tuple[Name, ...]) -> Text:
    """The names side by side, those that a release renamed below each other."""
    renamed = any(name.was for name in names)
    spelled = (f"{name.was} → {name.text}" if name.was else name.text for name in names)
    return Text("\n" if renamed else "  ", "dim").join(Text(text, "dim") for text in spelled)


def value(shown: Shown | None, mark: str) -> Text:
    """One side of a value; `mark` is the style of what differs."""
    if shown is None:
        return Text()
    text = Text().append(shown.lead, "dim")
    for segment in shown.segments:
        text.append(segment.text, f"bold {mark}" if segment.changed else None)
    return text.append(shown.tail, "dim")
