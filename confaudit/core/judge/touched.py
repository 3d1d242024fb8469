"""What changes touch, in the words that controls are written in, and what comes of that."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from confaudit.core.changes.owners import owners
from confaudit.core.judge.finding import Finding, Rule
from confaudit.core.model import Change, Snapshot, Subject
from confaudit.core.upgrade.families import LEAVES, LISTED_BY, Family


class Turns(NamedTuple):
    """What changes open or close, and by which rules it was looked for."""

    found: tuple[Finding, ...] = ()
    rules: tuple[Rule, ...] = ()


NO_TURNS: Final = Turns()
"""Nothing was looked for, as nothing can have turned."""

_RANGES: Final = ("release", "versions", "ends")
"""What a control is written with whose outcome hangs on the release alone."""


def touched(changes: Iterable[Change], before: Snapshot, after: Snapshot) -> frozenset[str]:
    """Words of which a control that may turn must hold one: options, families, or releases.

    A control that holds none finds the same on either side.
    """
    named = {
        name
        for one in changes
        if one.subject is not Subject.SERVER
        for name in (one.key, one.was, *one.also, one.path)
    }
    keys = named.union(*(_twins(one, named) for one in (before, after)))
    releases = _RANGES if before.version != after.version else ()
    return frozenset((*keys, *_families(keys), *releases)) - {""}


def _twins(snapshot: Snapshot, named: set[str]) -> Iterator[str]:
    """The options that set the same config leaves as those named, or the leaves named."""
    for leaf, specs in owners(snapshot.declared).items():
        if leaf in named or not named.isdisjoint(specs):
            yield from specs


def _families(keys: Iterable[str]) -> Iterator[str]:
    """The families whose members the leaves and options named list."""
    listing = {leaf: family for family, leaf in LEAVES.items()}
    listing[LISTED_BY] = Family.EXTERNAL_AUTH
    return (listing[key].value for key in keys if key in listing)
