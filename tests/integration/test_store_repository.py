"""The repository of snapshots, against real git repositories."""

import hashlib
import itertools
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from confaudit.errors import DamagedError, NothingToDo, StoreError
from confaudit.store import branch as branch_module
from confaudit.store import snapshots as snapshots_module
from confaudit.store.branch import Branch
from confaudit.store.command import Git, GitResult
from confaudit.store.layout import split_revision
from confaudit.store.objects import Objects
from confaudit.store.repository import Repository
from tests.integration import processes
from tests.tables import every_row

AT = datetime(2026, 1, 5, 11, 44, 6, tzinfo=UTC)
FILES = {
    "settings.json": '{\n"access-url": "https://coder.example.com"\n}\n',
    "schema.json": "{}\n",
}
CHANGED = FILES | {"settings.json": '{\n"access-url": "https://new.example.com"\n}\n'}


pytestmark = pytest.mark.usefixtures("quiet_home")


def git(folder, *arguments, stdin=None):
    """Real git, deaf to the variables a test plants for confaudit."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    env["GIT_CONFIG_NOSYSTEM"] = "1"
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env=env,
        input=stdin,
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.rstrip("\n")


def status(folder):
    return git(folder, "status", "--porcelain=v1", "--untracked-files=all")


def objects_of(folder):
    return git(folder, "count-objects", "-v"), git(folder, "for-each-ref"), len(reflog(folder))


def reflog(folder):
    return git(folder, "reflog", "--format=%gs").splitlines()


@pytest.fixture
def store(tmp_path):
    return Repository.open(tmp_path / "store", create=True)


@pytest.fixture
def shared(tmp_path):
    """A repository people work in: other files, staged and unstaged changes, untracked files."""
    folder = tmp_path / "infra"
    git(tmp_path, "init", "-q", "-b", "main", str(folder))
    for name in ("README.md", "main.tf", "vars.tf"):
        (folder / name).write_text(f"{name}\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "infrastructure")
    (folder / "main.tf").write_text("staged\n")
    (folder / "staged.tf").write_text("new and staged\n")
    git(folder, "add", "main.tf", "staged.tf")
    git(folder, "rm", "-q", "--cached", "vars.tf")
    (folder / "README.md").write_text("dirty\n")
    (folder / "notes.txt").write_text("untracked\n")
    return folder


def start(script, *arguments):
    """A second confaudit process."""
    head = (
        "import os, sys; from datetime import datetime, UTC; from pathlib import Path\n"
        "from confaudit.errors import NothingToDo, StoreError\n"
        "from confaudit.store.repository import Repository\n"
        "store = Repository.open(Path(sys.argv[1]))\n"
    )
    return processes.start(
        [sys.executable, "-c", head + script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def try_lock(folder):
    """What another process is told that wants the lock at once; empty when it gets it."""
    script = """
try:
    with store.lock(0): pass
except StoreError as error: print(error.message, error.hint)
"""
    out, err = start(script, folder).communicate(timeout=processes.DEADLINE)
    assert err == ""
    return out


# --- opening ---------------------------------------------------------------------------------


@pytest.mark.parametrize("prepare", ["missing", "empty", "files"])
def test_create_makes_a_repository_and_leaves_files_alone(tmp_path, prepare):
    folder = tmp_path / "new" / "store"
    if prepare != "missing":
        folder.mkdir(parents=True)
    if prepare == "files":
        (folder / "notes.txt").write_text("mine\n")
    store = Repository.open(folder, create=True)
    assert store.root == folder
    assert store.deployments() == ()
    assert store.read("HEAD") is None
    commit = store.commit("prod", FILES, "first", AT)
    assert git(folder, "rev-parse", "main") == commit
    assert git(folder, "ls-files").splitlines() == [
        ".gitattributes",
        "deployments/prod/schema.json",
        "deployments/prod/settings.json",
    ]
    assert status(folder) == ("?? notes.txt" if prepare == "files" else "")


def test_a_new_folder_inside_another_repository_is_its_own(shared):
    assert Repository.open(shared / "sub", create=True).root == shared / "sub"


def test_any_folder_of_a_work_tree_opens_it(shared):
    (shared / "deep").mkdir()
    (shared / "deep" / "file").write_text("x")
    assert Repository.open(shared / "deep", create=True).root == shared
    assert Repository.open(shared / "deep").root == shared


def _bare(folder):
    git(folder, "init", "-q", "--bare", "bare")
    return folder / "bare"


def _inside_git(folder):
    git(folder, "init", "-q", "r")
    return folder / "r" / ".git"


def _file(folder):
    (folder / "file").write_text("x")
    return folder / "file"


def _plain(folder):
    (folder / "plain").mkdir()
    return folder / "plain"


@pytest.mark.parametrize(
    ("make", "create", "message"),
    [
        (_bare, True, "bare git repository"),
        (_bare, False, "bare git repository"),
        (_inside_git, True, "inside the .git folder"),
        (_file, True, "there is no folder"),
        (_plain, False, "is not in a git repository"),
        (lambda folder: folder / "missing", False, "there is no folder"),
    ],
)
def test_what_cannot_be_a_store_is_refused(tmp_path, make, create, message):
    with pytest.raises(StoreError, match=message) as caught:
        Repository.open(make(tmp_path), create=create)
    assert caught.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_repository_of_another_user_is_named_as_such(store):
    for path in (store.root, store.root / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(StoreError, match="belongs to another user") as caught:
        Repository.open(store.root)
    assert "safe.directory" in caught.value.hint


def test_missing_git_is_a_sentence(tmp_path):
    script = (
        "import sys; from pathlib import Path; from confaudit.errors import StoreError\n"
        "from confaudit.store.repository import Repository\n"
        "try: Repository.open(Path(sys.argv[1]))\n"
        "except StoreError as error: print(error.message)\n"
    )
    env = os.environ | {"PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path], env=env, capture_output=True, text=True
    )
    assert done.stdout == "the git command was not found\n"


# --- committing ------------------------------------------------------------------------------


def test_a_commit_tells_who_when_and_what(tmp_path):
    at = datetime.fromtimestamp(1767700000, UTC)
    store = Repository.open(tmp_path / "store", create=True, committed_at=at)
    commit = store.commit("prod", FILES, "prod: 1 option changed\n\nöäü\n", AT)
    form = "--format=%an <%ae>|%cn|%aI|%ct|%s|%(trailers:key=Confaudit-Deployment,valueonly)"
    assert git(store.root, "log", "-1", form, commit).splitlines()[0] == (
        "Ann Admin <ann@example.com>|Ann Admin|2026-01-05T11:44:06+00:00|1767700000"
        "|prod: 1 option changed|prod"
    )
    assert "öäü" in git(store.root, "log", "-1", "--format=%b")
    assert reflog(store.root)[0] == "confaudit: snapshot prod"


def test_equal_input_makes_equal_commit_ids(tmp_path):
    first, second = (
        Repository.open(tmp_path / name, create=True, committed_at=AT).commit(
            "prod", FILES, "x", AT
        )
        for name in ("a", "b")
    )
    assert first == second


def test_without_a_configured_user_confaudit_signs(store, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    store.commit("prod", FILES, "x", AT)
    form = "--format=%an <%ae> %cn <%ce>"
    assert git(store.root, "log", "-1", form) == (
        "confaudit <confaudit@localhost> confaudit <confaudit@localhost>"
    )


def test_unchanged_stores_nothing(store):
    assert store.commit("prod", FILES, "x", AT)
    path = store.root / "deployments/prod/settings.json"
    before = objects_of(store.root), path.stat().st_mtime_ns
    assert store.commit("prod", FILES, "y", AT) is None
    assert (objects_of(store.root), path.stat().st_mtime_ns) == before


def test_other_peoples_work_stays_exactly_as_it_was(shared):
    before = status(shared)
    diff = git(shared, "diff", "--cached")
    commit = Repository.open(shared).commit("prod", FILES, "x", AT)
    assert status(shared) == before
    assert git(shared, "diff", "--cached") == diff
    assert git(shared, "show", "--format=", "--name-only", commit).splitlines() == [
        "deployments/prod/schema.json",
        "deployments/prod/settings.json",
    ]


def test_a_dropped_file_goes_and_a_persons_stays(store):
    store.commit("prod", FILES | {"server.json": "{}\n"}, "x", AT)
    folder = store.root / "deployments" / "prod"
    (folder / "NOTES.md").write_text("ask Bob\n")
    (folder / "policy.json").write_text("{}\n")
    git(store.root, "add", ".")
    git(store.root, "commit", "-q", "-m", "notes")
    store.commit("prod", FILES, "y", AT)
    kept = ["NOTES.md", "policy.json", "schema.json", "settings.json"]
    assert sorted(path.name for path in folder.iterdir()) == kept
    assert git(store.root, "ls-tree", "--name-only", "HEAD:deployments/prod").splitlines() == kept
    assert status(store.root) == ""


@pytest.mark.parametrize("damage", ["missing", "edited", "staged", "unstaged"])
def test_an_unchanged_snapshot_heals_work_tree_and_index(store, damage):
    store.commit("prod", FILES, "x", AT)
    path = store.root / "deployments/prod/settings.json"
    if damage == "unstaged":
        git(store.root, "rm", "-q", "--cached", str(path))
    else:
        path.unlink()
    if damage in ("edited", "staged"):
        path.write_text("{}")
    if damage == "staged":
        git(store.root, "add", ".")
    assert status(store.root) != ""
    assert store.commit("prod", FILES, "y", AT) is None
    assert status(store.root) == ""
    assert path.read_text() == FILES["settings.json"]


@pytest.mark.parametrize("where", ["deployments", "deployments/prod"])
def test_a_symbolic_link_is_not_followed(store, tmp_path, where):
    outside = tmp_path / "outside"
    outside.mkdir()
    link = store.root / where
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside)
    with pytest.raises(StoreError, match="symbolic link"):
        store.commit("prod", FILES, "x", AT)
    assert list(outside.iterdir()) == []


FILE = "deployments/prod/settings.json"


def link(root, where, tmp_path):
    (root / where).symlink_to(tmp_path / "outside")


def submodule(root, where, tmp_path):
    git(tmp_path, "init", "-q", "lib")
    git(tmp_path / "lib", "commit", "-q", "--allow-empty", "-m", "x")
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    git(root, *add, str(tmp_path / "lib"), where)


def folder(root, where, tmp_path):
    (root / where).mkdir()
    (root / where / "mine").write_text("x")


@pytest.mark.parametrize("is_committed", [False, True])
@pytest.mark.parametrize(
    ("kind", "where"),
    [
        (link, FILE),
        (folder, FILE),
        (submodule, FILE),
        (submodule, "deployments/prod"),
        (submodule, "deployments"),
    ],
)
def test_what_is_no_snapshot_is_never_replaced(store, kind, where, is_committed, tmp_path):
    path = store.root / where
    path.parent.mkdir(parents=True, exist_ok=True)
    git(store.root, "commit", "-q", "--allow-empty", "-m", "x")
    kind(store.root, where, tmp_path)
    if is_committed:
        git(store.root, "add", ".")
        git(store.root, "commit", "-q", "-m", "mine")
        if kind is not link:  # as a clone has it before `git submodule update`
            shutil.rmtree(path)
    tree, held = status(store.root), objects_of(store.root)
    with pytest.raises(StoreError, match=f"{where} is a .*, where the snapshot"):
        store.commit("prod", FILES, "x", AT)
    assert (status(store.root), objects_of(store.root)) == (tree, held)
    assert path.is_symlink() == (kind is link)


def test_a_folder_that_cannot_be_written_is_a_sentence(store):
    (store.root / "deployments").write_text("a file")
    with pytest.raises(StoreError, match=r"cannot be written.*Not a directory"):
        store.commit("prod", FILES, "x", AT)


@pytest.mark.parametrize("name", ["../x", ".git", "a/b", "-x", ""])
def test_a_name_that_escapes_is_refused(store, name):
    with pytest.raises(StoreError, match="cannot be the name"):
        store.commit(name, FILES, "x", AT)
    assert git(store.root, "count-objects") == "0 objects, 0 kilobytes"


def test_text_git_could_not_read_back_is_refused(store):
    with pytest.raises(StoreError, match="not valid Unicode"):
        store.commit("prod", {"settings.json": "\ud800"}, "x", AT)


def test_a_detached_head_reads_but_does_not_commit(store):
    store.commit("prod", FILES, "x", AT)
    git(store.root, "checkout", "-q", "--detach")
    with pytest.raises(StoreError, match="no branch is checked out") as caught:
        store.commit("prod", CHANGED, "y", AT)
    assert "git switch" in caught.value.hint
    assert store.read("HEAD").files == FILES


def test_a_merge_under_way_is_left_alone(store):
    store.commit("prod", FILES, "x", AT)
    root = store.root
    for branch, text in (("side", "theirs\n"), ("main", "ours\n")):
        git(root, "checkout", "-q", "-B", branch, "main")
        (root / "shared.txt").write_text(text)
        git(root, "add", ".")
        git(root, "commit", "-q", "-m", branch)
    git(root, "reset", "-q", "--hard", "main~1")
    (root / "shared.txt").write_text("third\n")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "third")
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "side")
    before = status(root)
    assert "AA shared.txt" in before
    assert store.commit("prod", CHANGED, "y", AT)
    assert status(root) == before
    assert (root / ".git" / "MERGE_HEAD").exists()


def test_a_conflict_in_a_snapshot_is_settled_by_the_next(store):
    store.commit("prod", FILES, "x", AT)
    path = "deployments/prod/settings.json"
    held = git(store.root, "rev-parse", f"HEAD:{path}")
    rows = f"0 {'0' * 40}\t{path}\n" + "".join(f"100644 {held} {n}\t{path}\n" for n in (1, 2, 3))
    git(store.root, "update-index", "--index-info", stdin=rows)
    assert status(store.root) == f"UU {path}"
    assert store.commit("prod", FILES, "x", AT) is None
    assert status(store.root) == ""


def test_a_linked_work_tree_and_a_gitfile_work(shared, tmp_path):
    git(shared, "worktree", "add", "-q", "-b", "audit", str(tmp_path / "linked"))
    linked = Repository.open(tmp_path / "linked")
    assert (linked.root / ".git").is_file()
    before = git(shared, "rev-parse", "main"), status(shared)
    commit = linked.commit("prod", FILES, "x", AT)
    assert git(shared, "rev-parse", "audit") == commit
    assert (git(shared, "rev-parse", "main"), status(shared)) == before
    assert status(linked.root) == ""
    with Repository.open(shared).lock(0):
        assert "locked by process" in try_lock(linked.root)


def test_sha256_repositories_work(tmp_path):
    git(tmp_path, "init", "-q", "--object-format=sha256", "-b", "main", "new")
    store = Repository.open(tmp_path / "new")
    commit = store.commit("prod", FILES, "x", AT)
    assert len(commit) == 64
    assert store.commit("prod", FILES, "x", AT) is None
    assert store.commit("prod", {"settings.json": "{}\n"}, "x", AT)
    assert store.read(commit).files == FILES


@pytest.mark.parametrize(
    "setting",
    [
        ("core.autocrlf", "true"),
        ("commit.gpgsign", "true"),
        ("i18n.commitEncoding", "latin1"),
        ("core.splitIndex", "true"),
        ("log.showSignature", "true"),
        ("init.defaultBranch", "other"),
        ("core.quotepath", "true"),
    ],
)
def test_a_users_git_settings_do_not_change_what_is_stored(store, setting):
    git(store.root, "config", *setting)
    commit = store.commit("prod", FILES, "größer", AT)
    blob = git(store.root, "cat-file", "blob", f"{commit}:deployments/prod/settings.json")
    assert blob + "\n" == FILES["settings.json"]
    assert git(store.root, "log", "-1", "--format=%s", "--encoding=UTF-8") == "größer"
    assert store.read("HEAD").files == FILES
    assert status(store.root) == ""


@pytest.mark.parametrize("name", ["with space", "größe", "new\u202eline", "-dash", "glob*[x]"])
def test_any_folder_name_works(tmp_path, name):
    store = Repository.open(tmp_path / name, create=True)
    assert store.commit("prod", FILES, "x", AT)
    assert store.read("main").files == FILES
    assert status(store.root) == ""


def test_no_hook_runs(store, tmp_path):
    trace = tmp_path / "trace"
    hooks = store.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction",
                 "post-index-change", "pre-auto-gc"):  # fmt: skip
        (hooks / name).write_text(f"#!/bin/sh\necho {name} >> '{trace}'\nexit 1\n")
        (hooks / name).chmod(0o755)
    assert store.commit("prod", FILES, "x", AT)
    assert not trace.exists()


# --- several at once -------------------------------------------------------------------------


def test_the_holder_of_the_lock_is_named(store):
    holder = store.root / ".git" / "confaudit.lock.holder"
    with store.lock(0):
        since = holder.read_text()
        with store.lock(0):
            assert holder.read_text() == since
        told = try_lock(store.root)
    assert not holder.exists()
    assert f"locked by process {os.getpid()} on " in told
    assert re.search(r" since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", told)
    assert "--lock-timeout" in told
    assert try_lock(store.root) == ""


def test_a_killed_holder_leaves_no_lock(store):
    holder = start("\nwith store.lock(0): print('held', flush=True); sys.stdin.read()", store.root)
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(StoreError, match=f"process {holder.pid} on"), store.lock(0.1):
        pass
    holder.kill()
    holder.communicate()
    with store.lock(5):
        assert f"process {os.getpid()} on" in try_lock(store.root)


def test_an_unreadable_holder_is_another_process(store):
    with store.lock(0):
        for holder in ("", "[]", "nonsense", '[1, "h", 5]', '[1, "h", "2026-01-05"]'):
            (store.root / ".git" / "confaudit.lock.holder").write_text(holder)
            told = try_lock(store.root)
            assert told.startswith("the snapshots are locked by another confaudit"), holder


def test_processes_committing_at_once_all_succeed(store):
    script = (
        "for number in range(4):\n"
        "  store.commit(sys.argv[2], {'settings.json': str(number)}, 'x', datetime.now(UTC))\n"
    )
    names = ["eu", "us", "ap"]
    writers = [start(script, store.root, name) for name in names]
    for writer in writers:
        assert writer.communicate(timeout=processes.DEADLINE)[1] == ""
    assert store.deployments() == ("ap", "eu", "us")
    assert git(store.root, "rev-list", "--count", "HEAD") == "12"
    assert [store.read("HEAD", name).files["settings.json"] for name in names] == ["3"] * 3
    assert status(store.root) == ""


@pytest.mark.parametrize(
    "step",
    ["pathlib:Path.replace", "confaudit.store.objects:Objects.write_tree",
     "confaudit.store.branch:Branch.advance", "confaudit.store.branch:Branch.stage"],
)  # fmt: skip
def test_after_a_kill_at_any_step_the_next_run_heals(store, step):
    store.commit("prod", FILES, "x", AT)
    killer = (
        "import importlib, signal\n"
        "module, name = sys.argv[2].split(':'); owner, name = name.split('.')\n"
        "owner = getattr(importlib.import_module(module), owner)\n"
        "setattr(owner, name, lambda *_: os.kill(os.getpid(), signal.SIGKILL))\n"
        "store.commit('prod', {'settings.json': '[]'}, 'y', datetime.now(UTC))\n"
    )
    killed = start(killer, store.root, step)
    killed.communicate(timeout=processes.DEADLINE)
    assert killed.returncode == -signal.SIGKILL
    assert status(store.root) != ""
    store.commit("prod", CHANGED, "z", AT)
    assert store.read("HEAD").files == CHANGED
    assert status(store.root) == ""
    git(store.root, "fsck", "--strict")


def test_a_commit_that_appears_meanwhile_is_kept(store, monkeypatch):
    store.commit("prod", FILES, "x", AT)
    real = Objects.write_commit
    raced = []

    def write_commit(self, *arguments):
        if not raced:
            raced.append(git(store.root, "commit", "--allow-empty", "-q", "-m", "a person"))
        return real(self, *arguments)

    monkeypatch.setattr(Objects, "write_commit", write_commit)
    store.commit("prod", CHANGED, "snapshot", AT)
    assert git(store.root, "log", "--format=%s").splitlines() == ["snapshot", "a person", "x"]
    assert status(store.root) == ""


def test_a_commit_holds_the_lock_by_itself(store, monkeypatch):
    told = []
    real = Objects.write_commit

    def write_commit(self, *arguments):
        told.append(try_lock(store.root))
        return real(self, *arguments)

    monkeypatch.setattr(Objects, "write_commit", write_commit)
    store.commit("prod", FILES, "x", AT)
    assert "locked by process" in told[0]


def test_a_branch_that_never_rests_is_given_up(store, monkeypatch):
    monkeypatch.setattr(Branch, "advance", lambda *_: False)
    with pytest.raises(StoreError, match="others keep committing to main"):
        store.commit("prod", FILES, "x", AT)


def test_a_locked_index_costs_a_warning_and_is_caught_up(store, monkeypatch, caplog):
    store.commit("prod", FILES, "x", AT)
    monkeypatch.setattr(branch_module, "_INDEX_WAITS", (0.01, 0.01))
    lock = store.root / ".git" / "index.lock"
    lock.write_text("")
    with caplog.at_level(logging.WARNING, "confaudit"):
        assert store.commit("prod", CHANGED, "y", AT)
    assert "index" in caplog.text
    lock.unlink()
    assert status(store.root) != ""
    assert store.commit("prod", CHANGED, "y", AT) is None
    assert status(store.root) == ""


def test_a_locked_branch_is_a_sentence(store):
    (store.root / ".git/refs/heads/main.lock").write_text("")
    with pytest.raises(StoreError, match="another git process is at work"):
        store.commit("prod", FILES, "x", AT)


# --- the environment -------------------------------------------------------------------------

GARBAGE = {
    "GIT_DIR": "/nonexistent/.git",
    "GIT_WORK_TREE": "/nonexistent",
    "GIT_INDEX_FILE": "/nonexistent/index",
    "GIT_OBJECT_DIRECTORY": "/nonexistent/objects",
    "GIT_COMMON_DIR": "/nonexistent",
    "GIT_NAMESPACE": "elsewhere",
    "GIT_PREFIX": "sub/",
    "GIT_AUTHOR_NAME": "Hook",
    "GIT_COMMITTER_DATE": "nonsense",
    "GIT_CONFIG_PARAMETERS": "'core.bare'='true'",
    "GIT_QUARANTINE_PATH": "/nonexistent",
    "GIT_CEILING_DIRECTORIES": "/nonexistent",
}


def test_variables_of_another_repository_are_ignored(tmp_path, monkeypatch):
    for name, value in GARBAGE.items():
        monkeypatch.setenv(name, value)
    store = Repository.open(tmp_path / "store", create=True)
    store.commit("prod", FILES, "x", AT)
    store.commit("prod", CHANGED, "y", AT)
    assert store.commit("prod", CHANGED, "y", AT) is None
    assert store.read("HEAD~1").files == FILES
    assert git(store.root, "log", "-1", "--format=%an") == "Ann Admin"
    assert status(store.root) == ""


def test_a_snapshot_from_a_hook_of_another_repository(shared, store):
    script = (
        f"#!{sys.executable}\n"
        "from datetime import datetime, UTC; from pathlib import Path\n"
        "from confaudit.store.repository import Repository\n"
        f"store = Repository.open(Path({str(store.root)!r}))\n"
        "store.commit('prod', {'settings.json': '{}'}, 'from a hook', datetime.now(UTC))\n"
    )
    hook = shared / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(script)
    hook.chmod(0o755)
    git(shared, "commit", "-q", "-m", "a person")
    assert git(store.root, "log", "--format=%s") == "from a hook"
    assert git(shared, "show", "--format=", "--name-only").splitlines() == [
        "main.tf",
        "staged.tf",
        "vars.tf",
    ]


def test_gits_own_words_are_made_safe(tmp_path):
    said = "hint: x\nfatal: no https://ann:hunter2@example.com/ \x1b[31m\n"
    error = Git(tmp_path).failure("frob", GitResult(128, b"", said))
    assert error.message.endswith(rf"failed in {tmp_path}: fatal: no https://example.com/ \x1b[31m")


# --- reading ---------------------------------------------------------------------------------


@pytest.fixture
def history(store):
    first = store.commit("prod", FILES, "first", AT)
    store.commit("prod", CHANGED, "second", AT.replace(day=14))
    git(store.root, "tag", "-a", "-m", "audited", "audit", first)
    return store


@every_row(
    ("revision", "files"),
    [
        ("HEAD", CHANGED),
        ("HEAD~1", FILES),
        ("main^", FILES),
        ("audit", FILES),
        ("main@{0}", CHANGED),
        ("main@{1}", FILES),
        ("HEAD^{/first}", FILES),
        ("HEAD:prod", CHANGED),
        ("audit:prod", FILES),
    ],
)
def test_revisions_git_knows_are_read(history, revision, files):
    stored = history.read(*split_revision(revision))
    assert stored.files == files
    assert stored.deployment == "prod"
    assert stored.label == revision


def test_a_stored_snapshot_tells_its_commit_and_time(history):
    first = git(history.root, "rev-parse", "HEAD~1")
    stored = history.read(first[:8], "prod")
    assert (stored.commit, stored.taken_at) == (first, AT)


def test_the_newest_snapshot_of_a_deployment(history):
    assert history.latest("prod").files == CHANGED
    assert history.latest("staging") is None
    assert history.latest("../x") is None


def test_the_commit_is_the_one_that_stored_the_snapshot(history):
    stored = history.read("HEAD")
    history.commit("staging", FILES, "another", AT.replace(day=19))
    assert history.read("HEAD", "prod").commit == stored.commit
    assert history.read("HEAD", "prod").taken_at == AT.replace(day=14)


@every_row(
    "revision", ["nothing", "", "HEAD~9", "deadbeef", "f" * 40, "^main", "main..main", "a b", "é"]
)
def test_a_revision_that_does_not_exist_is_none(history, revision):
    assert history.read(revision) is None
    assert history.deployments(revision) == ()


@every_row("revision", ["-x", "--output=/tmp/x", "HEAD\n", "HEAD\0", "\x1b[31m"])
def test_a_revision_that_is_no_revision_is_refused(history, revision):
    with pytest.raises(StoreError, match="cannot be a revision") as caught:
        history.read(revision)
    assert caught.value.message.isprintable()


def _commits_alike(tree):
    """Two commits whose ids start with the same four digits, and these."""
    found = {}
    for number in itertools.count():
        text = f"tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\n{number}\n"
        commit = hashlib.sha1(f"commit {len(text)}\0{text}".encode(), usedforsecurity=False)
        start = commit.hexdigest()[:4]
        if start in found:
            break
        found[start] = text
    return start, (found[start], text)


def test_an_ambiguous_id_is_refused(store):
    start, commits = _commits_alike(git(store.root, "mktree", stdin=""))
    for text in commits:
        git(store.root, "hash-object", "-t", "commit", "-w", "--stdin", stdin=text)
    with pytest.raises(StoreError, match="start of several ids"):
        store.read(start)


def test_a_snapshot_that_is_not_there_names_those_that_are(history):
    history.commit("staging", FILES, "x", AT)
    with pytest.raises(StoreError, match="HEAD holds snapshots of several deployments") as caught:
        history.read("HEAD")
    assert "prod, staging" in caught.value.message
    with pytest.raises(StoreError, match="HEAD holds no snapshot of 'test'") as caught:
        history.read("HEAD", "test")
    assert caught.value.hint == "it holds: prod, staging"
    with pytest.raises(StoreError, match="cannot be the name"):
        history.read("HEAD", "deployments/prod/settings.json")


def test_a_repository_without_snapshots_says_so(shared):
    with pytest.raises(NothingToDo, match="there is no snapshot yet") as caught:
        Repository.open(shared).read("HEAD")
    assert "confaudit snapshot" in caught.value.hint


def test_links_and_other_files_are_not_part_of_a_snapshot(history):
    folder = history.root / "deployments" / "prod"
    (folder / "config.json").symlink_to("/etc/passwd")
    (folder / "NOTES.md").write_text("x")
    linked = history.root / "deployments" / "linked"
    linked.mkdir()
    (linked / "settings.json").symlink_to("/etc/passwd")
    git(history.root, "add", ".")
    git(history.root, "commit", "-q", "-m", "by hand")
    assert history.deployments() == ("prod",)
    assert history.read("HEAD").files == CHANGED


def test_reading_takes_the_blob_not_the_checkout(history):
    (history.root / "deployments/prod/settings.json").write_text("edited")
    assert history.read("HEAD").files == CHANGED


def test_bytes_that_are_not_text_are_a_sentence(store):
    folder = store.root / "deployments" / "prod"
    folder.mkdir(parents=True)
    (folder / "settings.json").write_bytes(b"\xff\xfe")
    git(store.root, "add", ".")
    git(store.root, "commit", "-q", "-m", "by hand")
    with pytest.raises(DamagedError, match="not UTF-8"):
        store.read("HEAD")


def test_a_huge_file_is_refused_before_it_is_read(history, monkeypatch):
    total = sum(len(text) for text in CHANGED.values())
    monkeypatch.setattr(snapshots_module, "MAX_SNAPSHOT_BYTES", total)
    assert history.read("HEAD")
    monkeypatch.setattr(snapshots_module, "MAX_SNAPSHOT_BYTES", total - 1)
    with pytest.raises(StoreError, match="larger than"):
        history.read("HEAD")


@pytest.mark.parametrize("kind", ["settings", "tree"])
def test_a_damaged_repository_is_a_sentence(history, kind):
    name = "HEAD:deployments/prod/settings.json" if kind == "settings" else "HEAD^{tree}"
    object_id = git(history.root, "rev-parse", name)
    Path(history.root, ".git/objects", object_id[:2], object_id[2:]).unlink()
    with pytest.raises(StoreError, match=r"lacks files|damaged") as caught:
        history.read("HEAD")
    assert "git fsck" in caught.value.hint


def test_an_absurd_date_is_no_date(store):
    commit = store.commit("prod", FILES, "x", AT)
    raw = git(store.root, "cat-file", "commit", commit)
    stamp = str(int(AT.timestamp()))
    forged = raw.replace(stamp, "99999999999999", 1) + "\n"
    forged_id = git(store.root, "hash-object", "-t", "commit", "-w", "--stdin", stdin=forged)
    assert store.read(forged_id).taken_at is None


CONVERSIONS = {
    # what a .gitattributes has git do with files, and what a clone is configured to
    "* text eol=crlf": (),
    "*.json text=auto": ("core.autocrlf=true",),
    "*.json text working-tree-encoding=UTF-16": (),
    "*.json ident filter=upper": ("filter.upper.clean=tr a-z A-Z",),
}


@pytest.mark.parametrize("line", CONVERSIONS)
def test_no_conversion_of_a_clone_changes_a_snapshot(shared, line, tmp_path):
    Repository.open(shared).commit("prod", FILES, "x", AT)
    (shared / ".gitattributes").write_text(f"{line}\n")
    git(shared, "add", ".gitattributes")
    git(shared, "commit", "-q", "-m", "convert")
    options = [word for setting in CONVERSIONS[line] for word in ("-c", setting)]
    git(tmp_path, "clone", "-q", *options, str(shared), "clone")
    clone = tmp_path / "clone"
    attributes = clone / ".git/info/attributes"
    attributes.write_text("*.md diff=md")
    for files in (FILES, CHANGED, CHANGED):
        Repository.open(clone).commit("prod", files, "x", AT)
        assert status(clone) == ""
        assert (clone / FILE).read_bytes() == files["settings.json"].encode()
        assert f"{git(clone, 'show', f'HEAD:{FILE}')}\n" == files["settings.json"]
    assert attributes.read_text().startswith("*.md diff=md\n# confaudit: ")
    assert attributes.read_text().count("deployments/**") == 1


def test_what_is_made_is_not_for_everybody(tmp_path):
    before = os.umask(0)
    try:
        store = Repository.open(tmp_path / "new", create=True)
        store.commit("prod", FILES, "x", AT)
        assert os.umask(0) == 0
    finally:
        os.umask(before)
    private = [store.root / ".git", *(store.root / "deployments").rglob("*")]
    assert len(private) == 4
    assert [path for path in private if path.stat().st_mode & 0o027] == []


@pytest.mark.parametrize("place", [".", ".git/info", "deployments/prod"])
def test_what_a_killed_process_left_half_written_is_in_nobodys_way(store, place):
    names = {".": ".gitattributes", ".git/info": "attributes", "deployments/prod": "settings.json"}
    aside = store.root / place / f".confaudit-{names[place]}"
    aside.parent.mkdir(parents=True, exist_ok=True)
    aside.write_text("half")
    assert store.commit("prod", FILES, "x", AT)
    assert not aside.exists()
    assert status(store.root) == ""
