"""The proxy that the environment asks for.

No message quotes its URL: people paste ones with credentials. Only a request imports this: the
standard library's reading of the environment brings a whole HTTP client along.
"""

from typing import ClassVar
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from confaudit.errors import ConfigError
from confaudit.reticent import Reticent
from confaudit.transport.address import is_loopback


class Proxy(Reticent, frozen=True):
    """An HTTP proxy, its credentials kept apart from its URL."""

    unsaid: ClassVar = frozenset({"credentials"})

    url: str
    credentials: str = ""
    """`user:password`, empty when the proxy asks for none."""


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
