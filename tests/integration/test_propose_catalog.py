"""What the weekly workflow does with a changed catalogue; `gh` is a stand-in that takes notes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci/propose-catalog"
GH = """\
#!/bin/sh
echo "$@" >> "$NOTES"
case "$1 $2" in "pr list") cat "$OPEN" ;; esac
for word in "$@"; do [ -f "$word" ] && cat "$word" >> "$NOTES"; done
true
"""


def git(*arguments, at):
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    done = subprocess.run(["git", *who, *arguments], cwd=at, check=True, capture_output=True)
    return done.stdout.decode()


@pytest.fixture
def work(clean_folder, monkeypatch):
    """A clone with a catalogue, the remote it came from, and a `gh` first in the path."""
    remote, work, tools = (clean_folder / name for name in ("remote", "work", "bin"))
    git("init", "-q", "--bare", str(remote), at=clean_folder)
    git("clone", "-q", str(remote), str(work), at=clean_folder)
    (work / ".ci").mkdir()
    shutil.copy(SCRIPT, work / ".ci")
    (work / "confaudit/catalog").mkdir(parents=True)
    (work / "confaudit/catalog/coder.json").write_text("{}\n")
    git("add", "-A", at=work)
    git("commit", "-q", "-m", "one", at=work)
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    (clean_folder / "open").write_text("")
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("NOTES", str(clean_folder / "notes"))
    monkeypatch.setenv("OPEN", str(clean_folder / "open"))
    (clean_folder / "learnt.txt").write_text("Coder 2.39.0: 292 options\n  new: a\n")
    return work


def propose(work):
    subprocess.run([work / ".ci/propose-catalog", "../learnt.txt"], cwd=work, check=True)
    notes = work.parent / "notes"
    return notes.read_text() if notes.exists() else ""


def test_nothing_is_proposed_when_nothing_changed(work):
    assert propose(work) == ""
    assert git("ls-remote", "--heads", "origin", "catalog-update", at=work) == ""


@pytest.mark.parametrize(("is_open", "said"), [("", "pr create"), ("7\n", "pr edit catalog")])
def test_a_change_is_pushed_and_proposed_once(work, is_open, said):
    (work.parent / "open").write_text(is_open)
    (work / "confaudit/catalog/coder.json").write_text('{"new": 1}\n')
    (work / "unrelated.txt").write_text("not to be committed")
    notes = propose(work)
    assert said in notes
    assert ("pr create" in notes) != ("pr edit" in notes)
    assert "    Coder 2.39.0: 292 options\n      new: a\n" in notes
    assert git("show", "--stat", "--format=", "origin/catalog-update", at=work).split()[0] == (
        "confaudit/catalog/coder.json"
    )
    assert "unrelated" not in git("ls-tree", "-r", "origin/catalog-update", at=work)
