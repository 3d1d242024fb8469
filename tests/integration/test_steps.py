"""What each commit made of each deployment's snapshot, with branches, merges and removals."""

import pytest

from confaudit.errors import StoreError
from confaudit.store.command import Git
from confaudit.store.history import History
from confaudit.store.layout import folder_of
from confaudit.store.origins import Origins
from confaudit.store.snapshots import Snapshots
from confaudit.store.steps import steps
from tests.integration.test_store_repository import git

pytestmark = pytest.mark.usefixtures("quiet_home")


@pytest.fixture
def root(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "user.name", "Ann")
    git(tmp_path, "config", "user.email", "ann@example.com")
    return tmp_path


def commit(root, message, **files):
    """Commit files of deployments, as `prod_settings="1"`; None removes one."""
    for key, text in files.items():
        name, _, file = key.partition("_")
        path = root / folder_of(name) / f"{file}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink() if text is None else path.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)


def told(root, *names):
    """(subject, deployment, texts before, texts after) of each step."""
    snapshots = Snapshots(History(Git(root)))
    texts = lambda files: {k.removesuffix(".json"): v for k, v in snapshots.texts(files).items()}  # noqa: E731
    return [
        (step.commit.subject, step.deployment, texts(step.before), texts(step.after))
        for step in steps(snapshots, snapshots.history.commit_id("HEAD"), names)
    ]


def test_files_that_a_commit_left_as_they_were_are_told_as_well(root):
    commit(root, "first", prod_settings="1", prod_config="a", dev_settings="x")
    commit(root, "other", notes_README="no file of a snapshot")
    commit(root, "second", prod_settings="2")
    commit(root, "third", prod_config="b", dev_settings="y")
    assert told(root, "prod") == [
        ("third", "prod", {"settings": "2", "config": "a"}, {"settings": "2", "config": "b"}),
        ("second", "prod", {"settings": "1", "config": "a"}, {"settings": "2", "config": "a"}),
        ("first", "prod", {}, {"settings": "1", "config": "a"}),
    ]
    assert [(subject, name) for subject, name, _, _ in told(root)] == [
        ("third", "dev"), ("third", "prod"), ("second", "prod"), ("first", "dev"), ("first", "prod")
    ]  # fmt: skip


def test_a_removed_deployment_that_came_back(root):
    commit(root, "first", prod_settings="1")
    commit(root, "gone", prod_settings=None)
    commit(root, "back", prod_settings="1")
    assert [(subject, bool(was), bool(now)) for subject, _, was, now in told(root)] == [
        ("back", False, True), ("gone", True, False), ("first", False, True)
    ]  # fmt: skip


def test_each_branch_is_held_against_its_own_past(root):
    commit(root, "first", prod_settings="1", prod_config="a")
    git(root, "checkout", "-q", "-b", "side")
    commit(root, "side", prod_settings="2")
    git(root, "checkout", "-q", "main")
    commit(root, "main", prod_config="b")
    git(root, "merge", "-q", "--no-edit", "side")
    commit(root, "last", prod_settings="3")
    found = {subject: (was, now) for subject, _, was, now in told(root, "prod")}
    assert found == {
        "first": ({}, {"settings": "1", "config": "a"}),
        "side": ({"settings": "1", "config": "a"}, {"settings": "2", "config": "a"}),
        "main": ({"settings": "1", "config": "a"}, {"settings": "1", "config": "b"}),
        "last": ({"settings": "2", "config": "b"}, {"settings": "3", "config": "b"}),
    }


def test_a_link_in_place_of_a_file_is_none(root):
    commit(root, "first", prod_settings="1", prod_config="a")
    (root / folder_of("prod") / "config.json").unlink()
    (root / folder_of("prod") / "config.json").symlink_to("/etc/passwd")
    commit(root, "linked")
    commit(root, "file", prod_settings="2")
    assert [(was, now) for _, _, was, now in told(root)] == [
        ({"settings": "1"}, {"settings": "2"}),
        ({"settings": "1", "config": "a"}, {"settings": "1"}),
        ({}, {"settings": "1", "config": "a"}),
    ]


def test_the_merge_that_brought_a_commit(root):
    commit(root, "first", prod_settings="1")
    git(root, "checkout", "-q", "-b", "side")
    commit(root, "a", prod_settings="2")
    commit(root, "b", prod_settings="3")
    git(root, "checkout", "-q", "main")
    commit(root, "main", dev_settings="1")
    git(root, "merge", "-q", "-m", "merge", "side")
    commit(root, "last", prod_settings="4")
    history = History(Git(root))
    ids = {one.subject: one.id for one in history.log(["HEAD"])}
    parents = dict(history.graph("HEAD"))
    assert parents[ids["merge"]] == (ids["main"], ids["b"])
    assert [*parents][:2] == [ids["last"], ids["merge"]]


def test_a_snapshot_that_no_commit_stored_is_a_sentence(root):
    commit(root, "first", prod_settings="1")
    history = History(Git(root))
    origins = Origins(history, history.commit_id("HEAD"))
    assert origins.of("prod").commit == history.commit_id("HEAD")
    with pytest.raises(StoreError, match="which commit stored the snapshot of dev"):
        origins.of("dev")
