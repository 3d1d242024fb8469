"""What confaudit hands to git as a pack is what git would have made, and is packed in time."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from confaudit.store import maintenance
from confaudit.store.command import Git
from confaudit.store.history import History
from confaudit.store.identity import People, Signature, people
from confaudit.store.objects import Objects
from confaudit.store.repository import Repository, Taken
from tests.integration.test_store_repository import git

pytestmark = pytest.mark.usefixtures("quiet_home")
ANN = Signature("Ann <ann@example.com>", "1767613446 +0000")
SIZES = (0, 15, 16, 2047, 2048, 300_000)
"""On both sides of where the header of an object becomes a byte longer."""
NAMES = ("a.b", "a-b", "a0", "ä", "a/b", "a.b.c/d/e", "deployments-old/x", "z")


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_objects_are_those_that_git_makes(tmp_path: Path, object_format: str) -> None:
    git(tmp_path, "init", "-q", "-b", "main", f"--object-format={object_format}")
    objects = Objects(Git(tmp_path), History(Git(tmp_path)), object_format)
    files = {name: name.encode() for name in NAMES}
    files |= {f"sizes/{size}": b"x" * size for size in SIZES}
    for data in files.values():
        objects.write_blob(data)
    first = objects.write_tree("", {name: objects.entry(data) for name, data in files.items()})
    tree = objects.write_tree(first, {"z": None, "a/b": None})
    commit = objects.write_commit(tree, "", "why\n\nmore\n", People(ANN, ANN))
    objects.store()
    git(tmp_path, "reset", "-q", "--hard", commit)
    git(tmp_path, "fsck", "--strict")
    assert git(tmp_path, "write-tree") == tree
    git(tmp_path, "add", "-A")
    assert git(tmp_path, "write-tree") == tree
    left = {name: data for name, data in files.items() if name not in ("z", "a/b")}
    assert all((tmp_path / name).read_bytes() == data for name, data in left.items())
    told = git(tmp_path, "log", "-1", "--format=%an <%ae> %at|%B")
    assert told == f"{ANN.who} 1767613446|why\n\nmore"


@pytest.mark.parametrize(
    ("configured", "author"),
    [
        ({}, "confaudit <confaudit@localhost>"),
        ({"user.name": "Ann"}, "confaudit <confaudit@localhost>"),
        ({"user.name": "Ann", "user.email": "a@x"}, "Ann <a@x>"),
        ({"user.name": "Ann", "user.email": "a@x", "author.name": "Bot"}, "Bot <a@x>"),
        ({"user.name": "Ann\nGIT_AUTHOR_IDENT=Eve", "user.email": "a@x"}, "AnnGIT_AUTHOR_"),
    ],
)
def test_who_commits_is_who_git_knows(tmp_path: Path, monkeypatch, configured, author) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    git(tmp_path, "init", "-q")
    for key, value in configured.items():
        git(tmp_path, "config", key, value)
    assert people(Git(tmp_path)).author.who.startswith(author)


def test_one_that_cannot_be_stored_does_not_stop_the_others(tmp_path: Path) -> None:
    store = Repository.open(tmp_path / "store", create=True)
    (store.root / "deployments").mkdir()
    (store.root / "deployments/b").symlink_to("..")
    at = datetime(2026, 1, 5, tzinfo=UTC)
    taken = [Taken(name, {"config.json": "{}"}, lambda: "x", at) for name in "abc"]
    one, two, three = store.record(taken)
    assert (one.error, three.error) == (None, None)
    assert "is a symbolic link" in str(two.error)
    assert store.deployments() == ("a", "c")
    assert git(store.root, "status", "--porcelain") == "?? deployments/b"


def counted(folder: Path) -> dict[str, str]:
    lines = git(folder, "count-objects", "-v").splitlines()
    return dict(line.split(": ") for line in lines)


@pytest.fixture(scope="module")
def loose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit and more loose objects than there are to be."""
    folder = tmp_path_factory.mktemp("loose")
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    objects = Objects(Git(folder), History(Git(folder)), "sha1")
    made = [str(number).encode() for number in range(3000)]
    for data in made:
        objects.write_blob(data)
    tree = objects.write_tree("", {data.decode(): objects.entry(data) for data in made})
    commit = objects.write_commit(tree, "", "many", People(ANN, ANN))
    objects.store()
    git(folder, "update-ref", "refs/heads/main", commit)
    return folder


def test_what_lies_loose_stays_so_where_the_user_says_so(loose: Path) -> None:
    assert maintenance.is_due(loose / ".git")
    git(loose, "config", "gc.auto", "0")
    maintenance.maintain(Git(loose), loose / ".git")
    git(loose, "config", "--unset", "gc.auto")
    assert int(counted(loose)["count"]) > 3000


def test_what_lies_loose_is_packed_and_its_paths_noted(loose: Path) -> None:
    maintenance.maintain(Git(loose), loose / ".git")
    found = counted(loose)
    assert (found["count"], found["packs"]) == ("0", "1")
    assert (loose / ".git/objects/info/commit-graphs").is_dir()
    assert not maintenance.is_due(loose / ".git")


def test_little_is_not_packed(tmp_path: Path) -> None:
    assert not maintenance.is_due(tmp_path)
