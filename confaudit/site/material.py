"""What a site is made of, as the shell has read it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from confaudit.core.history.entry import Entry
from confaudit.core.judge.finding import Finding
from confaudit.core.model import Change, Level, Subject
from confaudit.core.report.report import Report


@dataclass(frozen=True, slots=True)
class Newest:
    """What the newest snapshot of a deployment tells."""

    release: str = ""
    """Empty where it is not known."""
    chosen: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Options that somebody set: value and source in words."""
    findings: tuple[Finding, ...] = ()
    trouble: str = ""
    """Why it cannot be read; empty where it can."""

    @property
    def worst(self) -> Level | None:
        """The highest level among its findings; None where there are none."""
        return max((one.severity for one in self.findings), default=None)


@dataclass(frozen=True)
class Material:
    """A whole repository."""

    facts: str
    """What every page rests on: the version of confaudit, the catalogue."""
    entries: tuple[Entry, ...]
    """Newest first."""
    newest: Mapping[str, Newest]
    """By deployment; those whose snapshots were removed have none."""
    verdict: Callable[[Entry], str]
    """What is to be said of an upgrade: whether it did what was predicted. It reads git."""
    life: Callable[[str], Report | None]
    """The life of an option over the releases; None where no release is known to have it."""

    @cached_property
    def by_deployment(self) -> Mapping[str, tuple[Entry, ...]]:
        """The entries of each deployment there ever was, newest first; sorted by name."""
        ordered = sorted(self.entries, key=attrgetter("deployment"))
        return {name: tuple(own) for name, own in groupby(ordered, attrgetter("deployment"))}

    @cached_property
    def by_option(self) -> Mapping[str, tuple[Entry, ...]]:
        """For each option that was set or changed the entries about it, with nothing else in them.

        What a release renamed is told under both names.
        """
        chosen = (key for one in self.newest.values() for key in one.chosen)
        found: dict[str, list[Entry]] = {key: [] for key in chosen}
        for entry in self.entries:
            for key, changes in _options(entry.changes).items():
                found.setdefault(key, []).append(_only(entry, changes))
        return {key: tuple(found[key]) for key in sorted(found)}


def options_of(entry: Entry) -> tuple[str, ...]:
    """The options that changed, the most important first."""
    return tuple(_options(entry.changes))


def _options(changes: Iterable[Change]) -> Mapping[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        for key in _names(change):
            found.setdefault(key, []).append(change)
    return found


def _names(change: Change) -> Iterator[str]:
    if change.subject is Subject.OPTION:
        yield from dict.fromkeys(filter(None, (change.key, change.was)))


def _only(entry: Entry, changes: Iterable[Change]) -> Entry:
    return replace(entry, changes=tuple(changes))
