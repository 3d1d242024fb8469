"""What a review compares: revisions as people and CI jobs name them, and trees by content."""

import os
import subprocess
from pathlib import Path

import pytest

from confaudit.errors import StoreError
from confaudit.store import trees
from confaudit.store.revisions import Revisions
from tests.integration.test_history import blob_id, fast_import
from tests.integration.test_store_repository import git


@pytest.fixture(autouse=True)
def _a_person(clean_folder, monkeypatch):
    (clean_folder / "home").mkdir()
    (clean_folder / "home" / ".gitconfig").write_text("[user]\nname = Ann\nemail = a@example.com\n")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def forked(clean_folder):
    """`main` has moved on since `HEAD`, on the branch `side`, left it."""
    root = clean_folder / "r"
    fast_import(root, [{"a": "1", "sub/b": "1", "gone": "old\n"}, {"a": "2"}])
    git(root, "checkout", "-q", "-b", "side", "HEAD~1")
    (root / "sub/b").write_text("2")
    (root / "gone").rename(root / "moved")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "the change\n\nand why")
    return root


def between(root, text="", environ=None, **options):
    return Revisions(root, environ or {}).between(text, **options)


def shown(changes):
    return [(one.earlier_path, one.path, one.before is None, one.after is None) for one in changes]


FORK = [("gone", "moved", False, False), ("", "sub/b", False, False)]
WHOLE = [("", "a", False, False), *FORK]


def test_a_range_is_what_git_or_a_pull_request_shows(forked):
    main = git(forked, "rev-parse", "main")
    rows = {
        "": FORK, "main": FORK, "main...HEAD": FORK, "main...": FORK, "HEAD~1": FORK,
        "main..HEAD": WHOLE, "main..": WHOLE, f"{main}..side": WHOLE, "side..side": [], "HEAD": [],
        "..main": [WHOLE[0], ("moved", "gone", False, False), FORK[1]],
    }  # fmt: skip
    for text, expected in rows.items():
        assert shown(between(forked, text).changes()) == expected, text
    found = between(forked)
    assert [(c.author, c.subject) for c in found.commits()] == [("Ann", "the change")]
    assert [*found.commits(["a"])] == []
    assert found.base.label.endswith(" (where HEAD left main)")
    assert found.head.label == f"{git(forked, 'rev-parse', 'HEAD')[:12]} (HEAD)"


def test_the_branch_to_merge_into_is_told_by_ci_or_is_the_usual_one(forked, clean_folder):
    git(forked, "branch", "--", "trunk", "main")
    git(forked, "update-ref", "refs/heads/--upload-pack=x", "main")
    git(forked, "update-ref", "refs/remotes/origin/release", "side")
    sha = git(forked, "rev-parse", "main~1")
    rows = [
        ({}, "main"),
        ({"GITHUB_BASE_REF": "trunk"}, "trunk"),
        ({"GITHUB_BASE_REF": ""}, "main"),
        ({"GITHUB_BASE_REF": "release"}, "origin/release"),
        ({"GITHUB_BASE_REF": "--upload-pack=x"}, "--upload-pack=x"),
        ({"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "trunk"}, "trunk"),
        ({"CI_MERGE_REQUEST_DIFF_BASE_SHA": sha, "GITHUB_BASE_REF": "trunk"}, sha),
    ]
    for environ, name in rows:
        assert between(forked, "", environ).base.label.endswith(f"left {name})"), environ
    git(forked, "branch", "-m", "main", "mine")
    with pytest.raises(StoreError, match="cannot be told"):
        between(forked)
    git(forked, "config", "init.defaultBranch", "trunk")
    assert between(forked).base.label.endswith("left trunk)")
    git(clean_folder, "clone", "-q", "r", "clone")
    assert between(clean_folder / "clone").base.label.endswith("left origin/HEAD)")


def test_what_cannot_be_compared_is_one_sentence(forked, clean_folder):
    rows = {
        "nobody": "there is no commit nobody", "a..b": "there is no commit b",
        "main....HEAD": r"there is no commit \.HEAD", "--output=x": "cannot be a revision",
        "main..--output=x": "cannot be a revision", "main\nHEAD": "cannot be a revision",
        "\udcff": "cannot be a revision", "main:a": "there is no commit", "@{u}": "there is no",
    }  # fmt: skip
    for text, message in rows.items():
        with pytest.raises(StoreError, match=message) as caught:
            between(forked, text)
        assert "--unshallow" not in (caught.value.hint or ""), "the whole history is here"
    with pytest.raises(StoreError, match="no commit gone-branch") as caught:
        between(forked, "", {"GITHUB_BASE_REF": "gone-branch"})
    assert "fetch-depth: 0" in caught.value.hint
    url = f"file://{forked}"
    git(clean_folder, "clone", "-q", "--depth=1", "--no-single-branch", url, "shallow")
    with pytest.raises(StoreError, match="no commit in common") as caught:
        between(clean_folder / "shallow", "origin/main")
    assert "--unshallow" in caught.value.hint
    with pytest.raises(StoreError, match="no commit HEAD~9") as caught:
        between(clean_folder / "shallow", "HEAD~9")
    assert "--unshallow" in caught.value.hint
    git(clean_folder, "init", "-q", "empty")
    with pytest.raises(StoreError, match="there is no commit yet"):
        between(clean_folder / "empty")


def test_a_tree_knows_its_regular_files_and_reads_them(clean_folder):
    root = clean_folder / "r"
    history = fast_import(root, [{"a": "1"}])
    odd = os.fsdecode(b"odd \xff\n name")
    (root / odd).write_text("odd")
    (root / "deep/er").mkdir(parents=True)
    (root / "deep/er/file").write_text("1")
    (root / "link").symlink_to("/etc/passwd")
    git(clean_folder, "init", "-q", "other")
    git(clean_folder / "other", "commit", "-q", "--allow-empty", "-m", "x")
    tip = git(clean_folder / "other", "rev-parse", "HEAD")
    git(root, "add", "-A")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{tip},module")
    git(root, "commit", "-q", "-m", "more")
    found = between(root, "HEAD~1..HEAD")
    assert found.head.files() == {
        "a": blob_id("1"), "deep/er/file": blob_id("1"), odd: blob_id("odd")
    }  # fmt: skip
    assert shown(found.changes()) == [("", "deep/er/file", True, False), ("", odd, True, False)]
    rows = {odd: b"odd", "deep/er/file": b"1", "deep": None, "link": None, "module": None,
            "none/x": None, "a/b": None}  # fmt: skip
    assert {path: found.head.read(path) for path in rows} == rows
    with pytest.raises(StoreError, match="larger"):
        found.head.read(odd, limit=2)
    assert history.commit_id("HEAD") == found.head.commit


def test_the_work_tree_counts_as_it_lies_on_the_disk(forked, clean_folder):
    rows = {"staged": "s", "sub/b": "3", "new/one": "n", "ignored": "i", ".gitignore": "ignored\n"}
    (forked / "new").mkdir()
    for path, text in rows.items():
        (forked / path).write_text(text)
    git(forked, "add", "staged")
    (forked / "staged").write_text("s2")
    (forked / "moved").rename(forked / "moved on")
    (forked / "secrets").mkdir()
    (clean_folder / "outside").write_text("private")
    (forked / "secrets/link").symlink_to(clean_folder / "outside")
    os.mkfifo(forked / "pipe")
    git(forked / "new", "init", "-q", "nested")
    before = (forked / ".git/index").read_bytes()
    for place in (forked, forked / "sub"):
        found = between(place, with_disk=True)
        assert shown(found.changes()) == [
            ("", ".gitignore", True, False), ("gone", "moved on", False, False),
            ("", "new/one", True, False), ("", "staged", True, False), ("", "sub/b", False, False),
        ]  # fmt: skip
        head = found.head
        assert head.files()["sub/b"] == blob_id("3")
        assert [head.read(p) for p in ("sub/b", "staged", "a", "moved", "pipe")] == [
            b"3", b"s2", b"1", None, None
        ]  # fmt: skip
        with pytest.raises(StoreError, match="larger"):
            head.read("staged", limit=1)
    assert (forked / ".git/index").read_bytes() == before
    with pytest.raises(StoreError, match="does not build on main"):
        between(forked, "side..main", with_disk=True)


def test_a_folder_that_became_a_link_leads_nowhere(forked, clean_folder):
    outside = clean_folder / "outside"
    outside.mkdir()
    (outside / "b").write_text("private")
    (forked / "sub/b").unlink()
    (forked / "sub").rmdir()
    (forked / "sub").symlink_to(outside)
    found = between(forked, with_disk=True)
    assert ("", "sub/b", False, True) in shown(found.changes())
    assert found.head.read("sub/b") is None
    assert "sub/b" not in found.head.files()


def test_nothing_that_is_reviewed_starts_a_program(forked):
    """Neither by what git is told in the repository, nor by attributes that a change brings."""
    program = forked / "evil"
    program.write_text(f"#!/bin/sh\ntouch {forked}/ran\nexec cat\n")
    program.chmod(0o755)
    keys = ("core.fsmonitor", "gpg.program", "diff.external", "diff.x.textconv", "diff.x.command")
    for key in (*keys, "filter.x.clean", "filter.x.process", "alias.log", "alias.status"):
        git(forked, "config", key, str(program))
    for key in ("log.showSignature", "filter.x.required"):
        git(forked, "config", key, "true")
    (forked / ".gitattributes").write_text("* filter=x diff=x\n")
    (forked / "sub/b").write_text("3")
    found = between(forked, with_disk=True)
    assert "sub/b" in found.touched
    assert [*found.commits(["sub/b"])]
    assert not (forked / "ran").exists()
    git(forked, "config", "filter.x=y.clean", str(program))
    with pytest.raises(StoreError, match="equals sign"):
        between(forked, with_disk=True)


def test_a_folder_that_looks_like_a_repository_is_not_taken_for_one(forked):
    git(forked, "init", "-q", "--bare", "sub")
    with pytest.raises(StoreError, match="looks like a git repository of its own"):
        between(forked / "sub")


def test_how_often_git_is_run_for_a_review(forked, calls):
    rows = [("main..HEAD", False, 2), ("main...HEAD", False, 3), ("", False, 4), ("HEAD", True, 4)]
    for text, with_disk, times in rows:
        found = between(forked, text, with_disk=with_disk)
        for change in found.changes():
            found.base.read(change.earlier_path or change.path)
            found.head.read(change.path)
        assert [*found.commits()] or text == "HEAD"
        found.base.history.close()
        assert len(taken := calls.taken()) == times, taken


def test_ten_thousand_files_are_compared_by_looking_at_what_differs(clean_folder, calls):
    many = {f"d{number % 100}/f{number}": str(number) for number in range(10_000)}
    fast_import(clean_folder / "r", [many, {"d1/f1": "new"}], checkout=False)
    calls.names()
    found = between(clean_folder / "r", "HEAD~1..HEAD")
    assert shown(found.changes()) == [("", "d1/f1", False, False)]
    commits, roots, folders = 2, 2, 2
    assert len([name for name in calls.names() if name]) == commits + roots + folders
    assert len(found.head.files()) == 10_000


def test_folders_that_hold_each_other_many_times_are_refused(clean_folder, monkeypatch):
    monkeypatch.setattr(trees, "_MOST_FILES", 1000)
    root = clean_folder / "r"
    fast_import(root, [{"a": "1"}])
    tree = git(root, "rev-parse", "HEAD^{tree}")
    for _ in range(8):
        listing = "".join(f"040000 tree {tree}\t{number}\n" for number in range(8))
        tree = git(root, "mktree", stdin=listing)
    bomb = git(root, "commit-tree", "-p", "HEAD", "-m", "bomb", tree)
    for ask in (lambda one: one.changes(), lambda one: one.head.files()):
        with pytest.raises(StoreError, match="more than 1,000 files"):
            ask(between(root, f"HEAD..{bomb}"))


def test_a_sha256_repository_and_a_bare_one_are_compared_as_well(clean_folder):
    root = clean_folder / "r"
    subprocess.run(["git", "init", "-q", "--object-format=sha256", root], check=True)
    (root / "a").write_text("1")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")
    Path(root / "a").rename(root / "b")
    assert shown(between(root, "HEAD", with_disk=True).changes()) == [("a", "b", False, False)]
    git(clean_folder, "clone", "-q", "--bare", "r", "bare")
    assert between(clean_folder / "bare", "HEAD..HEAD").changes() == ()
    with pytest.raises(StoreError, match="bare"):
        between(clean_folder / "bare", "HEAD", with_disk=True)
