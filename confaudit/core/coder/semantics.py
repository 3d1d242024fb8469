"""How the code of a release behaves where releases differ: each turn of it stated here, once.

These are no rows of the catalogue, because the code of this package is written around them: what a
prediction does differs on either side. None was ever backported, so a release has them by its line.
"""

from typing import Final

from msgspec import Struct

from confaudit.core.coder.releases import Version

SOURCES_KNOWN: Final = Version(2, 3, 0)
"""Older servers say neither where a value comes from nor whether a secret is set."""

ALIASES_SHARE: Final = Version(2, 18, 0)
"""From this release on options that share an object share its value, source and default.

Before, an alias without a source of its own wrote its default over what the other was given
(coder/coder#15480, coder/serpent#23).
"""

DAY_UNITS: Final = Version(2, 29, 0)
"""From this release on durations may be given in days and weeks (`7d`, `2w`)."""

EMPTY_COUNTS: Final = Version(2, 34, 0)
"""From this release on an empty environment variable is a value; before, it was as good as not set
(coder/coder#24926, coder/serpent#32)."""

SORTED_BY_NUMBER: Final = Version(2, 35, 0)
"""From this release on numbered providers are sorted by number, not as text (coder/coder#26230)."""


class Semantics(Struct, frozen=True):
    """How a release's option code behaves where releases differ."""

    empty_env_counts: bool
    """See `EMPTY_COUNTS`."""
    aliases_agree: bool
    """See `ALIASES_SHARE`."""
    day_units: bool
    """See `DAY_UNITS`."""

    @classmethod
    def of(cls, version: str) -> "Semantics":
        """The semantics of a release, by the line it belongs to."""
        line = Version.parse(version).line
        return cls(
            empty_env_counts=line >= EMPTY_COUNTS.line,
            aliases_agree=line >= ALIASES_SHARE.line,
            day_units=line >= DAY_UNITS.line,
        )
