"""All that a repository ever had of snapshots, whichever branch, tag or stash still leads there."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from confaudit.store.history import History
from confaudit.store.layout import DEPLOYMENTS, deployment_of

_AHEAD: Final = 200
"""Files that git is asked for at once."""


class Content(NamedTuple):
    """One file that was stored, however many commits hold it."""

    id: str
    deployment: str
    """One that had it."""
    name: str
    """Without its folder."""
    data: bytes


class Stored(NamedTuple):
    """That a commit stored a file somewhere."""

    id: str
    """That of the file."""
    path: str
    commit: str
    authored_at: datetime | None
    """In UTC; None for what no calendar holds."""


def contents(history: History) -> Iterator[Content]:
    """Each distinct file of a snapshot, once.

    Raises:
        StoreError: the history cannot be read.
    """
    files = ((id_, path) for id_, path in history.ever(DEPLOYMENTS) if deployment_of(path))
    while some := list(islice(files, _AHEAD)):
        history.ask_ahead(id_ for id_, _ in some)
        for id_, path in some:
            (data,) = history.read([id_])
            yield Content(id_, deployment_of(path), path.rpartition("/")[2], data)


def stored(history: History, ids: Collection[str]) -> Iterator[Stored]:
    """The commits that stored some of the files, the newest first.

    Raises:
        StoreError: the history cannot be read.
    """
    for commit in history.log_of_all(DEPLOYMENTS):
        for change in commit.changes:
            if change.after and change.after.id in ids and deployment_of(change.path):
                yield Stored(change.after.id, change.path, commit.id, commit.authored_at)
