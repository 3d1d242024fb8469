"""What tests of several folders share."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from confaudit.cli.main import run
from confaudit.trust.claims import whole_folder
from confaudit.trust.ledger import NAME
from tests.story import Story, build

gc.disable()  # until all tests are collected, of which nothing is garbage; it takes a third longer

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there
_ROOM: Final = 2 << 30
"""Bytes; what the tests of three runs leave, which pytest keeps, is a third of that."""


@pytest.fixture(scope="session", autouse=True)
def _trusting_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of the user's own configuration, but for trust in whatever tests write."""
    home, base = tmp_path_factory.mktemp("trusting"), tmp_path_factory.getbasetemp()
    (home / "confaudit").mkdir()
    (home / "confaudit" / NAME).write_text(f"{whole_folder(base)} {base}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(home))
        yield


@pytest.fixture
def clean_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and an environment that says nothing about Coder or git."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in list(os.environ):
        if name.startswith(("CODER_", "CONFAUDIT_", "GIT_")):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The repository whose story is known; only to be read."""
    return build(tmp_path_factory.mktemp("story") / "repo")


@pytest.fixture(scope="session")
def site(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static site of the story; only to be read."""
    folder = tmp_path_factory.mktemp("site") / "public"
    assert (
        run(["site", str(folder), f"--repo={story.folder}", "--no-config", "--now=2026-03-01"]) == 0
    )
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main() -> Iterator[None]:
    """Let processes keep what they compile, and folders of tests lie in memory where it has room.

    What is compiled lies where Python puts it, which git ignores, as what pip has compiled does. To
    compile the program takes longer than most commands do; and a snapshot waits for the disk
    seventeen times.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        if "PYTEST_DEBUG_TEMPROOT" not in os.environ and _has_room(_MEMORY):
            patch.setenv("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
        return (yield)


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > _ROOM


def pytest_collection_finish() -> None:
    """Look for cycles as seldom as the command does, and never in what all tests share."""
    gc.freeze()
    gc.set_threshold(100_000)
    gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the files under tests/golden/expected; review the diff like code",
    )
