"""How much has to be found for a command to fail."""

from typing import Final

from msgspec import Struct

from confaudit.core.model import Level


class Threshold(Struct, frozen=True):
    """From where on findings make a command fail."""

    level: Level | None
    """The lowest level that does; None: none does."""
    is_strict: bool = False
    """Whether incomplete knowledge does so too."""
    is_waived: bool = False
    """Whether it was asked that nothing makes it fail, whatever the level would."""

    def is_reached(self, level: Level | None) -> bool:
        """Whether a level is at or above it."""
        return self.level is not None and level is not None and level >= self.level


NEVER_REACHED: Final = Threshold(None)
"""Of commands that nothing found makes fail."""
