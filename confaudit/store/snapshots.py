"""The snapshots in a git history: found, told apart and read. Needs no work tree."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from confaudit.core.model import StoredFiles
from confaudit.core.snapshot.canonical import FILES, SETTINGS, naming
from confaudit.core.text.wording import visible
from confaudit.errors import ConfauditError, DamagedError, NothingToDo, StoreError
from confaudit.store.command import Git
from confaudit.store.history import History
from confaudit.store.layout import (
    DEPLOYMENTS,
    check_deployment,
    check_revision,
    deployment_of,
    folder_of,
    listed,
)
from confaudit.store.log import REGULAR, TreeEntry
from confaudit.store.origins import Origins

MAX_SNAPSHOT_BYTES = 64 << 20
"""A thousand times what Coder sends; more is an accident or an attack on the memory."""

Entries = Mapping[str, TreeEntry]
"""Files by path from the root of the repository."""


class Snapshots:
    """Reads the snapshots of a repository, bare or not."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._origins = lru_cache(maxsize=2)(partial(Origins, history))

    @classmethod
    def at(cls, path: Path) -> "Snapshots":
        """Those of the repository a folder belongs to.

        Raises:
            NoRepository: it belongs to none.
            StoreError: git may not use it, or is not installed.
        """
        history = History(Git(path))
        history.open()
        return cls(history)

    def deployments(self, revision: str = "HEAD") -> tuple[str, ...]:
        """Deployments with a snapshot at a revision, sorted; none when it does not exist."""
        return tuple(self.held(revision))

    def held(self, revision: str = "HEAD") -> Mapping[str, str]:
        """Deployments with a snapshot at a revision, each with what is equal for equal ones."""
        commit = self._commit_id(revision)
        if not commit:
            return {}
        folders = self.history.folder(commit, DEPLOYMENTS)
        return {name: folders[name].id for name in self._held(commit)}

    def contents(self, revision: str, deployment: str) -> StoredFiles:
        """A snapshot, without the commit that stored it, which takes a walk to find.

        Raises:
            StoreError: it cannot be read.
        """
        entries = self.regular_files(self._commit_id(revision), deployment)
        return StoredFiles(self.texts(entries), visible(f"{revision}:{deployment}"), deployment)

    def read(self, revision: str, deployment: str = "", words: str = "") -> StoredFiles | None:
        """The snapshot of a deployment at a revision; None when there is no such revision.

        Commit and time are those of the commit that stored the snapshot, which may be older than
        the revision. Without a deployment, the revision must hold exactly one. `words` are how it
        was asked for, where not as git names it.

        Raises:
            StoreError: the revision cannot be one, or does not hold that snapshot.
            DamagedError: a file of it is no text.
            NothingToDo: there is no snapshot at all yet.
        """
        commit = self._commit_id(revision)
        if not commit:
            return None
        called = words or revision
        name = check_deployment(deployment) if deployment else self._only(commit, called)
        entries = self.regular_files(commit, name)
        if not entries:
            raise self._absent(commit, called, name)
        label = visible(words or (f"{revision}:{deployment}" if deployment else revision))
        with naming(label):
            files = self.texts(entries)
        origin = self._origins(commit).of(name)
        return StoredFiles(
            files=files,
            label=label,
            deployment=name,
            commit=origin.commit,
            taken_at=origin.authored_at,
            folder=folder_of(name).rstrip("/"),
        )

    def changed(self, before: str, after: str) -> tuple[str, ...]:
        """Deployments whose snapshot differs between two commits, sorted; an empty id has none."""
        old, new = (self.history.folder(one, DEPLOYMENTS) if one else {} for one in (before, after))
        differing = (name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        return tuple(
            sorted(
                name
                for name in differing
                if (self.regular_files(before, name) if before else {})
                != self.regular_files(after, name)
            )
        )

    def latest(self, deployment: str) -> StoredFiles | None:
        """The newest snapshot of a deployment on the checked-out branch, None before the first."""
        return self.read("HEAD", deployment) if self.has(deployment) else None

    def has(self, deployment: str) -> bool:
        """Whether there is a snapshot of a deployment on the checked-out branch, damaged or not."""
        tip = self._commit_id("HEAD")
        return bool(tip and self.regular_files(tip, deployment))

    def taken_at(self, revision: str, deployment: str) -> datetime | None:
        """When the snapshot of a deployment at a revision was taken; None where there is none.

        Raises:
            StoreError: the revision cannot be one.
        """
        commit = self._commit_id(revision)
        if not commit or not self.regular_files(commit, deployment):
            return None
        return self._origins(commit).of(deployment).authored_at

    def staged(self, deployment: str) -> StoredFiles:
        """The snapshot of a deployment as it is staged, which may be without any file."""
        return StoredFiles(self.texts(self._staged(deployment)), "staged", deployment)

    def earlier_settings(self, deployment: str) -> Iterator[StoredFiles]:
        """The settings of a deployment's snapshots on the checked-out branch, newest first.

        Each that differs from the one before it once, the newest included, but what is no text; of
        a snapshot only that file. Walks git's history as far as the caller goes, with one process.
        """
        tip = self._commit_id("HEAD")
        path = folder_of(deployment) + SETTINGS
        for commit in self.history.log([tip], [path]) if tip else ():
            for change in commit.changes:
                if change.after and change.after.is_regular:
                    with suppress(DamagedError):
                        texts = self.texts({path: change.after})
                        label, at = visible(commit.id[:12]), commit.authored_at
                        yield StoredFiles(texts, label, deployment, commit.id, at)

    def files(self, commit: str, deployment: str) -> Entries:
        """What a commit holds in place of the files of a deployment's snapshot, even links."""
        folder = folder_of(deployment)
        found = self.history.folder(commit, folder)
        return {folder + name: found[name] for name in found if deployment_of(folder + name)}

    def regular_files(self, commit: str, deployment: str) -> Entries:
        """The files of a deployment's snapshot in a commit, none when it has none; no links."""
        return {path: one for path, one in self.files(commit, deployment).items() if one.is_regular}

    def texts(self, entries: Entries) -> dict[str, str]:
        """Contents by name of the files of one snapshot.

        Raises:
            StoreError: one is missing, or larger than any that is read.
            DamagedError: one is no text.
        """
        contents = self.history.read([entry.id for entry in entries.values()], MAX_SNAPSHOT_BYTES)
        names = (path.rpartition("/")[2] for path in entries)
        return {name: _text(name, data) for name, data in zip(names, contents, strict=True)}

    def _staged(self, deployment: str) -> Entries:
        """The snapshot in the index, without what is in conflict; modes are taken for right."""
        paths = [folder_of(deployment) + name for name in FILES]
        staged = {path: self.history.staged(path) for path in paths}
        return {path: TreeEntry(REGULAR, blob) for path, blob in staged.items() if blob}

    def _commit_id(self, revision: str) -> str:
        return self.history.commit_id(check_revision(revision)) if revision else ""

    def _held(self, commit: str) -> tuple[str, ...]:
        names = self.history.folder(commit, DEPLOYMENTS)
        return tuple(sorted(name for name in names if self.regular_files(commit, name)))

    def _only(self, commit: str, revision: str) -> str:
        names = self._held(commit)
        if not names:
            raise self._absent(commit, revision, "")
        if len(names) > 1:
            raise StoreError(
                f"{visible(revision)} holds snapshots of several deployments: {listed(names)}",
                f"say which: -d {names[0]}, or {visible(revision)}:{names[0]}",
            )
        return names[0]

    def _absent(self, commit: str, revision: str, deployment: str) -> ConfauditError:
        names = self._held(commit)
        if not names and not self.deployments():
            return NothingToDo("there is no snapshot yet", "take one with `confaudit snapshot`")
        wanted = f"snapshot of '{deployment}'" if deployment else "snapshot"
        later = "the first one came later; `confaudit diff` compares the last one with what is live"
        hint = f"it holds: {listed(names)}" if names else later
        return StoreError(f"{visible(revision)} holds no {wanted}", hint)


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise DamagedError(
            f"the stored snapshot file {name} is not UTF-8 text",
            "restore it from git, or take a new snapshot",
        ) from None
