"""Names of variables and flags in any text, by its lines: env files, manifests, units, code.

Touches a name only where it stands as one, and whole entries only where their lines hold nothing
else. Line ends, quotes and everything beside stay as they are.
"""

import re
from collections.abc import Iterator
from typing import Final

from confaudit.core.given import BY_SYSTEMD, Channel, Form, Given
from confaudit.core.judge.finding import Patch
from confaudit.patterns import regex

UNCHANGED: Final = "<unchanged>"
"""Stands in a patch for what is not to be shown, and stays as it is."""

_LINE: Final = regex(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_ITEM: Final = regex(r"""(?:^|[\s{,"'-])name["']?\s*[:=]\s*["']?$""")
_TERRAFORM_SET: Final = regex(r"""^\s*value\s*=\s*"$""")
_ASSIGNS: Final = regex(r"""["']?\s*[:=]""")

_HEAD: Final = regex(
    r"""[\s"'{\[-]*(?:export\s+|Environment\s*=\s*["']?|(?:name|value)["']?\s*[:=]\s*["']?)?"""
)
"""What may stand before a name and be shown."""
_TAIL: Final = regex(r"""(?P<sign>["']?\s*[:=]?\s*["']?)(?P<value>.*?)["']?[,;]?""")
"""What follows a name."""
_VALUE: Final = regex(r"\s+value(?=\s*:)")
"""How the second line of an entry in a list of maps begins."""


def split_lines(text: str) -> list[str]:
    """The lines of a text with their ends, counted as editors and the readers of files do."""
    return _LINE.findall(text)


def line_end(line: str) -> str:
    """How a line ends."""
    return line[len(line.rstrip("\r\n")) :]


class LinesEditor:
    """A text whose entries stand on lines."""

    def __init__(self, text: str) -> None:
        self._lines = split_lines(text)
        self._renamed: dict[tuple[int, int], tuple[int, str]] = {}
        """Line and column → end of the name there, and its new name."""
        self._dropped: set[int] = set()

    @property
    def text(self) -> str:
        """The text with all changes."""
        lines = list(self._lines)
        for (row, start), (end, new) in sorted(self._renamed.items(), reverse=True):
            lines[row] = lines[row][:start] + new + lines[row][end:]
        return "".join(line for row, line in enumerate(lines) if row not in self._dropped)

    def can_rename(self, given: Given, new: str) -> bool:
        """Whether the name stands as one on the line where the reader found it."""
        return given.channel is not Channel.YAML and any(self._places(given))

    def rename(self, given: Given, new: str, *, public: bool) -> Patch:
        """Put a new name in the place of an entry's; each call takes the next place on the line."""
        places = list(self._places(given))
        row, start = next((one for one in places if one not in self._renamed), places[0])
        end = start + len(given.name)
        self._renamed[row, start] = end, new
        head, tail = self._shown(given, row, start, public=public)
        return Patch(given.form, given.position, (head + given.name + tail,), (head + new + tail,))

    def can_drop(self, given: Given, kept: Given) -> bool:
        """Whether the lines of an entry hold nothing else."""
        return bool(self._own_lines(given))

    def drop(self, given: Given, kept: Given, *, public: bool) -> Patch:
        """Take the lines of an entry out."""
        row, start = next(self._places(given))
        rows = self._own_lines(given)
        self._dropped |= set(rows)
        head, tail = self._shown(given, row, start, public=public)
        more = (_shown_value(given, self._lines[row], public=public) for row in rows[1:])
        return Patch(given.form, given.position, (head + given.name + tail, *more), ())

    def _places(self, given: Given) -> Iterator[tuple[int, int]]:
        """Line and column (from 0) of everything that can be the name of an entry."""
        own = r"(?<![\w-])-{1,2}" if given.channel is Channel.FLAG else r"(?<![\w.$-])(?<!\$[{(])"
        pattern = re.compile(rf"{own}(?P<name>{re.escape(given.name)})(?![\w-])")
        for row in self._rows(given):
            for match in pattern.finditer(self._lines[row]):
                start, end = match.span("name")
                before, after = self._lines[row][:start], self._lines[row][end:]
                if given.channel is Channel.FLAG or _is_name(before, after):
                    yield row, start

    def _rows(self, given: Given) -> Iterator[int]:
        """The line of an entry and those that continue it; Terraform's `set` names it below."""
        row = given.position.line - 1
        while row < len(self._lines):
            yield row
            if not self._lines[row].rstrip().endswith("\\"):
                break
            row += 1
        if given.form is Form.TERRAFORM and row + 1 < len(self._lines):
            yield row + 1

    def _shown(self, given: Given, row: int, start: int, *, public: bool) -> tuple[str, str]:
        """What stands before and after a name, less everything that may not be shown."""
        line = self._lines[row].rstrip()
        head, rest = line[:start], line[start + len(given.name) :]
        dashes = "--" if given.channel is Channel.FLAG else ""
        if not _HEAD.fullmatch(head.removesuffix(dashes)):
            head = f"… {dashes}"
        return head, _shown_tail(given, rest, public=public)

    def _own_lines(self, given: Given) -> list[int]:
        """The lines that an entry has for itself; none when that is not certain."""
        row = given.position.line - 1
        line, name = self._lines[row], re.escape(given.name)
        if given.form in BY_SYSTEMD:
            alone = rf"""\s*Environment\s*=\s*("{name}=[^"]*"|'{name}=[^']*'|{name}=\S*)\s*"""
            return [row] if re.fullmatch(alone, line) else []
        if re.match(rf"""\s*-\s+name\s*:\s*["']?{name}["']?\s*$""", line):
            value = self._lines[row + 1] if row + 1 < len(self._lines) else ""
            plain = _VALUE.match(value) and self._ends(given, row + 1, line)
            return [row, row + 1] if plain else []
        entry = re.match(rf"""\s*(?:-\s+|export\s+)?["']?{name}["']?\s*[:=]""", line)
        return [row] if entry and self._ends(given, row, line) else []

    def _ends(self, given: Given, row: int, first: str) -> bool:
        """Whether an entry that begins with one line has its value, all of it, on another."""
        line = self._lines[row]
        if (given.value or "") not in line or line.rstrip().endswith("\\"):
            return False
        if given.form is Form.ENV_FILE:
            return True
        following = next((one for one in self._lines[row + 1 :] if one.strip()), "")
        return _indentation(following) <= _indentation(first)


def _shown_value(given: Given, line: str, *, public: bool) -> str:
    """The line of a list of maps that holds nothing but a value."""
    match = _VALUE.match(line)
    head = match[0] if match else ""
    return head + _shown_tail(given, line[len(head) :].rstrip(), public=public)


def _shown_tail(given: Given, rest: str, *, public: bool) -> str:
    """What follows a name or key: its value if it may be shown and nothing else is there."""
    tail = _TAIL.fullmatch(rest)
    if tail and (not tail["value"] or (public and tail["value"] == given.value)):
        return rest
    return (tail["sign"] if tail else "") + UNCHANGED


def _is_name(before: str, after: str) -> bool:
    """Whether a word is the name of an entry by what stands around it."""
    return bool(_ASSIGNS.match(after) or _ITEM.search(before) or _TERRAFORM_SET.match(before))


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
