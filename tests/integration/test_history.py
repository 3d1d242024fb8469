"""The door to git's history, and how often the commands that read run git."""

import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.cli import main
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.model import Setting, ValueSource
from confaudit.core.snapshot.canonical import encode
from confaudit.demo.story import states
from confaudit.errors import StoreError
from confaudit.store.command import Git, NoRepository
from confaudit.store.history import History
from confaudit.store.repository import Repository
from confaudit.store.snapshots import Snapshots
from tests.integration.test_store_repository import CHANGED, FILES, git

AT = datetime(2026, 1, 5, 11, 44, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _a_person(clean_folder, monkeypatch):
    home = clean_folder / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = Ann Admin\nemail = ann@example.com\n")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def fast_import(folder, commits, *, checkout=True):
    """A history from (path → text or None) changes, a second apart, oldest first."""
    folder.mkdir(exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    lines = []
    for number, changes in enumerate(commits):
        message = f"commit {number}\n"
        lines.append(f"commit refs/heads/main\ncommitter Bot <bot@x> {1767600000 + number} +0100\n")
        lines.append(f"data {len(message)}\n{message}")
        for path, text in changes.items():
            size = len((text or "").encode())
            added = f"M 100644 inline {path}\ndata {size}\n{text}\n"
            lines.append(f"D {path}\n" if text is None else added)
    git(folder, "fast-import", "--quiet", stdin="".join(lines))
    if checkout:
        git(folder, "reset", "-q", "--hard")
    return History(Git(folder))


def blob_id(text):
    return hashlib.sha1(f"blob {len(text)}\0{text}".encode(), usedforsecurity=False).hexdigest()


# --- the walk --------------------------------------------------------------------------------


def test_a_walk_tells_what_each_commit_changed_newest_first(tmp_path):
    history = fast_import(
        tmp_path / "r",
        [{"a.txt": "1", "dir/b.txt": "x"}, {"a.txt": "2"}, {"dir/b.txt": None}, {}],
    )
    walk = list(history.log(["HEAD"]))
    assert [commit.message for commit in walk] == [f"commit {n}\n" for n in (3, 2, 1, 0)]
    told = [
        [(c.path, c.before and c.before.id, c.after and c.after.id) for c in commit.changes]
        for commit in walk
    ]
    assert told == [
        [],
        [("dir/b.txt", blob_id("x"), None)],
        [("a.txt", blob_id("1"), blob_id("2"))],
        [("a.txt", None, blob_id("1")), ("dir/b.txt", None, blob_id("x"))],
    ]
    assert [commit.parents for commit in walk] == [(c.id,) for c in walk[1:]] + [()]
    first = walk[-1]
    assert (first.author, first.mail, first.date) == ("Bot", "bot@x", "1767600000 +0100")
    assert first.authored_at == datetime.fromtimestamp(1767600000, UTC)
    assert first.id == git(tmp_path / "r", "rev-list", "--max-parents=0", "HEAD")


def test_a_walk_over_a_range_some_paths_and_so_many_commits(tmp_path):
    history = fast_import(
        tmp_path / "r",
        [{"a*": "1"}, {"ab": "1"}, {"sub/values.yaml": "1"}, {"a*": "2"}, {"sub/values.yaml": "2"}],
    )

    def numbers(*arguments, **settings):
        return [int(commit.message.split()[1]) for commit in history.log(*arguments, **settings)]

    assert numbers(["HEAD~3..HEAD"]) == [4, 3, 2]
    assert numbers(["HEAD"], ["a*"]) == [3, 0]
    assert numbers(["HEAD"], ["sub"]) == numbers(["HEAD"], ["sub/"]) == [4, 2]
    assert numbers(["HEAD"], ["sub/values.yaml", "ab"]) == [4, 2, 1]
    assert numbers(["HEAD"], limit=2) == [4, 3]
    assert numbers(["HEAD"], ["-x"]) == []
    inside = History(Git(tmp_path / "r" / "sub"))  # paths count from the root all the same
    assert [commit.id for commit in inside.log(["HEAD"], ["a*"])] == [
        commit.id for commit in history.log(["HEAD"], ["a*"])
    ]


@pytest.mark.parametrize("text", [":100644 a b c M", "\n:x", "two\n\nlines", "", "größe"])
def test_no_message_is_taken_for_a_change(tmp_path, text):
    git(tmp_path, "init", "-q", "-b", "main", "r")
    root = tmp_path / "r"
    for path in ("one", ":two", "\nthree ü"):
        (root / path).write_text(path)
        git(root, "add", "-A")
        verbatim = ("--allow-empty-message", "--cleanup=verbatim", "-F", "-")
        git(root, "commit", "-q", *verbatim, stdin=text)
    walk = list(History(Git(root)).log(["HEAD"]))
    assert [[c.path for c in commit.changes] for commit in walk] == [
        ["\nthree ü"], [":two"], ["one"]
    ]  # fmt: skip
    assert {commit.message.strip("\n") for commit in walk} == {text.strip("\n")}


@pytest.mark.parametrize(
    "setting",
    [("log.showRoot", "false"), ("log.showSignature", "true"), ("diff.renames", "copies"),
     ("log.diffMerges", "first-parent"), ("color.ui", "always"), ("core.abbrev", "4"),
     ("i18n.logOutputEncoding", "latin1"), ("diff.relative", "true"), ("log.follow", "true"),
     ("diff.orderFile", "/nonexistent"), ("log.date", "iso"), ("format.pretty", "oneline")],
)  # fmt: skip
def test_a_users_settings_do_not_change_the_walk(tmp_path, setting):
    text = "ü" * 200
    history = fast_import(
        tmp_path / "r", [{"old/a.txt": text}, {"old/a.txt": None, "new/a.txt": text}, {"b": "1"}]
    )
    expected = list(history.log(["HEAD"])), list(history.log(["HEAD"], ["new/a.txt"]))
    assert len(expected[0]) == 3
    assert len(expected[1]) == 1
    git(tmp_path / "r", "config", *setting)
    assert (list(history.log(["HEAD"])), list(history.log(["HEAD"], ["new/a.txt"]))) == expected


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to look into")
def test_a_walk_that_is_left_ends_git(tmp_path):
    history = fast_import(tmp_path / "r", [{"a": str(number)} for number in range(3000)])
    walk = history.log(["HEAD"])
    assert next(walk).message == "commit 2999\n"
    assert any(b"\0log\0" in command for command in children(tmp_path))
    walk.close()
    assert not any(b"\0log\0" in command for command in children(tmp_path))


def children(folder):
    """Processes this one has started on something in a folder and that still run."""
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in found]
    return [command for command in commands if os.fsencode(folder) in command]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to look into")
def test_a_history_nobody_holds_ends_its_git(tmp_path):
    history = fast_import(tmp_path / "r", [{"a": "1"}])
    assert history.commit_id("HEAD")
    assert any(b"cat-file" in command for command in children(tmp_path))
    del history
    assert not any(b"cat-file" in command for command in children(tmp_path))


@pytest.mark.parametrize("revision", ["nothing", "-x", "--all", "nothing..HEAD"])
def test_a_walk_from_nowhere_is_a_sentence(tmp_path, revision):
    history = fast_import(tmp_path / "r", [{"a": "1"}])
    with pytest.raises(StoreError, match="git log failed"):
        list(history.log([revision]))


def test_where_two_revisions_part(tmp_path):
    history = fast_import(tmp_path / "r", [{"a": "1"}, {"a": "2"}])
    root = tmp_path / "r"
    base = history.commit_id("HEAD~1")
    git(root, "checkout", "-q", "-b", "side", base)
    git(root, "commit", "-q", "--allow-empty", "-m", "side")
    git(root, "checkout", "-q", "--orphan", "apart")
    git(root, "commit", "-q", "--allow-empty", "-m", "apart")
    assert history.merge_base("main", "side") == base
    assert history.merge_base(base, "main") == base
    assert history.merge_base("main", "apart") == ""
    with pytest.raises(StoreError, match="git merge-base failed"):
        history.merge_base("main", "-x")


# --- any path at any revision ----------------------------------------------------------------


def test_any_path_at_any_revision(tmp_path):
    history = fast_import(
        tmp_path / "r", [{"values.yaml": "one", "a/b/c d.env": "deep"}, {"values.yaml": "two"}]
    )
    old, new = history.commit_id("HEAD~1"), history.commit_id("main")

    def text(commit, path):
        entry = history.entry(commit, path)
        return history.read([entry.id])[0].decode() if entry else None

    assert [text(commit, "values.yaml") for commit in (old, new)] == ["one", "two"]
    assert text(new, "a/b/c d.env") == "deep"
    assert [text(new, path) for path in ("a/x", "values.yaml/x", "nothing", "..")] == [None] * 4
    assert history.folder(new, "a").keys() == {"b"}
    assert history.folder(new, "").keys() == {"values.yaml", "a"}
    assert history.folder(new, "values.yaml") == {}
    assert history.entry(new, "a").is_folder
    assert not history.entry(new, "a").is_regular


@pytest.mark.parametrize(
    "revision", ["HEAD~1\nHEAD", "HEAD\0x", "main@{9}", "HEAD^{tree}", "-x", "", "é"]
)
def test_what_names_no_commit_leaves_the_door_open(tmp_path, revision):
    history = fast_import(tmp_path / "r", [{"a": "1"}, {"a": "2"}])
    head = history.commit_id("HEAD")
    assert history.commit_id(revision) == ""
    assert history.commit_id("HEAD") == head


def test_a_process_that_dies_within_an_object_is_a_sentence(tmp_path):
    history = fast_import(tmp_path / "r", [{"a": "1"}])
    root = tmp_path / "r"
    (root / "big").write_bytes(os.urandom(1 << 20))
    blob = git(root, "hash-object", "-w", "big")
    path = root / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[: 1 << 19])
    with pytest.raises(StoreError, match=r"damaged|cat-file failed"):
        history.read([blob])
    assert history.commit_id("HEAD")


def test_many_distinct_files_are_read_once_each(tmp_path, calls):
    texts = ["one", "two", "one", "three", "two"]
    history = fast_import(tmp_path / "r", [{"f": text} for text in texts])
    calls.taken()
    blobs = [commit.changes[0].after.id for commit in history.log(["HEAD"])]
    assert [data.decode() for data in history.read(blobs)] == texts[::-1]
    assert [data.decode() for data in history.read(blobs[:2])] == ["two", "three"]
    history.close()  # so that all is written down
    asked = [name for name in calls.names() if name]
    assert sorted(asked) == sorted({*blobs})
    assert len(calls.taken()) == 2


def test_a_history_is_read_without_a_work_tree(tmp_path):
    store = Repository.open(tmp_path / "store", create=True)
    store.commit("prod", FILES, "x", AT)
    git(tmp_path, "clone", "-q", "--bare", "store", "bare")
    for place in ("bare", "store/deployments/prod", "store/.git"):
        assert Snapshots.at(tmp_path / place).read("HEAD", "prod").files == FILES


def test_no_repository_is_told_from_one_that_git_refuses(tmp_path):
    for path, message in (
        (tmp_path / "missing", "there is no folder"),
        (tmp_path, "is not in a git repository"),
    ):
        with pytest.raises(NoRepository, match=message):
            Snapshots.at(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_repository_of_another_user_is_named_as_such(tmp_path, run):
    store = Repository.open(tmp_path / "store", create=True)
    store.commit("prod", FILES, "x", AT)
    for path in (store.root, store.root / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(StoreError, match="belongs to another user"):
        Snapshots.at(store.root)
    done = run("diff", "HEAD", "HEAD", "--repo", store.root)
    assert done.returncode == 2
    assert "belongs to another user" in done.stderr


def test_the_index_of_a_second_commit_is_the_one_the_first_left(tmp_path):
    """A git that waits for names knows the index of the moment of the first."""
    store = Repository.open(tmp_path / "store", create=True)
    for files in (FILES, CHANGED, FILES, CHANGED):
        assert store.commit("prod", files, "x", AT)
        assert git(store.root, "status", "--porcelain=v1", "--untracked-files=all") == ""


@pytest.mark.parametrize("kept", ["ours", "theirs"])
def test_a_snapshot_that_a_merge_took_from_a_branch_is_from_there(tmp_path, kept):
    """The commit that stored a snapshot is on the side it was taken from."""
    store = Repository.open(tmp_path / "store", create=True)
    store.commit("prod", FILES, "first", AT)
    git(store.root, "checkout", "-q", "-b", "side")
    theirs = store.commit("prod", CHANGED, "theirs", AT)
    git(store.root, "checkout", "-q", "main")
    ours = store.commit("prod", {"settings.json": "{}\n"}, "ours", AT)
    git(store.root, "merge", "-q", "-s", "ours", "side", "-m", "merged")
    if kept == "theirs":
        git(store.root, "checkout", "side", "--", "deployments/prod")
        git(store.root, "commit", "-q", "--amend", "-m", "merged")
    assert store.read("HEAD").commit == {"ours": ours, "theirs": theirs}[kept]


def test_what_a_branch_had_meanwhile_is_not_where_a_snapshot_is_from(tmp_path):
    """Both sides brought something, and of one deployment the older snapshot was kept."""
    store = Repository.open(tmp_path / "store", create=True)
    first = store.commit("prod", FILES, "first", AT)
    git(store.root, "checkout", "-q", "-b", "side")
    dev = store.commit("dev", FILES, "theirs", AT)
    store.commit("prod", CHANGED, "theirs, not kept", AT)
    git(store.root, "checkout", "-q", "main")
    test = store.commit("test", FILES, "ours", AT)
    git(store.root, "merge", "-q", "--no-commit", "side")
    git(store.root, "checkout", first, "--", "deployments/prod")
    git(store.root, "commit", "-q", "-m", "merged")
    for name, commit in {"prod": first, "dev": dev, "test": test}.items():
        assert store.read("HEAD", name).commit == commit


@pytest.mark.parametrize("depth", [1, 2])
def test_snapshots_of_a_shallow_clone_are_read(tmp_path, depth):
    store = Repository.open(tmp_path / "store", create=True)
    store.commit("prod", FILES, "first", AT)
    store.commit("dev", FILES, "other", AT)
    newest = store.commit("prod", CHANGED, "newest", AT)
    before = store.history.commit_id("HEAD~1")
    git(tmp_path, "clone", "-q", "--depth", str(depth), f"file://{store.root}", "clone")
    snapshots = Snapshots.at(tmp_path / "clone")
    assert snapshots.read("HEAD", "prod").commit == newest
    assert snapshots.read("HEAD", "dev").commit == {1: newest, 2: before}[depth]  # the oldest known


def test_a_submodule_that_snapshots_replaced_hides_none(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main", "store")
    root = tmp_path / "store"
    commit = ("-c", "user.name=a", "-c", "user.email=a@x", "commit", "-q", "-m", "x")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},deployments")
    git(root, *commit)
    git(root, "rm", "-q", "--cached", "deployments")
    (root / "deployments/prod").mkdir(parents=True)
    (root / "deployments/prod/settings.json").write_text("{}")
    git(root, "add", "deployments")
    git(root, *commit)
    first = git(root, "rev-parse", "HEAD")
    store = Repository.open(root)
    store.commit("dev", FILES, "other", AT)
    assert store.read("HEAD", "prod").commit == first


# --- how often git is run --------------------------------------------------------------------


@pytest.fixture
def run(capsys):
    """A command, with what it said."""

    def call(*arguments):
        code = main.run([*map(str, arguments), "--no-config"])
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return call


@pytest.fixture
def story(clean_folder, run):
    """A repository with two snapshots, and the payload of the second."""
    for number, state in enumerate(states()[:2]):
        Path(f"{number}.json").write_text(json.dumps(state.payload))
        done = run("snapshot", "--from", f"{number}.json", "--repo", "repo", "prod",
                   "--at", f"2026-01-0{number + 1}T00:00:00Z")  # fmt: skip
        assert done.returncode == 0, done.stderr
    return clean_folder


def lengthen(root, commits):
    """Many commits on top that leave the snapshots as they are."""
    tip = git(root, "rev-parse", "HEAD")
    git(root, "fast-import", "--quiet", stdin="".join(
        f"commit refs/heads/main\ncommitter Bot <bot@x> {1800000000 + number} +0000\ndata 1\nx\n"
        + (f"from {tip}\n" if number == 0 else "")
        + f"M 100644 inline notes.txt\ndata {len(str(number))}\n{number}\n"
        for number in range(commits)
    ))  # fmt: skip
    git(root, "reset", "-q", "--hard")


OPTION = "CODER_ACCESS_URL"
READINGS = {
    "two revisions": (("diff", "audit~1", "audit"), 1, 1),
    "two revisions and their deployments": (("diff", "audit~1:prod", "audit:prod"), 1, 1),
    "a revision and a file": (("diff", "audit~1", "1.json"), 1, 1),
    "newest and a file": (("diff", "HEAD", "1.json"), 1, 2),
    "an option": (("explain", OPTION, "audit~1", "audit"), 1, 1),
    "two times": (("diff", "2026-01-01", "prod@{2026-01-02}"), 3, 3),
    "an event and a time": (("diff", "prod@{2026-01-01}", "last-operator-change"), 3, 3),
    "two events": (("diff", "last-operator-change", "prod@{last-operator-change}"), 2, 2),
    "an unchanged snapshot": (("snapshot", "--from", "1.json", "prod"), 2, 3),
    "files alone": (("diff", "0.json", "1.json"), 0, 0),
}
"""What is asked → the command, and how many git it takes, also where later commits are many."""


@pytest.mark.parametrize("commits", [0, 2000])
def test_how_often_git_is_run(run, story, calls, commits):
    root = story / "repo"
    git(root, "tag", "audit")
    if commits:
        lengthen(root, commits)
    tip = git(root, "rev-parse", "HEAD")
    calls.taken()
    for what, (arguments, *times) in READINGS.items():
        done = run(*arguments, "--repo", "repo")
        assert done.returncode in (0, 1), f"{what}: {done.stderr}"
        taken = calls.taken()
        assert len(taken) == times[bool(commits)], f"{what}: {taken}"
    assert git(root, "rev-parse", "HEAD") == tip
    again = run("snapshot", "--from", "1.json", "prod", "--repo", "repo").stdout
    assert "unchanged" in done.stdout + again


def test_the_last_snapshot_of_many_is_found_with_as_few(run, story, calls):
    """No revision named: the newest snapshot of the deployment is meant.

    One more git tells what the OIDC issuer was earlier, where the upgrade makes that matter.
    """
    for target, times in (("2.33.7", 1), ("2.35.1", 2)):
        calls.taken()
        done = run("upgrade", "--to", target, "--repo", "repo", "-d", "prod")
        assert done.returncode in (0, 1), done.stderr
        assert len(calls.taken()) == times


# --- what an option was earlier --------------------------------------------------------------


def snapshot_with_issuer(issuer):
    snapshot = default_snapshot(packaged().nearest("2.33.7"))
    settings = {**snapshot.settings, "oidc-issuer-url": Setting(issuer, ValueSource.ENV)}
    return encode(replace(snapshot, settings=settings))


def stored(root, *issuers):
    store = Repository.open(root, create=True)
    for number, issuer in enumerate(issuers):
        store.commit("prod", snapshot_with_issuer(issuer), f"number {number}", AT)
    store.commit("other", snapshot_with_issuer("https://other.example.com"), "another", AT)
    return root


@pytest.fixture
def upgraded(run):
    wanted = ("--to", "2.33.8", "-d", "prod", "-f", "json")
    return lambda root: run("upgrade", *wanted, "--repo", root)


def test_earlier_settings_come_newest_first_and_each_once(clean_folder, calls):
    root = stored(clean_folder / "repo", "https://a", "https://b", "https://a")
    lengthen(root, 20)
    (root / "deployments/prod/server.json").write_text("{}")
    git(root, "commit", "-qam", "only another file")
    calls.taken()
    found = [*Snapshots.at(root).earlier_settings("prod")]
    assert len(calls.taken()) == 2
    assert [re.search(r'"https://(.)"', one.files["settings.json"])[1] for one in found] == [*"aba"]
    assert {one.deployment for one in found} == {"prod"}
    assert [*Snapshots.at(root).earlier_settings("none")] == []


def test_there_are_no_earlier_settings_before_the_first_commit(clean_folder):
    git(clean_folder, "init", "-q", "-b", "main")
    assert [*Snapshots.at(clean_folder).earlier_settings("prod")] == []


@pytest.mark.parametrize(
    ("issuers", "told"),
    [
        (["https://old", "https://new"], "yes"),
        (["https://new", "https://old", "https://new"], "yes"),
        (["", "https://new"], "depends"),
        (["https://new"], "depends"),
        (["https://old", ""], None),
    ],
)
def test_an_issuer_that_changed_long_ago_is_remembered(
    clean_folder, calls, upgraded, issuers, told
):
    root = stored(clean_folder / "repo", *issuers)
    lengthen(root, 20)
    calls.taken()
    done = upgraded(root)
    assert done.returncode == (1 if told == "yes" else 0), done.stderr
    assert len(calls.taken()) == 2 + bool(told)
    found = {one["rule"]: one for one in json.loads(done.stdout)["findings"]}
    assert found.get("oidc-earlier-issuer", {}).get("affects", {}).get("answer") == told


def test_a_damaged_earlier_snapshot_tells_nothing(clean_folder, upgraded):
    root = stored(clean_folder / "repo", "https://old")
    file = root / "deployments/prod/settings.json"
    whole = file.read_bytes()
    for data in (whole.replace(b'"https://old"', b'"https://new'), b"{}", b"[", b"\xff", whole):
        file.write_bytes(data)
        git(root, "commit", "-qam", "by hand")
    done = upgraded(root)
    assert done.returncode == 0, done.stderr
    [found] = [o for o in json.loads(done.stdout)["findings"] if o["rule"] == "oidc-earlier-issuer"]
    assert found["affects"]["answer"] == "depends"


def test_what_reads_does_not_import_gitpython(story):
    git(story / "repo", "tag", "audit")
    code = (
        "import json, sys; from confaudit.cli.main import run\n"
        "told = {}\n"
        f"for what, (arguments, *_) in {READINGS!r}.items():\n"
        "    code = run([*arguments, '--repo', 'repo', '--no-config'])\n"
        "    told[what] = code, 'git' in sys.modules\n"
        "print(json.dumps(told))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told.keys() == READINGS.keys()
    for what, (exit_code, is_imported) in told.items():
        assert (exit_code in (0, 1), is_imported) == (True, False), f"{what}: {done.stderr}"


def test_a_shared_file_of_two_revisions_is_read_once(run, story, calls):
    """The schema is large and seldom changes."""
    calls.names()
    assert run("diff", "HEAD~1", "HEAD", "--repo", "repo").returncode in (0, 1)
    ids = [name for name in calls.names() if re.fullmatch("[0-9a-f]{40}", name)]
    assert len(ids) == len(set(ids))
    assert git(story / "repo", "rev-parse", "HEAD:deployments/prod/schema.json") in ids
