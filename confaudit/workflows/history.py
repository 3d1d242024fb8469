"""What changed when, by whose doing: the history of snapshots as entries."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from confaudit import __version__, catalog
from confaudit.core.history.entry import Entry
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError, NothingToDo, suggest
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store.remembered import Remembered

_FORM: Final = 1
"""To be raised with whatever changes what an entry tells of the same commits."""


def entries(
    setup: Setup,
    deployments: Sequence[str] = (),
    revision: str = "HEAD",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Entry]:
    """The snapshots that changed something, newest first, as far back as the caller goes.

    Of all deployments when none is named; `since` and `until` are of the time a snapshot was taken,
    both included.

    Raises:
        NoRepository: there is none.
        StoreError: the history cannot be read.
        ConfigError: the span ends before it begins.
    """
    if since and until and until < since:
        raise ConfigError("--until is earlier than --since", "give the earlier time to --since")
    history = setup.snapshots().history
    tip, known = history.commit_id(revision), _remembered(setup, deployments)
    told = partial(_told, setup, deployments)
    if tip == known.tip:
        found = known.entries()
    elif known.tip and history.is_straight(known.tip, tip):
        found = known.keep(tip, told(f"{known.tip}..{tip}"), is_continued=True)
    elif since or until:
        found = told(tip, since, until)
    else:
        found = known.keep(tip, told(tip), is_continued=False)
    yield from (one for one in found if _is_within(one.taken_at, since, until))


def told_before(setup: Setup, deployment: str, revision: str) -> Iterator[Entry]:
    """The entries of a deployment, back from a revision, if an earlier run has kept them.

    Raises:
        StoreError: the revision could mean several commits.
    """
    tip = setup.snapshots().history.commit_id(revision)
    for asked in ([deployment], []):
        known = _remembered(setup, asked)
        if tip and known.tip == tip:
            return (one for one in known.entries() if one.deployment == deployment)
    return iter(())


def require_snapshots(setup: Setup, deployment: str = "") -> None:
    """Tell a history that answers nothing from one that is not there.

    Raises:
        NothingToDo: there is no snapshot yet, of this deployment.
        ConfigError: no deployment is called so.
    """
    if any(entries(setup, [deployment] if deployment else [])):
        return
    known = setup.snapshots().deployments()
    if known and deployment not in setup.configuration.deployments:
        raise ConfigError(
            f"there is no snapshot of a deployment called {visible(deployment)}",
            suggest(deployment, known),
        )
    whose = f" of {visible(deployment)}" if deployment else ""
    raise NothingToDo(
        f"there is no snapshot{whose} yet",
        f"take one: `confaudit snapshot{f' {deployment}' if deployment else ''}`",
    )


def _remembered(setup: Setup, deployments: Sequence[str]) -> "Remembered":
    """What an earlier run told of these deployments, by the same facts and the same confaudit."""
    from confaudit.store.remembered import Remembered

    facts = catalog.fingerprint(setup.releases_folder())
    history = setup.snapshots().history
    key = f"{__version__} {_FORM} {facts} {history.oldest}"
    return Remembered(history.common_dir, " ".join(sorted(deployments)), key)


def _told(
    setup: Setup,
    deployments: Sequence[str],
    revisions: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Entry]:
    """The entries of some commits, read from git."""
    from confaudit.store.steps import steps, versions
    from confaudit.workflows.entry import entry_of

    snapshots = setup.snapshots()
    walk = steps(snapshots, revisions, deployments) if revisions else iter(())
    chosen = (one for one in walk if _is_within(one.commit.authored_at, since, until))
    for version in versions(snapshots, chosen):
        entry = entry_of(setup, version)
        if entry.changes or entry.is_first or entry.is_removed or entry.trouble:
            yield entry


def history_notes(setup: Setup) -> tuple[str, ...]:
    """What the history cannot tell.

    Raises:
        StoreError: it cannot be read.
    """
    return (_SHALLOW,) if setup.snapshots().history.is_shallow else ()


_SHALLOW: Final = (
    "This clone is shallow: what came before its oldest commit is not known here, and looks like a "
    "first snapshot. `git fetch --unshallow` brings it."
)


def _is_within(at: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    return not at or ((since is None or since <= at) and (until is None or at <= until))


def brought_by(setup: Setup, revision: str = "HEAD", commit: str = "") -> Mapping[str, str]:
    """The merge on a branch's main line that brought a commit; none for those that lie on it.

    For one commit, no more is read than what came after it.

    Raises:
        StoreError: the history cannot be read.
    """
    span = f"{commit}..{revision}" if commit else revision
    parents = dict(setup.snapshots().history.graph(span))
    main_line = [*_main_line(parents)]
    merges = dict.fromkeys(main_line, "")
    for merge in reversed(main_line):  # the oldest brings all that it reaches
        reached = [*parents.get(merge, ())]
        while reached:
            if (one := reached.pop()) not in merges:
                merges[one] = merge
                reached += parents.get(one, ())
    return {one: merge for one, merge in merges.items() if merge}


def _main_line(parents: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The newest commit, its first parent, and so on, as far as is known."""
    commit = next(iter(parents), "")
    while commit:
        yield commit
        commit = next(iter(parents.get(commit, ())), "")
