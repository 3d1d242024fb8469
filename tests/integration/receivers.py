"""Servers on loopback that notifications are sent to: one of HTTP, one of SMTP."""

import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from msgspec import Struct, field

from tests.integration.processes import DEADLINE

PASSWORD = "planted-secret-password"


class Posted(Struct, frozen=True):
    path: str
    headers: dict[str, str]
    body: str


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted; a path `/500` answers with that status, `/500,200` so at first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posted: list[Posted] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def at(self, path: str) -> list[Posted]:
        return [one for one in self.posted if one.path.startswith(path)]

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.posted.append(Posted(self.path, dict(self.headers), body))
        statuses = re.split(r"[/?]", self.path)[1].split(",")
        tries = len(self.server.at(self.path))
        known = [int(one) for one in statuses if one.isdigit()] or [200]
        self.send_response(known[min(tries, len(known)) - 1])
        self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Broken\x01", "planted-secret")  # what urllib3 warns of, with the URL
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


class Mailbox(Struct):
    """A mail server that lets in whoever has the password, if anybody has to."""

    port: int = 0
    refused: Sequence[str] = ()
    """Addresses of which it does not take mail."""
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the library's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 planted-secret: no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = cast(bytes, envelope.content)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        self.envelopes.append((str(envelope.mail_from), list(envelope.rcpt_tos)))
        return "250 OK"


class _Controller(Controller):
    """On any port that is free, which it does not know of itself."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mailbox(certificate: str = "", *, is_tls: bool = False) -> Iterator[Mailbox]:
    """A mail server; with a certificate it wants STARTTLS or TLS, and the password."""
    context = SSLContext(PROTOCOL_TLS_SERVER) if certificate else None
    if context:
        context.load_cert_chain(certificate)
    box = Mailbox()
    wanting: dict[str, Any] = {"authenticator": _let_in}
    if context and not is_tls:
        wanting |= {"tls_context": context, "require_starttls": True, "auth_required": True}
    elif context:
        wanting |= {"ssl_context": context, "auth_require_tls": False}
    controller = _Controller(box, hostname="127.0.0.1", port=0, ready_timeout=DEADLINE, **wanting)
    controller.start()
    try:
        box.port = controller.port
        yield box
    finally:
        controller.stop()


@contextmanager
def dripping() -> Iterator[int]:
    """A mail server that says one sign after the other and never ends a line; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()

        def drip() -> None:
            while not ended.is_set():
                with suppress(OSError), listening.accept()[0] as connection:
                    while not ended.wait(0.02):
                        connection.sendall(b"2")

        listening.settimeout(0.05)
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            ended.set()
            thread.join()


def _let_in(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)
