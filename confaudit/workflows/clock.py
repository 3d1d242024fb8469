"""The clock: the only place that reads the time, or the time that stands in for it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final

from msgspec import Struct

from confaudit.errors import ConfigError

VARIABLE: Final = "SOURCE_DATE_EPOCH"
"""Seconds since 1970 that stand in for the time, so that equal input makes equal output."""


class Clock(Struct, frozen=True):
    """Tells the time of a run."""

    ordered: datetime | None = None
    """The time that stands in for the present one, which then stands still."""

    @classmethod
    def of(cls, environ: Mapping[str, str], ordered: datetime | None = None) -> "Clock":
        """The clock that a command line orders, else an environment: an empty variable does not.

        Raises:
            ConfigError: SOURCE_DATE_EPOCH is no number of seconds, or lies beyond the year 9999.
        """
        if ordered:
            return cls(ordered)
        seconds = environ.get(VARIABLE, "")
        return cls(_moment(seconds) if seconds else None)

    def now(self) -> datetime:
        """The time, in UTC."""
        return self.ordered or datetime.now(UTC)

    @property
    def today(self) -> date:
        """The day, in UTC."""
        return self.now().date()


def _moment(seconds: str) -> datetime:
    try:
        if seconds.isascii() and seconds.isdigit():
            return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise ConfigError(
        f"{VARIABLE} is not a number of seconds",
        "set it to seconds since 1970, before the year 10000, or unset it",
    )
