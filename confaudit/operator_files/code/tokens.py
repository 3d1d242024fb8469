"""The tokens of Terraform and Nix, and a hand that walks over them."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from textwrap import dedent
from typing import Final

from msgspec import Struct

from confaudit.patterns import regex

_BLOCK_COMMENT: Final = r"/\*.*?(?:\*/|\Z)"
_STRING: Final = (
    r'"(?P<string>(?:[^"\\\n$]|\\.|\$(?!\{)|\$\{(?:[^{}"\n]|"[^"\n]*"|\{[^{}\n]*\})*\})*)"'
)
_REST: Final = r"(?P<word>[A-Za-z_][\w.'-]*|\d[\w.]*)|(?P<sign>//|\+\+|[=!<>]=|->|&&|\|\||[^\s\w])"

TERRAFORM: Final = regex(
    rf"(?P<comment>#[^\n]*|//[^\n]*|{_BLOCK_COMMENT})"
    r"|<<(?P<indented>-)?(?P<heredoc>\w+)[^\n]*\n"
    rf"|{_STRING}|{_REST}|(?P<end>\n)",
    re.DOTALL,
)
NIX: Final = regex(
    rf"(?P<comment>#[^\n]*|{_BLOCK_COMMENT})"
    r"|''(?P<block>(?:[^']|'(?!')|''(?:\$|\\.|'))*)''"
    r"|(?P<path>(?:~|\.{1,2})?/[\w.+-][\w.+/-]*)"
    rf"|{_STRING}|{_REST}",
    re.DOTALL,
)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}
_DOLLAR: Final = "\ue001"
"""Stands for a dollar sign that was escaped; a private-use character, so no text means it."""
_PAIRS: Final = {"{": "}", "[": "]", "(": ")"}


class Token(Struct, frozen=True):
    """A word, sign or text of a program."""

    kind: str
    """`string`, `block`, `path`, `word`, `sign` or `end` (of a line)."""
    text: str
    """Of texts in the notation of Terraform: `${…}` is filled in, `$${` stands for itself."""
    line: int
    """From 0; of a block, the line on which its text begins."""


def tokens(text: str, syntax: re.Pattern[str]) -> Iterator[Token]:
    """Everything but comments."""
    lines, line, done = _Lines(text), 0, 0
    while match := syntax.search(text, done):
        kind, begin, end, after = _place(match, lines)
        line += text.count("\n", done, begin)
        if kind != "comment":
            yield Token(kind, _meaning(kind, text[begin:end], match, syntax), line)
        line += text.count("\n", begin, after)
        done = after


def _place(match: re.Match[str], lines: "_Lines") -> tuple[str, int, int, int]:
    """Of a token its kind, where its text begins and ends, and where the next may begin."""
    kind = match.lastgroup or ""
    if kind != "heredoc":
        return kind, *match.span(kind), match.end()
    place = lines.first(match["heredoc"], match.end())
    if place is None:  # it does not end: no more than a sign
        return "sign", match.start(), match.start() + 1, match.start() + 1
    return "block", match.end(), max(match.end(), place[0] - 1), place[1]


class _Lines:
    """The lines of a text by what they say, put together once however many are looked for."""

    def __init__(self, text: str) -> None:
        self._text: Final = text

    def first(self, said: str, start: int) -> tuple[int, int] | None:
        """Where the first line from `start` on begins and ends that says this and nothing else."""
        places = self._places.get(said, [])
        index = bisect_left(places, (start, 0))
        return places[index] if index < len(places) else None

    @cached_property
    def _places(self) -> dict[str, list[tuple[int, int]]]:
        found: dict[str, list[tuple[int, int]]] = {}
        for line in re.finditer(r"(?m)^[ \t]*(\w+)[ \t]*$", self._text):
            found.setdefault(line[1], []).append(line.span())
        return found


def _meaning(kind: str, value: str, match: re.Match[str], syntax: re.Pattern[str]) -> str:
    if kind == "string":
        return _unescaped(value)
    if kind != "block":
        return value
    if syntax is NIX:
        return dedent(_unindented(value))
    return dedent(value) if match["indented"] else value


def _unescaped(text: str) -> str:
    return _meant(re.sub(r"\\(.)", _escaped, text, flags=re.DOTALL))


def _unindented(text: str) -> str:
    """An indented string's text: two quotes escape a dollar sign, a quote, a backslash's letter."""
    text = re.sub(r"\$\$(?=\{)", f"${_DOLLAR}", text)
    return _meant(re.sub(r"''(?:(\$)|(')|\\(.))", _escaped, text, flags=re.DOTALL))


def _escaped(found: re.Match[str]) -> str:
    sign = found[found.lastindex or 0]
    if sign == "$":
        return _DOLLAR
    if sign == "'":
        return "''"
    return _ESCAPES.get(sign, sign)


def _meant(text: str) -> str:
    """A dollar sign that was escaped fills in nothing, whatever follows it."""
    return text.replace(_DOLLAR + "{", "$${").replace(_DOLLAR, "$")


class Hand:
    """Walks over tokens. Never falls off their end: there it meets `END`."""

    def __init__(self, every: Iterable[Token]) -> None:
        self._tokens: Final = list(every)
        self._closing: Final = _closing(self._tokens)
        self.index = 0

    @property
    def here(self) -> Token:
        """The token to be read next."""
        return self.ahead(0)

    def ahead(self, count: int) -> Token:
        """The token after so many others."""
        index = self.index + count
        return self._tokens[index] if index < len(self._tokens) else END

    def take(self) -> Token:
        """The token, and go on to the next."""
        token = self.here
        self.index += 1
        return token

    def takes(self, *signs: str) -> bool:
        """Go on if a sign or word is here that is one of these."""
        found = self.is_at(*signs)
        self.index += found
        return found

    def is_at(self, *signs: str) -> bool:
        """Whether one of these signs or words is here."""
        return self.here.kind in ("sign", "word") and self.here.text in signs

    def stops_at(self, *signs: str) -> bool:
        """Whether one of these signs or words is here, or the end of everything."""
        return self.here is END or self.is_at(*signs)

    def skip(self) -> None:
        """Go past what is here: all that is in brackets, if one opens."""
        self.index = self._closing.get(self.index, self.index) + 1


END: Final = Token("end", "", -1)


def _closing(every: Sequence[Token]) -> dict[int, int]:
    """For each bracket that opens, the index of what closes it, or of the end of everything."""
    found, opened = {}, []
    for index, token in enumerate(every):
        if token.kind == "sign" and token.text in _PAIRS:
            opened.append(index)
        elif token.kind == "sign" and token.text in _PAIRS.values():
            while opened and _PAIRS[every[opened[-1]].text] != token.text:
                found[opened.pop()] = index - 1
            if opened:
                found[opened.pop()] = index
    return found | dict.fromkeys(opened, len(every))
