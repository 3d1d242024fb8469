"""One entry of the history of a deployment: a snapshot that changed something."""

from datetime import datetime

from msgspec import Struct

from confaudit.core.model import Change


class Entry(Struct, frozen=True):
    """What one commit made of the snapshot of one deployment."""

    deployment: str
    commit: str
    """Full id of the commit that recorded it."""
    taken_at: datetime | None
    """When the commit was written (aware UTC); None for what no calendar holds."""
    author: str
    mail: str
    subject: str
    """The first line of the commit's message."""
    version_before: str = ""
    """Coder's release in the snapshot before; empty when there is none, or it is not known."""
    version: str = ""
    """Coder's release in the snapshot, the last one where it was removed."""
    changes: tuple[Change, ...] = ()
    """What changed, with causes, the operator's first; none of a first snapshot."""
    is_first: bool = False
    """Whether there was no snapshot of the deployment before."""
    is_removed: bool = False
    """Whether the commit removed the snapshot."""
    is_by_hand: bool = False
    """Whether the commit does not say that confaudit made it."""
    trouble: str = ""
    """Why what changed cannot be told: one of the two snapshots is damaged; empty if neither is."""

    @property
    def is_upgrade(self) -> bool:
        """Whether another release runs than in the snapshot before, be it an older one."""
        before, after = self.version_before, self.version
        return bool(before and after) and before.partition("+")[0] != after.partition("+")[0]
