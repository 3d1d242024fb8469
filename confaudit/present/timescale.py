"""From times to places on a chart, and where on its scale a reader looks for one (UTC)."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct

from confaudit.core.text.wording import moment
from confaudit.present.charts import Label

_BEFORE: Final = 3.0
"""Percent of the width for what began before the scale."""
_AFTER: Final = 15.0
"""For what goes on after it: enough to read the value that holds now."""
_MOST: Final = 5
"""Ticks; more would not fit beside each other on a small screen."""

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_STEPS: Final = tuple(_MINUTE * n for n in (1, 5, 15, 30, 60, 180, 360, 720)) + tuple(
    _DAY * n for n in (1, 2, 3, 7, 14)
)
_MONTHS: Final = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 6_000, 24_000)
_MONTH: Final = timedelta(days=30.5)
_MONDAY: Final = datetime(1, 1, 1, tzinfo=UTC)
"""The first day there is, a Monday as well."""


class Timescale(Struct, frozen=True):
    """The times that a chart shows, both included; they may be one."""

    start: datetime
    end: datetime

    def at(self, time: datetime) -> float:
        """Percent of the width."""
        span = self.end - self.start
        part = (time - self.start) / span if span else 0.5
        return round(_BEFORE + (100 - _BEFORE - _AFTER) * part, 1)

    def ticks(self) -> tuple[Label, ...]:
        """A few round times in words."""
        span = self.end - self.start
        if span < 2 * _MINUTE:
            return (Label(moment(self.start), self.at(self.start)),)
        found = self._by_clock(span) or self._by_calendar(span)
        return tuple(Label(text, self.at(time)) for time, text in found)

    def _by_clock(self, span: timedelta) -> list[tuple[datetime, str]]:
        """Times of steps that are all of one length; none where months tell more."""
        place = bisect_left(_STEPS, span / _MOST)
        return list(self._steps(_STEPS[place])) if place < len(_STEPS) else []

    def _steps(self, step: timedelta) -> Iterator[tuple[datetime, str]]:
        first, last = -((_MONDAY - self.start) // step), (self.end - _MONDAY) // step
        for number in range(first, last + 1):
            time = _MONDAY + number * step
            yield time, f"{time:%H:%M}" if (time - _MONDAY) % _DAY else time.isoformat()[:10]

    def _by_calendar(self, span: timedelta) -> list[tuple[datetime, str]]:
        step = next(n for n in _MONTHS if _MONTH * n >= span / _MOST)
        return list(self._months(step))

    def _months(self, step: int) -> Iterator[tuple[datetime, str]]:
        first = self.start.year * 12 // step * step
        for number in range(first, self.end.year * 12 + 12, step):
            year, month = divmod(number, 12)
            time = datetime(max(year, 1), month + 1, 1, tzinfo=UTC)
            if self.start <= time <= self.end:
                yield time, time.isoformat()[: 7 if step % 12 else 4]
