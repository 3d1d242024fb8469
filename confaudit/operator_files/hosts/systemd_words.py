"""How systemd splits a line into words."""

import re
from typing import Final

_WORD: Final = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'\\]|\\.)+)""")
_PART: Final = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:[^"'\\]|\\.)+)""")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "s": " "}


def unit_words(text: str) -> tuple[list[str], bool]:
    """The words of a line, quotes and escapes taken off; also whether every quote ends."""
    words: list[str] = []
    done = 0
    while match := _WORD.match(text, done):
        words.append("".join(map(_unescaped, _PART.findall(match[1]))))
        done = match.end()
    return words, not text[done:].strip()


def _unescaped(part: tuple[str, ...]) -> str:
    return re.sub(r"\\(?:x([0-9a-fA-F]{2})|(.))", _meant, "".join(part))


def _meant(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _ESCAPES.get(found[2], found[2])
