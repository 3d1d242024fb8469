"""Adds entries to the text of confaudit-exceptions.yaml, and takes them out.

Only whole lines come and go, so that comments, order and layout stay as people made them. What
comes of it is read again before anybody gets it.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from msgspec.structs import replace

from confaudit.core.judge.exception_text import item
from confaudit.core.judge.exceptions import ExceptionEntry
from confaudit.errors import ConfigError
from confaudit.rulebook.exceptions import placed_entries, read, read_file
from confaudit.yaml_file import Part
from confaudit.yaml_lines import STEP, indented, margin, with_lines


def added(text: str, entry: ExceptionEntry, name: str) -> str:
    """The text with one more entry, the first below its heading; `name` is what errors call it.

    Raises:
        ConfigError: it says what it cannot, or its layout leaves no place for a line.
    """
    before = read(text.encode(), name)
    found = read_file(text.encode(), name)
    heading = found.children().get(entry.decision.value) if found else None
    lines = text.split("\n")
    if heading:
        at, new = heading.line + 1, indented(item(entry), _indent(lines, heading))
    else:
        at, new = _end(lines), indented(item(entry))
        new = [*([""] if any(map(str.strip, lines[:at])) else []), f"{entry.decision}:", *new]
    return _checked(with_lines(text, lines, at, new), (*before, entry), name)


def without(text: str, gone: Collection[ExceptionEntry], name: str) -> str:
    """The text without some of its entries, and without the comments right above each.

    Raises:
        ConfigError: it says what it cannot, or its layout has no lines of their own for them.
    """
    placed = placed_entries(text.encode(), name)
    lines = text.split("\n")
    for entry, place in sorted(placed, key=lambda one: one[1].line, reverse=True):
        if entry in gone:
            _cut(lines, place)
    return _checked("\n".join(lines), [one for one, _ in placed if one not in gone], name)


def _checked(text: str, expected: Iterable[ExceptionEntry], name: str) -> str:
    try:
        is_right = _said(read(text.encode(), name)) == _said(expected)
    except ConfigError:
        is_right = False
    if not is_right:
        raise ConfigError(
            f"{name} is laid out so that no line can be added to it or taken from it",
            "give each entry lines of its own, see `confaudit help exceptions`, or edit it by hand",
        )
    return text


def _said(entries: Iterable[ExceptionEntry]) -> Counter[ExceptionEntry]:
    return Counter(replace(one, where="") for one in entries)


def _indent(lines: list[str], heading: Part) -> str:
    """How far the items below a heading stand in; it has to be the same for all."""
    items = heading.items()
    return margin(lines[_dash(lines, items[0].line)]) if items else STEP


def _end(lines: list[str]) -> int:
    """Where to add something at the end: before the last line break."""
    if lines[-1]:
        lines.append("")
    return len(lines) - 1


def _cut(lines: list[str], place: Part) -> None:
    """Take out an item, if it has lines of its own."""
    first = _dash(lines, place.line)
    indent = margin(lines[first])
    if not lines[first].startswith(f"{indent}-"):
        return
    after = first + 1
    while after < len(lines) and (_is_blank(lines[after]) or margin(lines[after]) > indent):
        after += 1
    while _is_blank(lines[after - 1]):
        after -= 1
    while first and lines[first - 1].startswith(f"{indent}#"):
        first -= 1
    del lines[first:after]


def _dash(lines: list[str], line: int) -> int:
    """The line on which an item begins: that of its first key, or the one above."""
    return line - 1 if line and lines[line - 1].strip() == "-" else line


def _is_blank(line: str) -> bool:
    return not line.strip()
