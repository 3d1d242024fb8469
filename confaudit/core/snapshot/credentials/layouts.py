"""Credentials that how a text is laid out betrays: tables, here-documents, lines of .pgpass.

As little parts a name from a value there, the value has to look like a credential as well.
"""

import re
from collections.abc import Iterator
from typing import Final

from confaudit.core.secret import looks_secret, names_section
from confaudit.core.snapshot.credentials.addresses import is_random
from confaudit.core.snapshot.credentials.spans import Span
from confaudit.patterns import regex

_NAME: Final = r"(?<![A-Za-z0-9_.\-])(?P<name>[A-Za-z0-9_.\-]++)"
_BLANKS: Final = r"[^\S\r\n]{0,40}"

# --- tables -------------------------------------------------------------------------------------

_CELL: Final = regex(
    rf"{_NAME}[*`]{{0,3}}(?:\t{{1,9}}|{_BLANKS}\|{_BLANKS}|</t[dh]>\s{{0,40}}<td[^<>]{{0,100}}>"
    r"|</dt>\s{0,40}<dd[^<>]{0,100}>)(?:<code>|[*`]{1,3})?(?P<value>[^\s|<`]++)"
    rf"(?=[*`]{{0,3}}{_BLANKS}(?:\||</|\t|\r|\n|\Z))",
    re.IGNORECASE,
)
"""A name, and all that there is in the cell beside it, which is one word."""
_PASSWORD_NAME: Final = regex(r"passw|pwd|secret", re.IGNORECASE)
_PASSWORD: Final = regex(r"\A(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z]).{6,}")


def cells(text: str) -> Iterator[Span]:
    """What stands beside a secret name in a table of tabs, bars or HTML."""
    for found in _CELL.finditer(text):
        name = found["name"]
        if looks_secret(name) and not names_section(name) and _opens(name, found["value"]):
            yield found.span("value")


def _opens(name: str, value: str) -> bool:
    """Whether a word looks like what opens something: many say of what type or how long it is."""
    is_password = _PASSWORD_NAME.search(name) and _PASSWORD.match(value)
    return bool(is_password) or is_random(value)


# --- here-documents -----------------------------------------------------------------------------

_HERE: Final = regex(
    rf"{_NAME}{_BLANKS}(?::?=|:)?{_BLANKS}(?:[\"']?\$\({_BLANKS}cat{_BLANKS})?"
    rf"<<[\-~]?{_BLANKS}[\"']?(?P<word>\w{{1,40}})\b[^\r\n]{{0,100}}\r?\n"
)
_ONE_WORD: Final = regex(r"^[ \t]*+(?P<word>\w++)\r?$", re.MULTILINE)


def here_documents(text: str) -> Iterator[Span]:
    """What a secret name is given up to a line with a word that was said before."""
    end = 0
    for head in _HERE.finditer(text):
        if head.start() >= end and looks_secret(head["name"]):
            end = _document_end(text, head)
            yield head.end(), end


def _document_end(text: str, head: re.Match[str]) -> int:
    """The end of the line before the word; that of the text where it never comes."""
    lines = _ONE_WORD.finditer(text, head.end())
    places = (line.start() - 1 for line in lines if line["word"] == head["word"])
    return max(head.end(), next(places, len(text)))


# --- PostgreSQL's file of passwords -------------------------------------------------------------

_FIELD: Final = r"(?:\\.|[^\s:#\\])"
_PGPASS: Final = regex(
    rf"^[ \t]*+(?![0-9a-f]{{1,4}}:){_FIELD}{{1,255}}:(?:[0-9]{{2,5}}|\*):{_FIELD}{{1,63}}:"
    rf"{_FIELD}{{1,63}}:(?P<password>{_FIELD}+)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
"""`host:port:database:user:password`; what begins like an address of IPv6 or Ethernet is one."""


def pgpass_lines(text: str) -> Iterator[Span]:
    """The passwords of lines as libpq reads them."""
    return (found.span("password") for found in _PGPASS.finditer(text))
