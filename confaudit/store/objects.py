"""Snapshots as git objects: read from commits, turned into commits; no work tree, no branch.

Plumbing throughout: objects are made by id and from bytes, so that no filter, hook, signature or
staged change of the user has a say in what is stored.
"""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from confaudit.errors import StoreError
from confaudit.store.command import Git
from confaudit.store.layout import DEPLOYMENTS, deployment_of, folder_of

_REGULAR = "100644"
_LISTED = re.compile(rb"(\d+) blob ([0-9a-f]+)\t(.+)", re.DOTALL)
_STAGED = re.compile(rb"(\d+) ([0-9a-f]+) 0\t(.+)", re.DOTALL)


class TreeEntry(NamedTuple):
    """One file of a tree or of the index."""

    mode: str
    id: str

    @property
    def is_regular(self) -> bool:
        """False for a symbolic link, whose contents are a path."""
        return self.mode.startswith("100")


Entries = Mapping[str, TreeEntry]
"""Files by path from the root of the repository."""

Changes = Mapping[str, TreeEntry | None]
"""What is to become of paths; None removes one."""


class Objects:
    """The object database of one repository."""

    def __init__(self, git: Git, object_format: str) -> None:
        self._git = git
        self._format = object_format

    def commit_id(self, revision: str) -> str:
        """Full id of the commit a revision names, empty when there is none."""
        answer = self._git.ask("rev-parse", "--verify", f"{revision}^{{commit}}")
        if answer.code:
            # git has a dozen sentences for "no such revision", and a few for real trouble
            if trouble := self._git.known_failure(answer):
                raise trouble
            return ""
        return answer.line if re.fullmatch("[0-9a-f]+", answer.line) else ""  # not `^main`

    def snapshot(self, commit: str, deployment: str) -> Entries:
        """The files of ours a commit holds for a deployment."""
        return self._list(commit, folder_of(deployment))

    def deployments(self, commit: str) -> tuple[str, ...]:
        """Deployments a commit holds a snapshot of, sorted."""
        found = self._list(commit, f"{DEPLOYMENTS}/")
        return tuple(sorted({deployment_of(path) for path in found if found[path].is_regular}))

    def _list(self, commit: str, folder: str) -> Entries:
        out = self._git.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", folder).out
        return _parsed(_LISTED, out)

    def staged(self, deployment: str) -> Entries:
        """The same in the index, without what is in conflict."""
        out = self._git.run("ls-files", "--stage", "-z", "--", folder_of(deployment)).out
        return _parsed(_STAGED, out)

    def entry(self, data: bytes) -> TreeEntry:
        """The entry a file with these contents has, without storing anything."""
        digest = hashlib.new(self._format, usedforsecurity=False)
        digest.update(b"blob %d\0" % len(data))
        digest.update(data)
        return TreeEntry(_REGULAR, digest.hexdigest())

    def write_blob(self, data: bytes) -> None:
        """Store the bytes as they are."""
        self._git.run("hash-object", "-w", "--stdin", stdin=data)

    def read(self, entries: Sequence[TreeEntry], limit: int) -> list[bytes]:
        """Contents of the files.

        Raises:
            StoreError: together they have more bytes than the limit, or one is missing.
        """
        wanted = "".join(f"{entry.id}\n" for entry in entries).encode()
        sizes = self._git.run("cat-file", "--batch-check=%(objectsize)", stdin=wanted).out.split()
        if b"missing" in sizes:
            raise StoreError(
                f"the git repository in {self._git.where} lacks files of that snapshot",
                "run `git fsck` there, or restore it from a clone",
            )
        if sum(map(int, sizes)) > limit:
            raise StoreError(
                f"that snapshot is larger than {limit >> 20} MiB",
                "confaudit does not write such files; look at who did",
            )
        out = self._git.run("cat-file", "--batch=%(objectsize)", stdin=wanted).out
        return list(_contents(out, map(int, sizes)))

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


def _parsed(row: re.Pattern[bytes], out: bytes) -> Entries:
    """Our files among the NUL-terminated rows of ls-tree or ls-files."""
    matches = (row.fullmatch(line) for line in out.split(b"\0"))
    found = {
        match[3].decode(errors="replace"): TreeEntry(match[1].decode(), match[2].decode())
        for match in matches
        if match
    }
    return {path: entry for path, entry in found.items() if deployment_of(path)}


def _contents(out: bytes, sizes: Iterable[int]) -> Iterator[bytes]:
    """Take the contents out of the answer of cat-file: each has its size above and a newline."""
    position = 0
    for size in sizes:
        start = position + len(b"%d\n" % size)
        position = start + size + 1
        yield out[start : start + size]
