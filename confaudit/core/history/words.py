"""Snapshots named in words: by when they were taken, or by what happened.

`yesterday`, `2 weeks ago`, `2026-01-05`, `last-upgrade`; with a deployment `prod@{yesterday}` or
`yesterday:prod`. A day means its end, in UTC as all times without an offset: what held when it was
over.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from confaudit.patterns import regex


class Event(StrEnum):
    """What happened to a deployment, by which one of its snapshots is known."""

    BEFORE_UPGRADE = "before-upgrade"
    """The last snapshot of the release that ran before the last upgrade."""
    LAST_UPGRADE = "last-upgrade"
    """The first snapshot of the release that runs now."""
    LAST_OPERATOR_CHANGE = "last-operator-change"
    """The newest snapshot with something that the operator changed."""


class Words(Struct, frozen=True):
    """A snapshot, named in words."""

    when: datetime | Event
    deployment: str = ""
    """Empty where the words name none."""


def words(text: str, now: datetime) -> Words | None:
    """What a text means that may be one of these; None where it is something else."""
    if found := _OF_DEPLOYMENT.fullmatch(text):
        when = _when(found["words"], now)
        return Words(when, found["deployment"]) if when else None
    if when := _when(text, now):
        return Words(when)
    before, _, deployment = text.rpartition(":")
    when = _when(before, now)
    return Words(when, deployment) if when else None


def moment(text: str, now: datetime, *, is_start: bool = False) -> datetime | None:
    """The time that a text means, a day by its end or by its start; None where it is no time."""
    edge = _start if is_start else _end
    if text in _DAYS:
        return edge(now - _DAYS[text])
    if found := _AGO.fullmatch(text):
        return _earlier(now, int(found["number"]), found["unit"])
    if not _ISO.match(text):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) == len("2026-01-05"):
        return edge(time.replace(tzinfo=UTC))
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _when(text: str, now: datetime) -> datetime | Event | None:
    return Event(text) if text in _EVENTS else moment(text, now)


def _start(day: datetime) -> datetime:
    return day.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _end(day: datetime) -> datetime:
    return day.astimezone(UTC).replace(hour=23, minute=59, second=59, microsecond=999_999)


def _earlier(now: datetime, number: int, unit: str) -> datetime | None:
    """The time so many units before; None where no calendar has it."""
    try:
        return _UNITS[unit](now, number)
    except (OverflowError, ValueError):
        return None


def _months_before(now: datetime, number: int) -> datetime:
    """The same day of another month, or its last day where it has no such day."""
    year, month = divmod(now.year * 12 + now.month - 1 - number, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


_EVENTS: Final = frozenset(Event)
_DAYS: Final[Mapping[str, timedelta]] = {"today": timedelta(), "yesterday": timedelta(days=1)}
_UNITS: Final[Mapping[str, Callable[[datetime, int], datetime]]] = {
    "minute": lambda now, number: now - timedelta(minutes=number),
    "hour": lambda now, number: now - timedelta(hours=number),
    "day": lambda now, number: now - timedelta(days=number),
    "week": lambda now, number: now - timedelta(weeks=number),
    "month": _months_before,
    "year": lambda now, number: _months_before(now, 12 * number),
}
_AGO: Final = regex(rf"(?P<number>\d{{1,5}})[ .](?P<unit>{'|'.join(_UNITS)})s?[ .]ago")
_ISO: Final = regex(r"\d{4}-\d{2}-\d{2}(?![\w-])|\d{4}-\d{2}-\d{2}[T ]\d{2}:")
_OF_DEPLOYMENT: Final = regex(r"(?P<deployment>[^@:{}]+)@\{(?P<words>[^{}]+)\}")
