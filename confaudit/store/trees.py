"""All files of a commit, or of the work tree on top of it, and what differs between two such."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.errors import StoreError
from confaudit.store.disk import Disk
from confaudit.store.history import MAX_BYTES, History
from confaudit.store.log import FileChange, TreeEntry

_MOST_FILES: Final = 1_000_000
"""Far more than any repository of configuration has; a few folders inside each other make it."""


class Tree(Struct, frozen=True, eq=False, dict=True):
    """The regular files of a commit by path; symbolic links and submodules are not among them."""

    history: History
    commit: str
    label: str
    """What it is called in a report."""
    disk: Disk | None = None
    """What lies on the disk in place of some of the commit's files."""

    def files(self) -> Mapping[str, str]:
        """Blob id by path, sorted; walked once.

        Raises:
            StoreError: the repository is damaged, or holds files beyond number.
        """
        return self._files

    @cached_property
    def _files(self) -> Mapping[str, str]:
        root = self.history.entry(self.commit, "")
        changes = {one.path: one for one in _differing(self.history, None, root)}
        changes |= {path: FileChange(path, None, entry) for path, entry in self._on_disk().items()}
        return {path: change.after.id for path, change in sorted(changes.items()) if change.after}

    def entry(self, path: str) -> TreeEntry | None:
        """The regular file at a path; None where there is none."""
        on_disk = self._on_disk()
        return on_disk[path] if path in on_disk else _regular(self.history.entry(self.commit, path))

    def holds_other(self, path: str) -> bool:
        """Whether something is at a path that is no regular file: a link, folder or submodule."""
        if self.entry(path):
            return False
        if self.disk and path in self.disk.entries:
            return self.disk.holds(path)
        return self.history.entry(self.commit, path) is not None

    def read(self, path: str, limit: int = MAX_BYTES) -> bytes | None:
        """The contents of the regular file at a path; None where there is none.

        Raises:
            StoreError: it has more bytes than the limit, or cannot be read.
        """
        entry = self.entry(path)
        if entry is None:
            return None
        if self.disk and path in self.disk.entries:
            return self.disk.read(path, limit)
        return self.history.read([entry.id], limit)[0]

    def _on_disk(self) -> Mapping[str, TreeEntry | None]:
        return self.disk.entries if self.disk else {}


def changed(base: Tree, head: Tree) -> tuple[FileChange, ...]:
    """The files that two trees of one repository do not have in common, sorted by path.

    Folders that are equal are not looked into. A file that is gone and stands elsewhere with the
    same contents has moved. A change of mode alone is none.

    Raises:
        StoreError: the repository is damaged, or holds files beyond number.
    """
    roots = (base.history.entry(base.commit, ""), base.history.entry(head.commit, ""))
    changes = {change.path: change for change in _differing(base.history, *roots)}
    if head.disk:
        for path, entry in head.disk.entries.items():
            changes[path] = FileChange(path, base.entry(path), entry)
    different = (one for one in changes.values() if _id(one.before) != _id(one.after))
    return tuple(sorted(_with_moves(different), key=lambda change: change.path))


def _differing(
    history: History, before: TreeEntry | None, after: TreeEntry | None
) -> Iterator[FileChange]:
    """Every regular file of which the two trees hold something else, in no order."""
    waiting = [("", before, after)]
    for _ in range(_MOST_FILES):
        if not waiting:
            return
        path, old, new = waiting.pop()
        if _regular(old) or _regular(new):
            yield FileChange(path, _regular(old), _regular(new))
        olds, news = _inside(history, old), _inside(history, new)
        prefix = f"{path}/" if path else ""
        waiting += [
            (prefix + name, olds.get(name), news.get(name))
            for name in olds.keys() | news.keys()
            if olds.get(name) != news.get(name)
        ]
    raise StoreError(
        f"the tree of a commit holds more than {_MOST_FILES:,} files and folders",
        "confaudit does not review repositories of this size; look at who made it",
    )


def _inside(history: History, entry: TreeEntry | None) -> Mapping[str, TreeEntry]:
    return history.tree(entry.id) if entry and entry.is_folder else {}


def _regular(entry: TreeEntry | None) -> TreeEntry | None:
    return entry if entry and entry.is_regular else None


def _id(entry: TreeEntry | None) -> str:
    return entry.id if entry else ""


def _with_moves(changes: Iterable[FileChange]) -> Iterator[FileChange]:
    """What was removed in one place and added in another with the same contents, as one change."""
    every = sorted(changes, key=lambda change: change.path)
    gone: dict[str, list[FileChange]] = defaultdict(list)
    for change in reversed(every):
        if change.before and change.after is None:
            gone[change.before.id].append(change)
    moved: set[str] = set()
    for change in every:
        if change.after and change.before is None and (left := gone[change.after.id]):
            origin = left.pop()
            moved.add(origin.path)
            yield replace(change, before=origin.before, earlier_path=origin.path)
        elif change.after:
            yield change
    yield from (one for one in every if one.after is None and one.path not in moved)
