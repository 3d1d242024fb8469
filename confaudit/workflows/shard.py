"""Several machines share the deployments of one configuration, and need not know of each other."""

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple


class Shard(NamedTuple):
    """One of so many shares. A deployment belongs to one by its name alone, whatever others do."""

    number: int
    """From 1."""
    of: int

    def share(self, names: Iterable[str]) -> tuple[str, ...]:
        """The deployments that belong to it, in their order."""
        return tuple(name for name in names if self._has(name))

    def _has(self, name: str) -> bool:
        """Whether a hash of the name falls to it: adding a deployment moves no other."""
        return (
            int.from_bytes(sha256(name.encode()).digest()[:8], "big") % self.of == self.number - 1
        )
