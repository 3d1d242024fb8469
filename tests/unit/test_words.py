"""Snapshots named in words: which texts are, and what they mean."""

from datetime import UTC, datetime

from confaudit.core.history.words import Event, Words, moment, words
from tests.tables import every_row

NOW = datetime(2026, 3, 31, 12, 30, tzinfo=UTC)


def end(*day):
    return datetime(*day, 23, 59, 59, 999_999, tzinfo=UTC)


@every_row(
    ("text", "meant"),
    [
        ("today", end(2026, 3, 31)),
        ("yesterday", end(2026, 3, 30)),
        ("2026-01-05", end(2026, 1, 5)),
        ("2026-01-05T14:00", datetime(2026, 1, 5, 14, tzinfo=UTC)),
        ("2026-01-05 14:00:30", datetime(2026, 1, 5, 14, 0, 30, tzinfo=UTC)),
        ("2026-01-05T14:00+02:00", datetime(2026, 1, 5, 12, tzinfo=UTC)),
        ("2026-01-05T14:00:00Z", datetime(2026, 1, 5, 14, tzinfo=UTC)),
        ("90 minutes ago", datetime(2026, 3, 31, 11, tzinfo=UTC)),
        ("1 hour ago", datetime(2026, 3, 31, 11, 30, tzinfo=UTC)),
        ("2 weeks ago", datetime(2026, 3, 17, 12, 30, tzinfo=UTC)),
        ("3.days.ago", datetime(2026, 3, 28, 12, 30, tzinfo=UTC)),
        ("1 month ago", datetime(2026, 2, 28, 12, 30, tzinfo=UTC)),
        ("4 months ago", datetime(2025, 11, 30, 12, 30, tzinfo=UTC)),
        ("2 years ago", datetime(2024, 3, 31, 12, 30, tzinfo=UTC)),
    ],
)
def test_a_time_in_words(text, meant):
    assert moment(text, NOW) == meant


def test_a_day_has_a_start_as_well():
    assert moment("yesterday", NOW, is_start=True) == datetime(2026, 3, 30, tzinfo=UTC)
    assert moment("2026-01-05", NOW, is_start=True) == datetime(2026, 1, 5, tzinfo=UTC)
    assert moment("1 hour ago", NOW, is_start=True) == moment("1 hour ago", NOW)


@every_row(
    "text",
    ["", "HEAD", "HEAD~2", "main", "20260105", "2026-13-45", "2026-01-05x", "2026-01", "ago",
     "ago 2", "two weeks ago", "99999 years ago", "2026-01-05T", "v2026-01-05", "2 fortnights ago",
     "0abcdef"],
)  # fmt: skip
def test_what_is_no_time_is_none(text):
    assert moment(text, NOW) is None
    assert words(text, NOW) is None
    assert words(f"prod@{{{text}}}", NOW) is None


@every_row(
    ("text", "meant"),
    [
        ("last-upgrade", Words(Event.LAST_UPGRADE)),
        ("before-upgrade:prod", Words(Event.BEFORE_UPGRADE, "prod")),
        ("prod@{last-operator-change}", Words(Event.LAST_OPERATOR_CHANGE, "prod")),
        ("yesterday:prod", Words(end(2026, 3, 30), "prod")),
        ("2026-01-05T14:00", Words(datetime(2026, 1, 5, 14, tzinfo=UTC))),
        ("2026-01-05T14:00:prod", Words(datetime(2026, 1, 5, 14, tzinfo=UTC), "prod")),
        ("prod@{2026-01-05T14:00}", Words(datetime(2026, 1, 5, 14, tzinfo=UTC), "prod")),
        ("prod@{2 weeks ago}", Words(datetime(2026, 3, 17, 12, 30, tzinfo=UTC), "prod")),
    ],
)
def test_a_snapshot_in_words(text, meant):
    assert words(text, NOW) == meant


@every_row("text", ["prod", "HEAD:prod", "@{1}", "main@{1}", "last-upgrades", ":prod"])
def test_what_git_alone_understands_is_none(text):
    assert words(text, NOW) is None
