"""The one option or leaf that somebody asks about, whatever releases call it."""

from collections.abc import Sequence

from msgspec import Struct

from confaudit.core.coder.identity import option_keys
from confaudit.core.coder.releases import Release
from confaudit.core.lifecycle.lookup import Found
from confaudit.core.model import Change, Subject


class Wanted(Struct, frozen=True):
    """An option, or a leaf that no option sets."""

    name: str
    keys: tuple[str, ...]
    """Every key that the option has in any release, the newest first, and then those of its
    aliases and of what it was renamed from; none for a leaf."""
    leaves: frozenset[str]
    """The config leaves that releases keep it in, or the leaf itself."""

    def is_of(self, change: Change) -> bool:
        """Whether a change is one of the option or leaf, under whatever name."""
        if change.subject is Subject.OPTION:
            return not {*self.keys}.isdisjoint((change.key, change.was, *change.also))
        return change.key in self.leaves


def option(found: Found, releases: Sequence[Release]) -> Wanted:
    """All that releases call an option: what sets the same config leaf is one setting."""
    keys = option_keys(found.key, releases)
    declared = [spec for release in releases for spec in release.options.values()]
    leaves = frozenset(spec.json_path for spec in declared if spec.key in keys and spec.json_path)
    others = (spec.key for spec in declared if spec.json_path in leaves)
    return Wanted(found.name, tuple(dict.fromkeys((*keys, *others))), leaves)
