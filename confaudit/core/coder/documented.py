"""Which releases a page of Coder's API docs is most like: it does not tell of which one it is.

A page is written for every commit, so that it may lie between two releases and be like neither.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from msgspec import Struct

from confaudit.core import tree
from confaudit.core.coder.releases import Catalog, Release
from confaudit.core.model import Fidelity, Json, Snapshot


class Fit(Struct, frozen=True):
    """The releases that a page is most like; several where it is equally like them."""

    spans: tuple[tuple[str, str], ...]
    """First and last of each run of releases, in version order; at least one."""
    shared: int
    """How many of the page's leaves they have, of the type that the page tells."""
    others: int
    """How many leaves they have beside these."""


def best_fit(snapshot: Snapshot, catalog: Catalog) -> Fit | None:
    """The releases whose config leaves differ least from those of a docs page.

    None for what is no docs page, or has nothing in common with any release.
    """
    if snapshot.fidelity is not Fidelity.SHAPE:
        return None
    leaves = {tree.dotted(path): kind for path, kind in tree.leaves(snapshot.config)}
    found = [*_compared(leaves, catalog)]
    _, shared, others = min(found, key=lambda one: _distance(leaves, one))
    best = [release for release, *numbers in found if numbers == [shared, others]]
    return Fit(_spans(best, catalog), shared, others) if shared else None


_Compared = tuple[Release, int, int]
"""A release, and `Fit.shared` and `Fit.others` for it."""


def _compared(leaves: Mapping[str, Json], catalog: Catalog) -> Iterator[_Compared]:
    """Each release with how it compares; those in a row that declare the same are asked once."""
    for _, alike in groupby(
        catalog.releases, lambda one: (id(one.options), one.leaves_without_option)
    ):
        first, *others = alike
        shared = sum(_agree(kind, documented_as(leaf, first)) for leaf, kind in leaves.items())
        served = len({*first.leaves, *first.leaves_without_option})
        yield from ((one, shared, served - shared) for one in (first, *others))


def _distance(leaves: Mapping[str, Json], compared: _Compared) -> tuple[int, int]:
    """How many leaves differ; of as many, what the page has tells more than what it lacks."""
    _, shared, others = compared
    return len(leaves) - shared + others, -shared


def documented_as(leaf: str, release: Release) -> str | None:
    """The type that the docs page of a release tells of a config leaf, empty if not known.

    None where the release has no such leaf.
    """
    if owners := release.leaves.get(leaf):
        return documented_type(owners[0].type)
    return "" if leaf in release.leaves_without_option else None


def documented_type(option_type: str) -> str:
    """The type by which a docs page tells of a leaf, from the type of its option."""
    outer = option_type.partition("[")[0]
    return _DOCUMENTED.get(outer, outer)


_DOCUMENTED: Final = {
    "duration": "int",
    "enum": "string",
    "string-array": "list",
    "yaml-config-path": "string",
}


def _agree(told: Json, served: str | None) -> bool:
    return served is not None and served in ("", told)


def _spans(best: list[Release], catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """Runs of releases between which there is no other."""
    versions = {one.version for one in best}
    runs = groupby(catalog.versions, lambda version: version in versions)
    held = ([*run] for is_best, run in runs if is_best)
    return tuple((run[0], run[-1]) for run in held)
