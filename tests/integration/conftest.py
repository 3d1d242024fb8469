"""What integration tests share."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from confaudit.cli.main import run
from tests.integration import processes
from tests.integration.loaded import program


@pytest.fixture(autouse=True)
def _no_process_outlives_its_test() -> Iterator[None]:
    yield
    processes.end_all()


@pytest.fixture
def confaudit(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line in this process: exit code, output and messages, free of secrets."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        code = run([str(one) for one in arguments])
        out, err = capsys.readouterr()
        assert "planted-secret" not in out + err
        return code, out, err

    return call


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The path of a `confaudit` for shells and git that need not be loaded once more."""
    with program(tmp_path_factory.mktemp("program")) as path:
        yield path


@pytest.fixture
def quiet_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A person with a name, and nothing else of the machine the tests run on."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "SSH_", "SOURCE_DATE"))]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text("[user]\nname = Ann Admin\nemail = ann@example.com\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


class Calls:
    """How git was run: see `calls`."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "calls"
        self.asked = folder / "names"

    def taken(self) -> list[str]:
        """The commands since this was last called."""
        return self._lines(self.log)

    def names(self) -> list[str]:
        """What `cat-file --batch` was asked for since this was last called."""
        return self._lines(self.asked)

    def _lines(self, file: Path) -> list[str]:
        found = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return found


@pytest.fixture
def calls(clean_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Every git that is run from now on leaves its arguments here, and what it is asked."""
    found, git = Calls(clean_folder), shutil.which("git")
    shim = clean_folder / "shim" / "git"
    shim.parent.mkdir()
    shim.write_text(
        f'#!/bin/sh\necho "$@" >> "{found.log}"\n'
        f'case "$*" in *"cat-file --batch") tee -a "{found.asked}" | exec "{git}" "$@";;\n'
        f'*) exec "{git}" "$@";; esac\n'
    )
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}{os.pathsep}{os.environ['PATH']}")
    return found


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and self-signed certificate of `localhost` in one file."""
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    make = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj /CN=localhost"
    )
    names = ["-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", *make.split(), *names, "-keyout", path, "-out", f"{path}.crt"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path
