"""Which changes a report shows: filters by cause and by glob over an option's names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from confaudit.core.model import Cause, Change


@dataclass(frozen=True, slots=True)
class Selection:
    """What to show; empty parts select everything."""

    causes: frozenset[Cause] = frozenset()
    only: tuple[str, ...] = ()
    """Globs; one must match a name of the option, or the leaf's path."""
    exclude: tuple[str, ...] = ()
    """Globs; none may match."""

    def apply(self, changes: Iterable[Change]) -> tuple[Change, ...]:
        """The changes to show, in the order given."""
        return tuple(change for change in changes if self._shows(change))

    def _shows(self, change: Change) -> bool:
        caused = not self.causes or change.cause in self.causes
        return caused and self.matches(names(change))

    def matches(self, known: Sequence[str]) -> bool:
        """Whether the globs let pass what has these names."""
        wanted = not self.only or _any_match(self.only, known)
        return wanted and not _any_match(self.exclude, known)


EVERYTHING: Final = Selection()
"""No filter."""


def names(change: Change) -> tuple[str, ...]:
    """Every name by which a user may mean what a change is about."""
    spec = change.spec
    declared = (spec.env, spec.yaml_path, spec.name) if spec else ()
    found = (change.key, change.was, *change.also, change.path, *declared)
    return tuple(name for name in found if name)


def _any_match(globs: Iterable[str], known: Iterable[str]) -> bool:
    """Letter case never matters, nor the dashes in front of a flag."""
    wanted = [glob.lstrip("-").lower() for glob in globs]
    return any(fnmatchcase(name.lower(), glob) for name in known for glob in wanted)
