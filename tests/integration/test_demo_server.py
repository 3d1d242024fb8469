"""The loopback Coder over real HTTP: what a client of the true API relies on holds here too."""

import gzip
import json
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import DeploymentState, states
from tests.integration.processes import DEADLINE, start, wait_until

STATES = states()
CONFIG = "/api/v2/deployment/config"


class Reply(NamedTuple):
    status: int
    headers: Message
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content)


@pytest.fixture
def coder() -> Iterator[LoopbackCoder]:
    with LoopbackCoder(STATES[0], datetime.now(UTC)) as running:
        yield running


def ask(
    coder: LoopbackCoder,
    path: str,
    *,
    method: str = "GET",
    data: bytes | None = None,
    **headers: str,
) -> Reply:
    """Request with the right token unless `token` says otherwise; never through a proxy."""
    sent = {"Coder-Session-Token": headers.pop("token", coder.token), **headers}
    request = urllib.request.Request(coder.url + path, data, sent, method=method)  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=DEADLINE) as response:
            return Reply(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read())


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.version)
def test_serves_the_state_as_coder_would(state: DeploymentState) -> None:
    with LoopbackCoder(state) as coder:
        reply = ask(coder, CONFIG)
    assert reply.status == 200
    assert reply.body == state.payload
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert reply.headers["X-Coder-Build-Version"] == state.version
    assert reply.headers["Content-Encoding"] is None


def test_every_endpoint_answers_its_status_and_body(coder: LoopbackCoder) -> None:
    for endpoint, answer in STATES[0].answers.items():
        reply = ask(coder, f"/api/v2/{endpoint}")
        assert (reply.status, reply.body) == answer, endpoint


def test_body_is_one_line_safe_for_html(coder: LoopbackCoder) -> None:
    content = ask(coder, CONFIG).content
    assert content.endswith(b"}\n")
    assert content.count(b"\n") == 1
    assert not set(b"<>&") & set(content)
    assert rb"Tidewater \u003cstaff\u003e \u0026 guests" in content
    assert "⚠️ Dangerous".encode() in content


def test_gzip_only_when_accepted(coder: LoopbackCoder) -> None:
    packed = ask(coder, CONFIG, **{"Accept-Encoding": "gzip, deflate"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == ask(coder, CONFIG).content


@pytest.mark.parametrize(
    ("token", "detail"),
    [
        ("", 'Cookie "coder_session_token" or query parameter must be provided.'),
        ("0123456789-planted-secret-token", "API key is invalid."),
    ],
)
def test_without_the_token_nothing_is_told(coder: LoopbackCoder, token: str, detail: str) -> None:
    reply = ask(coder, CONFIG, token=token)
    assert reply.status == 401
    assert reply.body.keys() == {"message", "detail"}
    assert reply.body["message"].startswith("You are signed out or your session has expired.")
    assert reply.body["detail"] == detail


def test_public_endpoints_need_no_token(coder: LoopbackCoder) -> None:
    assert ask(coder, "/api/v2/buildinfo", token="").status == 200
    assert ask(coder, "/api/v2/experiments", token="").status == 401


@pytest.mark.parametrize("path", ["/api/v2/no/such/thing", "/", "/deployment/config", "/api/v2"])
def test_unknown_routes(coder: LoopbackCoder, path: str) -> None:
    reply = ask(coder, path)
    assert (reply.status, reply.body) == (404, {"message": "Route not found."})


def test_query_is_no_part_of_the_route(coder: LoopbackCoder) -> None:
    assert ask(coder, f"{CONFIG}?x=1").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD"])
def test_read_only(coder: LoopbackCoder, method: str) -> None:
    reply = ask(coder, CONFIG, method=method, data=None if method == "HEAD" else b"{}")
    assert (reply.status, reply.headers["Allow"], reply.content) == (405, "GET", b"")


def test_the_token_knows_when_it_ends(coder: LoopbackCoder) -> None:
    key_id = coder.token.split("-")[0]
    key = ask(coder, f"/api/v2/users/me/keys/{key_id}").body
    left = datetime.fromisoformat(key["expires_at"]) - datetime.now(UTC)
    assert key["id"] == key_id
    assert timedelta(days=6) < left <= timedelta(days=7)
    assert ask(coder, "/api/v2/users/me/keys/0000000000").status == 404


def test_serve_switches_the_state(coder: LoopbackCoder) -> None:
    coder.serve(STATES[2])
    reply = ask(coder, CONFIG)
    assert reply.body == STATES[2].payload
    assert reply.headers["X-Coder-Build-Version"] == STATES[2].version
    assert ask(coder, "/api/v2/ai/providers").status == 403


def test_each_run_has_its_own_token_and_port() -> None:
    with LoopbackCoder(STATES[0]) as one, LoopbackCoder(STATES[0]) as other:
        assert one.token != other.token
        assert one.url != other.url
        assert ask(one, CONFIG, token=other.token).status == 401


def test_leaves_nothing_running() -> None:
    before = threading.active_count()
    with LoopbackCoder(STATES[0]) as coder:
        assert ask(coder, CONFIG).status == 200
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", coder.server_port), timeout=DEADLINE)


def being_answered(others: Collection[threading.Thread] = ()) -> bool:
    """Whether a thread of the server has a request under way; others are of servers before it."""
    return any(
        "process_request" in thread.name for thread in threading.enumerate() if thread not in others
    )


def test_closing_waits_for_requests_under_way() -> None:
    others = threading.enumerate()
    with LoopbackCoder(STATES[0]) as coder:
        client = socket.create_connection(("127.0.0.1", coder.server_port), timeout=DEADLINE)
        client.sendall(b"GET /api/v2/buildinfo HTTP/1.1\r\n")
        wait_until(lambda: being_answered(others))
        hang_up = threading.Timer(0.2, client.close)
        hang_up.start()
    is_left = being_answered(others)
    hang_up.join()
    assert not is_left


def test_a_client_that_hangs_up_makes_no_noise(capfd: pytest.CaptureFixture[str]) -> None:
    with LoopbackCoder(STATES[0]) as coder:
        client = socket.create_connection(("127.0.0.1", coder.server_port), timeout=DEADLINE)
        client.sendall(b"GET /api/v2/buildinfo HTTP/1.1\r\n")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wait_until(lambda: being_answered())  # so that it meets the reset
        client.close()
        assert ask(coder, CONFIG).status == 200
    assert capfd.readouterr() == ("", "")


def test_the_demo_package_does_not_load_the_server() -> None:
    probe = "import sys, confaudit.demo.story; sys.exit('http.server' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def test_by_hand_each_reading_gets_the_next_chapter(
    clean_folder: Path,
    quiet_home: None,
    monkeypatch: pytest.MonkeyPatch,
    confaudit: Callable[..., tuple[int, str, str]],
) -> None:
    command = [sys.executable, "-m", "confaudit", "demo", "--serve", "--port", "0"]
    server = start(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout
    said = "".join(iter(server.stdout.readline, "Each time it is read, its story goes on:\n"))
    token, url = re.findall("TOKEN=(.*)|--url (.*)", said)
    monkeypatch.setenv("CODER_SESSION_TOKEN", token[0])
    given = (f"--url={url[1]}", "--repo=store")
    told = [confaudit("snapshot", "-v", "prod", *given)[1] for _ in range(2)]
    assert told[0].startswith("prod: first snapshot, Coder 2.33.0 [")
    assert told[1].startswith("prod: aibridge-enabled and 7 more changed by the operator [")
    for _ in range(2):
        code, out, err = confaudit("diff", "-d", "prod", *given)
        assert (code, err) == (0, "")
        assert "Coder 2.34.5" in out
    server.send_signal(signal.SIGINT)
    out, _ = server.communicate(timeout=DEADLINE)
    assert server.returncode == 0
    assert re.findall("; next: (.*)", out) == [
        *(one.title for one in STATES[1:]),
        *["the same"] * 2,
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "1"], "--port is that of the look-alike to try by hand"),
        (["--serve", "--output", "x"], "--serve writes nothing"),
        (["--serve", "--port", "{taken}"], "port {taken} cannot be listened at: address already"),
    ],
)
def test_by_hand_what_cannot_be_is_refused(
    coder: LoopbackCoder,
    confaudit: Callable[..., tuple[int, str, str]],
    arguments: list[str],
    said: str,
) -> None:
    taken = coder.server_port
    code, out, err = confaudit("demo", *(one.format(taken=taken) for one in arguments))
    assert (code, out) == (2, "")
    assert err.startswith(f"confaudit: {said.format(taken=taken)}")
