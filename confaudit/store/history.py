"""The door to git's history: any path at any revision, and what each commit changed.

Everything that is read from commits comes through here, with one `git cat-file --batch` for all
objects and one `git log --raw` for a walk, however long the history is. Nothing here knows what
the files mean, nor needs a work tree.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from confaudit.errors import StoreError
from confaudit.patterns import regex
from confaudit.store.batch import Batch
from confaudit.store.blobs import blob_id, format_of
from confaudit.store.command import Git, work_tree_of
from confaudit.store.log import COMMAND, FOLDER, Commit, Header, TreeEntry, commits, header

MAX_BYTES: Final = 64 << 20
"""The most that is read at once; more is an accident or an attack on the memory."""

_TREE_ROW = regex(rb"(\d+) ([^\0]+)\0", re.DOTALL)


class History:
    """The commits of one repository, which may be bare."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._batch = Batch(git)

    def open(self) -> None:
        """Make sure there is a history to read.

        Raises:
            NoRepository: the folder is in no repository.
            StoreError: git may not use it, or is not installed.
        """
        self._batch.open()

    def close(self) -> None:
        """Let go of git, which the next reading starts again; see `staged`."""
        self._batch.close()

    def commit_id(self, revision: str) -> str:
        """Full id of the commit a revision names, empty when there is none.

        Raises:
            StoreError: the name could mean several commits, or the repository is damaged.
        """
        found = self._batch.find(f"{revision}^{{commit}}", MAX_BYTES)
        return found.id if found else ""

    def header(self, commit: str) -> Header:
        """What a commit says of itself."""
        return header(self._object(commit, MAX_BYTES))

    def entry(self, commit: str, path: str) -> TreeEntry | None:
        """What a commit holds at a path from the root; the empty path is the root itself."""
        entry: TreeEntry | None = TreeEntry(FOLDER, self.tree_of(commit))
        for name in filter(None, path.split("/")):
            entry = self.tree(entry.id).get(name) if entry and entry.is_folder else None
        return entry

    def folder(self, commit: str, path: str) -> Mapping[str, TreeEntry]:
        """What a commit holds in a folder, by name; nothing when there is no such folder."""
        entry = self.entry(commit, path)
        return self.tree(entry.id) if entry and entry.is_folder else {}

    def tree_of(self, commit: str) -> str:
        """Id of the root of a commit."""
        return self.header(commit).tree

    def tree(self, tree: str) -> Mapping[str, TreeEntry]:
        """What lies in a folder, by name; the id is that of the folder, as its entry has it."""
        return _entries(self._object(tree, MAX_BYTES), len(tree) // 2)

    def read(self, blobs: Iterable[str], limit: int = MAX_BYTES) -> list[bytes]:
        """Contents of files by blob id; what was read lately is not read again.

        Raises:
            StoreError: together they have more bytes than the limit, or one is missing.
        """
        contents: list[bytes] = []
        for blob in blobs:
            contents.append(self._object(blob, limit))
            limit -= len(contents[-1])
        return contents

    def ask_ahead(self, blobs: Iterable[str]) -> None:
        """Have git look for some hundred files that `read` will want, while something else is done.

        Raises:
            StoreError: git has trouble.
        """
        self._batch.ask_ahead(blobs)

    def blob_id(self, data: bytes) -> str:
        """The id that a file with these contents has, stored or not."""
        return blob_id(data, format_of(self.commit_id("HEAD")))

    def staged(self, path: str) -> str:
        """Blob id of a path in the index, empty when it has none or is in conflict.

        The index is that of the first such question since `close`.
        """
        found = self._batch.find(f":0:{path}", MAX_BYTES)
        return found.id if found else ""

    def index(self, folder: str) -> Mapping[str, TreeEntry]:
        """What the index has in a folder, by path from the root, but for what is in conflict.

        Raises:
            StoreError: git has trouble.
        """
        listed = self._git.run("ls-files", "--stage", "-z", "--", _literal(folder)).out
        rows = (row.partition("\t") for row in os.fsdecode(listed).split("\0") if row)
        found = ((path, *facts.split(" ")) for facts, _, path in rows)
        return {path: TreeEntry(mode, blob) for path, mode, blob, stage in found if stage == "0"}

    def log(
        self,
        revisions: Sequence[str],
        paths: Sequence[str] = (),
        limit: int | None = None,
        *,
        is_linked: bool = False,
        is_mainline: bool = False,
        moving: str = "",
    ) -> Iterator[Commit]:
        """Walk from revisions (or over ranges, `A..B`) to what came before, newest first.

        With paths, files or folders from the root, only commits that made a difference to them;
        of branches that ended alike, one. `limit` is the most commits wanted. Linked, branches do
        not mix, and the parents of a commit are the next ones of the walk. On the main line, merges
        stand for what they brought. With a text that is `moving`, only commits that change how
        often it stands in those files. Commits come while git walks, each with the next one, and
        leaving early ends the walk.

        Raises:
            StoreError: a revision does not exist, or git has trouble.
        """
        most = () if limit is None else (f"--max-count={limit}",)
        chosen = map(_literal, paths)
        linked = ("--topo-order", "--parents") if is_linked else ()
        mainline = ("--first-parent",) if is_mainline else ()
        moved = (f"-S{moving}",) if moving else ()
        command = (
            *COMMAND,
            *most,
            *linked,
            *mainline,
            *moved,
            "--end-of-options",
            *revisions,
            "--",
            *chosen,
        )
        with self._git.stream(*command) as out:
            yield from commits(out)

    def ever(self, folder: str) -> Iterator[tuple[str, str]]:
        """Ids of all files that any branch, tag or stash has or had in a folder, with a path each.

        Raises:
            StoreError: git has trouble.
        """
        command = ("rev-list", "--all", "--objects", "--full-history", "--", _literal(folder))
        with self._git.stream(*command) as out:
            for line in out:
                found, _, path = line.rstrip(b"\n").partition(b" ")
                yield found.decode(), os.fsdecode(path)

    def log_of_all(self, folder: str) -> Iterator[Commit]:
        """All commits that any of them has and that changed a folder, the newest first.

        A merge comes once for each of its parents.

        Raises:
            StoreError: git has trouble.
        """
        command = (*COMMAND, "--all", "--full-history", "-m", "--", _literal(folder))
        with self._git.stream(*command) as out:
            yield from commits(out)

    def graph(self, revision: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """All commits of a revision with their parents; branches do not mix, the newest first.

        Raises:
            StoreError: the revision does not exist, or git has trouble.
        """
        command = ("rev-list", "--topo-order", "--parents", "--end-of-options", revision)
        with self._git.stream(*command) as out:
            for line in out:
                commit, *parents = line.decode().split()
                yield commit, tuple(parents)

    def unpushed(self, remote: str, path: str) -> int:
        """How many commits changed a path and are in no branch of a remote, as last seen."""
        lacking = ("HEAD", "--not", f"--remotes={remote}", "--", _literal(path))
        answer = self._git.ask("rev-list", "--count", *lacking)
        return int(answer.line) if answer.code == 0 else 0  # there is no commit yet

    def is_straight(self, old: str, new: str) -> bool:
        """Whether a commit came to be from another by one commit after the other, without a merge.

        Raises:
            StoreError: git has trouble.
        """
        if not self.commit_id(old):
            return False
        expected = new
        for commit, parents in self.graph(f"{old}..{new}"):
            if commit != expected or len(parents) != 1:
                return False
            expected = parents[0]
        return expected == old

    @property
    def common_dir(self) -> Path:
        """The .git folder that all work trees of the repository share."""
        tree = work_tree_of(self._git.folder)
        if tree and (tree / ".git").is_dir():
            return tree / ".git"
        return self._git.folder / self._git.ask("rev-parse", "--git-common-dir").line

    def merge_base(self, one: str, other: str) -> str:
        """Id of the newest commit that both revisions build on, empty when there is none.

        Raises:
            StoreError: a revision does not exist.
        """
        answer = self._git.ask("merge-base", "--end-of-options", one, other)
        if answer.code > 1:
            raise self._git.failure("merge-base", answer)
        return answer.line

    @property
    def is_empty(self) -> bool:
        """Whether no branch or tag has a commit."""
        return not self._git.ask("rev-parse", "--all").line

    @property
    def is_shallow(self) -> bool:
        """Whether only the newest commits were fetched."""
        return bool(self.oldest)

    @property
    def oldest(self) -> str:
        """The commits before which a shallow clone has none, as git lists them; else empty."""
        with suppress(FileNotFoundError):
            return (self.common_dir / "shallow").read_text()
        return ""

    def _object(self, object_id: str, limit: int) -> bytes:
        data = self._batch.read(object_id, limit)
        if data is None:
            raise StoreError(
                f"the git repository in {self._git.where} lacks files of its history",
                "run `git fsck` there, or restore it from a clone",
            )
        return data


def _literal(path: str) -> str:
    """How git is told a path from the root that is no pattern."""
    return f":(top,literal){path}"


@lru_cache(maxsize=64)
def _entries(tree: bytes, width: int) -> Mapping[str, TreeEntry]:
    """What a tree object lists; ids have `width` bytes. Files are read folder by folder."""
    entries, position = {}, 0
    while row := _TREE_ROW.match(tree, position):
        position = row.end() + width
        entry = TreeEntry(row[1].decode(), tree[row.end() : position].hex())
        entries[os.fsdecode(row[2])] = entry
    return entries
