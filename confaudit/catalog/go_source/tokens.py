"""Go source as tokens: The Go Programming Language Specification, "Lexical elements"."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple


class GoFault(ValueError):  # noqa: N818 - becomes an error with the name of the file
    """A text, or a part of it, cannot be read; the message is the rest of a sentence."""


class Token(NamedTuple):
    """The smallest part that means something."""

    kind: str
    """`name` (keywords as well), `number`, `text`, `rune` or `mark`."""
    text: str
    """As it is written, quotes included."""


Tokens = tuple[Token, ...]

_TOKEN: Final = re.compile(
    r"""
      (?P<blank>[ \t\r]+ | //[^\n]*)
    | (?P<line>\n)
    | (?P<block>/\*(?:[^*]|\*(?!/))*+\*/)
    | (?P<name>[^\W\d]\w*)
    | (?P<text>"(?:[^"\\\n]|\\.)*+" | `[^`]*+`)
    | (?P<number>\.?\d[\w.]*)
    | (?P<rune>'(?:[^'\\\n]|\\.)[^'\n]*')
    | (?P<mark>\.\.\. | := | && | \|\| | &\^ | << | >> | <- | \+\+ | -- | [-+*/%&|^=!<>]=
        | /(?!\*) | [-+*%&|^=<>!~()\[\]{},;.:])
    """,
    re.VERBOSE,
)

_ENDS_A_LINE: Final = {")", "]", "}", "++", "--"}


def tokenize(text: str) -> Tokens:
    """Split a text, with the semicolons that Go puts at the ends of lines.

    Raises:
        GoFault: There is something that is no Go, or brackets do not match.
    """
    tokens = tuple(_tokens(text))
    _match_brackets(tokens)
    return tokens


CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
"""Bracket → the one that closes it."""


def _match_brackets(tokens: Tokens) -> None:
    expected: list[str] = []
    for kind, text in tokens:
        if kind == "mark" and text in CLOSING:
            expected.append(CLOSING[text])
        elif (
            kind == "mark" and text in CLOSING.values() and (not expected or expected.pop() != text)
        ):
            raise GoFault(f"is no Go source: it has a {text} where nothing is open for it")
    if expected:
        raise GoFault(f"is no whole Go source: it lacks a {expected[-1]}")


def _tokens(text: str) -> Iterator[Token]:
    position, last = 0, Token("mark", ";")
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            line = text.count("\n", 0, position) + 1
            raise GoFault(f"cannot be read as Go source at line {line}")
        position = match.end()
        kind = match.lastgroup or ""
        if kind == "line" or (kind == "block" and "\n" in match[0]):
            if _ends_a_statement(last):
                yield (last := Token("mark", ";"))
        elif kind not in ("blank", "block"):
            yield (last := Token(kind, match[0]))


def _ends_a_statement(last: Token) -> bool:
    return last.kind != "mark" or last.text in _ENDS_A_LINE


_ESCAPE: Final = re.compile(
    r"\\(?:u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})|x(?P<x>[0-9A-Fa-f]{2})"
    r"|(?P<o>[0-7]{3})|(?P<plain>.))"
)
_PLAIN: Final = dict(zip("abfnrtv\\\"'", "\a\b\f\n\r\t\v\\\"'", strict=True))


def unquote(literal: str) -> str:
    """The text that a string literal stands for.

    Raises:
        GoFault: It has an escape that makes no text.
    """
    if literal[0] == "`":
        return literal[1:-1].replace("\r", "")
    return _ESCAPE.sub(_unescaped, literal[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    if match["plain"]:
        if match["plain"] not in _PLAIN:
            raise GoFault(f"has a text with the unknown escape {match[0]}")
        return _PLAIN[match["plain"]]
    code = int(match["o"], 8) if match["o"] else int(match["u"] or match["U"] or match["x"], 16)
    is_byte = bool(match["o"] or match["x"])
    if code > (0x7F if is_byte else 0x10FFFF) or 0xD800 <= code <= 0xDFFF:  # parts of a letter
        raise GoFault(f"has a text with {match[0]}, which is no letter")
    return chr(code)
