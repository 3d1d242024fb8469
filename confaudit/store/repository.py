"""The git repository of snapshots: all that workflows know of the store."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path

from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.store import conversions, folder, identity, obstacles
from confaudit.store.answers import Answers
from confaudit.store.branch import Branch
from confaudit.store.command import Git
from confaudit.store.discovery import RepositoryPaths, find
from confaudit.store.history import History
from confaudit.store.layout import (
    ATTRIBUTES,
    ATTRIBUTES_TEXT,
    DEPLOYMENTS,
    check_deployment,
    folder_of,
    is_ours,
    with_trailer,
)
from confaudit.store.lock import StoreLock
from confaudit.store.objects import Objects, changes_between
from confaudit.store.private import private
from confaudit.store.remote import Remote
from confaudit.store.snapshots import Entries, Snapshots

_ATTEMPTS = 5
"""How often a commit is made anew because somebody else committed at the same moment."""


class Repository(Snapshots):
    """A git work tree with snapshots in `deployments/<name>/`, and whatever else people keep."""

    def __init__(self, place: RepositoryPaths, committed_at: datetime | None) -> None:
        self.root = place.root
        self._git = Git(place.root)
        super().__init__(History(self._git))
        self._objects = Objects(self._git, place.object_format)
        self._common_dir = place.common_dir
        self._lock = StoreLock(place.common_dir)  # shared by all work trees of the repository
        self._committed_at = committed_at
        self.answers = Answers(place.common_dir)

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
            return cls(find(path, create=create), committed_at)

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
        """Store the files (name → text) as the snapshot of a deployment.

        The work tree and the index follow, even when the snapshot is unchanged. Everything else,
        staged or not, stays as it is, but for our .gitattributes, which comes with the first
        snapshot. Hooks do not run and nothing is signed. The author date is
        `at`. An empty message stands for files that mean the same and are written differently.

        Returns:
            Id of the commit, None when the branch holds this snapshot already.

        Raises:
            StoreError: no branch is checked out, something else is where the snapshot is to be, or
                the repository cannot be written.
        """
        contents = {name: _encoded(name, text) for name, text in files.items()}
        by_path = _by_path(deployment, contents)
        with self.lock():
            obstacles.refuse_committed(self, self.history.commit_id("HEAD"), deployment)
            obstacles.refuse_on_disk(self.root, deployment)
            conversions.switch_off(self._common_dir)
            by_path |= self._attributes()
            written = folder.write(self.root, deployment, contents)
            signed = with_trailer(message, deployment)
            commit = self._record(
                by_path,
                lambda tip: self.files(tip, deployment),
                signed,
                at,
                f"snapshot {deployment}",
            )
            self._stage(by_path, self._staged_besides(deployment, written))
        return commit

    def maintain(self) -> None:
        """Keep git fast: once after any number of commits.

        It packs what lies loose when that has become much, and notes which paths the new commits
        changed, so that the history of one deployment among many need not look at all of them.
        """
        with private():
            self._git.ask("maintenance", "run", "--auto", "--quiet")
            self._git.ask("commit-graph", "write", "--reachable", "--changed-paths", "--split")

    def holds(self, deployment: str, files: Mapping[str, str]) -> bool:
        """Whether the newest commit has these very files (name → text) as a deployment's snapshot.

        Raises:
            StoreError: as `commit`.
        """
        contents = {name: _encoded(name, text) for name, text in files.items()}
        tip = self.history.commit_id("HEAD")
        held = self.files(tip, deployment) if tip else {}
        return held == self._entries(_by_path(deployment, contents))

    def is_settled(self, path: str) -> bool:
        """Whether a file of the work tree, by its path from the top folder, is as it is committed.

        So is one that is nowhere. What is staged counts as a change.
        """
        tip = self.history.commit_id("HEAD")
        held = self.history.entry(tip, path) if tip else None
        staged = self.history.staged(path)
        on_disk = self._objects.entry(data).id if (data := self._on_disk(path)) else ""
        return staged == on_disk == (held.id if held else "")

    def commit_files(self, paths: Iterable[str], message: str, at: datetime) -> str | None:
        """Commit files of the work tree as they are there, by their paths from the top folder.

        Everything else, staged or not, stays as it is; else as `commit`.

        Returns:
            Id of the commit, None when the branch holds all of them already.

        Raises:
            StoreError: no branch is checked out, or the repository cannot be read or written.
        """
        contents = {path: data for path in paths if (data := self._on_disk(path)) is not None}
        with self.lock():
            commit = self._record(
                contents, lambda tip: self._committed(tip, contents), message, at, "set up"
            )
            self._stage(contents, {})
        return commit

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
        if tip and self._committed(tip, (DEPLOYMENTS, ATTRIBUTES)):
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

    def _entries(self, contents: Mapping[str, bytes]) -> Entries:
        return {path: self._objects.entry(data) for path, data in contents.items()}

    def _committed(self, tip: str, paths: Iterable[str]) -> Entries:
        found = {path: self.history.entry(tip, path) for path in paths}
        return {path: entry for path, entry in found.items() if entry}

    @cached_property
    def _author(self) -> Mapping[str, str]:
        return identity.names(self._git)

    def _branch(self) -> Branch:
        return Branch(self._git, self._objects, self.history)

    def _staged_besides(self, deployment: str, written: Collection[str]) -> Entries:
        """What the index has and need not be told anew: of files just written it knows the old."""
        fresh = {folder_of(deployment) + name for name in written}
        staged = self._staged(deployment)
        return {path: entry for path, entry in staged.items() if path not in fresh}

    def _stage(self, contents: Mapping[str, bytes], staged: Entries) -> None:
        if stale := changes_between(staged, self._entries(contents)):
            self._branch().stage(stale)

    def _record(
        self,
        contents: Mapping[str, bytes],
        held: Callable[[str], Entries],
        message: str,
        at: datetime,
        what: str,
    ) -> str | None:
        """Commit the contents (by path), on whatever the newest commit is by then.

        `held` tells what they take the place of in a commit, and `what` is told to git's reflog.
        """
        wanted = self._entries(contents)
        for _ in range(_ATTEMPTS):
            tip = self.history.commit_id("HEAD")
            changes = changes_between(held(tip) if tip else {}, wanted)
            if not changes:
                return None
            branch = self._branch()
            for path in changes.keys() & contents.keys():
                self._objects.write_blob(contents[path])
            author = identity.of_snapshot(self._author, at, self._committed_at)
            tree = self._objects.write_tree(tip, changes)
            commit = self._objects.write_commit(tree, tip, message, author)
            if branch.advance(tip, commit, f"confaudit: {what}"):
                return commit
        raise StoreError(
            f"others keep committing to {visible(branch.name)}, so nothing was committed",
            "run again when they are done",
        )


def _by_path(deployment: str, contents: Mapping[str, bytes]) -> dict[str, bytes]:
    prefix = folder_of(check_deployment(deployment))
    return {prefix + name: data for name, data in contents.items()}


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
