"""What a history comes to, and how it is written on a terminal."""

import pytest
from msgspec.structs import replace

from confaudit.core.changes.selection import Selection
from confaudit.core.history.question import Question
from confaudit.core.history.tally import Tally
from confaudit.core.model import Cause
from confaudit.core.report.newest import newest
from confaudit.present.page import present
from confaudit.render import RenderOptions, render, written
from confaudit.render.json_text import json_text
from confaudit.render.json_v1 import document
from confaudit.store import packed_entries
from confaudit.store.packed_entries import PackedEntries
from tests.browser.test_hostile_pages import poisoned
from tests.golden.sample_history import HISTORY, entry
from tests.golden.sample_reports import LOG


def test_a_tally_counts_what_passes():
    tally = Tally()
    assert [*tally.counted(HISTORY)] == [*HISTORY]
    assert tally.verdict == Tally(HISTORY).verdict == LOG.verdict
    assert Tally().result.startswith("result: 0 snapshots, 0 upgrades, 0 changes")


@pytest.mark.parametrize(
    ("selection", "days"),
    [
        (Selection(frozenset({Cause.RELEASE})), [40, 33]),
        (Selection(only=("*scopes",)), [40, 12]),
        (Selection(frozenset({Cause.RELEASE}), ("*scopes",)), [40]),
    ],
)
def test_a_question_keeps_what_cannot_be_told(selection, days):
    start = HISTORY[-1].taken_at
    found = [*Question(selection=selection).answers(HISTORY)]
    assert [(one.taken_at - start).days for one in found] == days


@pytest.mark.parametrize("in_full", [True, False])
def test_no_text_of_a_history_moves_the_cursor_or_adds_a_line(in_full):
    hostile = replace(LOG, entries=poisoned(HISTORY))
    lines = render(hostile, "text", RenderOptions(in_full=in_full)).splitlines()
    assert all(line.isprintable() for line in lines)
    assert all(line.startswith(("commit ", "  ", "result: ")) for line in lines if line)


def test_a_page_goes_as_far_back_as_it_stays_quick_and_says_so():
    report = replace(LOG, entries=HISTORY * 20)
    cut = newest(report, 50)
    assert len(cut.entries) < 50 < sum(1 + len(one.changes) for one in report.entries)
    assert f"The newest {len(cut.entries)} of 200 snapshots" in cut.notes[-1]
    assert newest(LOG, 50) is LOG
    assert len(newest(LOG, 1).entries) == 1


def test_json_of_a_long_history_comes_entry_by_entry():
    """As a whole the text of 10,000 snapshots takes 42 MB, and the entries twice that."""
    few, many = (replace(LOG, entries=PackedEntries(HISTORY * times)) for times in (1, 20))
    largest = [max(map(len, written(one, "json", RenderOptions()))) for one in (few, many)]
    assert largest[0] == largest[1]
    assert len(json_text(document(many))) > 20 * largest[0]
    for report in (few, many, replace(LOG, entries=())):
        assert render(report, "json", RenderOptions()) == json_text(document(report))


def test_entries_that_are_held_as_bytes_are_the_same_each_time():
    odd = replace(HISTORY[1], changes=(replace(HISTORY[1].changes[0], after=10**30),))
    for entries in ((), HISTORY, HISTORY * 20, (*HISTORY, odd)):
        held = PackedEntries(iter(entries))
        assert (len(held), bool(held)) == (len(entries), bool(entries))
        assert [*held] == [*held] == [*entries]
    assert odd in held


def test_of_entries_that_are_held_as_bytes_few_are_objects_at_a_time(monkeypatch):
    decoded = []
    real = packed_entries.decode
    monkeypatch.setattr(packed_entries, "decode", lambda data: decoded.append(data) or real(data))
    held = PackedEntries(HISTORY * 20)
    assert next(iter(held)) == HISTORY[0]
    assert len(decoded) == 1
    assert [*held] == [*HISTORY * 20]
    assert len(decoded) > 3


def test_a_snapshot_without_a_time_has_its_place():
    timeless = replace(entry(0, *HISTORY[1].changes), taken_at=None)
    (group,) = present(replace(LOG, entries=(timeless,)), 9).groups
    assert (group.part, group.title) == ("", "at an unknown time · prod")
