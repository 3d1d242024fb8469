"""Since when each option of a deployment is what it is, and who made it so."""

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from confaudit.core.history.blame import Blamed, Search
from confaudit.core.history.entry import Entry
from confaudit.core.model import Change, ChangeKind, Snapshot
from confaudit.core.snapshot.canonical import SETTINGS
from confaudit.workflows.entry import entry_of
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store.log import TreeEntry


Choice: TypeAlias = Callable[[Snapshot], Collection[str]]
"""The keys of those options of a snapshot that somebody asks about."""


def every(snapshot: Snapshot) -> Collection[str]:
    """All options that a snapshot tells."""
    return snapshot.settings.keys()


def blame(
    setup: Setup, revision: str = "HEAD", deployment: str = "", chosen: Choice = every
) -> tuple[Blamed, ...]:
    """The origins of what options are in a snapshot, in the order of their keys.

    Of the snapshots before, only the settings are read, and no further back than the oldest origin.

    Raises:
        NothingToDo: there is no snapshot yet.
        StoreError: there is no such snapshot, or the history cannot be read.
        SourceError: there is no such commit, or the snapshot is damaged.
    """
    loader = Loader(setup, deployment=deployment)
    stored = loader.stored(revision)
    newest = loader.clean(stored)
    search = Search(stored.files[SETTINGS], chosen(newest))
    found = _origins(setup, search, stored.commit, stored.deployment)
    return tuple(
        Blamed(newest.declared[one.key], newest.settings[one.key], one.entry, one.change)
        for one in sorted(found)
    )


class _Origin(NamedTuple):
    key: str
    entry: Entry
    change: Change | None


def _origins(setup: Setup, search: Search, commit: str, deployment: str) -> Iterator[_Origin]:
    """The origins of what is sought, walking back from a commit until nothing is left."""
    from confaudit.store.layout import folder_of
    from confaudit.store.steps import Version, read_ahead, steps, texts

    snapshots, path = setup.snapshots(), folder_of(deployment) + SETTINGS

    @lru_cache(maxsize=2)
    def settings(entry: "TreeEntry | None") -> str:
        return texts(snapshots, {path: entry})[SETTINGS] if entry else ""

    walk = steps(snapshots, commit, [deployment])
    chosen = (one for one in walk if one.before.get(path) != one.after.get(path))
    for step in read_ahead(snapshots, chosen, {SETTINGS}):
        after, before = settings(step.after.get(path)), settings(step.before.get(path))
        if appeared := search.appeared(before, after):
            version = Version(step, texts(snapshots, step.before), texts(snapshots, step.after))
            yield from _settled(search, appeared, entry_of(setup, version), before)
        if not search:
            return


def _settled(search: Search, keys: Collection[str], entry: Entry, before: str) -> Iterator[_Origin]:
    """The options that an entry made what they are; one that it only renamed is sought on."""
    for key in keys:
        name = search.name(key)
        change = next((one for one in entry.changes if name in (one.key, *one.also)), None)
        if change and change.kind is ChangeKind.RENAMED and change.before == change.after:
            search.follow(key, change.was, before)
        else:
            search.drop(key)
            yield _Origin(key, entry, change)
