"""What a report lists: filters by cause and by glob over an option's names."""

from collections.abc import Collection, Sequence
from typing import Final

from msgspec import Struct

from confaudit.core.model import Cause, Change, OptionSpec
from confaudit.core.text.globs import means_one


class Selection(Struct, frozen=True):
    """What to list; empty parts select everything."""

    causes: frozenset[Cause] = frozenset()
    only: tuple[str, ...] = ()
    """Globs; one must match a name of the option, or the leaf's path."""
    exclude: tuple[str, ...] = ()
    """Globs; none may match."""

    def wants(self, cause: Cause | None) -> bool:
        """Whether the causes let pass what this brought about."""
        return not self.causes or cause in self.causes

    def matches(self, known: Sequence[str]) -> bool:
        """Whether the globs let pass what has these names."""
        wanted = not self.only or _means_one(self.only, known)
        return wanted and not _means_one(self.exclude, known)

    def strangers(self, known: Collection[str]) -> tuple[str, ...]:
        """The globs that match none of these names, and so are misspelt."""
        return tuple(glob for glob in (*self.only, *self.exclude) if not means_one(glob, known))


EVERYTHING: Final = Selection()
"""No filter."""


def change_names(change: Change) -> tuple[str, ...]:
    """Every name by which a user may mean what a change is about."""
    declared = spec_names(change.spec) if change.spec else ()
    found = (change.key, change.was, *change.also, change.path, *declared)
    return tuple(name for name in found if name)


def spec_names(spec: OptionSpec) -> tuple[str, ...]:
    """Every name that an option goes by."""
    known = (spec.key, spec.env, spec.yaml_path, spec.name, spec.json_path)
    return tuple(name for name in known if name)


def _means_one(globs: Sequence[str], known: Sequence[str]) -> bool:
    return any(means_one(glob, known) for glob in globs)
