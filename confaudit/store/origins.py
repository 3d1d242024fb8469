"""Which commits made the snapshots of one commit what they are."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from confaudit.errors import StoreError
from confaudit.store.history import History
from confaudit.store.layout import DEPLOYMENTS
from confaudit.store.log import TreeEntry

_ENDED: Final = object()


class Origin(NamedTuple):
    """The commit that stored a snapshot."""

    commit: str
    authored_at: datetime | None
    """In UTC; None for what no calendar holds."""


class Origins:
    """The origins of all snapshots that one commit holds, from one walk as far as it takes.

    Of what the commit itself stored no walk is needed.
    """

    def __init__(self, history: History, commit: str) -> None:
        self._history = history
        self._held = self._folders(commit)
        self._found: dict[str, Origin] = {}
        self._walk = self._looked_for(commit)

    def of(self, deployment: str) -> Origin:
        """The newest commit that changed a snapshot which is held.

        Raises:
            StoreError: the history cannot be read, or does not tell it.
        """
        while deployment not in self._found:
            if next(self._walk, _ENDED) is _ENDED:
                raise StoreError(
                    f"the history does not tell which commit stored the snapshot of {deployment}",
                    "run `git fsck` in the repository, or fetch its whole history",
                )
        return self._found[deployment]

    def _looked_for(self, commit: str) -> Iterator[None]:
        own = self._history.header(commit)
        if all(map(self._history.commit_id, own.parents)):  # of a shallow clone git knows better
            self._note(Origin(commit, own.authored_at), self._brought(commit, own.parents))
            yield
        is_straight = True
        for one in self._history.log([commit], [f"{DEPLOYMENTS}/"]):
            below = (change.path.partition("/")[2] for change in one.changes)
            names = [path.partition("/")[0] for path in below] or [
                *self._brought(one.id, one.parents)
            ]
            self._note(Origin(one.id, one.authored_at), names, is_straight)
            is_straight = is_straight and len(one.parents) <= 1
            yield

    def _note(self, origin: Origin, names: Iterable[str], is_straight: bool = True) -> None:
        """Keep what changed snapshots that are held; past a merge a branch may have had others."""
        unknown = self._held.keys() & {*names} - self._found.keys()
        if unknown and not is_straight:
            there = self._folders(origin.commit)
            unknown = {name for name in unknown if there.get(name) == self._held[name]}
        self._found |= dict.fromkeys(unknown, origin)

    def _brought(self, commit: str, parents: Iterable[str]) -> Iterator[str]:
        """The deployments that a commit changed, a merge beyond what it merged."""
        before = [self._folders(one) for one in parents]
        for name, folder in self._folders(commit).items():
            if all(one.get(name) != folder for one in before):
                yield name

    def _folders(self, commit: str) -> Mapping[str, TreeEntry]:
        return self._history.folder(commit, DEPLOYMENTS)
