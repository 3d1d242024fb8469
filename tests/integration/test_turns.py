"""The repository is locked while something is recorded, and never while a server is waited for."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from confaudit.store.repository import Repository
from tests.integration.processes import DEADLINE, start, wait_until
from tests.integration.scripted_server import PAYLOAD, TOKEN, Asked, Reply, ScriptedServer, coder

Configure = Callable[..., None]
Confaudit = Callable[..., tuple[int, str, str]]

OLD = Reply(PAYLOAD)
NEW = Reply({"config": {"access_url": "https://new.example.com"}, "options": PAYLOAD["options"]})


class _HeldBack(ScriptedServer):
    """The first to ask for the configuration is answered when it is let go."""

    def __init__(self) -> None:
        super().__init__(coder(deployment__config=[OLD, NEW]))
        self.let_go = threading.Event()

    def reply(self, asked: Asked) -> Reply:
        reply = super().reply(asked)
        if reply is OLD:
            self.let_go.wait(DEADLINE)
        return reply


@pytest.fixture
def configure(clean_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Writes a confaudit.yaml with deployments, by their names and URLs."""
    monkeypatch.setenv("TOKEN", TOKEN)

    def write(**urls: str) -> None:
        lines = (f"  {name}: {{url: '{url}', token_env: TOKEN}}\n" for name, url in urls.items())
        (clean_folder / "confaudit.yaml").write_text("deployments:\n" + "".join(lines))
        subprocess.run(["git", "init", "-q", "-b", "main"], check=True)

    return write


@pytest.fixture
def stalled() -> Iterator[socket.socket]:
    """A server that takes every connection and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(DEADLINE / 4)
        yield server


def url_of(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def subjects() -> list[str]:
    command = ["git", "log", "--format=%s"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_server_that_stalls_keeps_no_other_snapshot_waiting(
    configure: Configure, stalled: socket.socket, confaudit: Confaudit, loaded: Path
) -> None:
    with ScriptedServer(coder()) as server:
        configure(slow=url_of(stalled), quick=server.url)
        waiting = start([str(loaded), "snapshot", "slow", "--timeout", str(DEADLINE)])
        with stalled.accept()[0] as connection:
            assert connection.recv(65536)
            code, _, err = confaudit("snapshot", "quick", "--lock-timeout", "0")
            assert (code, err) == (0, "")
            assert waiting.poll() is None
    assert [subject.split(":")[0] for subject in subjects()] == ["quick"]


def test_who_asked_earlier_and_is_heard_later_takes_nothing_back(
    configure: Configure, confaudit: Confaudit, loaded: Path
) -> None:
    with _HeldBack() as server:
        configure(prod=server.url)
        early = start([str(loaded), "snapshot", "-v"], stdout=subprocess.PIPE)
        wait_until(lambda: server.count("/api/v2/deployment/config") == 1)
        assert confaudit("snapshot")[0] == 0
        server.let_go.set()
        out, _ = early.communicate(timeout=DEADLINE)
    assert (early.returncode, out) == (0, b"prod: unchanged\n")
    assert len(subjects()) == 1
    assert "new.example.com" in Path("deployments/prod/config.json").read_text()


def test_a_repository_that_is_locked_fails_every_deployment_by_its_name(
    configure: Configure, confaudit: Confaudit
) -> None:
    with ExitStack() as running:
        one, two = (running.enter_context(ScriptedServer(coder())) for _ in range(2))
        configure(one=one.url, two=two.url)
        running.enter_context(Repository.open(Path.cwd()).lock(0))
        code, _, err = confaudit("snapshot", "--lock-timeout", "0")
    assert code == 2
    assert [line for line in err.splitlines() if "are locked by process" in line]
    assert "result: one failed, two failed" in err
