"""Snapshots become git objects; no work tree, no branch.

Plumbing throughout: objects are made by id and from bytes, so that no filter, hook, signature or
staged change of the user has a say in what is stored.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from confaudit.store.blobs import blob_id
from confaudit.store.command import Git
from confaudit.store.log import REGULAR, TreeEntry
from confaudit.store.snapshots import Entries

Changes = Mapping[str, TreeEntry | None]
"""What is to become of paths; None removes one."""


class Objects:
    """Writes to the object database of one repository."""

    def __init__(self, git: Git, object_format: str) -> None:
        self._git = git
        self._format = object_format

    def entry(self, data: bytes) -> TreeEntry:
        """The entry a file with these contents has, without storing anything."""
        return TreeEntry(REGULAR, blob_id(data, self._format))

    def write_blob(self, data: bytes) -> None:
        """Store the bytes as they are."""
        self._git.run("hash-object", "-w", "--stdin", stdin=data)

    def write_tree(self, base: str, changes: Changes) -> str:
        """Id of the tree of a commit (empty: of nothing) with the changes made to it.

        An index of its own keeps what the user has staged out of the tree.
        """
        with tempfile.TemporaryDirectory() as folder:
            env = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            if base:
                self._git.run("read-tree", base, env=env)
            self._git.run(
                "update-index", "-z", "--index-info", stdin=self.index_info(changes), env=env
            )
            return self._git.run("write-tree", env=env).line

    def index_info(self, changes: Changes) -> bytes:
        """The changes in the form `git update-index -z --index-info` reads."""
        gone = TreeEntry("0", "0" * len(self.entry(b"").id))
        rows = ((path, entry or gone) for path, entry in sorted(changes.items()))
        return "".join(f"{entry.mode} {entry.id}\t{path}\0" for path, entry in rows).encode()

    def write_commit(
        self, tree: str, parent: str, message: str, identity: Mapping[str, str]
    ) -> str:
        """Id of a new commit on top of the parent (empty: the first of a history).

        `identity` holds GIT_AUTHOR_* and GIT_COMMITTER_*; what is missing comes from git's own
        configuration. It is never signed: cron has nobody to unlock a key.
        """
        parents = ["-p", parent] if parent else []
        return self._git.run(
            "commit-tree", tree, *parents, "-F", "-", stdin=message.encode(), env=identity
        ).line


def changes_between(before: Entries, after: Entries) -> Changes:
    """What makes the one the other; empty when they are equal."""
    removed: dict[str, TreeEntry | None] = {path: None for path in before if path not in after}
    return removed | {path: new for path, new in after.items() if before.get(path) != new}
