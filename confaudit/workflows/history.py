"""What changed when, by whose doing: the history of snapshots as entries."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from confaudit.core.changes.causes import attribute
from confaudit.core.changes.diff import diff
from confaudit.core.history.entry import Entry
from confaudit.core.model import Change, Snapshot, StoredFiles
from confaudit.core.snapshot.canonical import decode
from confaudit.core.snapshot.redact import redact_files
from confaudit.errors import SourceError
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store.snapshots import Entries
    from confaudit.store.steps import Step


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
    from confaudit.store.steps import steps

    snapshots = setup.snapshots()
    commit = snapshots.history.commit_id(revision)
    for step in steps(snapshots, commit, deployments) if commit else ():
        taken_at = step.commit.authored_at
        if (since and taken_at and taken_at < since) or (until and taken_at and taken_at > until):
            continue
        entry = _entry(setup, step)
        if entry.changes or entry.is_first or entry.is_removed or entry.trouble:
            yield entry


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


def _entry(setup: Setup, step: "Step") -> Entry:
    from confaudit.store.layout import deployment_in

    commit = step.commit
    before, after, trouble = None, None, ""
    try:
        before, after = (_snapshot(setup, step, files) for files in (step.before, step.after))
    except SourceError as error:
        trouble = error.message
    return Entry(
        deployment=step.deployment,
        commit=commit.id,
        taken_at=commit.authored_at,
        author=commit.author,
        mail=commit.mail,
        subject=commit.subject,
        version_before=before.version if before else "",
        version=newest.version if (newest := after or before) else "",
        changes=_changes(setup, before, after),
        is_first=not step.before,
        is_removed=not step.after,
        is_by_hand=deployment_in(commit.message) != step.deployment,
        trouble=trouble,
    )


def _snapshot(setup: Setup, step: "Step", files: "Entries") -> Snapshot | None:
    if not files:
        return None
    texts = setup.snapshots().texts(files)
    return decode(redact_files(StoredFiles(texts, deployment=step.deployment)))


def _changes(setup: Setup, before: Snapshot | None, after: Snapshot | None) -> tuple[Change, ...]:
    if not before or not after:
        return ()
    return attribute(diff(before, after), before, after, setup.catalog())
