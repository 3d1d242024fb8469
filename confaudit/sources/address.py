"""Where requests go: which URLs are accepted, and which proxy stands in between.

No message quotes a URL: people paste ones with credentials.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from confaudit.errors import ConfigError

_HINT: Final = "give the access URL of the deployment, like https://coder.example.com"


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy, its credentials kept apart from its URL."""

    url: str
    credentials: str = field(default="", repr=False)
    """`user:password`, empty when the proxy asks for none."""


def base_url(url: str, *, allow_http: bool) -> str:
    """Check a deployment's URL and return it without a final slash.

    Raises:
        ConfigError: it is no http(s) URL, carries credentials, a query or a fragment, or would
            send the token unencrypted to another host.
    """
    parts = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError("the deployment's URL is no http or https URL", _HINT)
    if parts.username is not None or parts.password is not None:
        raise ConfigError(
            "the deployment's URL carries credentials",
            "leave out the part before @; the session token is all that Coder needs",
        )
    if "?" in url or "#" in url:
        raise ConfigError("the deployment's URL has a query or a fragment", _HINT)
    if parts.scheme == "http" and not (allow_http or is_loopback(parts.hostname)):
        raise ConfigError(
            "plain http would send the session token unencrypted over the network",
            "use https, or set allow_http for this deployment if the network is trusted",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _split(url: str) -> SplitResult:
    if re.search(r"[\x00-\x20\x7f\\]", url):  # the parser would silently drop or turn some
        raise ConfigError("the deployment's URL holds a space or control character", _HINT)
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no number
    except ValueError:
        raise ConfigError("the deployment's URL is malformed", _HINT) from None
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def proxy_for(base: str) -> Proxy | None:
    """The proxy that HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY ask for.

    Never one for this machine itself: the token would leave it, unencrypted.

    Raises:
        ConfigError: the variable holds no http(s) proxy URL.
    """
    target = urlsplit(base)
    host = target.hostname or ""
    if is_loopback(host) or proxy_bypass(host if target.port is None else target.netloc):
        return None
    proxies = getproxies()
    wanted = proxies.get(target.scheme) or proxies.get("all")
    return _proxy(wanted) if wanted else None


def _proxy(url: str) -> Proxy:
    hint = "set it to something like http://proxy.example.com:3128"
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        raise ConfigError("the proxy in the environment has a malformed URL", hint) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError("the proxy in the environment is no http or https proxy", hint)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    user = unquote(parts.username or "")
    credentials = f"{user}:{unquote(parts.password or '')}" if user else ""
    return Proxy(f"{parts.scheme}://{host}{port}", credentials)
