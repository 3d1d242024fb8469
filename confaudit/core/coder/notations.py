"""Notations that a server holds a value to once it starts, by the names that conditions use.

Unlike a type, a notation belongs to no option: the option code takes the value, and what is done
with it later ends the server. How Go's own library reads a text is known to `go` and `urls`.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Final, TypeAlias

from confaudit.core.coder import regexps, urls
from confaudit.core.coder.checks import wildcard_host
from confaudit.core.coder.go import RefusedError, boolean, cidr, integer, split_host_port
from confaudit.core.model import Value
from confaudit.patterns import regex

Notation: TypeAlias = Callable[[Value], bool | None]
"""Whether a value is in it; None when only the server's host can tell."""


def _text(accepts: Callable[[str], bool | None]) -> Notation:
    """A notation of texts; no other value is in it."""
    return lambda value: accepts(value) if isinstance(value, str) else False


def _read_by(read: Callable[[str], object]) -> Notation:
    """What a reader takes that refuses by an error."""

    def accepts(text: str) -> bool:
        try:
            read(text)
        except ValueError:
            return False
        return True

    return _text(accepts)


def _key(text: str) -> bool:
    """32 bytes in standard Base64, as AES-256 needs them (coder/coder enterprise/dbcrypt).

    Go's decoder skips line breaks, and wants the padding.
    """
    try:
        return len(b64decode(re.sub(r"[\r\n]", "", text), validate=True)) == _KEY_BYTES
    except (Base64Error, ValueError):
        return False


_KEY_BYTES: Final = 32


def _listen_address(text: str) -> bool | None:
    """Host and port as Go's net.Listen takes them; no port is any that is free.

    A port by name is looked up on the host, where only a few are sure to be known. A name begins
    with a letter and has no blank.
    """
    try:
        port = split_host_port(text)[1]
    except RefusedError:
        return False
    if re.fullmatch(r"[+-]?[0-9]*", port):
        return not port.strip("+-") or _is_port(port)
    if not re.fullmatch(r"[A-Za-z][^\s#]*", port):
        return False
    return True if port.lower() in _SERVICES else None


_SERVICES: Final = frozenset({"domain", "ftp", "ftps", "gopher", "http", "https", "imap2", "imap3"})
"""What Go knows without a host's list of services (`net/lookup.go`)."""
_LAST_PORT: Final = 65535


def _is_port(text: str) -> bool:
    return 0 <= integer(text) <= _LAST_PORT


def _stun_addresses(value: Value) -> bool:
    """A list of hosts with port numbers, up to the word that ends it (coder/coder tailnet)."""
    texts = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    return all(map(_is_numbered, takewhile(lambda text: text != "disable", texts)))


def _is_numbered(text: str) -> bool:
    try:
        integer(split_host_port(text)[1])
    except RefusedError:
        return False
    return True


_CIPHERS: Final = regex(
    r"TLS_(?:AES_128_GCM_SHA256|AES_256_GCM_SHA384|CHACHA20_POLY1305_SHA256"
    r"|RSA_WITH_(?:RC4_128_SHA|3DES_EDE_CBC_SHA|AES_(?:128|256)_CBC_SHA|AES_128_CBC_SHA256"
    r"|AES_128_GCM_SHA256|AES_256_GCM_SHA384)"
    r"|ECDHE_(?:ECDSA|RSA)_WITH_(?:RC4_128_SHA|AES_(?:128|256)_CBC_SHA|AES_128_CBC_SHA256"
    r"|AES_128_GCM_SHA256|AES_256_GCM_SHA384|CHACHA20_POLY1305_SHA256)"
    r"|ECDHE_RSA_WITH_3DES_EDE_CBC_SHA)",
    re.IGNORECASE,
)
"""The suites of Go's crypto/tls (`CipherSuites`, `InsecureCipherSuites`), which has no others."""


def _go_bool(value: Value) -> bool | None:
    """What Go's ParseBool takes: the empty text is none, whatever it is to an option."""
    return isinstance(value, bool) or (value != "" and _read_by(boolean)(value))


def _regexp(text: str) -> bool | None:
    """What Go's regexp compiles; of one that is too large only the server can tell."""
    try:
        regexps.compiled(text)
    except regexps.TooLargeError:
        return None
    except RefusedError:
        return False
    return True


NOTATIONS: Final[Mapping[str, Notation]] = {
    "cidr": _read_by(cidr),
    "cipher-suite": _text(lambda text: bool(_CIPHERS.fullmatch(text))),
    "encryption-key": _text(_key),
    "go-bool": _go_bool,
    "go-regexp": _text(_regexp),
    "listen-address": _text(_listen_address),
    "stun-addresses": _stun_addresses,
    "url": _read_by(urls.spell),
    "wildcard-host": _read_by(wildcard_host),
}
"""By name; `{option: proxy-trusted-origins, every: {notation: cidr}}` asks for one."""
