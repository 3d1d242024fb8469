"""Ranges of versions, spelled as npm does: `>=2.29.18 <2.30.0 || >=2.32.8`."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from confaudit.core.coder.releases import Version

_RANGE: Final = re.compile(r">=(\S+)(?: <(\S+))?")
OR: Final = " || "


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[tuple[Version, Version | None], ...]:
    """The first version of each range, and the first after it; None of an open one.

    Raises:
        ValueError: It is no list of ranges.
    """
    return tuple(_ranges(text))


def _ranges(text: str) -> Iterator[tuple[Version, Version | None]]:
    for part in text.split(OR):
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
