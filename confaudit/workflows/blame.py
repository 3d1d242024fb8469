"""Since when each option of a deployment is what it is, and who made it so."""

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from confaudit.core.history.blame import Blamed, Search
from confaudit.core.history.entry import Entry
from confaudit.core.model import Change, ChangeKind, Snapshot, StoredFiles
from confaudit.core.snapshot.canonical import SETTINGS
from confaudit.store.layout import folder_of
from confaudit.workflows.history import told_before
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store.log import TreeEntry
    from confaudit.store.snapshots import Snapshots
    from confaudit.store.steps import Step


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
    found = _origins(search, _points(setup, search, stored, revision))
    return tuple(
        Blamed(newest.declared[one.key], newest.settings[one.key], one.entry, one.change)
        for one in sorted(found)
    )


class _Origin(NamedTuple):
    key: str
    entry: Entry
    change: Change | None


class _Point(NamedTuple):
    """The settings before and after a snapshot, as texts, empty where there are none."""

    before: str
    after: str
    entry: Callable[[], Entry]
    """Tells what else the snapshot changed, which may take a while."""


def _origins(search: Search, points: Iterator[_Point]) -> Iterator[_Origin]:
    """The origins of what is sought, going back until nothing is left."""
    for point in points:
        if appeared := search.appeared(point.before, point.after):
            yield from _settled(search, appeared, point.entry(), point.before)
        if not search:
            return


def _points(setup: Setup, search: Search, stored: StoredFiles, revision: str) -> Iterator[_Point]:
    """Where to look, the fastest ways first, each for what those before it have not found.

    They do not find, for one, an option after its line was only written otherwise.
    """
    from confaudit.store.steps import last_moving, steps

    snapshots, name = setup.snapshots(), stored.deployment
    yield from _chosen(setup, search, told_before(setup, name, revision))
    looked_for = ""
    while (line := search.line) and line != looked_for:
        looked_for = line
        walk = last_moving(snapshots, stored.commit, name, SETTINGS, line)
        yield from _walked(setup, walk, name)
    yield from _walked(setup, steps(snapshots, stored.commit, [name]), name)


def _chosen(setup: Setup, search: Search, entries: Iterator[Entry]) -> Iterator[_Point]:
    """The snapshots that may be an origin by what is known of all."""
    snapshots = setup.snapshots()

    def settings(commit: str, deployment: str) -> str:
        held = snapshots.regular_files(commit, deployment) if commit else {}
        return _settings(snapshots, held.get(folder_of(deployment) + SETTINGS))

    for one in filter(search.concerns, entries):
        parent = snapshots.history.commit_id(f"{one.commit}^")
        before, after = (settings(commit, one.deployment) for commit in (parent, one.commit))
        yield _Point(before, after, partial(_same, one))


def _same(entry: Entry) -> Entry:
    return entry


def _walked(setup: Setup, walk: Iterator["Step"], deployment: str) -> Iterator[_Point]:
    """The snapshots of a walk whose settings differ from those before."""
    from confaudit.store.steps import Version, read_ahead, texts
    from confaudit.workflows.entry import entry_of

    snapshots, path = setup.snapshots(), folder_of(deployment) + SETTINGS
    settings = lru_cache(maxsize=2)(partial(_settings, snapshots))

    def entry(step: "Step") -> Entry:
        version = Version(step, texts(snapshots, step.before), texts(snapshots, step.after))
        return entry_of(setup, version)

    chosen = (one for one in walk if one.before.get(path) != one.after.get(path))
    for step in read_ahead(snapshots, chosen, {SETTINGS}):
        after, before = settings(step.after.get(path)), settings(step.before.get(path))
        yield _Point(before, after, partial(entry, step))


def _settings(snapshots: "Snapshots", file: "TreeEntry | None") -> str:
    """The text of a settings file, empty where there is none."""
    from confaudit.store.steps import texts

    return texts(snapshots, {SETTINGS: file})[SETTINGS] if file else ""


def _settled(search: Search, keys: Collection[str], entry: Entry, before: str) -> Iterator[_Origin]:
    """The options that an entry made what they are; others are sought on.

    Those are an option that it only renamed, and one that it changed in nothing that counts.
    """
    for key in keys:
        name = search.name(key)
        change = next((one for one in entry.changes if name in (one.key, *one.also)), None)
        was = _was(name, change, entry)
        if not (was and search.follow(key, was, before)):
            search.drop(key)
            yield _Origin(key, entry, change)


def _was(name: str, change: Change | None, entry: Entry) -> str:
    """What an option was called before an entry that did no more to it; else empty."""
    if change is None:
        return "" if entry.is_first or entry.trouble else name
    is_renamed = change.kind is ChangeKind.RENAMED and change.before == change.after
    return change.was if is_renamed else ""
