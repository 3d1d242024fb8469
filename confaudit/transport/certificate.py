"""Certificates of servers: which are trusted, why one is not, and how long one lasts."""

import os
import socket
import ssl
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from confaudit.errors import ApiError, ConfigError
from confaudit.transport.proxy import proxy_for
from confaudit.transport.target import HttpTarget
from confaudit.transport.within import within

_HTTPS: Final = 443


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Verify against the system's authorities (or SSL_CERT_FILE, SSL_CERT_DIR) and `ca_file`.

    Raises:
        ConfigError: `ca_file` cannot be read.
    """
    return _trusting(ca_file, *map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR")))


@lru_cache(maxsize=16)
def _trusting(ca_file: Path | None, *_system: str | None) -> ssl.SSLContext:
    """The system's authorities take longer to read than a server to answer: all connections share.

    `_system` is where OpenSSL looks for them.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError):
            raise ConfigError(
                "the file of certificate authorities (ca_file) cannot be read",
                "name a readable file with PEM certificates",
            ) from None
    return context


def expiry(target: HttpTarget) -> datetime | None:
    """When the server's certificate expires; None over plain http, or where a proxy is between.

    Raises:
        ConfigError: the URL, `ca_file` or the proxy cannot be meant.
        ApiError: no trusted connection could be made.
    """
    parts = urlsplit(target.base)
    if parts.scheme != "https" or proxy_for(target.base):
        return None
    host, port, context = parts.hostname or "", parts.port or _HTTPS, tls_context(target.ca_file)
    seconds = target.timeout_seconds
    try:
        return within(seconds, lambda: _expiry_at(host, port, context, seconds))
    except ssl.SSLCertVerificationError as error:
        raise ApiError(*distrust(error)) from None
    except OSError:
        raise ApiError("no TLS connection could be made with the server") from None


def _expiry_at(host: str, port: int, context: ssl.SSLContext, seconds: float) -> datetime:
    with (
        socket.create_connection((host, port), seconds) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        told = secure.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)


def distrust(error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    """Why a certificate is not trusted, and what to do; the words of OpenSSL are not repeated."""
    return _REASONS.get(error.verify_code, _UNVERIFIED)


_UNVERIFIED: Final = (
    "the server's TLS certificate cannot be verified",
    "check the host name and the certificate's dates, or name its authority with ca_file or "
    "SSL_CERT_FILE",
)
_UNTRUSTED: Final = (
    "the server's TLS certificate comes from an authority that is not trusted here",
    "name its authority with ca_file or SSL_CERT_FILE",
)
_ANOTHER_HOST: Final = (
    "the server's TLS certificate is for another host",
    "use the host name that the certificate is for, or renew it for this one",
)
_REASONS: Final = {
    9: (
        "the server's TLS certificate is not valid yet",
        "check the clock of this machine, and the certificate's dates",
    ),
    10: (
        "the server's TLS certificate has expired",
        "renew it; check the clock of this machine if it should not have",
    ),
    18: _UNTRUSTED,
    19: _UNTRUSTED,
    20: _UNTRUSTED,
    21: _UNTRUSTED,
    62: _ANOTHER_HOST,
    64: _ANOTHER_HOST,
}
"""By the codes of OpenSSL (X509_verify_cert_error_string)."""
