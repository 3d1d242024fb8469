"""Whom to ask over HTTP, and how: all that a client needs to be told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from confaudit.reticent import Reticent
from confaudit.transport.address import UrlKind, checked_url

_SERVER: Final = UrlKind(
    name="the server's URL",
    danger="over plain http anybody on the way could change what the server says",
    hint="give an https URL without anything after its path",
)


class HttpTarget(Reticent, frozen=True):
    """A web server; nothing secret is sent there."""

    url: str
    """What paths are below."""
    timeout_seconds: float = 30.0
    """For the whole of one request: to connect, to answer, and for all tries and pauses."""
    retries: int = 4
    """Further tries of one reading request after a connection error, 429 or 5xx."""
    ca_file: Path | None = None
    """PEM file of authorities to trust beside the system's."""
    max_bytes: int = 16 * 1024 * 1024
    """Largest answer after decompression; a full configuration is about 300 KB."""
    has_secret_paths: bool = False
    """Whether a path is all that it takes to be let in, so that no log may have it."""

    @property
    def base(self) -> str:
        """The URL checked, without a final slash.

        Raises:
            ConfigError: it cannot be meant.
        """
        return checked_url(self.url, _SERVER)

    @property
    def headers(self) -> Mapping[str, str]:
        """What is sent with every request."""
        return {"Accept": "*/*"}
