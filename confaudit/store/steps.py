"""What each commit made of each deployment's snapshot, from the newest commit back."""

from collections import OrderedDict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

from confaudit.core.snapshot.canonical import FILES
from confaudit.store.layout import DEPLOYMENTS, deployment_of, folder_of
from confaudit.store.log import Commit, FileChange, TreeEntry
from confaudit.store.snapshots import Entries, Snapshots

Files: TypeAlias = Mapping[str, str]
"""File name → text, NOT redacted; what is no UTF-8 is replaced."""

_NOTHING: Final[tuple[Entries, Files]] = ({}, {})
_AHEAD: Final = 64
"""Steps whose files are read in one go."""
_HELD: Final = 32
"""Deployments whose files are kept in memory from one step to the next."""


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


def last_moving(
    snapshots: Snapshots, revision: str, deployment: str, file: str, text: str
) -> Iterator[Step]:
    """The newest one that changes how often a text stands in a file, for which git looks.

    Raises:
        StoreError: the history cannot be read.
    """
    history, path = snapshots.history, folder_of(deployment) + file
    for commit in history.log([revision], [path], limit=1, is_linked=True, moving=text):
        parent = history.commit_id(f"{commit.id}^")
        before = snapshots.regular_files(parent, deployment) if parent else {}
        yield Step(commit, deployment, before, snapshots.regular_files(commit.id, deployment))


class Version(NamedTuple):
    """A step with the texts of the files."""

    step: Step
    before: Files
    after: Files


def versions(snapshots: Snapshots, walk: Iterator[Step]) -> Iterator[Version]:
    """Read the files of steps; one that stays as it was is read once, and is the same object.

    Raises:
        StoreError: the history cannot be read.
    """
    held: OrderedDict[str, tuple[Entries, Files]] = OrderedDict()
    for step in read_ahead(snapshots, walk):
        after = texts(snapshots, step.after, held.pop(step.deployment, _NOTHING))
        before = texts(snapshots, step.before, (step.after, after))
        held[step.deployment] = step.before, before
        if len(held) > _HELD:
            held.popitem(last=False)
        yield Version(step, before, after)


def texts(snapshots: Snapshots, wanted: Entries, known: tuple[Entries, Files] = _NOTHING) -> Files:
    """The texts of some files, of which those that are known need not be read.

    Raises:
        StoreError: the history cannot be read.
    """
    entries, files = known
    found = {}
    for path, entry in wanted.items():
        name = path.rpartition("/")[2]
        if path in entries and entries[path].id == entry.id:
            found[name] = files[name]
        else:
            found[name] = snapshots.history.read([entry.id])[0].decode(errors="replace")
    return found


def read_ahead(
    snapshots: Snapshots, walk: Iterator[Step], names: Container[str] = FILES
) -> Iterator[Step]:
    """Steps whose files of some names git reads while the steps before are looked at.

    Few at first, as nobody may want more.

    Raises:
        StoreError: the history cannot be read.
    """
    size, steps = 1, [*islice(walk, 1)]
    while steps:
        size = min(2 * size, _AHEAD)
        coming = [*islice(walk, size)]
        snapshots.history.ask_ahead(_ids(coming, names))
        yield from steps
        steps = coming


def _ids(steps: Iterable[Step], names: Container[str]) -> Iterator[str]:
    for step in steps:
        for path, entry in (*step.before.items(), *step.after.items()):
            if path.rpartition("/")[2] in names:
                yield entry.id


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
