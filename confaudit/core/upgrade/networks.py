"""Where addresses lie: those of lists, listen addresses and URLs, in networks."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, TypeAlias

from confaudit.core.model import Json, Missing
from confaudit.patterns import regex

Network: TypeAlias = IPv4Network | IPv6Network

_HOST: Final = regex(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^/@]*@)?(?:\[(?P<six>[^\]]*)\]|(?P<host>[^:/\[\]]*))"
    r"(?P<port>:[0-9]*)?(?:/.*)?"
)
"""Host and port, in a URL or not; an address of IPv6 in brackets."""


def network(text: str) -> Network:
    """Read an address or network: `10.0.0.0/8`, `192.0.2.1`, `fd00::/8`.

    Raises:
        ValueError: It is none.
    """
    return ip_network(text.strip(), strict=False)


def lie_within(values: Iterable[Json | Missing], networks: Sequence[Network]) -> bool | None:
    """Whether all of these texts lie in the networks; None if a host name leaves it open.

    The empty text names no address. A port without a host is that of every address, which lies
    in no network but the widest.
    """
    answers = {_lies_within(value, networks) for value in values if value not in ("", None)}
    return False if False in answers else None if None in answers else True


def _lies_within(value: Json | Missing, networks: Sequence[Network]) -> bool | None:
    if not isinstance(value, str):
        return False
    found = _network_of(value)
    if found is None:
        return None
    return any(_is_in(found, one) for one in networks)


def _network_of(text: str) -> Network | None:
    try:
        return network(text)
    except ValueError:
        pass
    parts = _HOST.fullmatch(text.strip())
    host = (parts["six"] or parts["host"] or "0.0.0.0/0") if parts else ""
    try:
        return network(host)
    except ValueError:
        return None


def _is_in(inner: Network, outer: Network) -> bool:
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network):
        return inner.subnet_of(outer)
    return False
