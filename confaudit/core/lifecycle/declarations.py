"""What two releases declare differently, whoever runs them: each setting once."""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from confaudit.core.changes.aliases import join
from confaudit.core.changes.diff import option_changes, position
from confaudit.core.changes.documents import unequal
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.coder.releases import Release
from confaudit.core.model import Change, ChangeKind, Facet, OptionSpec, Snapshot


@lru_cache(maxsize=128)
def declared_changes(old: Release, new: Release) -> tuple[Change, ...]:
    """The differences in the order to show them; names of one setting that changed are one rename.

    Told as changes of the deployment that nobody configured, so only by its options: no leaf of
    its config tree is without one. Upgrades of several deployments go the same way.
    """
    left, right = map(default_snapshot, _differing(old, new))
    found = join(sorted(option_changes(left, right, unequal), key=position), left, right)
    changes = sorted((c for c in found if _is_declared(c, left, right)), key=position)
    return tuple(map(_without_source, changes))


def _differing(old: Release, new: Release) -> Iterator[Release]:
    """Both releases without the settings that they declare alike, which are nearly all.

    Nor are those among them of which one does not tell whether it has them.
    """
    old, new = _without(new.unsure, old), _without(old.unsure, new)
    same = {key for key, spec in old.options.items() if new.options.get(key) == spec}
    leaves = {spec.json_path for spec in (*_except(same, old), *_except(same, new))}
    for release in (old, new):
        yield replace(release, options=_setting(leaves, release.options))


def _without(unsure: Collection[str], release: Release) -> Release:
    if not unsure:
        return release
    kept = {key: spec for key, spec in release.options.items() if key not in unsure}
    return replace(release, options=kept)


def _except(same: set[str], release: Release) -> Iterator[OptionSpec]:
    return (spec for key, spec in release.options.items() if key not in same)


def _setting(leaves: set[str], options: Mapping[str, OptionSpec]) -> dict[str, OptionSpec]:
    """Options by the leaves they set, so that aliases stay together; none is a leaf as well."""
    return {key: spec for key, spec in options.items() if spec.json_path in leaves}


def _is_declared(change: Change, before: Snapshot, after: Snapshot) -> bool:
    """Whether the releases declare something else, beyond what a server makes of it.

    A server reports its aliases' value sources otherwise from 2.18 on, and some defaults are
    computed alike by both releases, as that of docs-url from the version.
    """
    declared = {facet.facet for facet in change.facets} - {Facet.SOURCE}
    old, new = before.declared.get(change.key), after.declared.get(change.key)
    if old and new and old.default_computed_from == new.default_computed_from != "":
        declared -= {Facet.DEFAULT}
    return bool(declared) or change.kind in _OF_PRESENCE


_OF_PRESENCE: Final = {ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.RENAMED}


def _without_source(change: Change) -> Change:
    """Nobody sets anything here: where a value comes from is no news."""
    kind = ChangeKind.DECLARED if change.kind is ChangeKind.SOURCE else change.kind
    return replace(change, kind=kind)
