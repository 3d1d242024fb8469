"""What may be shown of a line of somebody's file: the name of a setting, and what is known beside.

A line may hold other settings, secrets among them, and comments. So nothing of it is shown because
it looks harmless: around the name there are only words and marks that files have before names, the
value if the caller knows it to be public, and an ellipsis for all else.
"""

import re
from collections.abc import Iterable
from typing import Final

from confaudit.core.given import Excerpt, Position
from confaudit.patterns import regex

_LONGEST_LINE: Final = 20_000
"""Nobody looks for a column in what is longer: a whole file in one line."""
_MOST_SHOWN: Final = 80
"""Characters of a value."""
_ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"

_BEFORE: Final = regex(
    r"(?:[\s\-{\[(\"'\\,:=]|(?<=-)e(?!\w)"
    r"|(?<!\w)(?:name|key|env|environment|Environment|export|ENV|ARG|set)(?!\w))*\Z"
)
"""What files have before names."""
_QUOTES: Final = "\"'\\"
_CLOSING: Final = f"{_QUOTES},"
"""What may belong to what stood before."""
_LONGEST_BEFORE: Final = 60
_MARKS: Final = r"[\"'\\,;)}\]]*"
_SEPARATOR: Final = regex(
    r"[\"'\\]{0,2}(?:\s*(?:,\s*[\"']?value[\"']?\s*[:=]|=>|[:=])\s*|\s+)[\"'\\]{0,2}"
)
_SETS: Final = regex(r"[\"'\\]{0,2}\s*[:=]")


def pointed_at(
    line: str, position: Position, names: Iterable[str], public: str | None = None
) -> Position:
    """A position with the column of the first of `names` that stands on its line, and an excerpt.

    `public` is the value where all the world may see it. Without any of the names the position
    stays as it is.
    """
    for name in names:
        start = _start(line, name)
        if start is not None:
            shown = Excerpt(_before(line[:start]), name, _after(line[start + len(name) :], public))
            return Position(position.file, position.line, start + 1, shown)
    return position


def _start(line: str, name: str) -> int | None:
    """Where a name begins, rather where it is set than where it is mentioned."""
    if not name or len(line) > _LONGEST_LINE:
        return None
    found = [one.span() for one in re.finditer(rf"{_BEGINS}{re.escape(name)}(?![\w-])", line)]
    setting = (start for start, end in found if _SETS.match(line, end))
    return next(setting, found[0][0] if found else None)


_BEGINS: Final = r"(?:(?<![\w-])|(?<=[^\w-]--)|(?<=^--)|(?<=\\n))"
"""A word; after the dashes of a flag, or a line end that JSON spells out, as well."""


def _before(text: str) -> str:
    """The end of a line's beginning, without its indent."""
    near = text[-_LONGEST_BEFORE:]
    known = _BEFORE.search(near)
    shown = known.group() if known else ""
    return shown.lstrip() if shown == text else f"{_ELLIPSIS}{shown.lstrip(_CLOSING)}"


def _after(text: str, public: str | None) -> str:
    """What follows the name: how the value begins, and the value if it may be shown."""
    found = _SEPARATOR.match(text)
    separator = found.group() if found else ""
    rest = text[len(separator) :]
    is_shown = found and public and len(public) <= _MOST_SHOWN and _begins_with(rest, public)
    value = public if is_shown and public else ""
    closing = re.match(_MARKS, rest[len(value) :])
    marks = closing.group() if closing else ""
    if not rest[len(value) + len(marks) :].strip():
        return f"{separator}{value}{marks}".rstrip()
    return (
        f"{separator}{value}{marks}{_ELLIPSIS}"
        if value
        else f"{separator.rstrip(_QUOTES)}{_ELLIPSIS}"
    )


def _begins_with(text: str, value: str) -> bool:
    """Whether a value stands there, as a whole."""
    end = re.compile(rf"{_MARKS}(?:\s|\Z)")
    return text.startswith(value) and end.match(text, len(value)) is not None
