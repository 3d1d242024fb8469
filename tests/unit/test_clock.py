"""The one clock of a run, and what may stand in for it."""

from datetime import UTC, datetime, timedelta

import pytest

from confaudit.errors import ConfigError
from confaudit.workflows.clock import Clock
from tests.tables import every_row


@pytest.mark.parametrize("environ", [{}, {"SOURCE_DATE_EPOCH": ""}])
def test_the_time_is_the_present_one(environ: dict[str, str]) -> None:
    clock = Clock.of(environ)
    assert clock.ordered is None
    assert abs(datetime.now(UTC) - clock.now()) < timedelta(minutes=1)
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("seconds", "time"),
    [
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("1767613446", datetime(2026, 1, 5, 11, 44, 6, tzinfo=UTC)),
        ("253402300799", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_an_ordered_time_stands_still(seconds: str, time: datetime) -> None:
    clock = Clock.of({"SOURCE_DATE_EPOCH": seconds})
    assert clock.ordered == clock.now() == time


def test_the_command_line_goes_before_the_environment() -> None:
    ordered = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    clock = Clock.of({"SOURCE_DATE_EPOCH": "0"}, ordered)
    assert (clock.now(), clock.today) == (ordered, ordered.date())


GARBAGE = ("abc", "-1", "253402300800", "9" * 30, "1.5", " 1", "1e9", "٣", "²", "0x1", "1\n")


@every_row("seconds", GARBAGE)
def test_what_is_no_time_is_refused(seconds: str) -> None:
    with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH is not a number of seconds"):
        Clock.of({"SOURCE_DATE_EPOCH": seconds})
