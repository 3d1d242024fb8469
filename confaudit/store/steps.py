"""What each commit made of each deployment's snapshot, from the newest commit back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from confaudit.store.layout import DEPLOYMENTS, deployment_of, folder_of
from confaudit.store.log import Commit, FileChange, TreeEntry
from confaudit.store.snapshots import Entries, Snapshots


class Step(NamedTuple):
    """The files of one snapshot before and after a commit that changed some of them."""

    commit: Commit
    deployment: str
    before: Entries
    """By path from the root; none when there was no snapshot."""
    after: Entries
    """None when the commit removed it."""


def steps(snapshots: Snapshots, revision: str, deployments: Sequence[str] = ()) -> Iterator[Step]:
    """Walk the history of a revision, newest first; of all deployments when none is named.

    Of a commit only what it changed is read from git's log, and what it left as it was is known
    from the commit after it: a walk reads the folder of a deployment once, and again where
    branches came together.

    Raises:
        StoreError: the history cannot be read.
    """
    paths = [folder_of(name) for name in deployments] or [f"{DEPLOYMENTS}/"]
    files: dict[str, Entries] = {}
    expected = ""
    for commit in snapshots.history.log([revision], paths, is_linked=True):
        if commit.id != expected:
            files.clear()
        for name, changes in _by_deployment(commit.changes).items():
            after = files[name] if name in files else snapshots.regular_files(commit.id, name)
            files[name] = _undone(after, changes)
            yield Step(commit, name, files[name], after)
        expected = commit.parents[0] if len(commit.parents) == 1 else ""


def _by_deployment(changes: Sequence[FileChange]) -> Mapping[str, list[FileChange]]:
    found: dict[str, list[FileChange]] = {}
    for change in changes:
        if name := deployment_of(change.path):
            found.setdefault(name, []).append(change)
    return found


def _undone(after: Entries, changes: Sequence[FileChange]) -> Entries:
    """The files as they were before some changes."""
    before: dict[str, TreeEntry] = dict(after)
    for change in changes:
        before.pop(change.path, None)
        if change.before and change.before.is_regular:
            before[change.path] = change.before
    return before
