"""Since when each option is what it is: looked for from the newest snapshot back."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Final, TypeAlias

from msgspec import Struct

from confaudit.core.history.differing import differing_lines
from confaudit.core.history.entry import Entry
from confaudit.core.model import Change, OptionSpec, Setting
from confaudit.core.snapshot.canonical import SETTINGS, is_laid_out, setting_line, setting_lines
from confaudit.errors import SourceError

_Held: TypeAlias = Collection[str]
"""The lines of a settings file, or its text."""

_FEW: Final = 12
"""Lines up to which it is faster to look for each in a text than to cut the text up."""


class Blamed(Struct, frozen=True):
    """What an option is, and what made it so."""

    spec: OptionSpec
    setting: Setting
    since: Entry
    """The snapshot that made it so, else the first; it is so in all from there on."""
    change: Change | None
    """What made it so; None where it was so in the first snapshot, or that cannot be told."""


def without_old_names(found: Iterable[Blamed]) -> tuple[Blamed, ...]:
    """What an old name has to tell goes without saying where the newer one tells it."""
    told = {one.spec.key: one for one in found}
    return tuple(
        one
        for one in told.values()
        if not any(_is_same(one, told.get(newer)) for newer in one.spec.use_instead)
    )


def _is_same(one: Blamed, other: Blamed | None) -> bool:
    return other is not None and (one.setting, one.since) == (other.setting, other.since)


class Search:
    """The options whose origin is not found yet, each by its line in the settings file."""

    def __init__(self, settings: str, keys: Iterable[str]) -> None:
        """Begin with the text of a settings file; what it does not list is not sought.

        Raises:
            SourceError: it is damaged.
        """
        self._lines = {key: line for key in keys if (line := setting_line(settings, key))}
        self._names = {key: key for key in self._lines}
        self._newer = settings
        self._held = lru_cache(maxsize=2)(self._cut)

    def __bool__(self) -> bool:
        """Whether any is left."""
        return bool(self._lines)

    @property
    def line(self) -> str:
        """The line of the option that is left; empty where there are more."""
        return next(iter(self._lines.values())) if len(self._lines) == 1 else ""

    def name(self, key: str) -> str:
        """What an option was called as far back as the search has come."""
        return self._names[key]

    def concerns(self, entry: Entry) -> bool:
        """Whether an entry may tell an origin: it names an option, or what it changed is not known.

        In all other snapshots what is sought is as it was in the one before.
        """
        if entry.is_first or entry.trouble:
            return True
        sought = self._names.keys() & self._lines.keys()
        names = {self._names[key] for key in sought}
        return any(not names.isdisjoint((one.key, *one.also)) for one in entry.changes)

    def appeared(self, before: str, after: str) -> list[str]:
        """The options that became what they are between two versions of the file; "" is none.

        A damaged version tells nothing: what is not in the one before it came with it or after it.
        """
        if self._is_untouched(before, after):
            self._newer = before
            return []
        with suppress(SourceError):
            self._newer = after if self._held(after) else self._newer
        newer = self._held(self._newer)
        try:
            older = self._held(before)
        except SourceError:
            return []
        self._newer = before
        return [key for key, line in self._lines.items() if line not in older and line in newer]

    def _is_untouched(self, before: str, after: str) -> bool:
        """Whether nothing that is sought stands in a line that differs, as in most snapshots."""
        with suppress(ValueError):
            differing = differing_lines(SETTINGS, before, after)
            return {one.after.rstrip(",") for one in differing}.isdisjoint(self._lines.values())
        return False

    def drop(self, key: str) -> None:
        """Look for an option no more."""
        del self._lines[key]

    def follow(self, key: str, was: str, before: str) -> bool:
        """Go on with an option as it was in a version, by its name there; False: it was not."""
        if line := setting_line(before, was):
            self._names[key], self._lines[key] = was, line
        return bool(line)

    def _cut(self, settings: str) -> _Held:
        if not settings:
            return ()
        is_faster = len(self._lines) <= _FEW and is_laid_out(SETTINGS, settings)
        return settings if is_faster else frozenset(setting_lines(settings))
