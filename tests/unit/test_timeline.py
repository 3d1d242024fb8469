"""What a deployment had when; how it looks, tests/browser tells."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from confaudit.core.history.entry import Entry
from confaudit.core.history.timeline import Lane, Stay, timelines
from confaudit.core.model import MISSING, Cause, ChangeKind
from confaudit.core.secret import secret
from confaudit.core.text.wording import lasting
from confaudit.present.stays import stays_shown, value_words
from confaudit.present.timeline import TimelineShown, shown_timelines
from confaudit.present.timescale import Timescale
from tests.golden.sample_history import DEFAULT, ENV, HISTORY, START, change, entry, session
from tests.tables import every_row

FIRST = entry(0, is_first=True)


def lanes(*entries: Entry) -> dict[str, Lane]:
    """The lanes of one deployment, of entries oldest first."""
    (found,) = timelines(entries[::-1])
    return {lane.change.key: lane for lane in found.lanes}


def told(lane: Lane) -> list[tuple[float | None, float | None, str]]:
    """From which day to which it had which value."""

    def days(time: datetime | None) -> float | None:
        return (time - START) / timedelta(days=1) if time else None

    words = [value_words(lane.stays, place) for place in range(len(lane.stays))]
    return [
        (days(one.since), days(one.until), said)
        for one, said in zip(lane.stays, words, strict=True)
    ]


# --- what was when ------------------------------------------------------------------------------

ON = change("a", 1, 2)
CAME = change("a", MISSING, 1, (None, DEFAULT))
WENT = change("a", 2, MISSING, (ENV, None))
KEYS = [secret(True, letter * 16) for letter in "01"]
TURNED = change("a", *KEYS, (ENV, ENV))
RENAMED = replace(change("b", 2, 2, (ENV, ENV)), kind=ChangeKind.RENAMED, was="a")


@every_row(
    ("entries", "expected"),
    [
        ([FIRST, entry(1, ON)], [(0, 1, "unset (default 1)"), (1, None, "2 (env)")]),
        ([entry(1, ON)], [(None, 1, "unset (default 1)"), (1, None, "2 (env)")]),
        ([entry(1, CAME)], [(None, 1, "absent"), (1, None, "unset (default 1)")]),
        ([entry(1, WENT)], [(None, 1, "2 (env)"), (1, None, "absent")]),
        (
            [entry(1, ON), entry(2, is_removed=True), entry(5, is_first=True), entry(6, WENT)],
            [
                (None, 1, "unset (default 1)"),
                (1, 2, "2 (env)"),
                (5, 6, "2 (env)"),
                (6, None, "absent"),
            ],
        ),
        (
            [entry(1, ON), entry(2, trouble="damaged"), entry(3, trouble="damaged")],
            [(None, 1, "unset (default 1)"), (1, 2, "2 (env)")],
        ),
        (
            [
                entry(1, change("a", *KEYS, (ENV, ENV))),
                entry(2, change("a", KEYS[1], secret(False))),
            ],
            [
                (None, 1, "secret: set (env)"),
                (1, 2, "secret: rotated (env)"),
                (2, None, "secret: not set (env)"),
            ],
        ),
    ],
)
def test_values_with_their_times(
    entries: list[Entry], expected: list[tuple[float | None, float | None, str]]
) -> None:
    assert told(lanes(*entries)["a"]) == expected


def test_a_renamed_option_goes_on_under_its_new_name() -> None:
    assert told(lanes(entry(1, ON), entry(2, RENAMED))["b"])[1:] == [
        (1, 2, "2 (env)"),
        (2, None, "2 (env)"),
    ]
    both = lanes(entry(1, ON, change("b", 0, 2)), entry(2, RENAMED))
    assert both["a"].stays[-1].until
    assert both["b"].stays[-1].until is None


def test_what_a_release_declares_is_no_value() -> None:
    declared = replace(ON, kind=ChangeKind.DECLARED)
    (found,) = timelines([entry(1, declared)])
    assert found.lanes == ()


def test_each_value_is_known_by_who_brought_it() -> None:
    first, *later = lanes(*HISTORY[::-1])["session-duration"].stays
    assert (first.cause, first.entry) == (None, None)
    assert [one.cause for one in later if one.entry] == [Cause.OPERATOR] * 4
    assert [one.entry.taken_at for one in later if one.entry] == [
        one.since for one in later if one.entry
    ]


@every_row(
    ("days", "until", "expected"),
    [
        ([0, 1, 2], None, [0, 1, 2]),
        ([0, -400, 2], None, [0, 0, 2]),
        ([0, 9_999, 2], 3, [0, 3, 3]),
        ([None, 1, None], None, [1, 1, 1]),
        ([None], 3, [3]),
        ([None], None, None),
    ],
)
def test_wrong_clocks_turn_no_history_around(
    days: list[int | None], until: int | None, expected: list[int] | None
) -> None:
    def time(day: int | None) -> datetime | None:
        return None if day is None else START + timedelta(days=day)

    entries = [replace(FIRST, taken_at=time(day)) for day in days]
    found = timelines(entries[::-1], time(until))
    assert [[one.at for one in each.moments] for each in found] == (
        [[time(day) for day in expected]] if expected else []
    )


# --- where it stands ----------------------------------------------------------------------------


@every_row(
    ("span", "expected"),
    [
        (timedelta(0), ["2026-01-05 09:30 UTC"]),
        (timedelta(minutes=4), ["09:30", "09:31", "09:32", "09:33", "09:34"]),
        (timedelta(hours=20), ["12:00", "18:00", "2026-01-06"]),
        (timedelta(days=12), ["2026-01-08", "2026-01-11", "2026-01-14", "2026-01-17"]),
        (timedelta(days=60), ["2026-01-19", "2026-02-02", "2026-02-16", "2026-03-02"]),
        (timedelta(days=360), ["2026-04", "2026-07", "2026-10"]),
        (timedelta(days=1500), ["2027", "2028", "2029", "2030"]),
        (timedelta(days=2_900_000), ["4000", "6000", "8000"]),
    ],
)
def test_ticks_stand_at_round_times(span: timedelta, expected: list[str]) -> None:
    scale = Timescale(START, START + span)
    assert [tick.text for tick in scale.ticks()] == expected
    places = [tick.at for tick in scale.ticks()]
    assert all(3 <= place <= 85 for place in places)
    assert all(after - before >= 14 for before, after in pairwise(places))


@pytest.mark.parametrize("year", [1, 9999])
def test_no_calendar_ends_a_scale(year: int) -> None:
    times = datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, tzinfo=UTC)
    for scale in (Timescale(*times), Timescale(times[1], times[1] + timedelta(hours=23))):
        assert scale.ticks()


def stays(*days: float) -> list[Stay]:
    edges = pairwise(START + timedelta(days=day) for day in days)
    return [Stay(1, ENV, "", since, until) for since, until in edges]


@pytest.mark.parametrize(
    ("days", "states"),
    [
        ([0, 50, 100], ["set", "set"]),
        ([0, 50, 50, 100], ["set", "set", "set"]),
        ([0, 50, 50.1, 50.2, 50.3, 100], ["set", "several", "set"]),
        ([0, *(n / 10 for n in range(1000)), 100], None),
    ],
)
def test_what_is_too_short_to_be_told_apart_is_drawn_as_one(
    days: list[float], states: list[str] | None
) -> None:
    scale = Timescale(START, START + timedelta(days=100))
    found = [*stays_shown(stays(*days), scale)]
    assert states is None or [one.state for one in found] == states
    assert len(found) < 80
    assert all(one.start + one.width <= 85.1 for one in found)
    assert found[-1].start + found[-1].width == pytest.approx(85)


@every_row(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (60, "1 minute"),
        (7_199, "119 minutes"),
        (7_200, "2 hours"),
        (86_400 * 12, "12 days"),
        (86_400 * 100, "3 months"),
        (86_400 * 800, "2 years"),
    ],
)
def test_how_long(seconds: int, words: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == words


# --- what is shown ------------------------------------------------------------------------------


def shown(*entries: Entry) -> TimelineShown:
    (found,) = shown_timelines(entries, None)
    return found


def test_what_people_did_last_comes_first() -> None:
    found = shown(*HISTORY)
    assert [lane.name for lane in found.lanes] == [
        "--session-duration",
        "--pprof-enable",
        "--oidc-scopes",
        "--postgres-url",
        "--leaf",
        "--new-option",
        "--old-option",
        "--build-hash",
    ]
    assert [chip.word for chip in found.key] == ["operator", "unknown", "release", "computed"]
    assert found.words == (
        "8 snapshots changed 8 settings, 2026-01-05 09:30 UTC to 2026-03-06 09:30 UTC."
    )


def test_a_lane_is_told_as_a_sentence() -> None:
    lane = shown(FIRST, entry(-1, session(24, 8, DEFAULT, ENV))).lanes[0]
    assert lane.words == (
        "--session-duration: unset (default 24h) until 2026-01-04 09:30 UTC; "
        "8h (env) from 2026-01-04 09:30 UTC to 2026-01-05 09:30 UTC (24 hours), "
        "by the operator, Ada in 202601040930"
    )
    long = shown(*(entry(day, change("a", day, day + 1)) for day in range(20, 0, -1)))
    assert long.lanes[0].words.startswith("--a: 16 earlier values; ")


def test_marks_tell_upgrades_and_gaps() -> None:
    found = shown(*HISTORY)
    assert [(mark.kind, mark.words) for mark in found.marks] == [
        ("first", "2026-01-05 09:30 UTC: first snapshot of Coder 2.33.2"),
        ("upgrade", "2026-02-07 09:30 UTC: Coder 2.33.2 → 2.34.5"),
        ("unreadable", "2026-02-14 09:30 UTC: not readable: settings.json is damaged"),
        ("upgrade", "2026-03-06 09:30 UTC: Coder 2.34.5 → 2.35.1"),
    ]
    assert [label.text for label in found.labels] == ["2.35.1", "2.34.5"]


def test_the_table_tells_the_same() -> None:
    table = shown(*HISTORY).table
    rows = [row for row in table.rows if row[0] == ("--pprof-enable",)]
    assert rows[1:] == [
        (
            ("--pprof-enable",),
            ("true (env)",),
            ("2026-01-25 09:30 UTC",),
            ("2026-02-08 09:30 UTC",),
            ("operator",),
            ("Ada",),
            ("202601250930",),
        ),
        (
            ("--pprof-enable",),
            ("unset (default false)",),
            ("2026-01-05 09:30 UTC",),
            ("2026-01-25 09:30 UTC",),
            (),
            (),
            (),
        ),
    ]
    assert len(table.causes) == len(table.rows)


def test_more_than_a_reader_can_look_at_is_left_out_and_that_is_said() -> None:
    many = [entry(n / 9, change(f"a-{n % 150}", n, n + 1)) for n in range(5_000, 0, -1)]
    found = shown(*many)
    assert (len(found.lanes), len(found.more)) == (25, 75)
    assert found.words.endswith("The 100 that people changed last are drawn.")
    assert sum(len(lane.stays) for lane in found.lanes) < 25 * 60
    assert len(found.table.rows) == 300
    assert found.table.title == "prod over time, as a table: 300 of 5,150 values"


def test_deployments_share_one_scale_and_what_there_is_room_for() -> None:
    names = [f"d{number}" for number in range(12)]
    found = shown_timelines(
        [entry(n, ON, change(f"b-{n}", 1, 2), deployment=names[n]) for n in range(11, -1, -1)], None
    )
    assert [one.title for one in found] == [f"{name} over time" for name in names[:1:-1]]
    assert len({one.ticks for one in found}) == 1
    assert found[-1].words.endswith("2 more deployments are not drawn: name one to see it.")
    assert "not drawn" not in found[0].words


def test_one_setting_of_several_deployments_is_one_picture() -> None:
    found = shown(*(entry(n, ON, deployment=f"d{n}") for n in range(120, 0, -1)))
    assert found.title == "--a over time"
    assert found.words == (
        "120 snapshots changed it in 120 deployments, "
        "2026-01-06 09:30 UTC to 2026-05-05 09:30 UTC. The 100 that people changed last are drawn."
    )
    assert [lane.name for lane in found.lanes[:2]] == ["d120", "d119"]
    assert found.lanes[0].words.startswith("d120: unset (default 1) until 2026-05-05 09:30 UTC; ")
    assert [column.title for column in found.table.columns][:2] == ["Deployment", "Value"]


def test_without_changes_there_is_nothing_to_draw() -> None:
    assert shown_timelines([], None) == ()
    assert shown_timelines([FIRST], START) == ()
