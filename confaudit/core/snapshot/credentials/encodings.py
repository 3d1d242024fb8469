"""Credentials inside what is encoded: percent signs, base64."""

from binascii import Error, a2b_base64
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, TypeAlias
from urllib.parse import unquote

from confaudit.core.snapshot.credentials.addresses import ENCODED_LOGIN
from confaudit.core.snapshot.credentials.spans import Span
from confaudit.patterns import regex

Holds: TypeAlias = Callable[[str], bool]
"""Whether a text that was inside another one holds a credential."""

_PART: Final = regex(r"[^\s&=?\"'<>]++")
_BASE64: Final = regex(r"(?:\\[nrt]|(?<![0-9A-Za-z+/_\-]))(?P<run>[0-9A-Za-z+/_\-]{12,}+={0,2})")
_SEPARATOR: Final = regex(r"[/_\-]")
_LOGIN: Final = regex(r"[\w.@+\-]{1,64}:\S{3,}")
_STANDARD: Final = str.maketrans("-_", "+/")


def percent_encoded(text: str, holds: Holds) -> Iterator[Span]:
    """Parts that hold a credential when decoded; a login alone has its own rule."""
    for part in _PART.finditer(text):
        found = part.group()
        if "%" in found and holds(unquote(ENCODED_LOGIN.sub("", found))):
            yield part.span()


def base64(text: str, holds: Holds) -> Iterator[Span]:
    """Parts that are text in base64, and this a login or something with a credential in it."""
    for part in _BASE64.finditer(text):
        if any(_holds(decoded, holds) for decoded in _readings(part["run"])):
            yield part.span("run")


def _readings(run: str) -> Iterator[str]:
    """The texts that a run of base64 may be, less what stands before it: `x-…`, `/a/…`."""
    if run.islower() or run.isupper():
        return  # words: nearly all that reads like base64
    yield _decoded(run)
    for separator in islice(_SEPARATOR.finditer(run), _MOST_BEFORE):
        yield _decoded(run[separator.end() :])


_MOST_BEFORE: Final = 4
"""Words that are taken off: all that there may be would take the square of its length."""


def _holds(decoded: str, holds: Holds) -> bool:
    return bool(decoded) and (bool(_LOGIN.fullmatch(decoded)) or holds(decoded))


def _decoded(run: str) -> str:
    """The text in a run of base64, empty when it is none."""
    letters = run.rstrip("=").translate(_STANDARD)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        text = a2b_base64(letters + "=" * (-len(letters) % 4)).decode()
    except (Error, UnicodeDecodeError):
        return ""
    return text if text.replace("\n", "").replace("\t", "").isprintable() else ""
