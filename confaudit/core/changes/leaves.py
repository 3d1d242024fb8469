"""Config leaves in a comparison: the option that sets each, and who made it differ.

A docs page tells neither values nor its release. What releases are known to have tells the rest.
"""

from collections.abc import Callable
from functools import cached_property

from confaudit.core.changes.attribution import (
    COMPUTED_FROM,
    Attribution,
    by_nobody,
    by_operator,
    by_release,
    unexplained,
)
from confaudit.core.changes.owners import owners
from confaudit.core.changes.way import Way
from confaudit.core.coder.documented import best_fit, documented_as
from confaudit.core.coder.facts import Filler
from confaudit.core.coder.releases import Catalog, Release, Version, arrivals
from confaudit.core.model import Change, ChangeKind, Fidelity, OptionSpec, Snapshot
from confaudit.core.text.wording import first_releases


class Leaves:
    """The config leaves of two snapshots, as far as releases are known to have them."""

    def __init__(self, before: Snapshot, after: Snapshot, catalog: Catalog, way: Way) -> None:
        self._before, self._after, self._catalog, self._way = before, after, catalog, way

    def option(self, leaf: str) -> OptionSpec | None:
        """The option that sets a leaf, under the name to use on the newer side; None if none does.

        Of leaves that neither side's release has the newest release that has them tells.
        """
        nearest = (self._ends[1][-1], self._ends[0][-1])
        releases = (*nearest, *reversed(self._catalog.releases))
        owners = next((one.leaves[leaf] for one in releases if leaf in one.leaves), ())
        return min(owners, key=lambda one: bool(one.use_instead), default=None)

    def attribute(self, change: Change) -> Attribution:
        """Who made a leaf differ that no option's own change accounts for."""
        if Fidelity.SHAPE in (self._before.fidelity, self._after.fidelity):
            return self._documented(change)
        filled = self._catalog.nearest(self._after.version).facts.filled(change.key)
        if filled and filled.by is Filler.VARIABLES:
            return by_operator(f"{filled.how} fill it")
        if self._disagrees(change):
            return unexplained("the config tree and the option of this leaf disagree")
        if change.kind is not ChangeKind.CHANGED:
            return self._presence()
        if self._way.is_upgrade is False:
            return by_operator("the release is the same on both sides")
        return self._default(change)

    def _disagrees(self, change: Change) -> bool:
        sides = (self._before, self._after)
        tell_options = all(one.settings for one in sides)
        return tell_options and any(change.path in owners(one.declared) for one in sides)

    def _presence(self) -> Attribution:
        if self._way.is_upgrade:
            return by_release(f"{self._way.span} changes which leaves there are")
        return unexplained("the same release has it on one side only")

    def _default(self, change: Change) -> Attribution:
        """A bare config tree: all that can be held against it are the releases' defaults."""
        defaults = [self._declared(s, change.path) for s in (self._before, self._after)]
        if None in defaults:
            return unexplained("the input does not tell value sources")
        before, after = (spec for spec in defaults if spec)
        if after.default_computed_from:
            return by_nobody(
                f"its default follows from {COMPUTED_FROM[after.default_computed_from]}"
            )
        if before.default != after.default:
            return by_release(f"{self._way.span} moves the default")
        return by_operator("the default did not move")

    def _declared(self, snapshot: Snapshot, leaf: str) -> OptionSpec | None:
        release = self._catalog.release(snapshot.version)
        owners = release.leaves.get(leaf, ()) if release else ()
        return owners[0] if owners else None

    # --- docs pages ------------------------------------------------------------------------

    def _documented(self, change: Change) -> Attribution:
        if self._is_left_out(change):
            return by_nobody("its release has it all the same: a server leaves out what is empty")
        return by_release(self._documented_since(change))

    def _is_left_out(self, change: Change) -> bool:
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

    def _documented_since(self, change: Change) -> str:
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
