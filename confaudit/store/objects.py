"""Snapshots become git objects; no work tree, no branch.

They are made from bytes and named by what they hold, so that no filter, hook, signature or staged
change of the user has a say in what is stored.
"""

import os
from collections.abc import Mapping

from confaudit.store.blobs import GitObject, blob_id, git_object
from confaudit.store.command import Git
from confaudit.store.history import History
from confaudit.store.identity import People
from confaudit.store.log import FOLDER, REGULAR, TreeEntry
from confaudit.store.packs import packed
from confaudit.store.snapshots import Entries

Changes = Mapping[str, TreeEntry | None]
"""What is to become of paths; None removes one."""


class Objects:
    """Makes objects in memory, and writes them to the object database with one git."""

    def __init__(self, git: Git, history: History, object_format: str) -> None:
        self._git = git
        self._history = history
        self._format = object_format
        self._made: dict[str, GitObject] = {}
        self._trees: dict[str, Entries] = {}

    def entry(self, data: bytes) -> TreeEntry:
        """The entry a file with these contents has, without making anything."""
        return TreeEntry(REGULAR, blob_id(data, self._format))

    def write_blob(self, data: bytes) -> None:
        """Make a file of the bytes as they are."""
        self._make("blob", data)

    def write_tree(self, base: str, changes: Changes) -> str:
        """Id of a tree (empty: of nothing) with the changes made to it."""
        return self._changed(base, changes) or self._make("tree", b"")

    def write_commit(self, tree: str, parent: str, message: str, people: People) -> str:
        """Id of a new commit on top of the parent (empty: the first of a history).

        It is never signed: cron has nobody to unlock a key.
        """
        parents = f"parent {parent}\n" if parent else ""
        head = f"tree {tree}\n{parents}author {people.author}\n"
        text = message.removesuffix("\n")
        return self._make("commit", os.fsencode(f"{head}committer {people.committer}\n\n{text}\n"))

    def store(self) -> None:
        """Write what was made; until then nobody knows of it.

        Raises:
            StoreError: the repository cannot be written.
        """
        made, self._made, self._trees = [*self._made.values()], {}, {}
        self._git.run("unpack-objects", "-q", stdin=packed(made, self._format))

    def index_info(self, changes: Changes) -> bytes:
        """The changes in the form `git update-index -z --index-info` reads."""
        gone = TreeEntry("0", "0" * len(self.entry(b"").id))
        rows = ((path, entry or gone) for path, entry in sorted(changes.items()))
        return "".join(f"{entry.mode} {entry.id}\t{path}\0" for path, entry in rows).encode()

    def _make(self, kind: str, data: bytes) -> str:
        made = git_object(kind, data, self._format)
        self._made[made.id] = made
        return made.id

    def _changed(self, base: str, changes: Changes) -> str:
        """Id of the tree with the changes, empty where nothing is left in it."""
        entries = dict(self._entries(base))
        for name, inner in _by_folder(changes).items():
            if isinstance(inner, Mapping):
                old = entries.get(name)
                tree = self._changed(old.id if old and old.is_folder else "", inner)
                inner = TreeEntry(FOLDER, tree) if tree else None
            if inner:
                entries[name] = inner
            else:
                entries.pop(name, None)
        if not entries:
            return ""
        tree = self._make("tree", _tree(entries))
        self._trees[tree] = entries
        return tree

    def _entries(self, tree: str) -> Entries:
        if tree in self._trees or not tree:
            return self._trees.get(tree, {})
        return self._history.tree(tree)


def changes_between(before: Entries, after: Entries) -> Changes:
    """What makes the one the other; empty when they are equal."""
    removed: dict[str, TreeEntry | None] = {path: None for path in before if path not in after}
    return removed | {path: new for path, new in after.items() if before.get(path) != new}


def _by_folder(changes: Changes) -> "dict[str, TreeEntry | dict[str, TreeEntry | None] | None]":
    """The changes in a folder, by name; those deeper down together, by the path from there."""
    found: dict[str, TreeEntry | dict[str, TreeEntry | None] | None] = {}
    for path, entry in changes.items():
        name, slash, rest = path.partition("/")
        inner = found.setdefault(name, {} if slash else entry)
        if isinstance(inner, dict):
            inner[rest] = entry
    return found


def _tree(entries: Entries) -> bytes:
    """A tree as git stores it: a folder comes where it would with a slash at its end."""
    rows = sorted(
        (os.fsencode(f"{name}/" if one.is_folder else name), name, one)
        for name, one in entries.items()
    )
    return b"".join(
        os.fsencode(f"{one.mode} {name}\0") + bytes.fromhex(one.id) for _, name, one in rows
    )
