"""What there was by some time."""

from datetime import datetime

from confaudit.store.layout import DEPLOYMENTS, folder_of
from confaudit.store.log import Commit
from confaudit.store.snapshots import Snapshots


def taken_by(snapshots: Snapshots, at: datetime, deployment: str) -> Commit | None:
    """The commit on the checked-out branch with the newest snapshot of a deployment up to a time.

    By the time a snapshot was taken, not by when it came to the branch; None before the first.

    Raises:
        StoreError: the history cannot be read.
    """
    newest: Commit | None = None
    latest: datetime | None = None
    for commit in snapshots.history.log(["HEAD"], [folder_of(deployment)]):
        taken_at = commit.authored_at
        if taken_at and taken_at <= at and (latest is None or taken_at > latest):
            newest, latest = commit, taken_at
    return newest


def reached_by(snapshots: Snapshots, at: datetime) -> Commit | None:
    """What the checked-out branch had come to by a time: its last commit with snapshots, or merge.

    Not the newest one of all, which may lie on a branch that lacked what others had taken; a merge
    has both. None before the first.

    Raises:
        StoreError: the history cannot be read.
    """
    walk = snapshots.history.log(["HEAD"], [f"{DEPLOYMENTS}/"], is_mainline=True)
    return next((one for one in walk if one.authored_at and one.authored_at <= at), None)
