"""What an audit is of: one deployment, or the change that is reviewed itself."""

from typing import Final

from msgspec import Struct

ITSELF: Final = "the change itself"
"""What stands for a deployment in a review where something is about none."""


class Audited(Struct, frozen=True):
    """The deployment that an audit is of."""

    name: str
    """What it is told from others by; its findings carry it."""
    forms: tuple[str, ...] = ()
    """What the files are that set it up, in words."""
    releases: tuple[str, ...] = ()
    """The release in use, and of an upgrade the one gone to; none where nothing tells the first."""
    told_by: str = ""
    """What tells the release in use, in a few words; empty where the deployment itself does."""

    @property
    def is_deployment(self) -> bool:
        """Whether it is one, and not the change that is reviewed."""
        return self.name != ITSELF
