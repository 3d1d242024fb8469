"""URLs as Go reads and spells them, which is how a Coder server shows them.

Follows `net/url`: `Parse` and `URL.String`. Python's own parser refuses less and spells otherwise,
and a prediction has to agree with the server to the letter.
"""

import re
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

from confaudit.patterns import regex

_SCHEME: Final = regex(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_CONTROL: Final = regex(r"[\x00-\x1f\x7f]")
_BAD_ESCAPE: Final = regex(r"%(?![0-9A-Fa-f]{2})")
_USERINFO: Final = regex(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_HOST: Final = regex(
    r"(?:[A-Za-z0-9\-_.~!$&'()*+,;=<>\":\]]|[^\x00-\x7f]|%[89A-Fa-f][0-9A-Fa-f]|%25)*"
)
_BRACKETED: Final = regex(r"\[[^\[\]\s]*\](?::[0-9]*)?")
_PORT: Final = regex(r"[0-9]*")
_AS_WRITTEN: Final = regex(r"[A-Za-z0-9\-_.~!$&'()*+,;=:@\[\]/%?]*")
"""A path or fragment in these characters is left as the operator wrote it."""

_USER_SAFE: Final = "$&+,;="
_HOST_SAFE: Final = "!$&'()*+,;=:<>\"]"
_PATH_SAFE: Final = "$&+,/:;=@"
_FRAGMENT_SAFE: Final = "$&+,/:;=?@!()*"


def spell(text: str) -> str:
    """Spell a URL as the server shows it.

    Raises:
        ValueError: Go would refuse it; the message does not repeat the text.
    """
    if _CONTROL.search(text):
        raise ValueError("a URL may not hold a control character")
    body, _, fragment = text.partition("#")
    if body.startswith(":"):
        raise ValueError("the scheme of the URL is missing")
    found = _SCHEME.fullmatch(body)
    scheme, rest = (f"{found[1].lower()}:", found[2]) if found else ("", body)
    rest, mark, query = rest.partition("?")
    shown = _escaped(fragment, _FRAGMENT_SAFE)
    return scheme + _hierarchy(scheme, rest) + mark + query + (f"#{shown}" if shown else "")


def _hierarchy(scheme: str, rest: str) -> str:
    """What stands between scheme and query: `//user@host/path`, a path, or something opaque."""
    if scheme and not rest.startswith("/"):
        return rest
    if ":" in rest.partition("/")[0]:
        raise ValueError("the first part of the URL holds a colon and is no scheme")
    if not rest.startswith("//") or (not scheme and rest.startswith("///")):
        return rest if rest == "*" else _escaped(rest, _PATH_SAFE)
    authority, slash, path = rest[2:].partition("/")
    shown = _authority(authority) + _escaped(slash + path, _PATH_SAFE)
    return f"//{shown}" if shown else ""


def _authority(authority: str) -> str:
    user, at, host = authority.rpartition("@")
    if not _USERINFO.fullmatch(user):
        raise ValueError("the user part of the URL holds a character that must be escaped")
    name, colon, password = user.partition(":")
    shown = _requoted(name, _USER_SAFE) + colon + _requoted(password, _USER_SAFE)
    return shown + at + _host(host)


def _host(host: str) -> str:
    if "[" in host:
        if not _BRACKETED.fullmatch(host):
            raise ValueError("the brackets of the URL's host do not match")
        return host
    if not _HOST.fullmatch(host):
        raise ValueError("the host of the URL holds a character that none can have")
    _, colon, port = host.rpartition(":")
    if colon and not _PORT.fullmatch(port):
        raise ValueError("the port of the URL is not a number")
    return _requoted(host, _HOST_SAFE)


def _escaped(text: str, safe: str) -> str:
    quoted = _requoted(text, safe)
    return text if _AS_WRITTEN.fullmatch(text) else quoted


def _requoted(text: str, safe: str) -> str:
    if _BAD_ESCAPE.search(text):
        raise ValueError("the URL holds a % that two hexadecimal digits do not follow")
    return quote_from_bytes(unquote_to_bytes(text), safe=safe)
