"""The git repository of snapshots: all that workflows know of the store."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path

from confaudit.core.model import StoredFiles
from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.store import folder, identity
from confaudit.store.branch import Branch
from confaudit.store.command import Git
from confaudit.store.discovery import RepositoryPaths, find
from confaudit.store.layout import (
    check_deployment,
    folder_of,
    is_ours,
    listed,
    split_revision,
    with_trailer,
)
from confaudit.store.lock import StoreLock
from confaudit.store.objects import Entries, Objects, changes_between
from confaudit.store.remote import Remote

MAX_SNAPSHOT_BYTES = 64 << 20
"""A thousand times what Coder sends; more is an accident or an attack on the memory."""

_ATTEMPTS = 5
"""How often a commit is made anew because somebody else committed at the same moment."""


class Repository:
    """A git work tree with snapshots in `deployments/<name>/`, and whatever else people keep."""

    def __init__(self, place: RepositoryPaths) -> None:
        self.root = place.root
        self._git = Git(place.root)
        self._objects = Objects(self._git, place.object_format)
        self._lock = StoreLock(place.common_dir)  # shared by all work trees of the repository

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> "Repository":
        """The repository whose work tree contains the path.

        With `create`, a missing or empty folder becomes a repository of its own, and so does one
        with files that lies in none; the files are left alone.

        Raises:
            StoreError: there is none, it is bare, or git may not use it.
        """
        return cls(find(path, create=create))

    def lock(self, timeout_seconds: float = 60.0) -> AbstractContextManager[None]:
        """Keep other confaudit processes from changing the repository; may be nested.

        Raises:
            StoreError: on entering, when another process still holds it after the timeout.
        """
        return self._lock.hold(timeout_seconds)

    def deployments(self, revision: str = "HEAD") -> tuple[str, ...]:
        """Deployments with a snapshot at a revision, sorted; none when it does not exist."""
        commit = self._commit_id(revision)
        return self._objects.deployments(commit) if commit else ()

    def resolve(self, argument: str) -> StoredFiles | None:
        """Read what a user calls `REVISION[:DEPLOYMENT]`; see `read`."""
        return self.read(*split_revision(argument))

    def read(self, revision: str, deployment: str = "") -> StoredFiles | None:
        """The snapshot of a deployment at a revision; None when there is no such revision.

        Commit and time are those of the commit that stored the snapshot, which may be older than
        the revision. Without a deployment, the revision must hold exactly one.

        Raises:
            StoreError: the revision cannot be one, or does not hold that snapshot.
        """
        commit = self._commit_id(revision)
        if not commit:
            return None
        name = check_deployment(deployment) if deployment else self._only(commit, revision)
        found = self._objects.snapshot(commit, name)
        entries = {path: entry for path, entry in found.items() if entry.is_regular}
        if not entries:
            raise self._absent(commit, revision, name)
        origin, taken_at = self._origin(commit, name)
        return StoredFiles(
            files=self._texts(entries),
            label=visible(f"{revision}:{deployment}" if deployment else revision),
            deployment=name,
            commit=origin,
            taken_at=taken_at,
        )

    def latest(self, deployment: str) -> StoredFiles | None:
        """The newest snapshot of a deployment on the checked-out branch, None before the first."""
        return self.read("HEAD", deployment) if deployment in self.deployments() else None

    def commit(
        self, deployment: str, files: Mapping[str, str], message: str, at: datetime
    ) -> str | None:
        """Store the files (name → text) as the snapshot of a deployment.

        The work tree and the index follow, even when the snapshot is unchanged. Everything else,
        staged or not, stays as it is. Hooks do not run and nothing is signed. The author date is
        `at`; the committer date is now, or SOURCE_DATE_EPOCH. An empty message stands for files
        that mean the same and are written differently.

        Returns:
            Id of the commit, None when the branch holds this snapshot already.

        Raises:
            StoreError: no branch is checked out, or the repository cannot be written.
        """
        prefix = folder_of(check_deployment(deployment))
        contents = {name: _encoded(name, text) for name, text in files.items()}
        by_path = {prefix + name: data for name, data in contents.items()}
        with self.lock():
            branch = Branch(self._git, self._objects)
            folder.write(self.root, deployment, contents)
            commit = self._record(branch, deployment, by_path, message, at)
            wanted = self._entries(by_path)
            branch.stage(changes_between(self._objects.staged(deployment), wanted))
            if commit:
                self._git.ask("maintenance", "run", "--auto", "--quiet")
        return commit

    def push(self, remote: str) -> str:
        """Push the checked-out branch, and return the id of its newest commit then.

        When the remote has commits of others, the snapshots not pushed yet are put on top.

        Raises:
            RemoteError: the remote cannot be reached or refuses.
            StoreError: there is no such remote, or only a person can bring both together.
        """
        with self.lock():
            branch = Branch(self._git, self._objects)
            Remote(self._git, self._objects, branch, remote).push()
            return branch.tip()

    def _commit_id(self, revision: str) -> str:
        if revision.startswith("-") or not revision.isprintable():
            raise StoreError(
                f"'{visible(revision)}' cannot be a revision",
                "name a commit, branch or tag, such as HEAD~1 or main@{yesterday}",
            )
        return self._objects.commit_id(revision) if revision else ""

    def _only(self, commit: str, revision: str) -> str:
        names = self._objects.deployments(commit)
        if not names:
            raise self._absent(commit, revision, "")
        if len(names) > 1:
            raise StoreError(
                f"{visible(revision)} holds snapshots of several deployments: {listed(names)}",
                f"name one of them: {visible(revision)}:{names[0]}",
            )
        return names[0]

    def _absent(self, commit: str, revision: str, deployment: str) -> StoreError:
        names = self._objects.deployments(commit)
        wanted = f"snapshot of '{deployment}'" if deployment else "snapshot"
        hint = f"it holds: {listed(names)}" if names else "take one with `confaudit snapshot`"
        return StoreError(f"{visible(revision)} holds no {wanted}", hint)

    def _origin(self, commit: str, deployment: str) -> tuple[str, datetime | None]:
        """The commit that stored the snapshot a commit holds, and its author date."""
        history = ("rev-list", "-1", "--format=%at", commit, "--", folder_of(deployment))
        _, origin, seconds = self._git.run(*history).out.split()
        taken_at = None
        with suppress(ValueError, OverflowError, OSError):  # git stores any number as a date
            taken_at = datetime.fromtimestamp(int(seconds), UTC)
        return origin.decode(), taken_at

    def _texts(self, entries: Entries) -> dict[str, str]:
        contents = self._objects.read(list(entries.values()), MAX_SNAPSHOT_BYTES)
        names = (path.rpartition("/")[2] for path in entries)
        try:
            return {name: data.decode() for name, data in zip(names, contents, strict=True)}
        except UnicodeDecodeError:
            raise StoreError(
                "a file of that snapshot is not UTF-8 text",
                "confaudit does not write such files; look at who changed it",
            ) from None

    def _entries(self, contents: Mapping[str, bytes]) -> Entries:
        return {path: self._objects.entry(data) for path, data in contents.items()}

    def _record(
        self,
        branch: Branch,
        deployment: str,
        contents: Mapping[str, bytes],
        message: str,
        at: datetime,
    ) -> str | None:
        """Commit the contents (by path), on whatever the newest commit is by then."""
        signed = with_trailer(message, deployment)
        wanted = self._entries(contents)
        for _ in range(_ATTEMPTS):
            tip = branch.tip()
            held = self._objects.snapshot(tip, deployment) if tip else {}
            changes = changes_between(held, wanted)
            if not changes:
                return None
            for path in changes.keys() & contents.keys():
                self._objects.write_blob(contents[path])
            author = identity.of_snapshot(self._git, at)
            tree = self._objects.write_tree(tip, changes)
            commit = self._objects.write_commit(tree, tip, signed, author)
            if branch.advance(tip, commit, f"confaudit: snapshot {deployment}"):
                return commit
        raise StoreError(
            f"others keep committing to {visible(branch.name)}, so the snapshot was not committed",
            "run again when they are done",
        )


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
