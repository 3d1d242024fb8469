"""Credentials inside free text: what they look like there, and the text without them.

The public part of a text stays. Nothing here knows options or payloads; the gate does. Where the
credentials are is a matter of the text alone: it is looked for once in a text that comes again.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Final

from confaudit.core.model import Json
from confaudit.core.secret import REDACTED
from confaudit.core.snapshot.credentials import (
    addresses,
    assignments,
    encodings,
    families,
    layouts,
)
from confaudit.core.snapshot.credentials.addresses import userinfo_end
from confaudit.core.snapshot.credentials.spans import Rule, Span, merged
from confaudit.patterns import regex

__all__ = ["TextRedactor", "known_part", "redact_text", "userinfo_end"]


def redact_text(text: str) -> str:
    """Remove credentials from free text, for example a remote's URL in a message."""
    return TextRedactor().text(text)


class TextRedactor:
    """The rules for texts, with the fingerprint key they share.

    Of `known`, a credential, nothing is left wherever it stands, nor of what it is made of.
    """

    def __init__(self, key: bytes = b"", known: str = "") -> None:
        self._key = key
        self._known = tuple(_parts(known.strip()))

    def fingerprint(self, value: Json) -> str:
        """A keyed fingerprint of a secret; empty without a key."""
        if not self._key or value is None:
            return ""
        return self._hmac(json.dumps(value, sort_keys=True))[:16]

    def _hmac(self, text: str) -> str:
        return hmac.new(
            self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()

    def text(self, text: str) -> str:
        """Remove credentials from inside a text; the public part stays."""
        if self._known:
            text = self._without_known(text)
        places = _remembered(text) if len(text) <= _SHORT else credentials(text)
        return self._without(places, text) if places else text

    def is_known_in(self, data: bytes) -> bool:
        """Whether something of the known credential may be in what has its texts in UTF-8."""
        return any(not data or part.encode(errors="surrogatepass") in data for part in self._known)

    def _without_known(self, text: str) -> str:
        for part in self._known:
            text = text.replace(part, REDACTED)
        return text

    def _without(self, places: tuple[Span, ...], text: str) -> str:
        kept, end = [], 0
        for begin, until in places:
            kept += [text[end:begin], self._mask(text[begin:until])]
            end = until
        return "".join((*kept, text[end:]))

    def _mask(self, text: str) -> str:
        if _MASK.fullmatch(text):
            return text
        return f"{REDACTED}-{self._hmac(text)[:8]}" if self._key else REDACTED


def _parts(credential: str) -> Iterator[str]:
    """A credential, and the parts of it that are long enough to be known again."""
    return (one for one in (credential, *credential.split("-")) if len(one) >= _SHORTEST_PART)


_SHORTEST_PART: Final = 8
_MASK: Final = regex(rf"{REDACTED}(?:-[0-9a-f]{{8}})?")


def known_part(prefix: str) -> str:
    """Of a URL that is known in part only the scheme: the middle of a credential may be next."""
    scheme, is_url, _ = prefix.partition("://")
    return scheme + is_url if is_url else redact_text(prefix)


RULES: Final[tuple[tuple[str, Rule], ...]] = (
    *families.UNPREFIXED_RULES,
    ("/", addresses.logins_of_addresses),
    ("%", addresses.encoded_logins),
    ("@", addresses.bare_logins),
    ("/", addresses.hooks),
    ("=", addresses.parameters),
    (" ", assignments.schemes),
    (" ,", assignments.options),
    ("-", assignments.logins_of_users),
    ("<&", assignments.elements),
    (":=", assignments.pairs),
    (":=%\\", assignments.assignments),
    ("\t|<", layouts.cells),
    ("<", layouts.here_documents),
    (":", layouts.pgpass_lines),
)
"""What to look for, and letters one of which is in all that it finds: they are far cheaper."""
_LETTERS: Final = tuple((frozenset(letters), rule) for letters, rule in RULES)

_WORDS: Final = regex(r"(?:[A-Za-z]{1,16}+(?:[ _.\-]|\Z))+")
"""Names and what else nearly all texts are: nothing drawn by lot reads like this."""
_SAID: Final = regex(r"login |ENV |[Bb]asic |[Bb]earer ")

_DEEPEST: Final = 3
"""So many encodings, one in the other, are looked into."""
_SHORT: Final = 500
"""Characters of a text that is remembered: nearly all are names and values that come again."""


def credentials(text: str, depth: int = 0) -> tuple[Span, ...]:
    """Where in a text credentials are, in order and apart."""
    if _WORDS.fullmatch(text) and not (families.PREFIX.match(text) or _SAID.search(text)):
        return ()
    return merged(chain(_plain(text), _encoded(text, depth) if depth < _DEEPEST else ()))


_remembered = lru_cache(maxsize=8192)(credentials)


def _plain(text: str) -> Iterator[Span]:
    yield from families.tokens(text)
    there = set(text)
    for letters, rule in _LETTERS:
        if not letters.isdisjoint(there):
            yield from rule(text)


def _encoded(text: str, depth: int) -> Iterator[Span]:
    def holds(decoded: str) -> bool:
        return bool(credentials(decoded, depth + 1))

    if "%" in text:
        yield from encodings.percent_encoded(text, holds)
    yield from encodings.base64(text, holds)
