"""What changed when, by whose doing: the history of snapshots as entries."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from confaudit.core.changes.causes import attribute
from confaudit.core.changes.diff import diff
from confaudit.core.changes.documents import unequal
from confaudit.core.history.entry import Entry
from confaudit.core.history.versions import pair, whole
from confaudit.core.model import Change
from confaudit.errors import SourceError
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store.steps import Step, Version


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
    """
    from confaudit.store.steps import steps, versions

    snapshots = setup.snapshots()
    commit = snapshots.history.commit_id(revision)
    walk = steps(snapshots, commit, deployments) if commit else iter(())
    chosen = (step for step in walk if _is_within(step, since, until))
    for version in versions(snapshots, chosen):
        entry = entry_of(setup, version)
        if entry.changes or entry.is_first or entry.is_removed or entry.trouble:
            yield entry


def _is_within(step: "Step", since: datetime | None, until: datetime | None) -> bool:
    at = step.commit.authored_at
    return not at or ((since is None or since <= at) and (until is None or at <= until))


def brought_by(setup: Setup, revision: str = "HEAD") -> Mapping[str, str]:
    """The merge on a branch's main line that brought a commit; none for those that lie on it.

    Raises:
        StoreError: the history cannot be read.
    """
    merges: dict[str, str] = {}
    on_main, merge = "", ""
    for commit, parents in setup.snapshots().history.graph(revision):
        if commit == on_main or not on_main:
            on_main, merge = (parents or ("",))[0], commit
        else:
            merges[commit] = merge
    return merges


def entry_of(setup: Setup, version: "Version") -> Entry:
    """What one step of the history tells, which may be nothing that changed."""
    from confaudit.store.layout import deployment_in

    step, commit = version.step, version.step.commit
    told = _told(setup, version)
    return Entry(
        deployment=step.deployment,
        commit=commit.id,
        taken_at=commit.authored_at,
        author=commit.author,
        mail=commit.mail,
        subject=commit.subject,
        version_before=told.version_before,
        version=told.version,
        changes=told.changes,
        is_first=not step.before,
        is_removed=not step.after,
        is_by_hand=deployment_in(commit.message) != step.deployment,
        trouble=told.trouble,
    )


class _Told(NamedTuple):
    """What the files of a version tell."""

    version_before: str = ""
    version: str = ""
    changes: tuple[Change, ...] = ()
    trouble: str = ""


def _told(setup: Setup, version: "Version") -> _Told:
    try:
        if not version.before:
            return _Told(version=whole(version.after).version)
        if not version.after:
            return _Told(*(whole(version.before).version,) * 2)
        before, after = pair(version.before, version.after)
    except SourceError as error:
        return _Told(trouble=error.message)
    changes = attribute(diff(before, after, unequal), before, after, setup.catalog())
    return _Told(before.version, after.version, changes)
