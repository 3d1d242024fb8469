"""Values that do not say all that they hold."""

from typing import ClassVar

from msgspec import Struct


class Reticent(Struct, frozen=True):
    """A value whose repr leaves fields out: what is secret, and what is too long to read."""

    unsaid: ClassVar[frozenset[str]] = frozenset()

    def __repr__(self) -> str:
        said = (name for name in self.__struct_fields__ if name not in self.unsaid)
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in said)
        return f"{type(self).__name__}({fields})"
