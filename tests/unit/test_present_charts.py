"""Where pictures put what they show; how they look, tests/browser tells."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from confaudit.core.lifecycle.lifecycle import Event, EventKind
from confaudit.core.lifecycle.lives import Lives
from confaudit.core.report.report import Column, Table
from confaudit.present.charts import MARKS, Label, Stretch, bars, strip
from tests.tables import every_row

LINES = ("2.0", "2.1", "2.2", "2.3", "2.4")


def event(kind: EventKind, *versions: str) -> Event:
    return Event(kind, versions, "", "so it is")


def lives(*events: Event, here: str = "", target: str = "") -> Lives:
    return Lives(LINES, here, target, {"a": events})


# --- bars ---------------------------------------------------------------------------------------


def table(*rows: dict[str, object], bars: Sequence[str] = ("added", "removed")) -> Table:
    columns = (Column("name", "Name"), Column("added", "New"), Column("removed", "Old"))
    return Table("any", "Any", columns, tuple(rows), bars=tuple(bars))  # type: ignore[arg-type]


def test_bars_share_the_scale_of_the_longest() -> None:
    found = bars(table({"added": 3, "removed": 1}, {"added": 1}, {"added": 0, "removed": 2}, {}))
    assert found == (
        (Stretch("added", 0.0, 75.0), Stretch("removed", 75.0, 25.0)),
        (Stretch("added", 0.0, 25.0),),
        (Stretch("removed", 0.0, 50.0),),
        (),
    )


@pytest.mark.parametrize(
    "row", [{}, {"added": 0}, {"added": -1}, {"added": "7"}, {"added": True, "removed": 0}]
)
def test_without_numbers_there_are_no_bars(row: dict[str, object]) -> None:
    assert bars(table(row)) == ()
    assert bars(table({"added": 3}, bars=())) == ()


def test_only_kinds_of_changes_are_classes_of_a_page() -> None:
    (bar,) = bars(table({'x" onload=': 3}, bars=('x" onload=',)))
    assert [one.kind for one in bar] == ["other"]


# --- strips -------------------------------------------------------------------------------------

BORN = event(EventKind.INTRODUCED, "2.1.0")
MOVED = event(EventKind.DEFAULT, "2.1.4", "2.3.0")
OLD = event(EventKind.DEPRECATED, "2.3.0")
GONE = event(EventKind.REMOVED, "2.4.0")


@pytest.mark.parametrize(
    ("events", "stretches"),
    [
        ([BORN], [("alive", 22.2, 77.8)]),
        ([BORN, OLD], [("alive", 22.2, 44.5), ("deprecated", 66.7, 33.3)]),
        ([BORN, GONE], [("alive", 22.2, 66.7)]),
        (
            [BORN, OLD, event(EventKind.REINSTATED, "2.4.0")],
            [("alive", 22.2, 44.5), ("deprecated", 66.7, 22.2), ("alive", 88.9, 11.1)],
        ),
        (
            [BORN, event(EventKind.REMOVED, "2.2.0"), event(EventKind.INTRODUCED, "2.4.0")],
            [("alive", 22.2, 22.2), ("alive", 88.9, 11.1)],
        ),
    ],
)
def test_when_it_was_there(events: list[Event], stretches: list[tuple[str, float, float]]) -> None:
    found = strip(lives(*events), "a", whole=True)
    assert found
    assert [(one.kind, one.start, one.width) for one in found.stretches] == stretches


def test_marks_stand_at_their_releases_from_left_to_right() -> None:
    found = strip(lives(BORN, MOVED, OLD, here="2.2.0", target="2.4.1"), "a", whole=True)
    assert found
    assert [(one.kind, one.at, one.is_backport) for one in found.marks] == [
        ("introduced", 22.2, False),
        ("default", 27.8, True),
        ("deprecated", 66.7, False),  # of two things at one place the weightier one
        ("here", 44.4, False),
        ("target", 91.1, False),
    ]
    assert "default moved in 2.3.0: so it is" in found.marks[2].words
    assert {one.kind for one in found.marks} < set(MARKS)
    assert found.stretches[0] == Stretch("way", 44.4, 46.7)
    assert found.words == (
        "introduced in 2.1.0: so it is; "
        "default moved in 2.3.0 (backported to 2.1.4): so it is; "
        "deprecated in 2.3.0: so it is; you are at 2.2.0; you go to 2.4.1"
    )


def test_patches_of_a_line_stand_between_its_first_release_and_the_next_line() -> None:
    versions = ["2.2.0", "2.2.1", "2.2.5", "2.2.40", "2.2.999", "2.3.0"]
    events = [event(EventKind.DEFAULT, version) for version in versions]
    found = strip(lives(*events), "a", whole=True)
    assert found
    places = [mark.at for mark in found.marks]
    assert places == sorted(places)
    assert places[0] < places[1] < places[2] < places[-1]


@every_row("version", ["9.9.9", "2.77.0", "nonsense", "", "1.0.0", "99999999999.0.0"])
def test_no_version_leaves_the_picture(version: str) -> None:
    told = lives(BORN, event(EventKind.TYPE, version), here=version, target=version)
    for whole in (True, False):
        found = strip(told, "a", whole=whole)
        assert found
        places = [mark.at for mark in found.marks] + [label.at for label in found.legend]
        assert all(0 <= place <= 100 for place in places)


def test_near_the_reader_only_what_happened_there_is_told() -> None:
    lines = tuple(f"2.{number}" for number in range(36))
    told = Lives(lines, "2.29.5", "2.34.5", {"a": (BORN, event(EventKind.DEFAULT, "2.32.0"))})
    found = strip(told, "a", whole=False)
    assert found
    assert [mark.kind for mark in found.marks] == ["default", "here", "target"]
    assert [label.text for label in found.legend] == ["you: 2.29.5 → 2.34.5", "2.25", "2.35"]
    assert found.stretches[1] == Stretch("alive", 0.0, 100.0)
    calm = replace(told, events={"a": (BORN, event(EventKind.HIDDEN, "2.32.0"))})
    assert strip(calm, "a", whole=False) is None
    assert strip(calm, "a", whole=True)


def test_labels_leave_room_for_each_other_and_stay_within() -> None:
    lines = tuple(f"2.{number}" for number in range(36))
    events = [event(EventKind.DEFAULT, f"2.{number}.0") for number in range(36)]
    found = strip(Lives(lines, "2.0.0", "2.35.0", {"a": tuple(events)}), "a", whole=True)
    assert found
    assert len(found.labels) >= 6
    for row in (
        [one for one in found.labels if one.level == 0],
        [one for one in found.labels if one.level == 1],
        sorted(found.legend, key=lambda one: one.at),
    ):
        ends = [edge for label in row for edge in label.extent]
        assert ends == sorted(ends)
        assert ends[0] >= 0
        assert ends[-1] <= 100


@pytest.mark.parametrize(("at", "anchor"), [(0.0, "start"), (50.0, "middle"), (100.0, "end")])
def test_a_label_stands_so_that_it_fits(at: float, anchor: str) -> None:
    label = Label("default moved 2.32.0", at)
    assert label.anchor == anchor
    assert 0 <= label.extent[0] < label.extent[1] <= 100


@pytest.mark.parametrize(
    ("told", "key"),
    [(None, "a"), (lives(), "a"), (lives(BORN), "b"), (Lives((), "", "", {"a": (BORN,)}), "a")],
)
def test_what_has_no_life_has_no_picture(told: Lives | None, key: str) -> None:
    assert strip(told, key, whole=True) is None
    assert strip(told, key, whole=False) is None
