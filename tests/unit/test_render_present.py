from dataclasses import replace

import pytest

from confaudit.core.model import (
    MISSING,
    Change,
    ChangeKind,
    Facet,
    FacetChange,
    Json,
    Subject,
    ValueSource,
)
from confaudit.core.present import Row, Shown, State, present
from tests.golden.sample_reports import AFTER, BEFORE, EMPTY, EVERY_KIND, HOSTILE, REPORTS, option

_ENV, _YAML, _DEFAULT, _UNSET = (
    ValueSource.ENV,
    ValueSource.YAML,
    ValueSource.DEFAULT,
    ValueSource.UNSET,
)


def _row(change: Change) -> Row:
    (group,) = present(replace(EMPTY, changes=(change,)), 100).groups
    (row,) = group.rows
    return row


def _reads(shown: Shown) -> str:
    return f"{shown.lead}{shown.text}{shown.tail}"


@pytest.mark.parametrize(
    ("value", "source", "reads", "state"),
    [
        ("x", _ENV, "x (env)", State.SET),
        ("x", _DEFAULT, "unset (default x)", State.UNSET),
        ("", _UNSET, "unset", State.UNSET),
        (False, _UNSET, "unset (false)", State.UNSET),
        ("x", None, "x", State.SET),
        (MISSING, _ENV, "not known", State.UNKNOWN),
        ({"secret_set": True}, _ENV, "secret: set (env)", State.SECRET),
        ({"secret_set": False}, _UNSET, "secret: not set", State.SECRET),
    ],
)
def test_unset_is_told_from_set(
    value: object, source: ValueSource | None, reads: str, state: State
) -> None:
    after = _row(option("a", ChangeKind.CHANGED, "b", value, (_YAML, source))).after  # type: ignore[arg-type]
    assert (_reads(after), after.state) == (reads, state)


def test_a_duration_keeps_its_exact_nanoseconds() -> None:
    after = _row(option("a", ChangeKind.CHANGED, 0, 2**61 + 1, type="duration")).after
    assert after.exact == f"{2**61 + 1} ns"


@pytest.mark.parametrize(
    ("before", "after", "reads"),
    [(1, "1", ("1", '"1"')), ("\u202e", "U+202E", (r'"\u202e"', '"U+202E"'))],
)
def test_equal_words_for_unequal_values_are_told_apart(
    before: Json, after: Json, reads: tuple[str, str]
) -> None:
    row = _row(option("a", ChangeKind.CHANGED, before, after, (_ENV, _ENV)))
    assert (row.before.text, row.after.text) == reads


@pytest.mark.parametrize(
    ("facet", "reads"),
    [
        (FacetChange(Facet.HIDDEN, False, True), ("newly hidden", "", "")),
        (FacetChange(Facet.HIDDEN, True, False), ("no longer hidden", "", "")),
        (FacetChange(Facet.SECRET, False, True), ("newly declared a secret", "", "")),
        (FacetChange(Facet.DEFAULT, None, "10"), ("default", "none", "10")),
        (FacetChange(Facet.USE_INSTEAD, [], ["b"]), ("newly deprecated: use --b instead", "", "")),
        (FacetChange(Facet.USE_INSTEAD, ["b"], []), ("no longer deprecated", "", "")),
        (FacetChange(Facet.JSON_PATH, "a.b", "a.c"), ("config path", "a.b", "a.c")),
    ],
)
def test_remarks(facet: FacetChange, reads: tuple[str, str, str]) -> None:
    (remark,) = _row(option("a", ChangeKind.DECLARED, 1, 1, (_ENV, _ENV), facet)).remarks
    assert (remark.text, remark.before, remark.after) == reads


def test_every_facet_has_words() -> None:
    facets = [FacetChange(facet, "a", "b") for facet in Facet]
    remarks = _row(option("a", ChangeKind.DECLARED, 1, 1, (_ENV, _ENV), *facets)).remarks
    assert len(remarks) == len(Facet) - 1  # the source is told by the values


def test_a_default_that_moved_under_an_unset_option_is_told_once() -> None:
    moved = FacetChange(Facet.DEFAULT, "1", "2")
    row = _row(option("a", ChangeKind.CHANGED, 1, 2, (_DEFAULT, _DEFAULT), moved))
    assert (_reads(row.before), _reads(row.after)) == ("unset (default 1)", "unset (default 2)")
    assert row.remarks == ()


def test_groups_come_by_subject_then_title_leftovers_last() -> None:
    page = present(replace(EMPTY, changes=tuple(reversed(EVERY_KIND))), 100)
    assert [group.title for group in page.groups] == [
        "Networking",
        "Networking / HTTP",
        "OIDC",
        "Other options",
        "Config: telemetry",
        "Config: top level",
        "Server: buildinfo",
    ]
    assert sum(len(group.rows) for group in page.groups) == page.total == len(EVERY_KIND)


def test_anchors_are_unique_and_fit_for_an_id() -> None:
    page = present(replace(EMPTY, changes=HOSTILE), 100)
    anchors = [row.anchor for group in page.groups for row in group.rows]
    assert len(set(anchors)) == len(HOSTILE)
    assert all(set(anchor) <= set("abcdefghijklmnopqrstuvwxyz0123456789:-") for anchor in anchors)


def test_an_anchor_does_not_depend_on_other_changes() -> None:
    alone = _row(HOSTILE[-1]).anchor
    groups = present(replace(EMPTY, changes=HOSTILE), 100).groups
    assert alone in [row.anchor for group in groups for row in group.rows]


def test_nothing_compared_is_not_no_difference() -> None:
    pages = [present(REPORTS[name], 100) for name in ("no-difference", "nothing-compared")]
    assert [page.verdict for page in pages] == ["No difference.", "Nothing was compared."]
    assert pages[0].empty != pages[1].empty
    assert present(REPORTS["every-kind"], 100).empty == ""


def test_a_side_that_holds_something_was_compared() -> None:
    holds_config = replace(EMPTY, before=replace(BEFORE, options=0, leaves=0), after=AFTER)
    assert not holds_config.nothing_compared


def test_a_huge_list_is_cut_and_counted() -> None:
    before, after = [f"old{n}" for n in range(9000)], [f"new{n}" for n in range(9000)]
    items = _row(Change(Subject.CONFIG, "a.b", ChangeKind.CHANGED, before, after)).items
    assert items is not None
    assert len(items.added) < 30
    assert items.added[-1].endswith("more items…]")
