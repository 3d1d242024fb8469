"""Credentials inside free text: what they look like there, and the text without them.

The public part of a text stays. Nothing here knows options or payloads; the gate does.
"""

import hashlib
import hmac
import json
import re
from functools import lru_cache
from typing import Final

from confaudit.core.model import Json
from confaudit.core.secret import REDACTED, looks_secret

# Lookbehinds and bounds keep every pattern linear: a value may be megabytes of one letter.
_SCHEME: Final = r"(?<![A-Za-z0-9+.\-])[A-Za-z][A-Za-z0-9+.\-]*://"
_URL: Final = re.compile(rf"{_SCHEME}[^\s\"'<>\\]+")
_INNER_URL: Final = re.compile(rf"{_SCHEME}(?:(?!{_SCHEME})[^\s\"'<>\\])+")
"""In the query of another one; the next one in it is one for itself."""
_ENCODED_USERINFO: Final = re.compile(
    r"(?<=%3A%2F%2F)(?:(?!%40|%2F)[^\s&\"'<>\\])+(?=%40)", re.IGNORECASE
)
_BARE_USERINFO: Final = re.compile(
    r"(?<![^\s\"'=,;(])[^\s:/@\"'=,;(]{1,512}:([^\s/@\"']{1,512})@(?=[\w\[])"
)
_SIGNS: Final = ":=%\\"
"""One of them stands in whatever assigns a value."""
_QUOTE: Final = r"\\{0,15}[\"']"
"""Texts within texts escape their quotes, and those within these escape the escapes."""
_NAMED: Final = re.compile(
    r"(?<![A-Za-z0-9_.\-])(?P<name>[A-Za-z0-9_.\-]++)(?:(?:\[|%5B)\w{0,9}(?:\]|%5D))?"
    rf"(?:(?:{_QUOTE})?\s{{0,9}}(?::?=[>=]?|%3D|\\u003d)\s{{0,9}}|{_QUOTE}\s{{0,9}}:\s{{0,9}}|:\s{{1,9}})",
    re.IGNORECASE,
)
_ASSIGNED: Final = re.compile(
    rf"(?P<quote>{_QUOTE})(?P<quoted>(?:(?!(?<!\\)(?P=quote)).)*)"
    r"|\[[^\]]*\]?|\{[^}]*\}?|[^\s&;,\"'#](?:[^\s&;,\"'#]|[\"'#](?=\w))*",
    re.DOTALL,
)
"""What lacks its end is a value to the end of the text; a mark amid a bare one is a part of it."""
_SCHEME_WORD: Final = re.compile(
    r"\b(?P<word>bearer|basic)\s+(?P<value>(?=\S*[0-9=+/])[A-Za-z0-9+/=_.~\-]{6,})", re.IGNORECASE
)
_TOKENS: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]*-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)"
    r"|\b(?:sk-[A-Za-z0-9_\-]{6,}"
    r"|gh[pousr]_[A-Za-z0-9]{6,}|github_pat_[A-Za-z0-9_]{6,}"
    r"|glpat-[A-Za-z0-9_\-]{6,}|xox[abeoprs]-[A-Za-z0-9\-]{6,}|dckr_pat_[A-Za-z0-9_\-]{6,}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}\b|AIza[0-9A-Za-z_\-]{30,}|ya29\.[0-9A-Za-z_\-]{10,}"
    r"|hf_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{20,}|SG\.[\w\-]{16,}\.[\w\-]{16,}"
    r"|eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{4,}\.[A-Za-z0-9_\-]*)"
    # A Coder session token: ten letters and digits, a dash, twenty-two more.
    r"|(?<![\w-])(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{10}-(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{22}(?![\w-])",
    re.DOTALL,
)


def redact_text(text: str) -> str:
    """Remove credentials from free text, for example a remote's URL in a message."""
    return _short(text) if len(text) <= _SHORT else TextRedactor().anew(text)


_SHORT: Final = 500
"""Characters of a text that is remembered: nearly all are names and values that come again."""


@lru_cache(maxsize=8192)
def _short(text: str) -> str:
    return TextRedactor().anew(text)


class TextRedactor:
    """The rules for texts, with the fingerprint key they share."""

    def __init__(self, key: bytes = b"") -> None:
        self._key = key

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
        return self.anew(text) if self._key else redact_text(text)

    def anew(self, text: str) -> str:
        """The same, whether or not the text came before.

        Nearly all texts are short and hold nothing: what a pattern cannot do without is looked for
        before it, as that is far cheaper.
        """
        if "://" in text:
            text = _URL.sub(lambda match: self._url(match.group()), text)
        if "%40" in text:
            text = _ENCODED_USERINFO.sub(lambda match: self._mask(match.group()), text)
        if "@" in text:
            text = _BARE_USERINFO.sub(self._bare, text)
        text = _TOKENS.sub(lambda match: self._mask(match.group()), text)
        text = _SCHEME_WORD.sub(lambda m: f"{m['word']} {self._mask(m['value'])}", text)
        return self._assignments(text) if any(sign in text for sign in _SIGNS) else text

    def _url(self, url: str) -> str:
        scheme, rest = url.split("://", 1)
        end = userinfo_end(rest)
        if end:
            rest = f"{self._mask(rest[: end - 1])}@{rest[end:]}"
        elif "://" in rest:
            rest = _INNER_URL.sub(lambda match: self._url(match.group()), rest)
        return f"{scheme}://{rest}"

    def _bare(self, match: re.Match[str]) -> str:
        return f"{self._mask(match.group()[:-1])}@"

    def _assignments(self, text: str) -> str:
        """Mask what is assigned to a secret-looking name: `password=…`, `?sig=…`, `token: …`."""
        done, end = [], 0
        for named in _NAMED.finditer(text):
            if named.start() < end or not looks_secret(named["name"]):
                continue  # before its value is looked at, which may be all the rest
            assigned = _ASSIGNED.match(text, named.end())
            if assigned is None:
                continue
            quote, value = assigned["quote"] or "", assigned["quoted"] or ""
            done += [text[end : named.end()], quote]
            done += [self._mask(value if quote else assigned.group())]
            end = assigned.end()
        return "".join((*done, text[end:]))

    def _mask(self, text: str) -> str:
        if text.startswith(REDACTED) or not text:
            return text
        return f"{REDACTED}-{self._hmac(text)[:8]}" if self._key else REDACTED


def known_part(prefix: str) -> str:
    """Of a URL that is known in part only the scheme: the middle of a credential may be next."""
    scheme, is_url, _ = prefix.partition("://")
    return scheme + is_url if is_url else redact_text(prefix)


def userinfo_end(rest: str) -> int:
    """Where the userinfo of `user:pass@host…` ends, 0 when there is none.

    An unescaped `/` or `@` in a password moves the end past what the standard says; a number
    after the colon is a port.
    """
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        return rest.rindex("@") + 1
    _, colon, port = authority.partition(":")
    if colon and not port.isdecimal() and "@" in rest:
        return rest.rindex("@") + 1
    return 0
