"""The snapshots that two versions of one file belong to: git tells a diff driver no more."""

from collections.abc import Sequence
from typing import NamedTuple

from confaudit.core.model import StoredFiles
from confaudit.store.layout import deployment_of
from confaudit.store.log import Commit, FileChange, TreeEntry
from confaudit.store.snapshots import Snapshots


class _Step(NamedTuple):
    commit: Commit
    change: FileChange


def snapshots_around(
    snapshots: Snapshots, path: str, before: bytes, after: bytes
) -> tuple[StoredFiles | None, StoredFiles | None]:
    """The snapshots that hold the two versions of a file, None where the history holds none.

    The newest commit that made the one of the other tells both; else it is of each the newest that
    brought it, or what is staged.

    Raises:
        NoRepository: the folder is in no repository.
        StoreError: the history cannot be read.
    """
    history, name = snapshots.history, deployment_of(path)
    if not history.commit_id("HEAD"):
        return None, None
    ids = history.blob_id(before), history.blob_id(after)
    steps = [_Step(one, change) for one in history.log(["HEAD"], [path]) for change in one.changes]
    for commit, change in steps:
        if (_id(change.before), _id(change.after)) == ids:
            return snapshots.read(commit.parents[0], name), snapshots.read(commit.id, name)
    old, new = (_holding(snapshots, path, steps, one) for one in ids)
    return old, new


def _holding(
    snapshots: Snapshots, path: str, steps: Sequence[_Step], blob: str
) -> StoredFiles | None:
    name = deployment_of(path)
    for commit, change in steps:
        if _id(change.after) == blob:
            return snapshots.read(commit.id, name)
    return snapshots.staged(name) if snapshots.history.staged(path) == blob else None


def _id(entry: TreeEntry | None) -> str:
    return entry.id if entry else ""
