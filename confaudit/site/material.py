"""What a site is made of, as the shell has read it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.history.entry import Entry
from confaudit.core.history.parity import UNEXPECTED, Group, Parity
from confaudit.core.judge.finding import Finding
from confaudit.core.model import (
    EXPLICIT,
    MISSING,
    Change,
    Level,
    OptionSpec,
    Snapshot,
    Subject,
    Value,
)
from confaudit.core.report.report import Report
from confaudit.core.text.wording import human
from confaudit.present.sentences import sentence
from confaudit.render.site import Look
from confaudit.site.words import short


class Found(Struct, frozen=True):
    """A finding of `check`, in words."""

    rule: str
    level: Level
    text: str


class Differing(Struct, frozen=True):
    """An option that a deployment has otherwise than most, in words."""

    key: str
    here: str
    common: str
    holders: int
    """How many have that."""
    is_drift: bool
    """Whether replicas of one deployment differ."""


class Newest(Struct, frozen=True):
    """What the newest snapshot of a deployment tells."""

    release: str = ""
    """Empty where it is not known."""
    chosen: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Options that somebody set: value and source in words."""
    findings: tuple[Found, ...] = ()
    differing: tuple[Differing, ...] = ()
    trouble: str = ""
    """Why it cannot be read; empty where it can."""

    @property
    def worst(self) -> Level | None:
        """The highest level that needs somebody; None where nothing does."""
        if self.trouble:
            return Level.ERROR
        drift = [Level.WARNING] if self.drifts else []
        return max((*drift, *(one.level for one in self.findings)), default=None)

    @property
    def drifts(self) -> int:
        """How many options another replica of the deployment has otherwise."""
        return sum(one.is_drift for one in self.differing)

    def count(self, level: Level) -> int:
        """How many findings it has of a level."""
        return sum(one.level is level for one in self.findings)


def worst(newest: Iterable[Newest]) -> str:
    """The highest level of several as a word, empty where nothing needs anybody."""
    levels = (one.worst for one in newest)
    highest = max((one for one in levels if one), default=None)
    return highest.word if highest else ""


def newest(snapshot: Snapshot, findings: Iterable[Finding]) -> Newest:
    """What a snapshot tells, and what `check` finds in it."""
    chosen = {
        key: (short(human(one.value, snapshot.declared[key].type)), one.source.value)
        for key, one in snapshot.settings.items()
        if one.source in EXPLICIT and one.source
    }
    found = (Found(one.rule.id, one.severity, sentence(one)) for one in findings)
    return Newest(snapshot.version, chosen, tuple(found))


def differing(parity: Parity) -> Mapping[str, tuple[Differing, ...]]:
    """What each of those compared has otherwise than most, unexpectedly; by name."""
    found: dict[str, list[Differing]] = {one.name: [] for one in parity.members}
    for one in parity.of(*UNEXPECTED):
        told = Differing(
            key=one.spec.key,
            here=_told(one.value, one.spec),
            common=_told(one.common, one.spec),
            holders=one.holders,
            is_drift=one.group is Group.DRIFT,
        )
        for member in one.members:
            found[member.name].append(told)
    return {name: tuple(several) for name, several in found.items()}


def _told(value: Value, spec: OptionSpec) -> str:
    return "no such option" if value is MISSING else short(human(value, spec.type))


class Material(Struct, frozen=True, dict=True):
    """A whole repository."""

    facts: str
    """What every page rests on beside its look: confaudit, the catalogue."""
    look: Look
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
        """For each option that is set, differs or changed the entries on it, and only on it.

        What a release renamed is told under both names.
        """
        found: dict[str, list[Entry]] = {
            key: [] for one in self.newest.values() for key in (*one.chosen, *_keys(one.differing))
        }
        for entry in self.entries:
            for key, changes in _options(entry.changes).items():
                found.setdefault(key, []).append(_only(entry, changes))
        return {key: tuple(found[key]) for key in sorted(found)}

    @cached_property
    def by_difference(self) -> Mapping[str, Mapping[str, Differing]]:
        """For each option that some have otherwise than most what these have, by deployment."""
        found: dict[str, dict[str, Differing]] = {}
        for name, newest in self.newest.items():
            for one in newest.differing:
                found.setdefault(one.key, {})[name] = one
        return {key: found[key] for key in sorted(found)}


def _keys(differing: Iterable[Differing]) -> Iterator[str]:
    return (one.key for one in differing)


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
