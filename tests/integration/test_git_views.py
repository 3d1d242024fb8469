"""What git shows by confaudit, in real repositories; and how git is told to."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from confaudit.demo.story import states
from confaudit.store.layout import folder_of
from tests.integration.test_store_repository import git

SECRETS = ("planted-secret", "hunter2", "hunter3")
VALUES = """\
coder:
  image:
    tag: v2.33.1
  env:
    - name: CODER_ACCESS_URL
      value: https://coder.example.com
    - name: CODER_PG_CONNECTION_URL
      value: postgres://coder:hunter2@db/coder
    - name: CODER_OIDC_CLIENT_SECRET
      value: planted-secret
"""
EDITED = VALUES.replace("hunter2", "hunter3").replace("coder.example", "new.example")
SETTINGS = f"{folder_of('prod')}settings.json"


@pytest.fixture
def repo(clean_folder, quiet_home, confaudit, loaded, monkeypatch):
    """A file of values, shown by confaudit."""
    monkeypatch.setenv("PATH", f"{loaded.parent}{os.pathsep}{os.environ['PATH']}")
    git(clean_folder, "init", "-q", "-b", "main", "repo")
    monkeypatch.chdir(clean_folder / "repo")
    assert confaudit("git", "install", "values*.yaml", "*.env")[0] == 0
    Path("values.yaml").write_text(VALUES)
    git(Path(), "add", "-A")
    git(Path(), "commit", "-q", "-m", "values")
    return clean_folder / "repo"


@pytest.fixture
def story(repo, confaudit):
    """The same with two snapshots."""
    for number, state in enumerate(states()[:2]):
        payload = repo.parent / f"{number}.json"
        payload.write_text(json.dumps(state.payload))
        at = f"2026-01-0{number + 1}T00:00:00Z"
        assert confaudit("snapshot", "prod", "--from", payload, "--at", at)[0] == 0
    return repo


def shown(*arguments):
    """What git prints, itself starting confaudit."""
    out = git(Path(), *arguments)
    assert not any(secret in out for secret in SECRETS)
    assert "cannot show" not in out
    return out


def test_git_shows_what_changed_as_it_is_understood(story):
    by_lines = shown("show", "--format=", "main", "--", SETTINGS)
    assert "-session-duration = 8h [env]\n+session-duration = 12h [env]" in by_lines
    by_leaves = shown("show", "--format=", "main", "--", "deployments/prod/config.json")
    assert ".default_duration = 8h\n+config" in by_leaves
    assert "\n+scim-auth-header = secret, set [env]" in by_lines
    by_causes = shown("show", "--ext-diff", "--format=", "main")
    assert "6 changes: 6 by the operator." in by_causes
    assert by_causes.count("6 changes: 6 by the operator.") == 1
    assert f"deployments/prod/config.json\nTold with {SETTINGS}." in by_causes
    blamed = shown("log", "-p", "--format=", "--", "values.yaml")
    assert '+release = "2.33.1"\n+access-url = "https://coder.example.com" [env]' in blamed


def test_git_shows_files_changed_added_moved_and_removed(story):
    Path("values.yaml").write_text(f"# a comment\n{EDITED}")
    Path("values-new.yaml").write_text(VALUES)
    git(story, "mv", "values.yaml", "values moved.yaml")
    Path("-h.env").write_text("CODER_VERBOSE=true\n")  # no option of ours
    git(story, "rm", "-q", "deployments/prod/server.json")
    git(story, "add", "-A")
    out = shown("diff", "--cached", "-M60%").splitlines()
    assert out[:4] == [
        "-h.env (added)", "+verbose = true [env]",
        "deployments/prod/server.json (removed)", '-fidelity = "full"',
    ]  # fmt: skip
    moved = out[out.index("values moved.yaml (added)") :]
    assert [line for line in moved if "release" not in line] == [
        "values moved.yaml (added)", '+access-url = "https://new.example.com" [env]',
        "+oidc-client-secret = secret, set [env]", "+postgres-url = secret, set [env]",
        "values-new.yaml (was values.yaml)", "Nothing that Coder's server would see has changed.",
    ]  # fmt: skip
    git(story, "commit", "-q", "-m", "moved")
    out = shown("show", "-M60%", "--format=", "--", "values*", ":!deployments")
    assert "\nrename from values.yaml\nrename to values-new.yaml" in out
    assert '\n--- /dev/null\n+++ b/values moved.yaml\n@@ -0,0 +1,4 @@\n+release = "2.33.1"\n' in (
        out.replace("\t\n", "\n")
    )


def driven(confaudit, path, before, after, *more):
    """As git starts the diff driver."""
    sides = []
    for number, data in enumerate((before, after)):
        place = Path("..", f"side-{number}")
        place.write_bytes(data or b"")
        sides += ["/dev/null" if data is None else place, "0" * 40, "100644"]
    code, out, err = confaudit("git", "diff-driver", "--", path, *sides, *more)
    assert (code, err) == (0, "")
    return out


def test_the_versions_of_a_snapshot_are_found_where_they_are(story, confaudit):
    """In the history, staged, or in the work tree; elsewhere there are the lines."""

    def edited(text):
        return text.replace(b'"12h0m0s"', b'"1h"').replace(b"43200000000000", b"3600000000000")

    old = git(story, "show", f"HEAD~1:{SETTINGS}").encode() + b"\n"
    head = Path(SETTINGS).read_bytes()
    new = edited(head)
    assert new != head
    assert "6 changes: 6 by the operator" in driven(confaudit, SETTINGS, old, head)
    assert "6 changes: 6 by the operator" in driven(confaudit, SETTINGS, head, old)
    assert "Nothing that" in driven(confaudit, SETTINGS, head, head)
    lines = [SETTINGS, "-session-duration = 12h [env]", "+session-duration = 1h [env]"]
    assert driven(confaudit, SETTINGS, head, new).splitlines() == lines
    Path(SETTINGS).write_bytes(new)
    assert "1 change: 1 by the operator" in driven(confaudit, SETTINGS, head, new)
    git(story, "add", "-A")
    Path(SETTINGS).write_bytes(head)
    assert "staged" in driven(confaudit, SETTINGS, head, new)
    schema = Path(SETTINGS).with_name("schema.json")
    schema.unlink()
    git(story, "commit", "-qam", "damaged")
    assert driven(confaudit, SETTINGS, new, head).splitlines()[0] == SETTINGS


def test_what_cannot_be_shown_is_a_line_and_no_failure(repo, confaudit):
    rows = {
        b"\0\1planted-secret": "is no text file",
        b"nothing: planted-secret\n": "cannot show this",
        b"[" * 100_000: "cannot show this",
        b'{"format": 99, "settings": {"a": "planted-secret"}}': "newer confaudit",
        b'{"format": 1, "settings": ["planted-secret"]}': "damaged",
    }
    for data, message in rows.items():
        Path("values.yaml").write_bytes(data)
        code, out, err = confaudit("git", "textconv", "values.yaml")
        assert (code, out.count("\n"), err) == (0, 1, ""), data[:20]
        assert message in out
        assert "--no-textconv" in out
        assert message in driven(confaudit, "values.yaml", VALUES.encode(), data)
    assert driven(confaudit, "values.yaml", None, None).startswith("values.yaml (added)")
    assert (
        confaudit("git", "diff-driver", "a\x1b[31m\n.yaml")[1]
        == "a\\x1b[31m\\n.yaml (in conflict)\n"
    )
    assert confaudit("git", "textconv", "none")[0] == 0
    Path("confaudit.yaml").write_text("nonsense: true\n")
    assert "nonsense" in driven(confaudit, "values.yaml", None, VALUES.encode())
    Path("settings.json").write_text('{"format": 1, "settings": {"a": {"value": "x"}}}')
    assert confaudit("git", "textconv", "settings.json")[1] == 'a = "x"\n'  # needs no setup


def test_a_bug_is_told_and_does_not_stop_git(repo, confaudit, monkeypatch):
    def broken(*_):
        raise KeyError("planted-secret")

    monkeypatch.setattr("confaudit.cli.git_textconv.lines_of", broken)
    code, out, err = confaudit("git", "textconv", "values.yaml")
    assert (code, out) == (0, "confaudit cannot show this: a bug (KeyError)\n")
    assert "this is a bug" in err


def test_the_difftool_shows_two_files(repo, confaudit):
    Path("values.yaml").write_text(EDITED)
    out = git(repo, "difftool", "-y", "--tool=confaudit", "--", "values.yaml")
    assert out.splitlines() == ["values.yaml", '-access-url = "https://coder.example.com" [env]',
                                '+access-url = "https://new.example.com" [env]']  # fmt: skip


# --- install -----------------------------------------------------------------------------------


def test_install_keeps_what_is_there_and_says_what_it_does(clean_folder, quiet_home, confaudit):
    git(clean_folder, "init", "-q", "-b", "main")
    attributes = clean_folder / ".gitattributes"
    attributes.write_bytes(b"*.png binary\r\n* text=auto")
    before = (clean_folder / ".git/config").read_bytes()
    code, planned, _ = confaudit("git", "install", "coder.env", "--print")
    assert code == 0
    assert attributes.read_bytes() == b"*.png binary\r\n* text=auto"
    assert (clean_folder / ".git/config").read_bytes() == before
    assert confaudit("git", "install", "coder.env") == (0, planned, "")
    assert attributes.read_bytes() == (
        b"*.png binary\r\n* text=auto\ndeployments/*/settings.json diff=confaudit\n"
        b"deployments/*/schema.json diff=confaudit\ndeployments/*/config.json diff=confaudit\n"
        b"deployments/*/server.json diff=confaudit\ncoder.env diff=confaudit-files\n"
    )
    assert "already" in confaudit("git", "install", "coder.env")[1]
    again = clean_folder / "again"
    git(clean_folder, "init", "-q", "again")
    subprocess.run(["sh", "-e"], input=planned, text=True, cwd=again, check=True)
    assert "already" in confaudit("git", "install", "coder.env", "--repo", again)[1]
    assert confaudit("git", "install", "--global")[0] == 0
    assert git(clean_folder, "config", "--global", "diff.confaudit.cachetextconv") == "true"
    assert "already" in confaudit("git", "install", "--global")[1]


def test_no_module_of_the_work_tree_is_run(clean_folder, quiet_home, confaudit, monkeypatch):
    git(clean_folder, "init", "-q", "-b", "main")
    (clean_folder / "confaudit.py").write_text("print('taken over')")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert confaudit("git", "install")[0] == 0
    started = git(clean_folder, "config", "diff.confaudit.textconv").removesuffix(" --")
    asked = ["sh", "-c", f"{started} --help"]
    assert "-m confaudit" in started
    assert subprocess.run(asked, capture_output=True, text=True).stdout.startswith("Usage: ")


def test_install_refuses_what_would_mean_something_else(clean_folder, quiet_home, confaudit):
    assert confaudit("git", "install")[0] == 2
    git(clean_folder, "init", "-q", "-b", "main")
    for pattern in ("a b", "a\n* filter=x", "!a", "#a", '"a"', "[attr]x", "", "-x", "\u202e"):
        code, _, err = confaudit("git", "install", "--", pattern)
        assert (code, err.count("\n")) == (2, 2), pattern
        assert "cannot stand in .gitattributes" in err
    (clean_folder / ".gitattributes").symlink_to("elsewhere")
    assert "symbolic link" in confaudit("git", "install")[2]
    assert not (clean_folder / "elsewhere").exists()
    assert "confaudit" not in (clean_folder / ".git/config").read_text()
