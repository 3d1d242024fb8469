"""How one request travels and what may come back: urllib3 lives here and nowhere else.

No redirect is ever followed, certificates are always verified, every answer is bounded in size, and
in time with all that it took to get it. Only what reads is tried again here: who writes has to look
first what came of it. Nothing here knows what an answer means.
"""

import logging
import ssl
import time
from types import TracebackType
from typing import Any, ClassVar, Final, Self

import urllib3
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
)
from tenacity.wait import wait_exponential, wait_random
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    InvalidHeader,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from confaudit import __version__
from confaudit.errors import ApiError, ConfauditError, ConfigError
from confaudit.reticent import Reticent
from confaudit.transport.certificate import distrust, tls_context
from confaudit.transport.deadline import TIMED_POOLS, Deadline
from confaudit.transport.proxy import Proxy, proxy_for
from confaudit.transport.target import HttpTarget

BACKOFF_SECONDS: Final = 0.5
"""The pause before the third try is twice this, plus jitter, and doubles from there."""
BACKOFF_MAX_SECONDS: Final = 30.0
RETRY_AFTER_MAX_SECONDS: Final = 60.0
"""Coder's rate limit counts within one minute; a server that asks for more is not waited for."""
PARALLEL: Final = 4
"""Connections kept open to one server."""

_CHUNK: Final = 64 * 1024
_TRANSIENT: Final = (429, 500, 502, 503, 504)
_LOG: Final = logging.getLogger("confaudit.api")
logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings quote URLs, which may be secret


class Response(Reticent, frozen=True):
    """What came back."""

    unsaid: ClassVar = frozenset({"body"})

    status: int
    content_type: str
    location: str
    link: str
    """Where a list goes on (RFC 8288), as the server writes it."""
    retry_after_seconds: float
    """How long the server asks to be left alone, within bounds; 0 where it does not."""
    body: bytes
    date: str = ""
    """What time it is, as the server writes it."""


class _RetryAfter(urllib3.Retry):
    """urllib3's reading of Retry-After, with a bound; an unreadable one counts as none."""

    def parse_retry_after(self, retry_after: str) -> float:
        try:
            return min(super().parse_retry_after(retry_after), RETRY_AFTER_MAX_SECONDS)
        except (InvalidHeader, ValueError, OverflowError):
            return 0


class Client:
    """Connections to one server; close it, or use it in a `with` statement.

    Raises:
        ConfigError: the target's URL, token, `ca_file` or proxy cannot be meant.
    """

    def __init__(self, target: HttpTarget) -> None:
        self.url = target.base
        self.builds: set[str] = set()
        """The builds of Coder that answered so far (`X-Coder-Build-Version`)."""
        self._target = target
        self._pool = _pool(target)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every connection."""
        self._pool.clear()

    def deadline(self) -> Deadline:
        """The time there is for one request, or for several that share it, from now on."""
        return Deadline(self._target.timeout_seconds)

    def get(
        self, path: str, retries: int | None = None, deadline: Deadline | None = None
    ) -> Response:
        """GET a path below the URL, whatever the status of the answer.

        What may pass is tried again while there is time for it.

        Raises:
            ApiError: there was no answer, or none within the bounds of time and size.
        """
        tries = self._target.retries if retries is None else retries
        return self._tried(tries, "GET", path, None, deadline or self.deadline())

    def ask(self, method: str, path: str, body: bytes | None = None) -> Response:
        """Send a request to a path below the URL, whatever the status of the answer.

        Raises:
            ApiError: as `get` does; what the request was to change may be changed or not.
        """
        return self._tried(0, method, path, body, self.deadline())

    def _tried(
        self, retries: int, method: str, path: str, body: bytes | None, deadline: Deadline
    ) -> Response:
        started, shown = time.monotonic(), "…" if self._target.has_secret_paths else path
        try:
            answer = _tries(retries, deadline)(self._ask, method, path, body, deadline)
        except (HTTPError, TimeoutError) as error:
            _LOG.debug("%s %s failed after %.0f ms", method, shown, _ms_since(started))
            raise _explain(error, self._target.timeout_seconds) from None
        _LOG.debug("%s %s %d %.0f ms", method, shown, answer.status, _ms_since(started))
        return answer

    def _ask(self, method: str, path: str, body: bytes | None, deadline: Deadline) -> Response:
        response = self._pool.request(
            method,
            f"{self.url}/{path}",
            body=body,
            preload_content=False,
            redirect=False,
            retries=False,
            timeout=urllib3.Timeout(total=deadline.left()),
        )
        try:
            content = self._body(response)
        except BaseException:
            response.close()  # what is left of the answer must not reach the next request
            raise
        finally:
            response.release_conn()
        if build := response.headers.get("X-Coder-Build-Version"):
            self.builds.add(build)
        return Response(
            status=response.status,
            content_type=response.headers.get("Content-Type", ""),
            location=response.headers.get("Location", ""),
            link=response.headers.get("Link", ""),
            retry_after_seconds=_RetryAfter().get_retry_after(response) or 0,
            body=content,
            date=response.headers.get("Date", ""),
        )

    def _body(self, response: urllib3.BaseHTTPResponse) -> bytes:
        """Read the decompressed body, chunk by chunk: a bomb is cut off."""
        body = bytearray()
        while chunk := response.read1(_CHUNK):
            body += chunk
            if len(body) > self._target.max_bytes:
                raise ApiError(
                    f"the answer is larger than {self._target.max_bytes // 1024} KiB",
                    "check that the URL is the access URL of a Coder deployment",
                )
        return bytes(body)


def _ms_since(started: float) -> float:
    return (time.monotonic() - started) * 1000


def _tries(retries: int, deadline: Deadline) -> Retrying:
    """Try again what may pass, as long as the pause before leaves time for it.

    Of the last try comes what it brought, be it an answer or an error.
    """

    def is_over(state: RetryCallState) -> bool:
        return state.attempt_number > retries or not deadline.allows(state.upcoming_sleep)

    return Retrying(
        retry=retry_if_exception_type(ProtocolError) | retry_if_result(_may_pass),
        stop=is_over,
        wait=_pause,
        retry_error_callback=lambda state: _outcome(state).result(),
    )


def _may_pass(answer: Response) -> bool:
    return answer.status in _TRANSIENT


def _pause(state: RetryCallState) -> float:
    """Seconds to wait: what the server asks for, else none at first, then ever longer."""
    asked = 0 if _outcome(state).failed else _outcome(state).result().retry_after_seconds
    if asked or state.attempt_number == 1:
        return asked
    growing = wait_exponential(multiplier=BACKOFF_SECONDS, max=BACKOFF_MAX_SECONDS)
    return (growing + wait_random(max=BACKOFF_SECONDS))(state)


def _outcome(state: RetryCallState) -> Any:
    """What a try brought: there always is something when this is asked."""
    return state.outcome


def _headers(target: HttpTarget) -> dict[str, str]:
    ours = {"User-Agent": f"confaudit/{__version__}", "Accept-Encoding": "gzip"}
    return {**target.headers, **ours}


def _pool(target: HttpTarget) -> urllib3.PoolManager:
    proxy = proxy_for(target.base)
    is_secure = any(one.startswith("https:") for one in (target.base, proxy.url if proxy else ""))
    tls = tls_context(target.ca_file) if is_secure else None  # takes longer than many an answer
    manager = _manager(proxy, tls, _headers(target))
    manager.pool_classes_by_scheme = TIMED_POOLS
    return manager


def _manager(
    proxy: Proxy | None, tls: ssl.SSLContext | None, headers: dict[str, str]
) -> urllib3.PoolManager:
    if proxy is None:
        return urllib3.PoolManager(maxsize=PARALLEL, block=True, headers=headers, ssl_context=tls)
    return urllib3.ProxyManager(
        proxy.url,
        maxsize=PARALLEL,
        block=True,
        headers=headers,
        proxy_headers=urllib3.make_headers(proxy_basic_auth=proxy.credentials or None),
        ssl_context=tls,
        proxy_ssl_context=tls,
    )


def _too_slow(seconds: float) -> ApiError:
    return ApiError(
        f"the server did not answer fully within {seconds:g} s",
        "look at the health of the deployment, or allow more time",
    )


def _explain(reason: Exception, seconds: float) -> ConfauditError:
    """Turn a transport failure into a sentence; its own text may name hosts and proxies."""
    if isinstance(reason, SSLError):
        return _untrusted(reason)
    if isinstance(reason, (ReadTimeoutError, TimeoutError)):
        return _too_slow(seconds)
    if isinstance(reason, LocationParseError):
        return ConfigError("the URL names no valid host", "check the URL's spelling")
    found = (texts for kind, texts in _TRANSPORT if isinstance(reason, kind))
    return ApiError(*next(found))


_TRANSPORT: Final[tuple[tuple[type[BaseException], tuple[str, str]], ...]] = (
    (
        ProxyError,
        (
            "the proxy could not be reached, or refused the connection",
            "check HTTPS_PROXY and NO_PROXY",
        ),
    ),
    (
        NameResolutionError,
        ("the host name cannot be resolved", "check the URL's spelling and the DNS"),
    ),
    (
        NewConnectionError,
        (
            "the host does not accept connections",
            "check host and port of the URL, and that the server is running",
        ),
    ),
    (
        ConnectTimeoutError,
        (
            "the host was not found, or did not accept a connection, in time",
            "check the URL, the DNS, the firewall and whether a proxy is needed",
        ),
    ),
    (
        DecodeError,
        ("the answer is not compressed the way it says", "look at the proxy before Coder"),
    ),
    (
        ProtocolError,
        (
            "the connection broke before the answer was complete",
            "try again; if it stays, look at the proxy before Coder",
        ),
    ),
    (BaseException, ("the request failed", "check the URL and the network")),
)


def _untrusted(error: SSLError) -> ApiError:
    cause = error.args[0] if error.args else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return ApiError(*distrust(cause))
    return ApiError(
        "no TLS connection could be made with the server",
        "check that the URL's port speaks https",
    )
