"""The git repository of snapshots: all that workflows know of the store."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from confaudit.core.snapshot.canonical import FILES
from confaudit.core.text.wording import visible
from confaudit.errors import ConfauditError, StoreError
from confaudit.store import conversions, folder, obstacles
from confaudit.store.answers import Answers
from confaudit.store.branch import Branch
from confaudit.store.command import Git
from confaudit.store.commits import Commits, Draft, Recorded
from confaudit.store.discovery import RepositoryPaths, find
from confaudit.store.history import History
from confaudit.store.layout import (
    ATTRIBUTES,
    ATTRIBUTES_TEXT,
    DEPLOYMENTS,
    check_deployment,
    folder_of,
    is_ours,
    listed,
    with_trailer,
)
from confaudit.store.lock import StoreLock
from confaudit.store.log import TreeEntry
from confaudit.store.maintenance import maintain
from confaudit.store.objects import Changes, Objects, changes_between
from confaudit.store.private import private
from confaudit.store.remote import Remote
from confaudit.store.snapshots import Entries, Snapshots
from confaudit.store.told import Told


class Taken(NamedTuple):
    """A snapshot to be stored."""

    deployment: str
    files: Mapping[str, str]
    """Name → text."""
    message: Callable[[], str]
    """Asked for where it is not what the newest commit holds; empty for files that mean the same
    and are written differently."""
    at: datetime
    """The author date."""


class Repository(Snapshots):
    """A git work tree with snapshots in `deployments/<name>/`, and whatever else people keep."""

    def __init__(self, place: RepositoryPaths, committed_at: datetime | None) -> None:
        self.root = place.root
        self._git = Git(place.root)
        super().__init__(History(self._git))
        self._objects = Objects(self._git, self.history, place.object_format)
        self._commits = Commits(self._git, self.history, self._objects, committed_at)
        self._head = place.head
        self._common_dir = place.common_dir
        self._lock = StoreLock(place.common_dir)  # shared by all work trees of the repository
        self.answers = Answers(place.common_dir)
        self.told = Told(place.common_dir)

    @classmethod
    def open(
        cls, path: Path, *, create: bool = False, committed_at: datetime | None = None
    ) -> "Repository":
        """The repository whose work tree contains the path.

        With `create`, a missing or empty folder becomes a repository of its own, and so does one
        with files that lies in none; the files are left alone. `committed_at` is the committer
        date of all snapshots; without one it is the time of each commit.

        Raises:
            StoreError: there is none, it is bare, or git may not use it.
        """
        with private():
            repository = cls(find(path, create=create), committed_at)
        repository.history.open()
        return repository

    @contextmanager
    def lock(self, timeout_seconds: float = 60.0) -> Iterator[None]:
        """Keep other confaudit processes from changing the repository; may be nested.

        What is made meanwhile is not for everybody to read.

        Raises:
            StoreError: on entering, when another process still holds it after the timeout.
        """
        with self._lock.hold(timeout_seconds), private():
            yield

    def commit(
        self, deployment: str, files: Mapping[str, str], message: str, at: datetime
    ) -> str | None:
        """Store the files (name → text) as the snapshot of a deployment, as `record` does.

        Returns:
            Id of the commit, None when the branch holds this snapshot already.

        Raises:
            StoreError: as `record`, or something else is where the snapshot is to be.
        """
        (recorded,) = self.record([Taken(deployment, files, lambda: message, at)])
        if recorded.error:
            raise recorded.error
        return recorded.commit or None

    def record(self, snapshots: Sequence[Taken]) -> list[Recorded]:
        """Store snapshots of several deployments, with a commit for each that changed.

        The work tree and the index follow, even when a snapshot is unchanged. Everything else,
        staged or not, stays as it is, but for our .gitattributes, which comes with the first
        snapshot. Hooks do not run and nothing is signed.

        Returns:
            What became of each, in their order: one that fails does not stop the others.

        Raises:
            StoreError: no branch is checked out, or the repository cannot be read or written.
        """
        drafts: dict[str, Draft] = {}
        failed: dict[str, Recorded] = {}
        with self.lock():
            conversions.switch_off(self._common_dir)
            attributes = self._attributes()
            for one in snapshots:
                try:
                    drafts[one.deployment] = self._drafted(one, attributes)
                except ConfauditError as error:
                    failed[one.deployment] = Recorded(error=error)
            what = f"snapshot {listed(drafts, 3)}"
            made = dict(zip(drafts, self._committed([*drafts.values()], what), strict=True))
        return [(made | failed)[one.deployment] for one in snapshots]

    def maintain(self) -> None:
        """Keep git fast and the repository small: once after any number of commits."""
        with private():
            maintain(self._git, self._common_dir)

    def is_settled(self, path: str) -> bool:
        """Whether a file of the work tree, by its path from the top folder, is as it is committed.

        So is one that is nowhere. What is staged counts as a change.
        """
        tip = self.history.commit_id("HEAD")
        held = self.history.entry(tip, path) if tip else None
        staged = self.history.index(path).get(path)
        on_disk = self._objects.entry(data) if (data := self._on_disk(path)) else None
        return _id(staged) == _id(on_disk) == _id(held)

    def commit_files(self, paths: Iterable[str], message: str, at: datetime) -> str | None:
        """Commit files of the work tree as they are there, by their paths from the top folder.

        Everything else, staged or not, stays as it is; else as `commit`.

        Returns:
            Id of the commit, None when the branch holds all of them already.

        Raises:
            StoreError: no branch is checked out, or the repository cannot be read or written.
        """
        contents = {path: data for path in paths if (data := self._on_disk(path)) is not None}
        draft = Draft(
            contents=contents,
            entries=self._entries(contents),
            places=[*contents],
            message=lambda: message,
            at=at,
            fresh=[*contents],
        )
        with self.lock():
            (made,) = self._committed([draft], "set up")
        return made.commit or None

    def push(self, remote: str, seconds: float = 60.0) -> str:
        """Push the checked-out branch, and return the id of its newest commit then.

        When the remote has commits of others, the snapshots not pushed yet are put on top; while
        others keep pushing, again and again for so many seconds.

        Raises:
            RemoteError: the remote cannot be reached or refuses.
            StoreError: there is no such remote, or only a person can bring both together.
        """
        with self.lock():
            branch = self._branch()
            Remote(self._git, self._objects, branch, self, remote).push(seconds)
            return branch.tip()

    def _attributes(self) -> Mapping[str, bytes]:
        """Our .gitattributes, where it is to come with the first snapshot.

        That is where it lies there and is not committed yet, or where the history begins with it.
        """
        tip = self.history.commit_id("HEAD")
        if tip and any(self.history.entry(tip, one) for one in (DEPLOYMENTS, ATTRIBUTES)):
            return {}
        ours, present = ATTRIBUTES_TEXT.encode(), self._on_disk(ATTRIBUTES)
        if present != ours and (tip or present is not None):
            return {}
        folder.write_file(self.root / ATTRIBUTES, ours)
        return {ATTRIBUTES: ours}

    def _on_disk(self, path: str) -> bytes | None:
        """The contents of a file of the work tree; None where there is nothing."""
        place = self.root / path
        try:
            return place.read_bytes() if os.path.lexists(place) else None
        except OSError as error:
            raise StoreError(
                f"{visible(path)} cannot be read: {error.strerror}", "look at what it is"
            ) from None

    def _drafted(self, snapshot: Taken, attributes: Mapping[str, bytes]) -> Draft:
        """A snapshot put down in the work tree, to be committed."""
        name = snapshot.deployment
        files = {file: _encoded(file, text) for file, text in snapshot.files.items()}
        folder_name = folder_of(check_deployment(name))
        obstacles.refuse_committed(self, self.history.commit_id("HEAD"), name)
        obstacles.refuse_on_disk(self.root, name)
        fresh = folder.write(self.root, name, files)
        contents = {folder_name + file: data for file, data in files.items()} | {**attributes}
        return Draft(
            contents=contents,
            entries=self._entries(contents),
            places=[folder_name + file for file in FILES],
            message=lambda: with_trailer(snapshot.message(), name),
            at=snapshot.at,
            fresh=[folder_name + file for file in fresh],
        )

    def _committed(self, drafts: Sequence[Draft], what: str) -> list[Recorded]:
        """The drafts committed, and the index brought up to date."""
        made = self._commits.make(drafts, self._branch, what)
        is_unchanged = not all(one.commit or one.error for one in made)
        index = self.history.index(DEPLOYMENTS) if is_unchanged else {}
        stale: dict[str, TreeEntry | None] = {}
        for draft, one in zip(drafts, made, strict=True):
            stale |= _stale(draft, one, index)
        if stale:
            self._branch().stage(stale)
        return made

    def _entries(self, contents: Mapping[str, bytes]) -> Entries:
        return {path: self._objects.entry(data) for path, data in contents.items()}

    def _branch(self) -> Branch:
        return Branch(self._git, self._objects, self.history, self._head)


def _id(entry: TreeEntry | None) -> str:
    return entry.id if entry else ""


def _stale(draft: Draft, made: Recorded, index: Entries) -> Changes:
    """What the index is to be told; of files just written it knows the old."""
    if made.error:
        return {}
    if made.commit:
        return {**made.changes, **draft.entries}
    known = [path for path in draft.places if path in index and path not in draft.fresh]
    return changes_between({path: index[path] for path in known}, draft.entries)


def _encoded(name: str, text: str) -> bytes:
    if not is_ours(name):
        raise ValueError("not the name of a file of a snapshot")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise StoreError(
            f"{name} would hold text that is not valid Unicode",
            "look for broken characters in the settings of the deployment",
        ) from None
