"""A Coder API on loopback that serves one state of the demo's story, read-only.

Behaves like the real one where a client can tell: session token, error bodies, headers, gzip,
escaped JSON. Knows HTTP; nothing of where a state comes from.
"""

import gzip
import json
import secrets
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import urlsplit

from confaudit.core.model import Json
from confaudit.demo.story import DeploymentState, Response

_PREFIX = "/api/v2/"
_PUBLIC = frozenset({"auth/scopes", "buildinfo", "updatecheck", "users/authmethods"})
"""Endpoints Coder answers without a token."""
_NO_ROUTE = Response(404, {"message": "Route not found."})
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}
"""As Go's JSON encoder writes them, safe inside HTML."""
_LIFETIME = timedelta(hours=168)
"""How long Coder lets a token live unless told otherwise (`default-token-lifetime`)."""


class LoopbackCoder(ThreadingHTTPServer):
    """`with LoopbackCoder(state) as coder:` serves `state` at `coder.url` for `coder.token`.

    Unless they are given, the port and the token are new each time; the token tells its end when
    `created_at` says when it was made. Leaving the block ends every thread and socket.
    """

    daemon_threads = False  # so that closing waits for the requests still being answered

    def __init__(
        self,
        state: DeploymentState,
        created_at: datetime | None = None,
        *,
        port: int = 0,
        token: str = "",
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.token = token or f"{secrets.token_hex(5)}-{secrets.token_hex(11)}"
        self.key_id = self.token.partition("-")[0]
        self.state = state
        self._created_at = created_at
        self._open: set[socket.socket] = set()
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        for connection in [*self._open]:  # clients keep them for their next request
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        self.server_close()

    def get_request(self) -> tuple[socket.socket, Any]:
        """The next connection."""
        found = super().get_request()
        self._open.add(found[0])
        return found

    def shutdown_request(self, request: Any) -> None:
        """Let go of a connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def serve(self, state: DeploymentState) -> None:
        """Answer from now on as the deployment in this state."""
        self.state = state

    def answer(self, path: str, token: str | None) -> Response:
        """What Coder would say to a GET of `path` (no query) with this session token."""
        if not path.startswith(_PREFIX):
            return _NO_ROUTE
        endpoint = path.removeprefix(_PREFIX)
        if endpoint not in _PUBLIC and token != self.token:
            return _signed_out(token)
        return self._answers().get(endpoint, _NO_ROUTE)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report a defect of the server; a client that hangs up is none."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def _answers(self) -> Mapping[str, Response]:
        """The state has the last word, also on what the server knows by itself."""
        key = f"users/me/keys/{self.key_id}"
        return {
            "deployment/config": Response(200, dict(self.state.payload)),
            **({key: Response(200, self._key(self._created_at))} if self._created_at else {}),
            **self.state.answers,
        }

    def _key(self, created: datetime) -> dict[str, Json]:
        expires = created + _LIFETIME
        return {
            "id": self.key_id,
            "created_at": f"{created:%Y-%m-%dT%H:%M:%SZ}",
            "expires_at": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
            "lifetime_seconds": int(_LIFETIME.total_seconds()),
            "login_type": "token",
            "scope": "all",
            "token_name": "confaudit-demo",
        }


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackCoder
    protocol_version = "HTTP/1.1"
    timeout = 5  # seconds; a silent client must not keep the server from closing

    def do_GET(self) -> None:
        """Answer with JSON."""
        path = urlsplit(self.path).path
        status, body = self.server.answer(path, self.headers["Coder-Session-Token"])
        content = _encoded(body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("X-Coder-Build-Version", self.server.state.version)
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            content = gzip.compress(content)
            self.send_header("Content-Encoding", "gzip")
        self._finish(content)

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(405)
        self.send_header("Allow", "GET")
        self._finish(b"")

    do_DELETE = do_HEAD = do_PATCH = do_POST = do_PUT = _refuse  # noqa: N815 - names http.server looks for

    def _finish(self, content: bytes) -> None:
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay quiet: the demo's own output is what the user came for."""


def _signed_out(token: str | None) -> Response:
    missing = 'Cookie "coder_session_token" or query parameter must be provided.'
    return Response(
        401,
        {
            "message": "You are signed out or your session has expired.",
            "detail": "API key is invalid." if token else missing,
        },
    )


def _encoded(body: Json) -> bytes:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return f"{text.translate(_ESCAPES)}\n".encode()
