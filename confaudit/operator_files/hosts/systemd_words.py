"""How systemd splits a line into words."""

import re
from typing import Final

from confaudit.operator_files.command import Word
from confaudit.operator_files.templates import opaque
from confaudit.patterns import regex

_WORD: Final = regex(r"""\s*((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'\\]|\\.)+)""", re.DOTALL)
_PART: Final = regex(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:[^"'\\]|\\.)+)""", re.DOTALL)
_MARK: Final = regex(r"[\"'\\]")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "s": " "}


def unit_words(text: str, line: int = 0) -> tuple[list[Word], bool]:
    """The words of an assignment, quotes and escapes taken off; also whether every quote ends.

    `line` is the one on which it begins; lines of the text are those that continue it.
    """
    text = opaque(text).replace("\\\n", "\n")
    words: list[Word] = []
    row, done = line, 0
    while match := _WORD.match(text, done):
        one_line = re.sub(r"\n+", " ", match[1])
        row += text.count("\n", done, match.start(1))
        parts = map(_unescaped, _PART.findall(one_line)) if _MARK.search(one_line) else (one_line,)
        words.append(("".join(parts), row))
        row += match[1].count("\n")
        done = match.end()
    return words, not text[done:].strip()


def _unescaped(part: tuple[str, ...]) -> str:
    return re.sub(r"\\(?:x([0-9a-fA-F]{2})|(.))", _meant, "".join(part))


def _meant(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _ESCAPES.get(found[2], found[2])
