"""How the option code of a release behaves where releases differ."""

from dataclasses import dataclass
from typing import Final

from confaudit.core.coder.releases import Version


@dataclass(frozen=True, slots=True)
class Semantics:
    """How a release's option code behaves where releases differ."""

    empty_env_counts: bool
    """From 2.34 an empty environment variable overrides (coder/coder#24926, coder/serpent#32).

    Before, it was as good as not set.
    """
    aliases_agree: bool
    """From 2.18 options that share an object share its source and default (coder/serpent#23).

    Before, an alias without a source of its own wrote its default over what the other was given.
    """
    day_units: bool
    """From 2.29 durations may be given in days and weeks (`7d`, `2w`)."""

    @classmethod
    def of(cls, version: str) -> "Semantics":
        """The semantics of a release, by the line it belongs to: none was ever backported."""
        line = Version.parse(version).line
        return cls(
            empty_env_counts=line >= (2, 34),
            aliases_agree=line >= (2, 18),
            day_units=line >= (2, 29),
        )


EMPTY_COUNTS: Final = Version(2, 34, 0)
"""From this release on an empty environment variable is a value (coder/coder#24926)."""

ALIASES_SHARE: Final = Version(2, 18, 0)
"""From this release on aliases share value and source (coder/coder#15480)."""
