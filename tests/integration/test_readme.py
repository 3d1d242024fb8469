"""README is followed to the letter, and the demo shows what its own commands show."""

import os
import re
import shlex
import socket
import subprocess
from pathlib import Path

import pytest

from confaudit.cli.demo import PORT

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTALL = "python3 -m venv .venv && . .venv/bin/activate && pip install -q . && "
"""What `.ci/run` does to the letter: it takes too long here."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def steps() -> list[str]:
    """Each line that README has a reader type, but for the one that runs the tests."""
    return [line for block in blocks("sh") for line in block.splitlines() if "pytest" not in line]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def followed(
    clean_folder: Path, quiet_home: None, loaded: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """All that a reader sees who types what README says, each step ended by its exit code."""
    monkeypatch.setenv("PATH", f"{loaded.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "100")
    port = str(free_port())
    script = "".join(f'{one}\necho "exit code $?"\n' for one in steps()).replace(INSTALL, "")
    script = script.replace(str(PORT), port).replace("--serve", f"--serve --port {port}")
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True, text=True, check=True, cwd=clean_folder,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


def test_readme_works_as_printed(clean_folder: Path, followed: str) -> None:
    said = re.findall(r"^exit code (\d+)$", followed, re.MULTILINE)
    expected = [(re.findall(r"# exit code (\d)", one) or ["0"])[0] for one in steps()]
    assert said == expected
    assert "1" in said
    repo = clean_folder / "coder-config"
    log = subprocess.run(
        ["git", "-C", repo, "log", "--format=%s"], capture_output=True, text=True, check=True
    )
    assert log.stdout.splitlines()[:2] == [
        "prod: aibridge-enabled and 7 more changed by the operator",
        "prod: first snapshot, Coder 2.33.0",
    ]
    for page in ("ticket.html", "coder-config/report.html", "confaudit-demo/upgrade.html"):
        assert (clean_folder / page).read_text(encoding="utf-8").endswith("</html>\n"), page
    for shown in blocks("console"):
        lines = [line for line in shown.splitlines() if line != "…" and line[:1] != "$"]
        for line in lines:
            assert f"{line}\n" in followed, line


def test_ci_installs_as_readme_says() -> None:
    (command,) = (one for one in steps() if one.startswith(INSTALL))
    assert command in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_the_demo_shows_what_its_commands_show(clean_folder, quiet_home, confaudit) -> None:
    _, told, _ = confaudit("demo")
    commands = re.findall(r"^\$ confaudit (.*)$", told, re.MULTILINE)
    assert [one.split()[0] for one in commands] == ["diff", "upgrade", "lint"]
    for one in commands:
        code, shown, _ = confaudit(*shlex.split(one))
        assert code == 0
        assert f"$ confaudit {one}\n{shown.rstrip()}\n" in told, one
    assert "The marks: + added, - removed, ~ changed, = renamed, > set" in told
