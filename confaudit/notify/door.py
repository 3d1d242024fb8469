"""One token at one server that hosts pull requests: what its answers mean.

Nothing that the server says is repeated, and the token stands in no message.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Final, Self, TypeVar
from urllib.parse import urlsplit

from confaudit.errors import ApiError, ConfigError, ForgeError
from confaudit.notify.forge import RefusedError, Request
from confaudit.transport.address import UrlKind, checked_url
from confaudit.transport.client import Client, Response
from confaudit.transport.pages import MOST_PAGES, PageError, next_place
from confaudit.transport.target import HttpTarget

_URL: Final = UrlKind(
    name="the URL of the API to comment through",
    danger="plain http would send the token unencrypted over the network",
    hint="give an https URL such as https://api.github.com or https://gitlab.com/api/v4",
)
_TRANSIENT: Final = (429, 500, 502, 503, 504)
_NOT_TAKEN: Final = (400, 413, 422)
_MAX_BYTES: Final = 128 * 1024 * 1024
"""A page has a hundred comments, each of up to 256 KB on GitHub and 1 MB on GitLab."""

_Found = TypeVar("_Found")


class NotTakenError(Exception):
    """The server does not take a body as it is; it is too long, as a rule."""


class AgainError(ForgeError):
    """It may be otherwise in a moment."""

    def __init__(self, message: str, seconds: float = 0) -> None:
        super().__init__(message, "try again; if it stays, look at the status page of the service")
        self.seconds = seconds
        """How long the server asks to be left alone; 0 where it does not say."""


class _Target(HttpTarget, frozen=True):
    """The server, and the token for it."""

    unsaid: ClassVar = frozenset({"token"})

    token: str = ""

    @property
    def headers(self) -> Mapping[str, str]:
        """Both services take the same form of token."""
        if not re.fullmatch(r"[\x21-\x7e]+", self.token):
            raise ConfigError(
                "the token to comment with holds a space or control character",
                "give the token alone, as the service shows it",
            )
        return {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }


def server(url: str) -> tuple[str, str]:
    """The origin of an API's URL, and the path of the API on it.

    Raises:
        ConfigError: the URL cannot be meant, or would send the token unencrypted.
    """
    parts = urlsplit(checked_url(url, _URL))
    return f"{parts.scheme}://{parts.netloc}", parts.path


class Door:
    """Asks the server of one forge. To be used in a `with` statement.

    Raises:
        ConfigError: the token or the proxy cannot be meant.
    """

    def __init__(self, name: str, origin: str, token: str, timeout_seconds: float) -> None:
        self._name = name
        self._origin = origin
        self._client = Client(_Target(origin, timeout_seconds, max_bytes=_MAX_BYTES, token=token))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def ask(self, request: Request) -> Response:
        """The answer to a request that was granted.

        Raises:
            RefusedError: the token may not do this, or must not know of it.
            NotTakenError: the body is not taken.
            AgainError: the server fails, or did not answer.
            ForgeError: the server says anything else.
        """
        try:
            answer = self._client.ask(request.method, request.path.lstrip("/"), request.body)
        except ApiError as error:
            raise AgainError(f"{self._name} cannot be asked: {error.message}") from None
        if 200 <= answer.status < 300:
            return answer
        raise self._refusal(answer)

    def pages(self, first: Request) -> Iterator[bytes]:
        """A list page by page.

        Raises:
            ForgeError: as `ask` does, or the list cannot be followed to its end.
        """
        request = first
        for _ in range(MOST_PAGES):
            answer = self.ask(request)
            yield answer.body
            try:
                place = next_place(self._origin, request.path.lstrip("/"), answer.link)
            except PageError as error:
                raise self._strange(f"a list that {error}") from None
            if not place:
                return
            request = Request(first.method, place)
        raise self._strange(f"a list that has more than {MOST_PAGES} pages")

    def understand(self, read: Callable[[bytes], _Found], body: bytes) -> _Found:
        """What an answer says.

        Raises:
            ForgeError: it is none of those that the API gives.
        """
        try:
            return read(body)
        except (ValueError, RecursionError):
            raise self._strange("something else than its API does") from None

    def _refusal(self, answer: Response) -> Exception:
        """What an answer means that grants nothing. GitHub limits its rate by 403 as well."""
        status, wait = answer.status, answer.retry_after_seconds
        if status in _TRANSIENT or (status == 403 and wait):
            return AgainError(f"{self._name} failed with status {status} every time", wait)
        if status in (403, 404):
            return RefusedError(f"{self._name} does not let this token comment there")
        if status in _NOT_TAKEN:
            return NotTakenError()
        if status == 401:
            return ForgeError(f"{self._name} does not know the token", "give one that is valid")
        return self._strange(f"status {status}")

    def _strange(self, what: str) -> ForgeError:
        return ForgeError(
            f"{self._name} answers with {what}",
            "check the URL of the API: redirects are not followed, as they would carry the token",
        )
