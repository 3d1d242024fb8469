"""Ranges of versions, spelled as npm does: `>=2.29.18 <2.30.0 || >=2.32.8`."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from confaudit.core.coder.releases import Version
from confaudit.patterns import regex

_RANGE: Final = regex(r">=(\S+)(?: <(\S+))?")
_OR: Final = " || "


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[tuple[Version, Version | None], ...]:
    """The first version of each range, and the first after it; None of an open one.

    Raises:
        ValueError: It is no list of ranges.
    """
    return tuple(_ranges(text))


def _ranges(text: str) -> Iterator[tuple[Version, Version | None]]:
    for part in text.split(_OR):
        match = _RANGE.fullmatch(part)
        if not match:
            raise ValueError("it is no list of version ranges")
        since, before = match.groups()
        yield Version.parse(since), Version.parse(before) if before else None


def holds(text: str, version: Version) -> bool:
    """Whether a version is in one of the ranges.

    Raises:
        ValueError: As `parse`.
    """
    return any(
        since <= version and (before is None or version < before) for since, before in parse(text)
    )


def positions(text: str, order: Sequence[Version]) -> Iterator[range]:
    """Where in a list of releases, in version order, those of each range stand.

    Raises:
        ValueError: As `parse`, or a range has no release.
    """
    for since, before in parse(text):
        start = bisect_left(order, since)
        stop = bisect_left(order, before) if before else len(order)
        if start >= stop:
            raise ValueError("a range has no release")
        yield range(start, stop)


def covering(positions: Sequence[int], versions: Sequence[str]) -> str:
    """The ranges that cover exactly the releases at these positions of all in version order."""
    held = set(positions)
    starts = [position for position in positions if position - 1 not in held]
    stops = [position + 1 for position in positions if position + 1 not in held]
    return _OR.join(
        f">={versions[start]}" + (f" <{versions[stop]}" if stop < len(versions) else "")
        for start, stop in zip(starts, stops, strict=True)
    )
