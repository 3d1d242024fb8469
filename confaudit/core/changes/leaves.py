"""Config leaves in a comparison: the option that sets each, and the release that made it differ.

A docs page tells neither values nor its release. What releases are known to have tells the rest.
"""

from collections.abc import Callable
from functools import cached_property

from confaudit.core.coder.documented import best_fit, documented_as
from confaudit.core.coder.releases import Catalog, Release, Version, arrivals
from confaudit.core.model import Change, ChangeKind, OptionSpec, Snapshot
from confaudit.core.text.wording import first_releases


class Leaves:
    """The config leaves of two snapshots, as far as releases are known to have them."""

    def __init__(self, before: Snapshot, after: Snapshot, catalog: Catalog) -> None:
        self._before, self._after, self._catalog = before, after, catalog

    def option(self, leaf: str) -> OptionSpec | None:
        """The option that sets a leaf, under the name to use on the newer side; None if none does.

        Of leaves that neither side's release has the newest release that has them tells.
        """
        nearest = (self._ends[1][-1], self._ends[0][-1])
        releases = (*nearest, *reversed(self._catalog.releases))
        owners = next((one.leaves[leaf] for one in releases if leaf in one.leaves), ())
        return min(owners, key=lambda one: bool(one.use_instead), default=None)

    def is_left_out(self, change: Change) -> bool:
        """Whether a leaf of a docs page only seems to be missing on the other side.

        A server leaves out what is empty, and of what no option sets nobody knows the empty value.
        """
        lacking = self._after if change.kind is ChangeKind.REMOVED else self._before
        release = self._catalog.release(lacking.version)
        return (
            change.kind is not ChangeKind.CHANGED
            and release is not None
            and documented_as(change.key, release) is not None
        )

    def documented_since(self, change: Change) -> str:
        """Which release made two pages differ in a leaf, in words."""
        if change.kind is ChangeKind.CHANGED:
            newer = change.before if self._leads_back else change.after
            return self._first(lambda one: documented_as(change.key, one) == newer, "changes")
        added = (change.kind is ChangeKind.ADDED) is not self._leads_back
        if added:
            return self._first(lambda one: documented_as(change.key, one) is not None, "adds")
        return self._first(lambda one: documented_as(change.key, one) is None, "removes")

    def _first(self, holds: Callable[[Release], bool], verb: str) -> str:
        turns = arrivals(self._catalog.releases, holds)
        who = f"Coder {first_releases(turns)}" if turns else "no known release"
        return f"{'the way leads back: ' if self._leads_back else ''}{who} {verb} it"

    @cached_property
    def _ends(self) -> tuple[tuple[Release, ...], tuple[Release, ...]]:
        """The first and the last release that each side may be of."""
        return _standing_for(self._before, self._catalog), _standing_for(self._after, self._catalog)

    @cached_property
    def _leads_back(self) -> bool:
        """Whether the newer side is of an older release."""
        (first, *_), (*_, last) = self._ends
        return Version.parse(last.version) < Version.parse(first.version)


def _standing_for(snapshot: Snapshot, catalog: Catalog) -> tuple[Release, ...]:
    fit = best_fit(snapshot, catalog)
    if fit is None:
        return (catalog.nearest(snapshot.version),)
    return catalog.nearest(fit.spans[0][0]), catalog.nearest(fit.spans[-1][1])
