"""Pushing snapshots to a remote others push to, against real repositories on disk and loopback."""

import os
import socket
import subprocess
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from confaudit.errors import ExitCode, NothingToDo, RemoteError, StoreError
from confaudit.store import remote as remote_module
from confaudit.store import remote_talk
from confaudit.store.branch import Branch
from confaudit.store.command import GitResult
from confaudit.store.repository import Repository
from tests.tables import every_row

AT = datetime(2026, 1, 5, 11, 44, 6, tzinfo=UTC)
OLD, NEW, OTHER = ({"settings.json": text} for text in ("1\n", "2\n", "3\n"))


pytestmark = pytest.mark.usefixtures("quiet_home")


def git(folder, *arguments):
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, check=True, text=True
    )
    return done.stdout.rstrip("\n")


def subjects(folder, revision="main"):
    return git(folder, "log", "--format=%s", revision).splitlines()


def person_commits(folder, name, text="by hand\n"):
    (folder / name).write_text(text)
    git(folder, "add", name)
    git(folder, "commit", "-q", "-m", f"person: {name}")


@pytest.fixture
def hub(tmp_path):
    """A bare repository with one commit, as a forge would make it."""
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "hub.git")
    git(tmp_path, "clone", "-q", "hub.git", "seed")
    git(tmp_path / "seed", "checkout", "-q", "-B", "main")
    person_commits(tmp_path / "seed", "README.md")
    git(tmp_path / "seed", "push", "-q", "origin", "main")
    return tmp_path / "hub.git"


@pytest.fixture
def clone(hub):
    def make(name):
        git(hub.parent, "clone", "-q", str(hub), name)
        return Repository.open(hub.parent / name)

    return make


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    """No pause worth mentioning between attempts."""
    import tenacity

    real = tenacity.wait_random_exponential
    monkeypatch.setattr(tenacity, "wait_random_exponential", lambda **_: real(max=0.01))


def test_a_push_reaches_the_remote(clone, hub):
    store = clone("one")
    commit = store.commit("prod", OLD, "prod: first", AT)
    assert store.push("origin") == commit
    assert git(hub, "rev-parse", "main") == commit
    assert store.push("origin") == commit
    assert git(store.root, "status", "-sb") == "## main...origin/main"


def test_a_new_branch_and_an_empty_remote(tmp_path):
    git(tmp_path, "init", "-q", "--bare", "hub.git")
    store = Repository.open(tmp_path / "store", create=True)
    git(store.root, "remote", "add", "backup", str(tmp_path / "hub.git"))
    with pytest.raises(NothingToDo):
        store.push("backup")
    commit = store.commit("prod", OLD, "prod: first", AT)
    assert store.push("backup") == commit
    assert git(tmp_path / "hub.git", "rev-parse", "main") == commit


def test_snapshots_of_two_hosts_meet(clone, hub):
    one, two = clone("one"), clone("two")
    one.commit("prod", OLD, "prod: first", AT)
    one.push("origin")
    two.commit("staging", OLD, "staging: first\n\nwith words\n", AT)
    two.commit("staging", NEW, "staging: second", AT.replace(day=14))
    before = git(two.root, "log", "-2", "--format=%an|%ae|%aI|%B")
    tip = two.push("origin")
    assert git(hub, "rev-parse", "main") == tip
    assert subjects(hub) == [
        "staging: second",
        "staging: first",
        "prod: first",
        "person: README.md",
    ]
    assert git(two.root, "log", "-2", "--format=%an|%ae|%aI|%B") == before
    assert git(two.root, "status", "--porcelain") == ""
    assert (two.root / "deployments/prod/settings.json").read_text() == "1\n"
    assert git(two.root, "reflog", "-1", "--format=%gs").startswith("confaudit:")


def test_the_same_deployment_from_two_hosts(clone, hub):
    one, two = clone("one"), clone("two")
    one.commit("prod", OLD, "prod: one", AT)
    one.push("origin")
    two.commit("prod", NEW, "prod: two", AT)
    two.push("origin")
    assert subjects(hub)[:2] == ["prod: two", "prod: one"]
    assert two.read("HEAD").files == NEW
    assert git(two.root, "status", "--porcelain") == ""


def test_a_snapshot_the_remote_has_already_is_dropped(clone, hub):
    one, two = clone("one"), clone("two")
    one.commit("prod", OLD, "prod: one", AT)
    tip = one.push("origin")
    two.commit("prod", OLD, "prod: two", AT)
    assert two.push("origin") == tip
    assert git(two.root, "rev-parse", "HEAD") == tip


def test_a_branch_that_is_only_behind_catches_up(clone, hub):
    one, two = clone("one"), clone("two")
    person_commits(one.root, "README.md", "changed\n")
    person_commits(one.root, "main.tf")
    git(one.root, "push", "-q", "origin", "main")
    os.utime(two.root / "README.md", (1, 1))  # touched, not changed
    assert two.push("origin") == git(hub, "rev-parse", "main")
    assert (two.root / "main.tf").exists()


def test_a_store_begun_apart_is_put_on_top(hub, tmp_path):
    store = Repository.open(tmp_path / "fresh", create=True)
    store.commit("prod", OLD, "prod: first", AT)
    git(store.root, "remote", "add", "origin", str(hub))
    store.push("origin")
    assert subjects(hub) == ["prod: first", "person: README.md"]
    assert "eol=lf" in git(hub, "show", "main:.gitattributes")
    assert git(store.root, "status", "--porcelain") == ""


def test_local_work_survives_fetched_commits(clone, hub):
    one, two = clone("one"), clone("two")
    for name in ("a.tf", "b.tf"):
        person_commits(one.root, name)
    git(one.root, "push", "-q", "origin", "main")
    git(two.root, "pull", "-q")
    person_commits(one.root, "new.tf")
    git(one.root, "push", "-q", "origin", "main")
    (two.root / "a.tf").write_text("staged\n")
    git(two.root, "add", "a.tf")
    (two.root / "b.tf").write_text("dirty\n")
    (two.root / "notes").write_text("untracked\n")
    before = git(two.root, "status", "--porcelain")
    two.commit("prod", OLD, "prod: first", AT)
    two.push("origin")
    assert git(two.root, "status", "--porcelain") == before
    assert subjects(hub)[:2] == ["prod: first", "person: new.tf"]
    assert (two.root / "new.tf").exists()


@pytest.mark.parametrize("kind", ["dirty", "staged", "untracked"])
def test_local_work_in_the_way_stops_the_push_and_is_kept(clone, hub, kind):
    one, two = clone("one"), clone("two")
    name = "new.tf" if kind == "untracked" else "README.md"
    person_commits(one.root, name, "theirs\n")
    git(one.root, "push", "-q", "origin", "main")
    (two.root / name).write_text("mine\n")
    if kind == "staged":
        git(two.root, "add", name)
    commit = two.commit("prod", OLD, "prod: first", AT)
    before = git(two.root, "status", "--porcelain")
    with pytest.raises(StoreError, match="in the way") as caught:
        two.push("origin")
    assert "stash" in caught.value.hint
    assert git(two.root, "status", "--porcelain") == before
    assert git(two.root, "rev-parse", "HEAD") == commit
    assert (two.root / name).read_text() == "mine\n"


def _a_persons_commit(folder):
    person_commits(folder, "main.tf")


def _an_edited_snapshot(folder):
    person_commits(folder, "deployments/prod/settings.json")


def _more_than_its_deployment(folder):
    (folder / "main.tf").write_text("x")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "prod: odd\n\nConfaudit-Deployment: prod")


def _a_merge(folder):
    git(folder, "checkout", "-q", "-b", "side", "HEAD~1")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x\n\nConfaudit-Deployment: prod")
    git(folder, "checkout", "-q", "main")
    git(folder, "merge", "-q", "-m", "x\n\nConfaudit-Deployment: prod", "side")


@pytest.mark.parametrize(
    "work", [_a_persons_commit, _an_edited_snapshot, _more_than_its_deployment, _a_merge]
)
def test_commits_of_people_are_not_rewritten(clone, work):
    one, two = clone("one"), clone("two")
    one.commit("staging", OLD, "staging: first", AT)
    one.push("origin")
    two.commit("prod", OLD, "prod: first", AT)
    work(two.root)
    tip = git(two.root, "rev-parse", "HEAD")
    with pytest.raises(StoreError, match="1 of the commits here") as caught:
        two.push("origin")
    assert "git pull --rebase origin main" in caught.value.hint
    assert git(two.root, "rev-parse", "HEAD") == tip


def test_a_rewritten_remote_is_not_filled_again(clone, hub):
    store = clone("one")
    store.commit("prod", OLD, "prod: a secret slipped in", AT)
    store.push("origin")
    git(hub, "update-ref", "refs/heads/main", "main~1")
    other = clone("two")
    other.commit("staging", OLD, "staging: first", AT)
    other.push("origin")
    store.commit("prod", NEW, "prod: second", AT)
    for _ in range(2):
        with pytest.raises(StoreError, match="rewritten"):
            store.push("origin")
    assert subjects(hub) == ["staging: first", "person: README.md"]


def test_a_race_on_the_remote_is_won_in_the_end(clone, hub, monkeypatch):
    one, two = clone("one"), clone("two")
    real = remote_module.Remote._send
    rounds = []

    def send(self):
        if self._git.folder == two.root and len(rounds) < 3:
            rounds.append(1)
            one.commit("staging", {"settings.json": f"{len(rounds)}\n"}, "staging: x", AT)
            one.push("origin")
        real(self)

    monkeypatch.setattr(remote_module.Remote, "_send", send)
    two.commit("prod", OLD, "prod: first", AT)
    two.push("origin")
    assert subjects(hub)[:4] == ["prod: first", "staging: x", "staging: x", "staging: x"]


def test_a_replay_by_nobody_is_signed_by_confaudit(clone, monkeypatch, tmp_path):
    one, two = clone("one"), clone("two")
    one.commit("prod", OLD, "prod: first", AT)
    one.push("origin")
    two.commit("staging", OLD, "staging: first", AT)
    monkeypatch.setenv("HOME", str(tmp_path))
    two.push("origin")
    assert git(two.root, "log", "-1", "--format=%an %cn") == "Ann Admin confaudit"


def test_a_branch_moved_while_others_are_fetched_stays_whole(clone, monkeypatch):
    one, two = clone("one"), clone("two")
    person_commits(one.root, "main.tf")
    git(one.root, "push", "-q", "origin", "main")
    commit = two.commit("prod", OLD, "prod: first", AT)
    monkeypatch.setattr(Branch, "advance", lambda *_: False)
    with pytest.raises(RemoteError, match="others keep committing"):
        two.push("origin", seconds=0.2)
    assert git(two.root, "rev-parse", "HEAD") == commit
    assert git(two.root, "status", "--porcelain") == ""


def test_a_race_without_end_is_given_up(clone, monkeypatch):
    one, two = clone("one"), clone("two")
    real = remote_module.Remote._send
    rounds = []

    def send(self):
        if self._git.folder == two.root:
            rounds.append(1)
            one.commit("staging", {"settings.json": f"{len(rounds)}\n"}, "staging: x", AT)
            one.push("origin")
        real(self)

    monkeypatch.setattr(remote_module.Remote, "_send", send)
    two.commit("prod", OLD, "prod: first", AT)
    with pytest.raises(RemoteError, match="others keep committing"):
        two.push("origin", seconds=2.0)
    assert len(rounds) > 1


def test_a_hook_of_the_remote_may_refuse(clone, hub):
    hook = hub / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'secret words'\nexit 1\n")
    hook.chmod(0o755)
    store = clone("one")
    store.commit("prod", OLD, "prod: first", AT)
    with pytest.raises(RemoteError, match="a hook or a protected branch") as caught:
        store.push("origin")
    assert "secret words" not in caught.value.message + caught.value.hint


def test_a_branch_that_stays_locked_there_is_told_as_that(clone, hub):
    store = clone("one")
    store.commit("prod", OLD, "prod: first", AT)
    (hub / "refs/heads/main.lock").touch()
    with pytest.raises(RemoteError, match="keeps its branch locked") as caught:
        store.push("origin", seconds=0.2)
    assert caught.value.exit_code == ExitCode.UNREACHABLE
    (hub / "refs/heads/main.lock").unlink()
    store.push("origin")


@every_row(
    ("said", "told"),
    [
        ("remote: fatal: write error: No space left on device", "has no space left"),
        ("remote: error: insufficient permission for adding an object", "cannot be written"),
        ("remote: fatal: unable to create temporary object directory", "cannot be written"),
        ("remote: fatal: Unable to create temp: Read-only file system", "cannot be written"),
        ("! refs/heads/main [remote rejected] (pre-receive hook declined)", "a hook or a"),
        ("! refs/heads/main [remote rejected] (protected branch)", "a hook or a"),
        ("! refs/heads/main [remote rejected] (unpacker error)", "failed to take the push"),
    ],
)
def test_what_keeps_a_remote_from_taking_a_push(said, told):
    rejected = b"!\trefs/heads/main:refs/heads/main\t[remote rejected] (failed to update ref)"
    answer = GitResult(1, b"" if "rejected]" in said else rejected, said)
    assert told in remote_talk.trouble(answer)
    assert remote_talk.will_stay(answer) is told.startswith(("has no", "cannot be"))


def test_a_full_remote_is_not_asked_again(clone, hub, monkeypatch):
    store = clone("one")
    store.commit("prod", OLD, "prod: first", AT)
    asked = []

    def full(*_, **__):
        asked.append(1)
        out = b"!\trefs/heads/main:refs/heads/main\t[remote rejected] (failed to update ref)\n"
        return GitResult(1, out, "remote: error: cannot lock ref: No space left on device")

    monkeypatch.setattr(remote_module, "talk", full)
    with pytest.raises(RemoteError, match="no space left"):
        store.push("origin")
    assert len(asked) == 1


def test_a_hook_here_does_not_run(clone):
    store = clone("one")
    hook = store.root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    store.commit("prod", OLD, "prod: first", AT)
    assert store.push("origin")


@pytest.mark.parametrize("name", ["upstream", "--all", "", "/etc"])
def test_an_unknown_remote_names_those_there_are(clone, name):
    store = clone("one")
    with pytest.raises(StoreError, match="no git remote called") as caught:
        store.push(name)
    assert caught.value.hint == "it has: origin"
    git(store.root, "remote", "remove", "origin")
    with pytest.raises(StoreError) as caught:
        store.push(name)
    assert "git remote add" in caught.value.hint


class _Forbidding(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(self.server.status)
        self.send_header("WWW-Authenticate", 'Basic realm="hub"')
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def forge():
    """A web server that answers every git request with one status."""
    with HTTPServer(("127.0.0.1", 0), _Forbidding) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "message"),
    [(401, "refused access"), (403, "refused access"), (404, "no git repository")],
)
def test_refused_credentials_are_not_shown(clone, forge, status, message):
    forge.status = status
    store = clone("one")
    store.commit("prod", OLD, "prod: first", AT)
    url = f"http://ann:hunter2@127.0.0.1:{forge.server_port}/hub.git?token=hunter2"
    git(store.root, "remote", "set-url", "origin", url)
    with pytest.raises(RemoteError, match=message) as caught:
        store.push("origin")
    assert caught.value.exit_code == ExitCode.UNREACHABLE
    assert "hunter2" not in caught.value.message + caught.value.hint
    assert caught.value.__cause__ is None


def _closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://ann:hunter2@127.0.0.1:{port}/hub.git", "could not be reached"),
        ("git://127.0.0.1:{port}/hub.git", "could not be reached"),
        ("ssh://ann:hunter2@127.0.0.1:{port}/hub.git", "could not be reached"),
        ("/nonexistent/hub.git", "no git repository"),
    ],
)
def test_an_unreachable_remote_is_told_without_its_address(clone, url, message):
    store = clone("one")
    commit = store.commit("prod", OLD, "prod: first", AT)
    git(store.root, "remote", "set-url", "origin", url.format(port=_closed_port()))
    with pytest.raises(RemoteError, match=message) as caught:
        store.push("origin")
    assert "hunter2" not in caught.value.message + caught.value.hint
    assert git(store.root, "rev-parse", "HEAD") == commit


def test_a_silent_remote_is_given_up(clone, monkeypatch):
    monkeypatch.setattr(remote_talk, "PATIENCE_SECONDS", 0.5)
    store = clone("one")
    store.commit("prod", OLD, "prod: first", AT)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        git(store.root, "remote", "set-url", "origin", f"http://127.0.0.1:{port}/hub.git")
        with pytest.raises(RemoteError, match="could not be reached"):
            store.push("origin")


@pytest.mark.parametrize("setting", ["nothing", "config", "variable"])
def test_ssh_never_asks_unless_the_user_chose_how_to_call_it(clone, monkeypatch, setting, tmp_path):
    store = clone("one")
    store.commit("prod", OLD, "prod: first", AT)
    seen = tmp_path / "seen"
    for name in ("ssh", "own-ssh"):
        script = tmp_path / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text(f"#!/bin/sh\necho {name} \"$@\" >> '{seen}'\nexit 255\n")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    if setting == "config":
        git(store.root, "config", "core.sshCommand", "own-ssh")
    if setting == "variable":
        monkeypatch.setenv("GIT_SSH_COMMAND", "own-ssh")
    git(store.root, "remote", "set-url", "origin", "ssh://git@example.com/hub.git")
    with pytest.raises(RemoteError):
        store.push("origin")
    called = seen.read_text().splitlines()[-1]
    assert called.startswith("ssh " if setting == "nothing" else "own-ssh ")
    assert ("BatchMode=yes" in called) == (setting == "nothing")
