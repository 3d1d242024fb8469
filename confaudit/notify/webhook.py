"""A webhook: one POST to a URL that is a secret, as whoever knows it may post.

No message shows more of it than the host, and nothing that the server says is repeated.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urlsplit

from confaudit.errors import ApiError, NotifyError
from confaudit.notify.message import Body, Message, body, require_template
from confaudit.reticent import Reticent
from confaudit.transport.address import UrlKind, server_and_place
from confaudit.transport.certificate import tls_context
from confaudit.transport.client import Client
from confaudit.transport.target import HttpTarget

_URL: Final = UrlKind(
    name="the URL of a webhook",
    danger="plain http would send what changed unencrypted over the network",
    hint="give the https URL alone, as the service shows it",
)
_MAX_BYTES: Final = 1024 * 1024
"""What a server answers does not matter."""


class _Target(HttpTarget, frozen=True):
    """The server, and what is sent there."""

    content_type: str = ""

    @property
    def headers(self) -> Mapping[str, str]:
        """What is sent with every request."""
        return {"Accept": "*/*", "Content-Type": self.content_type}


class WebhookChannel(Reticent, frozen=True):
    """Posts what a template makes of a message."""

    unsaid: ClassVar = frozenset({"url"})

    url: str
    template: str
    folder: Path
    """What a template of the user's counts from."""
    timeout_seconds: float
    ca_file: Path | None = None

    @property
    def where(self) -> str:
        """The host alone.

        Raises:
            ConfigError: the URL cannot be meant.
        """
        origin, _ = server_and_place(self.url, _URL)
        return urlsplit(origin).hostname or ""

    def check(self) -> None:
        """Make sure that the URL can be meant, and that template and authorities can be read."""
        server_and_place(self.url, _URL)
        tls_context(self.ca_file)
        require_template(self.template, self.folder)

    def preview(self, message: Message) -> str:
        """What would be posted."""
        return body(message, self.template, self.folder).text

    def send(self, message: Message) -> None:
        """Post it.

        Raises:
            NotifyError: there was no answer, or one that does not grant it.
            ConfigError: the URL or `ca_file` cannot be meant.
            TemplateError: the template cannot be used.
        """
        told = body(message, self.template, self.folder)
        try:
            status, wait = self._post(told)
        except ApiError as error:
            raise NotifyError(f"{self.where} cannot be asked: {error.message}") from None
        if not 200 <= status < 300:
            raise NotifyError(
                f"{self.where} answers with status {status}",
                "check the URL; redirects are not followed, as they would carry what changed",
                wait,
            )

    def _post(self, told: Body) -> tuple[int, float]:
        """The status of the answer, and how long the server asks to be left alone."""
        origin, place = server_and_place(self.url, _URL)
        target = _Target(
            origin,
            self.timeout_seconds,
            ca_file=self.ca_file,
            max_bytes=_MAX_BYTES,
            has_secret_paths=True,
            content_type=told.content_type,
        )
        with Client(target) as client:
            answer = client.ask("POST", place, told.text.encode())
        return answer.status, answer.retry_after_seconds
