"""The way between two snapshots: whether the release differs, and which release brought something.

What the servers themselves declare comes first, the catalogue names the release in between.
"""

from collections.abc import Callable, Mapping

from confaudit.core.coder.releases import Catalog, Version, arrivals
from confaudit.core.model import FacetChange, OptionSpec, Snapshot
from confaudit.core.text.wording import first_releases, visible


class Way:
    """The releases from one snapshot to another."""

    def __init__(self, before: Snapshot, after: Snapshot, catalog: Catalog) -> None:
        self._ends = parsed(before.version), parsed(after.version)
        self._releases = catalog.between(before.version, after.version)
        self.is_upgrade = _is_upgrade(before, after)
        """Whether the release differs; None when it cannot be told."""
        self.span = _span(before.version, after.version)
        """The way in words."""

    def crosses(self, release: Version) -> bool:
        """Whether the way leads into a release or past it."""
        before, after = self._ends
        return bool(before and after and before < release <= after)

    def since(self, key: str) -> str:
        """The releases that brought an option, in words."""
        return self._first(lambda specs: key in specs)

    def since_default(self, key: str, moved: FacetChange | None) -> str:
        """The releases that moved the default of an option, in words."""
        wanted = moved.after if moved else None
        return self._first(lambda specs: key in specs and specs[key].default == wanted)

    def since_computed(self, key: str) -> str:
        """The releases that first computed the default of an option, in words."""
        return self._first(lambda specs: key in specs and bool(specs[key].default_computed_from))

    def _first(self, holds: Callable[[Mapping[str, OptionSpec]], bool]) -> str:
        """The releases on the way that brought something; all of the way when none is known to."""
        turns = arrivals(self._releases, lambda release: holds(release.options))
        return f"Coder {first_releases(turns)}" if turns else self.span


def parsed(version: str) -> Version | None:
    """A version as far as it is one."""
    try:
        return Version.parse(version)
    except ValueError:
        return None


def _is_upgrade(before: Snapshot, after: Snapshot) -> bool | None:
    if before.version and after.version:
        return before.version.partition("+")[0] != after.version.partition("+")[0]
    same = bool(before.declared) and before.declared == after.declared
    return False if same else None


def _span(before: str, after: str) -> str:
    if not before or not after:
        return "the release"
    return (
        f"Coder {visible(after)}"
        if before == after
        else (f"the release {visible(before)} → {visible(after)}")
    )
