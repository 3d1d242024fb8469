"""Which deployment to ask, and how: all that the live API needs to be told."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ApiTarget:
    """A deployment to ask, and how."""

    url: str
    """The access URL, with the path prefix if there is one."""
    token: str = field(repr=False)
    """A session token; its user needs the Auditor role (coder/coder#10058)."""
    timeout_seconds: float = 30.0
    """For connecting, and again for the whole of one answer."""
    retries: int = 4
    """Further tries of one request after a connection error, 429 or 5xx."""
    ca_file: Path | None = None
    """PEM file of authorities to trust beside the system's."""
    max_bytes: int = 16 * 1024 * 1024
    """Largest answer after decompression; a full configuration is about 300 KB."""
    endpoints: bool = True
    """Whether to ask the endpoints too."""
    allow_http: bool = False
    """Whether the token may travel unencrypted to another host."""
