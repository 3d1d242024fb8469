"""The newest snapshot that was taken by some time."""

from datetime import datetime

from confaudit.store.layout import DEPLOYMENTS, folder_of
from confaudit.store.log import Commit
from confaudit.store.snapshots import Snapshots


def taken_by(snapshots: Snapshots, at: datetime, deployment: str = "") -> Commit | None:
    """The newest commit on the checked-out branch that changed a snapshot, up to a time.

    By the time a snapshot was taken, not by when it came to the branch. Of all deployments where
    none is named; None before the first.

    Raises:
        StoreError: the history cannot be read.
    """
    path = folder_of(deployment) if deployment else f"{DEPLOYMENTS}/"
    newest: Commit | None = None
    latest: datetime | None = None
    for commit in snapshots.history.log(["HEAD"], [path]):
        taken_at = commit.authored_at
        if taken_at and taken_at <= at and (latest is None or taken_at > latest):
            newest, latest = commit, taken_at
    return newest
