"""Which URLs are accepted, whatever lies behind them.

No message quotes a URL: people paste ones with credentials.
"""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from confaudit.errors import ConfigError


class UrlKind(Struct, frozen=True):
    """Whose URL it is, in the words of messages."""

    name: str
    """As a sentence begins."""
    danger: str
    """What would happen over plain http, one sentence without a stop."""
    hint: str
    """What to give instead."""
    plain_hint: str = ""
    """What to do about plain http, if that is something else."""


def checked_url(url: str, kind: UrlKind, *, allow_http: bool = False) -> str:
    """Check a URL and return it without a final slash.

    Raises:
        ConfigError: it is no http(s) URL, carries credentials, a query or a fragment, or is plain
            http to another machine, which is not allowed.
    """
    parts = _split(url, kind, allow_http=allow_http)
    if "?" in url or "#" in url:
        raise ConfigError(f"{kind.name} has a query or a fragment", kind.hint)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def server_and_place(url: str, kind: UrlKind) -> tuple[str, str]:
    """Check a URL that may have a query, and return its server and what is to be asked there.

    Raises:
        ConfigError: as `checked_url` does, but for the query.
    """
    parts = _split(url, kind, allow_http=False)
    if "#" in url:
        raise ConfigError(f"{kind.name} has a fragment", kind.hint)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}", f"{parts.path.lstrip('/')}{query}"


def origin(url: str) -> str:
    """Scheme, host and port of a checked URL, unless it goes without saying: the same server."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    is_usual = parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme))
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{parts.port}"


def _split(url: str, kind: UrlKind, *, allow_http: bool) -> SplitResult:
    if re.search(r"[\x00-\x20\x7f\\]", url):  # the parser would silently drop or turn some
        raise ConfigError(f"{kind.name} holds a space or control character", kind.hint)
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no number
    except ValueError:
        raise ConfigError(f"{kind.name} is malformed", kind.hint) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{kind.name} is no http or https URL", kind.hint)
    if parts.username is not None or parts.password is not None:
        raise ConfigError(f"{kind.name} carries credentials", "leave out the part before @")
    if parts.scheme == "http" and not is_loopback(parts.hostname or "") and not allow_http:
        raise ConfigError(kind.danger, kind.plain_hint or kind.hint)
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
