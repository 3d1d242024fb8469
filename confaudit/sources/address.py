"""Where requests go: which URLs are accepted.

No message quotes a URL: people paste ones with credentials.
"""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from confaudit.errors import ConfigError

_HINT: Final = "give the access URL of the deployment, like https://coder.example.com"


def base_url(url: str, *, allow_http: bool) -> str:
    """Check a deployment's URL and return it without a final slash.

    Raises:
        ConfigError: it is no http(s) URL, carries credentials, a query or a fragment, or would
            send the token unencrypted to another host.
    """
    parts = _split(url, "the deployment's URL", _HINT)
    if _is_exposed(parts) and not allow_http:
        raise ConfigError(
            "plain http would send the session token unencrypted over the network",
            "use https, or set allow_http for this deployment if the network is trusted",
        )
    return _joined(parts)


def mirror_url(url: str) -> str:
    """Check the URL of a tree of public files and return it without a final slash.

    Raises:
        ConfigError: it is no https URL (plain http to this machine is one), carries credentials,
            a query or a fragment.
    """
    hint = "give an https URL without anything after its path, or a folder"
    parts = _split(url, "the URL of Coder's releases", hint)
    if _is_exposed(parts):
        raise ConfigError("over plain http anybody on the way could change Coder's releases", hint)
    return _joined(parts)


def _is_exposed(parts: SplitResult) -> bool:
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def _joined(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _split(url: str, name: str, hint: str) -> SplitResult:
    """Take a URL apart; `name` says in messages whose it is."""
    if re.search(r"[\x00-\x20\x7f\\]", url):  # the parser would silently drop or turn some
        raise ConfigError(f"{name} holds a space or control character", hint)
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no number
    except ValueError:
        raise ConfigError(f"{name} is malformed", hint) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{name} is no http or https URL", hint)
    if parts.username is not None or parts.password is not None:
        raise ConfigError(f"{name} carries credentials", "leave out the part before @")
    if "?" in url or "#" in url:
        raise ConfigError(f"{name} has a query or a fragment", hint)
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
