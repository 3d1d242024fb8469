"""What a deployment had when: the entries of its history, turned into values over time."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.history.entry import Entry
from confaudit.core.model import MISSING, Cause, Change, ChangeKind, Subject, Value, ValueSource


class Stay(Struct, frozen=True):
    """A time through which something kept its value and where that came from."""

    value: Value
    source: ValueSource | None
    type: str
    """Option type of the value, empty when unknown."""
    since: datetime | None
    """None: since before the entries begin."""
    until: datetime | None = None
    """None: for as long as the entries go."""
    is_there: bool = True
    """Whether the release has such an option or leaf."""
    cause: Cause | None = None
    """Who brought it; None where it was so already when the entries begin."""
    entry: Entry | None = None
    """What brought it."""


class Lane(Struct, frozen=True):
    """All that one option, leaf or fact of the server was, oldest first."""

    change: Change
    """The newest one: it has the names of today."""
    stays: tuple[Stay, ...]
    """Between two of them may be a time of which nothing is known."""

    @property
    def brought(self) -> tuple[Stay, ...]:
        """Those that an entry tells the beginning of."""
        return tuple(stay for stay in self.stays if stay.entry)


class Moment(Struct, frozen=True):
    """An entry at its place in time."""

    at: datetime
    entry: Entry


class Timeline(Struct, frozen=True):
    """One deployment over time."""

    deployment: str
    moments: tuple[Moment, ...]
    """All of its entries, oldest first, never going back in time."""
    lanes: tuple[Lane, ...]
    """What changed, in the order of its first change."""


def timelines(entries: Iterable[Entry], until: datetime | None = None) -> tuple[Timeline, ...]:
    """Entries, newest first, as a timeline for each deployment; what changed last comes first.

    Clocks go wrong: an entry stands no earlier than those it builds on, and not after `until`. What
    has no time stands with the entry before it; deployments of which none has one are left out.
    """
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.deployment, []).append(entry)
    told = (_timeline(name, _moments(own[::-1], until)) for name, own in found.items())
    return tuple(timeline for timeline in told if timeline.moments)


def _moments(entries: Sequence[Entry], until: datetime | None) -> Iterator[Moment]:
    latest = next((entry.taken_at for entry in entries if entry.taken_at), until)
    if not latest:
        return
    for entry in entries:
        latest = max(latest, entry.taken_at or latest)
        latest = min(latest, until or latest)
        yield Moment(latest, entry)


def _timeline(deployment: str, moments: Iterator[Moment]) -> Timeline:
    told, story = tuple(moments), _Story()
    for moment in told:
        story.tell(moment)
    lanes = tuple(Lane(one.change, tuple(one.stays)) for one in story.lanes.values())
    return Timeline(deployment, told, lanes)


_Key: TypeAlias = tuple[Subject, str]


class _Open(Struct):
    """A lane that is being told."""

    change: Change
    stays: list[Stay] = field(default_factory=list)

    def end(self, at: datetime) -> bool:
        """Let the value end that it has; whether it was known to have one."""
        is_open = bool(self.stays) and self.stays[-1].until is None
        if is_open:
            self.stays[-1] = replace(self.stays[-1], until=at)
        return is_open


class _Story:
    """What is known so far, entry by entry, the oldest first."""

    def __init__(self) -> None:
        self.lanes: dict[_Key, _Open] = {}
        self._known_since: datetime | None = None

    def tell(self, moment: Moment) -> None:
        """Add what one entry changed; what comes before a gap says nothing of what follows it."""
        entry = moment.entry
        if entry.is_first or entry.is_removed or entry.trouble:
            self._known_since = moment.at
            for lane in self.lanes.values():
                lane.end(moment.at)
        for change in entry.changes:
            if change.kind is not ChangeKind.DECLARED:
                self._add(change, moment)

    def _add(self, change: Change, moment: Moment) -> None:
        lane = self._lane(change, moment.at)
        if not lane.end(moment.at):
            lane.stays.append(_before(change, self._known_since, moment.at))
        lane.stays.append(_after(change, moment))
        lane.change = change

    def _lane(self, change: Change, at: datetime) -> _Open:
        """Where a change belongs; what a release renamed goes on under its new name."""
        key, was = (change.subject, change.key), (change.subject, change.was)
        if was in self.lanes and key not in self.lanes:
            self.lanes[key] = self.lanes.pop(was)
        elif was in self.lanes:
            self.lanes[was].end(at)
        return self.lanes.setdefault(key, _Open(change))


def _before(change: Change, since: datetime | None, until: datetime) -> Stay:
    is_there = change.kind is not ChangeKind.ADDED
    value = change.before if is_there else MISSING
    return Stay(value, change.source_before, change.type, since, until, is_there)


def _after(change: Change, moment: Moment) -> Stay:
    is_there = change.kind is not ChangeKind.REMOVED
    return Stay(
        value=change.after if is_there else MISSING,
        source=change.source_after,
        type=change.type,
        since=moment.at,
        is_there=is_there,
        cause=change.cause,
        entry=moment.entry,
    )
