"""A loopback HTTP(S) server that answers from a script, faults included.

Each path has a list of replies; the last one repeats. It remembers what it was asked.
"""

import gzip
import json
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from msgspec import Struct, field
from msgspec.structs import replace

BUILD = "v2.33.0+abc1234"
TOKEN = "AbCdEfGhIj-planted-secret-token0000000000"
PAYLOAD = {
    "config": {"access_url": "https://coder.example.com"},
    "options": [{"flag": "access-url", "value": "https://coder.example.com"}],
}


class Reply(Struct, frozen=True):
    body: object = None
    """Bytes are sent as they are, anything else as JSON."""
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    build: str = BUILD
    zipped: bool = False
    announced: int | None = None
    """Content-Length to announce instead of the true one."""
    wait_seconds: float = 0
    drip_seconds: float = 0
    """Pause after each byte."""

    def encoded(self) -> bytes:
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return gzip.compress(content) if self.zipped else content


class Asked(Struct, frozen=True):
    method: str
    path: str
    headers: Mapping[str, str]
    at: float
    port: int
    """Of the client: the same for all requests on one connection."""


Script = Mapping[str, Reply | Sequence[Reply]]
NO_ROUTE = Reply({"message": "Route not found."}, 404)


def coder(**endpoints: Reply | Sequence[Reply]) -> dict[str, Reply | Sequence[Reply]]:
    """The script of a small healthy Coder; keyword `deployment__ssh` sets `deployment/ssh`."""
    healthy = {
        "buildinfo": Reply({"version": BUILD, "deployment_id": "d-1"}),
        "deployment__config": Reply(PAYLOAD),
    }
    return {
        f"/api/v2/{name.replace('__', '/')}": reply for name, reply in (healthy | endpoints).items()
    }


class ScriptedServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, script: Script, certificate: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = {
            path: [replies] if isinstance(replies, Reply) else list(replies)
            for path, replies in script.items()
        }
        self.missing = NO_ROUTE
        """The reply to every other path."""
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        self.scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def run_release(self, version: str) -> None:
        """Have all answers come from a release."""
        told = Reply({"version": version, "deployment_id": "d-1"})
        script = self.script | {"/api/v2/buildinfo": [told]}
        self.script = {
            path: [with_build(reply, version) for reply in replies]
            for path, replies in script.items()
        }
        self.missing = with_build(self.missing, version)

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.server_port}"

    def count(self, path: str) -> int:
        return sum(asked.path == path for asked in self.asked)

    def reply(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            replies = self.script.get(asked.path, [self.missing])
            return replies.pop(0) if len(replies) > 1 else replies[0]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ScriptedServer

    def do_GET(self) -> None:
        asked = Asked(
            self.command,
            self.path,
            {name.title(): value for name, value in self.headers.items()},
            time.monotonic(),
            self.client_address[1],
        )
        reply = self.server.reply(asked)
        time.sleep(reply.wait_seconds)
        content = reply.encoded()
        self.send_response(reply.status)
        for name, value in self._headers(reply, len(content)).items():
            self.send_header(name, value)
        self.end_headers()
        self._send(content, reply.drip_seconds)
        self.close_connection = reply.announced is not None

    def do_CONNECT(self) -> None:
        self.do_GET()

    def _headers(self, reply: Reply, length: int) -> dict[str, str]:
        headers = {
            "Content-Type": reply.content_type,
            "Content-Length": str(reply.announced or length),
            "X-Coder-Build-Version": reply.build,
        }
        zipped = {"Content-Encoding": "gzip"} if reply.zipped else {}
        return {
            name: value for name, value in (headers | zipped | dict(reply.headers)).items() if value
        }

    def _send(self, content: bytes, drip_seconds: float) -> None:
        if not drip_seconds:
            self.wfile.write(content)
            return
        for byte in content:
            self.wfile.write(bytes([byte]))
            time.sleep(drip_seconds)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def with_build(reply: Reply, build: str) -> Reply:
    return replace(reply, build=build)
