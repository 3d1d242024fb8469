"""What of a history somebody asks for: some options, some causes, or all there is."""

from collections.abc import Iterable, Iterator, Set
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.changes.selection import EVERYTHING, Selection, change_names, spec_names
from confaudit.core.history.entry import Entry
from confaudit.core.model import Change, Snapshot
from confaudit.core.text.wording import listing_some, visible

if TYPE_CHECKING:
    from confaudit.core.lifecycle.wanted import Wanted


class Question(Struct, frozen=True):
    """Which changes are wanted: of any of the options, and by any of the causes."""

    options: "tuple[Wanted, ...]" = ()
    selection: Selection = EVERYTHING
    """Causes, and globs over names; none of either lets everything pass."""

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return bool(self.options or self.selection.only or self.selection.causes)

    @property
    def names(self) -> str:
        """What options it is about, in words; empty for all of them."""
        names = (*(one.name for one in self.options), *map(visible, self.selection.only))
        return listing_some(names, "option") if names else ""

    def answers(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Entries with the changes that are wanted alone; those without any are left out.

        One that cannot be told stays, as it may hold some.
        """
        if not self:
            yield from entries
            return
        for entry in entries:
            changes = tuple(filter(self._wants, entry.changes))
            if changes or entry.trouble:
                yield replace(entry, changes=changes)

    def keys(self, snapshot: Snapshot) -> Set[str]:
        """The options of a snapshot that are wanted."""
        named = (key for one in self.options for key in one.keys)
        globs = self.selection.only
        specs = snapshot.declared.values() if globs else ()
        meant = (spec.key for spec in specs if self.selection.matches(spec_names(spec)))
        return snapshot.settings.keys() & {*named, *meant}

    def _wants(self, change: Change) -> bool:
        return self.selection.wants(change.cause) and self._is_named(change)

    def _is_named(self, change: Change) -> bool:
        if any(one.is_of(change) for one in self.options):
            return True
        globs = self.selection.only
        return self.selection.matches(change_names(change)) if globs else not self.options
