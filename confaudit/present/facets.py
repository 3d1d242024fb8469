"""What entries are counted by: numbers to look at, labels to filter by."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.judge.finding import Confidence, Effect, Origin, Phase
from confaudit.core.model import Cause, ChangeKind, Level, ValueSource
from confaudit.core.upgrade.known import Truth
from confaudit.present.entries import Group
from confaudit.present.values import STARTS, Chip, slug


class Count(Struct, frozen=True):
    """How many changes or findings bear a label."""

    chip: Chip
    number: int


class FacetCounts(Struct, frozen=True):
    """Counts by one facet, to look at and to filter by."""

    title: str
    counts: tuple[Count, ...]
    """Of what occurs, in the facet's own order."""
    is_leading: bool
    """Whether these numbers sum the report up; the others help to find something in it."""


class _Facet(Struct, frozen=True):
    """What entries are counted and filtered by."""

    title: str
    order: tuple[str, ...] = ()
    """Its values as they are to be listed; without an order the most frequent comes first."""
    is_leading: bool = False
    is_version: bool = False
    """Whether its values are in the order of versions."""


FACETS: Final[Mapping[str, _Facet]] = {
    "origin": _Facet("To act on", tuple(Origin), True),
    "level": _Facet("Findings by level", tuple(level.word for level in reversed(Level)), True),
    "effect": _Facet("Findings by effect", (*map(slug, STARTS), *tuple(Effect)[1:]), True),
    "cause": _Facet("Changes by cause", tuple(Cause), True),
    "kind": _Facet("Changes by kind", tuple(ChangeKind), True),
    "affects": _Facet("Affects you", tuple(Truth)),
    "phase": _Facet("When to act", tuple(Phase), True),
    "since": _Facet("Comes with", is_version=True),
    "confidence": _Facet("How sure", tuple(Confidence)),
    "source": _Facet("Set by", (*filter(None, ValueSource), "unset")),
    "area": _Facet("Area"),
    "deployment": _Facet("Deployment"),
}


def facet_counts(groups: Iterable[Group], *, are_all: bool) -> Iterator[FacetCounts]:
    """The counts of what is listed, by each facet that has something to tell.

    Where that is not all there is, the titles say so.
    """
    entries = [row.chips for group in groups for row in group.rows]
    numbers = Counter((chip.facet, chip.value) for chips in entries for chip in chips)
    by_value = {(chip.facet, chip.value): chip for chips in entries for chip in reversed(chips)}
    for name, facet in FACETS.items():
        counts = [Count(chip, numbers[key]) for key, chip in by_value.items() if key[0] == name]
        is_telling = any(count.number < len(entries) for count in counts)
        if is_telling or (counts and facet.is_leading):
            found = _counts(facet, counts)
            yield found if are_all else replace(found, title=f"{found.title}, of those listed")


def _counts(facet: _Facet, counts: list[Count]) -> FacetCounts:
    def place(count: Count) -> tuple[list[int], int, str]:
        numbers = [int(part) for part in re.findall("[0-9]+", count.chip.value)]
        rank = [facet.order.index(count.chip.value)] if facet.order else []
        return numbers if facet.is_version else rank, -count.number, count.chip.word

    return FacetCounts(facet.title, tuple(sorted(counts, key=place)), facet.is_leading)
