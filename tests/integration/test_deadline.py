"""The timeout is for a whole request: no server keeps it alive byte by byte or from try to try."""

import gzip
import json
import os
import shutil
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from confaudit.errors import ApiError
from confaudit.sources import api
from confaudit.sources.http_target import ApiTarget
from confaudit.transport import client
from confaudit.transport.client import Client
from confaudit.transport.target import HttpTarget
from tests.integration.processes import DEADLINE
from tests.integration.scripted_server import Reply, ScriptedServer, coder

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ZIPPED = OK + b"Content-Encoding: gzip\r\n\r\n"
EMPTY_MEMBER = gzip.compress(b"")
FIRST_BLOCK, EMPTY_BLOCK = EMPTY_MEMBER[:10], b"\x00\x00\x00\xff\xff"
"""The header of a member, and a stored block of deflate with nothing in it."""

DRIPPING = {
    "nothing at all": (b"", b""),
    "the status line": (b"HTTP/1.1 200 ", b"O"),
    "a header": (OK + b"X-Long: ", b"a"),
    "one header after another": (OK, b"X: a\r\n"),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "the size of a chunk": (CHUNKED, b"0"),
    "the extension of a chunk": (CHUNKED + b"1;", b"a"),
    "trailers": (CHUNKED + b"2\r\n[]\r\n0\r\n", b"X: a\r\n"),
    "a body": (OK + b"Content-Length: 100000\r\n\r\n", b" "),
    "a body without end": (OK + b"\r\n", b" "),
    "empty members": (ZIPPED, EMPTY_MEMBER),
    "a flood of empty members": (ZIPPED, EMPTY_MEMBER * 3000),
    "empty blocks": (ZIPPED + FIRST_BLOCK, EMPTY_BLOCK),
    "a flood of empty blocks": (ZIPPED + FIRST_BLOCK, EMPTY_BLOCK * 3000),
    "a body of an answer that is tried again": (b"HTTP/1.1 503 X\r\n\r\n", b" "),
}
"""What an answer begins with, and what comes again and again from there."""


SECONDS = 0.2
"""The timeout, unless a handshake has to fit into it."""
SAID = "the server did not answer fully within {:g} s"


class _Dripping(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, start: bytes, drop: bytes, certificate: Path | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.start, self.drop = start, drop
        self.asked, self.is_secure = 0, bool(certificate)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)


class _Handler(socketserver.BaseRequestHandler):
    server: _Dripping

    def handle(self) -> None:
        try:
            self.request.recv(65536)
            self.server.asked += 1
            self.request.sendall(self.server.start)
            while True:
                self.request.sendall(self.server.drop)
                time.sleep(0.02)
        except OSError:  # the client hangs up
            return


@contextmanager
def served(server: _Dripping) -> Iterator[str]:
    with server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"{'https' if server.is_secure else 'http'}://localhost:{server.server_address[1]}"
        server.shutdown()


def dripping(
    start: bytes, drop: bytes, certificate: Path | None = None
) -> AbstractContextManager[str]:
    return served(_Dripping(start, drop, certificate))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "BACKOFF_SECONDS", 0.001)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def failure(
    url: str, retries: int = 0, ca_file: Path | None = None, timeout: float = SECONDS
) -> tuple[str, float]:
    """What is said, and after how many seconds."""
    asked = Client(HttpTarget(url, timeout_seconds=timeout, retries=retries, ca_file=ca_file))
    started = time.monotonic()
    with asked, pytest.raises(ApiError) as raised:
        asked.get("x")
    return raised.value.message, time.monotonic() - started


@pytest.mark.parametrize("kind", DRIPPING)
def test_no_answer_takes_longer_than_the_timeout(kind: str) -> None:
    with dripping(*DRIPPING[kind]) as url:
        said, seconds = failure(url)
    assert said == SAID.format(SECONDS)
    assert 0.8 * SECONDS < seconds < DEADLINE / 2


@pytest.mark.parametrize("kind", ["a header", "a body without end", "empty members"])
def test_nor_does_one_over_tls(kind: str, certificate: Path) -> None:
    with dripping(*DRIPPING[kind], certificate) as url:
        said, seconds = failure(url, ca_file=certificate, timeout=0.5)
    assert said == SAID.format(0.5)
    assert seconds < DEADLINE / 2


def test_nor_does_a_handshake() -> None:
    """A record of TLS is announced, which goes on and on."""
    with dripping(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03", b"a") as url:
        said, seconds = failure(url.replace("http:", "https:"))
    assert said == SAID.format(SECONDS)
    assert seconds < DEADLINE / 2


def test_nor_does_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with dripping(b"HTTP/1.1 200 ", b"O") as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        said, seconds = failure("https://coder.example.com")
    assert said == SAID.format(SECONDS)
    assert seconds < DEADLINE / 2


SILENT_RESOLVER = "int pause(void); int getaddrinfo() { for (;;) pause(); }"


UNKNOWN = "https://coder.example.com"
SNAPSHOT = ("-m", "confaudit", "snapshot", "prod", f"--url={UNKNOWN}", f"--timeout={SECONDS}")
EXPIRY = f"""
from confaudit.transport.certificate import HttpTarget, expiry
expiry(HttpTarget("{UNKNOWN}", {SECONDS}))
"""


@pytest.mark.skipif(not shutil.which("cc"), reason="NOT PROVED without a C compiler (apt: gcc)")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (SNAPSHOT, "the host was not found, or did not accept a connection, in time"),
        (("-c", EXPIRY), "no TLS connection could be made with the server"),
    ],
    ids=["snapshot", "expiry"],
)
def test_nor_does_a_resolver_that_never_answers(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    preload = tmp_path / "silent.so"
    compiler = ["cc", "-shared", "-fPIC", "-w", "-x", "c", "-o", str(preload), "-"]
    subprocess.run(compiler, input=SILENT_RESOLVER.encode(), check=True)
    environ = os.environ | {"LD_PRELOAD": str(preload), "CODER_SESSION_TOKEN": "a-b"}
    done = subprocess.run(
        [sys.executable, *arguments], env=environ, cwd=tmp_path, capture_output=True, text=True,
        timeout=DEADLINE,
    )  # fmt: skip
    assert done.returncode
    assert said in done.stderr


def test_all_tries_share_the_time() -> None:
    server = _Dripping(*DRIPPING["a body of an answer that is tried again"], None)
    with served(server) as url:
        said, _ = failure(url, retries=20)
    assert said == SAID.format(SECONDS)
    assert server.asked == 1


BUSY = Reply({}, 429, headers={"Retry-After": f"{client.RETRY_AFTER_MAX_SECONDS:.0f}"})


def test_no_pause_is_longer_than_the_time_that_is_left() -> None:
    with ScriptedServer({"/x": BUSY}) as server:
        asked = Client(HttpTarget(server.url, timeout_seconds=DEADLINE - 10, retries=4))
        started = time.monotonic()
        with asked:
            assert asked.get("x").status == 429
    assert server.count("/x") == 1
    assert time.monotonic() - started < DEADLINE / 2


def test_an_answer_that_breaks_off_is_asked_for_again() -> None:
    with ScriptedServer({"/x": [Reply([1], announced=10), Reply([1])]}) as server:
        asked = Client(HttpTarget(server.url, timeout_seconds=20, retries=1))
        with asked:
            assert json.loads(asked.get("x").body) == [1]
    assert server.count("/x") == 2


def test_all_endpoints_beside_the_configuration_share_the_time() -> None:
    """Those that are asked at once use it up, and the others are not asked at all."""
    with ScriptedServer(coder()) as server:
        needed = set(server.script)
        server.missing = Reply({}, wait_seconds=10)
        asked = ApiTarget(server.url, token="noid", timeout_seconds=2)
        heard = api.read(asked).deployment
        beside = [one.path for one in server.asked if one.path not in needed]
    assert set(heard.failed.values()) == {SAID.format(2)}
    assert len(beside) == client.PARALLEL < len(heard.failed)


def test_the_time_begins_anew_with_every_request_of_a_connection() -> None:
    """Three answers of 0.3 s each, on one connection whose answers may take 0.5 s."""
    reply = Reply([1], drip_seconds=0.1)
    with ScriptedServer({"/x": reply}) as server:
        asked = Client(HttpTarget(server.url, timeout_seconds=0.5, retries=0))
        with asked:
            bodies = [json.loads(asked.get("x").body) for _ in range(3)]
    assert bodies == [[1], [1], [1]]
    assert len({one.port for one in server.asked}) == 1
