"""Locks that git left when it was killed: removed once nobody owns them, and never a stranger's."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from confaudit.cli.main import run
from confaudit.demo.story import states
from tests.crash import full
from tests.crash.scene import scene

pytestmark = pytest.mark.usefixtures("clean_folder")
LOCKS = ("HEAD.lock", "index.lock", "refs/heads/main.lock", "packed-refs.lock")


@pytest.fixture
def repo(clean_folder, monkeypatch):
    """A repository with one snapshot, whose deployment has changed since."""
    before, after, *_ = states()
    subprocess.run(["git", "init", "-qb", "main", "."], check=True)
    for name, state in (("before.json", before), ("after.json", after)):
        Path(name).write_text(json.dumps(state.payload))
    for variable in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(variable, "Ann")
    subprocess.run(["git", "config", "user.name", "Ann"], check=True)
    subprocess.run(["git", "config", "user.email", "ann@example.com"], check=True)
    assert run(["snapshot", "prod", "--from", "before.json"]) == 0
    return clean_folder


def sign(host=None):
    """Leave the signature of a run that was killed."""
    told = [1, host or socket.gethostname()]
    Path(".git/confaudit.lock.holder").write_text(json.dumps(told))


def commits():
    told = ["git", "rev-list", "--count", "HEAD"]
    return int(subprocess.run(told, check=True, capture_output=True).stdout)


@pytest.mark.parametrize("lock", LOCKS)
def test_what_a_killed_run_left_is_removed_and_told_once(repo, lock, caplog):
    sign()
    Path(".git", lock).touch()
    assert run(["snapshot", "prod", "--from", "after.json"]) == 0
    assert f"left {lock} in" in caplog.text
    assert not Path(".git", lock).exists()
    assert commits() == 2
    caplog.clear()
    assert run(["snapshot", "prod", "--from", "before.json"]) == 0
    assert caplog.text == ""


@pytest.mark.parametrize("signed", [False, True])
def test_the_lock_of_a_stranger_stays_and_is_told(repo, signed, capfd):
    Path(".git/HEAD.lock").touch()
    if signed:
        os.utime(".git/HEAD.lock", (1_000_000_000,) * 2)  # it lay there before
        sign()
    for _ in range(2):
        assert run(["snapshot", "prod", "--from", "after.json"]) == 2
        assert "another git process is at work" in capfd.readouterr().err
        assert Path(".git/HEAD.lock").exists()


def test_what_another_machine_may_still_hold_stays(repo, capfd):
    sign("elsewhere")
    Path(".git/HEAD.lock").touch()
    assert run(["snapshot", "prod", "--from", "after.json"]) == 2
    assert "another git process is at work" in capfd.readouterr().err


def test_what_a_living_git_may_own_stays_until_it_is_gone(repo, caplog):
    sign()
    Path(".git/HEAD.lock").touch()
    command = [sys.executable, "-m", "confaudit", "snapshot", "prod", "--from", "after.json"]
    with subprocess.Popen(["git", "cat-file", "--batch"], stdin=subprocess.PIPE) as git:
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 2
        assert "another git process is at work" in done.stderr
        git.communicate()
    assert run(command[3:]) == 0
    assert "left HEAD.lock in" in caplog.text


def test_a_signature_is_never_written_or_read_through_a_link(repo, tmp_path, capfd):
    target = tmp_path / "theirs"
    target.write_text(json.dumps([1, socket.gethostname()]))
    Path(".git/confaudit.lock.holder").symlink_to(target)
    Path(".git/HEAD.lock").touch()
    assert run(["snapshot", "prod", "--from", "after.json"]) == 2
    assert json.loads(target.read_text()) == [1, socket.gethostname()]


KILLED = (
    ("repo/.git/refs/heads/main.lock", "group"),
    ("hub.git/./refs/heads/main.lock", "self"),
)
"""After the first step on which file what is killed; all steps: `python -m tests.crash`."""


needs_compiler = pytest.mark.skipif(
    not shutil.which("cc"), reason="NOT PROVED without a C compiler (apt: gcc)"
)


@pytest.fixture(scope="module")
def stage():
    with scene() as set_up:
        yield set_up


@needs_compiler
def test_a_run_that_is_killed_leaves_nothing_to_a_person(stage):
    for end, how in KILLED:
        number = next(n for n, step in enumerate(stage.steps, 2) if step.endswith(end))
        assert stage.trouble(number, how) == "", (how, stage.steps[number - 1])


@needs_compiler
@pytest.mark.parametrize(
    ("place", "code", "said"),
    [("repo", 2, "no space left"), ("hub.git", 4, "has no space left to take the push")],
)
def test_nor_does_a_run_on_a_full_disk(stage, place, code, said):
    """Some pages are left, so that it runs full on the way: in the work tree or in git."""
    if not full.can_mount(stage.folder):
        pytest.skip("NOT PROVED on a full disk: nobody may mount a tmpfs here")
    run, trouble = full.trouble(stage, place, 6)
    assert (run.code, said in run.err.lower(), trouble) == (code, True, "")
