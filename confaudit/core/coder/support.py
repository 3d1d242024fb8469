"""How long Coder mends a release line.

So says coder/coder docs/install/releases: the newest line is mainline, the one before it stable,
the one before that gets security fixes, and about twice a year a line gets extended support (ESR).
For how long that is mended is not published; the calendar there lists the two newest.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

from confaudit.core.coder.releases import Release, Version

Line: TypeAlias = tuple[int, int]
_EXTENDED_LINES: Final = 2


class Channel(StrEnum):
    """What Coder calls a line that it mends."""

    MAINLINE = "mainline"
    STABLE = "stable"
    SECURITY = "security"
    EXTENDED = "ESR"


class Support(StrEnum):
    """Whether a line still gets fixes."""

    GIVEN = "given"
    ENDED = "ended"
    UNKNOWN = "unknown"
    """It is newer than what is known, or an extended line of which no end is published."""


def channels(known: Sequence[Release]) -> Mapping[Line, tuple[Channel, ...]]:
    """What Coder calls each known line; a line may have two names, or none any more."""
    lines = _lines(known)
    marks = {
        Channel.MAINLINE: lines[-1:],
        Channel.STABLE: lines[-2:-1],
        Channel.SECURITY: lines[-3:-2],
        Channel.EXTENDED: _extended(known),
    }
    return {line: tuple(mark for mark, held in marks.items() if line in held) for line in lines}


def support(version: Version, known: Sequence[Release]) -> Support:
    """Whether the line of a version still gets fixes, as far as the releases known tell."""
    lines, extended = _lines(known), _extended(known)
    if version.line > lines[-1]:
        return Support.UNKNOWN
    if version.line in (*lines[-3:], *extended[-_EXTENDED_LINES:]):
        return Support.GIVEN
    return Support.UNKNOWN if version.line in extended else Support.ENDED


def _lines(known: Sequence[Release]) -> list[Line]:
    return list(dict.fromkeys(Version.parse(release.version).line for release in known))


def _extended(known: Sequence[Release]) -> list[Line]:
    return _lines([release for release in known if release.esr])
