import pytest
from msgspec.structs import replace

from confaudit.core.model import (
    MISSING,
    Cause,
    Change,
    ChangeKind,
    Facet,
    FacetChange,
    Json,
    Subject,
    Value,
    ValueSource,
)
from confaudit.core.report.report import Column, Report, Table
from confaudit.present.entries import Entry
from confaudit.present.page import present
from confaudit.present.values import Chip, Name, Shown, ShownState, group_chip
from confaudit.render.json_v1 import document
from tests.golden.sample_reports import (
    AFTER,
    BEFORE,
    EMPTY,
    EVERY_CAUSE,
    EVERY_KIND,
    HOSTILE,
    REPORTS,
    caused,
    judged,
    option,
)
from tests.tables import every_row

_ENV, _YAML, _DEFAULT, _UNSET = (
    ValueSource.ENV,
    ValueSource.YAML,
    ValueSource.DEFAULT,
    ValueSource.UNSET,
)


def _row(change: Change) -> Entry:
    (group,) = present(replace(EMPTY, judged=judged(changes=(change,))), 100).groups
    (row,) = group.rows
    return row


def _reads(shown: Shown) -> str:
    return f"{shown.lead}{shown.text}{shown.tail}"


@every_row(
    ("value", "source", "reads", "state"),
    [
        ("x", _ENV, "x (env)", ShownState.SET),
        ("x", _DEFAULT, "unset (default x)", ShownState.UNSET),
        ("", _UNSET, "unset", ShownState.UNSET),
        (False, _UNSET, "unset (false)", ShownState.UNSET),
        ("x", None, "x", ShownState.SET),
        (MISSING, _ENV, "not known", ShownState.UNKNOWN),
        ({"secret_set": True}, _ENV, "secret: set (env)", ShownState.SECRET),
        ({"secret_set": False}, _UNSET, "secret: not set", ShownState.SECRET),
    ],
)
def test_unset_is_told_from_set(
    value: object, source: ValueSource | None, reads: str, state: ShownState
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


@every_row(
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
    page = present(replace(EMPTY, judged=judged(changes=tuple(reversed(EVERY_KIND)))), 100)
    assert [group.title for group in page.groups] == [
        "Networking",
        "Networking / HTTP",
        "OIDC",
        "Other options",
        "Config: telemetry",
        "Logging",
        "Config: top level",
        "Server: buildinfo",
    ]
    assert sum(len(group.rows) for group in page.groups) == page.total == len(EVERY_KIND)


def test_anchors_are_unique_and_fit_for_an_id() -> None:
    page = present(replace(EMPTY, judged=judged(changes=HOSTILE)), 100)
    anchors = [row.anchor for group in page.groups for row in group.rows]
    assert len(set(anchors)) == len(HOSTILE)
    assert all(set(anchor) <= set("abcdefghijklmnopqrstuvwxyz0123456789:-") for anchor in anchors)


def test_an_anchor_does_not_depend_on_other_changes() -> None:
    alone = _row(HOSTILE[-1]).anchor
    groups = present(replace(EMPTY, judged=judged(changes=HOSTILE)), 100).groups
    assert alone in [row.anchor for group in groups for row in group.rows]


@every_row(
    ("cell", "shown"),
    [
        (MISSING, ()),
        (None, ()),
        ("", ()),
        ([], ()),
        (0, ("0",)),
        (False, ("false",)),
        ("\x1b", (r"\x1b",)),
        (["a", "b"], ("a", "b")),
        ("x" * 50, ("xxxxx […40 characters…] xxxxx",)),
    ],
)
def test_cells(cell: Value, shown: tuple[str, ...]) -> None:
    table = Table("cells", "Cells", (Column("cell", "Cell"),), ({"cell": cell},))
    (found,) = present(replace(EMPTY, tables=(table,)), 10).tables
    assert found.rows == ((shown,),)
    assert found.columns[0].is_number == (type(cell) is int)


def test_a_default_is_told_beside_values_that_do_not_show_it() -> None:
    moved = FacetChange(Facet.DEFAULT, None, "1")
    (told,) = _row(option("a", ChangeKind.DECLARED, 1, 1, (_UNSET, _DEFAULT), moved)).remarks
    assert (told.before, told.after) == ("none", "1")
    assert _row(option("a", ChangeKind.CHANGED, 0, 1, (_UNSET, _DEFAULT), moved)).remarks == ()


def test_a_rename_tells_old_and_new_name_in_every_dialect() -> None:
    renamed = option(
        "a-new",
        ChangeKind.RENAMED,
        1,
        1,
        (_DEFAULT, _DEFAULT),
        FacetChange(Facet.ENV, "CODER_A_OLD", "CODER_A_NEW"),
        FacetChange(Facet.YAML_PATH, "", "a.a-new"),
    )
    alive = _row(replace(renamed, was="a-old", also=("a-old", "a-other")))
    assert alive.names == (
        Name("--a-new", was="--a-old"),
        Name("CODER_A_NEW", was="CODER_A_OLD"),
        Name("a.a-new"),
    )
    assert [(remark.text, remark.is_reassuring) for remark in alive.remarks] == [
        ("the old name still works", True),
        ("also called --a-other", False),
        ("YAML path", False),
    ]
    assert alive.is_same


def test_a_rename_keeps_names_that_did_not_change_and_old_names_without_a_flag() -> None:
    gone = _row(replace(option("a-new", ChangeKind.RENAMED, 0, 1), was="aOld"))
    assert gone.names == (Name("--a-new", was="aOld"), Name("CODER_A_NEW"), Name("a.a-new"))
    assert gone.remarks == ()
    assert not gone.is_same


def test_a_name_that_moved_without_a_rename_is_a_remark() -> None:
    moved = FacetChange(Facet.ENV, "CODER_OLD", "CODER_A")
    row = _row(option("a", ChangeKind.DECLARED, 1, 1, (_ENV, _ENV), moved))
    assert [name.was for name in row.names] == ["", "", ""]
    assert [(remark.before, remark.after) for remark in row.remarks] == [("CODER_OLD", "CODER_A")]


# --- causes -------------------------------------------------------------------------------------


def test_the_operators_changes_come_first_and_computed_ones_last() -> None:
    shuffled = replace(EMPTY, judged=judged(changes=EVERY_CAUSE[::-1]))
    groups = present(shuffled, 100).groups
    assert [(group.part, group.title, group.is_folded) for group in groups] == [
        ("", "By the operator", False),
        ("", "Of unknown cause", False),
        ("", "By the release", False),
        ("By the release, for information", "Gateway", True),
        ("By the release, for information", "Networking", True),
        ("By the release, for information", "Other options", True),
        ("", "Computed", True),
    ]
    assert sum(len(group.rows) for group in groups) == len(EVERY_CAUSE)


def test_a_few_quiet_changes_are_neither_folded_nor_split() -> None:
    few = tuple(change for change in EVERY_CAUSE if change.cause is Cause.RELEASE)[:12]
    (loud, quiet) = present(replace(EMPTY, judged=judged(changes=few)), 100).groups
    assert (loud.title, quiet.title) == ("By the release", "By the release, for information")
    assert not quiet.is_folded
    assert [row.is_quiet for group in (loud, quiet) for row in group.rows] == [False] + [True] * 11


@every_row(
    ("cause", "change", "is_quiet"),
    [
        (Cause.OPERATOR, EVERY_KIND[0], False),
        (Cause.UNKNOWN, EVERY_KIND[0], False),
        (Cause.UNKNOWN, EVERY_KIND[10], False),
        (Cause.RELEASE, EVERY_KIND[0], False),
        (Cause.RELEASE, EVERY_KIND[10], True),
        (Cause.COMPUTED, EVERY_KIND[0], True),
    ],
)
def test_what_a_person_may_have_done_is_never_quiet(
    cause: Cause, change: Change, is_quiet: bool
) -> None:
    row = _row(caused(change, cause, "so it is"))
    assert row.is_quiet == is_quiet
    worn = [chip for chip in row.chips if chip.is_shown]
    assert worn == [Chip("kind", change.kind, change.kind), Chip("cause", cause, cause)]
    assert row.evidence == "so it is"


def _counted(report: Report) -> dict[str, dict[str, int]]:
    facets = present(report, 100).facets
    return {t.title: {c.chip.word: c.number for c in t.counts} for t in facets}


def test_changes_are_counted_in_the_order_of_each_facet() -> None:
    counted = _counted(replace(EMPTY, judged=judged(changes=EVERY_CAUSE)))
    assert list(counted.items()) == [
        ("Changes by cause", {"operator": 2, "release": 22, "computed": 1, "unknown": 1}),
        ("Changes by kind", {"added": 19, "changed": 4, "renamed": 2, "declared": 1}),
        ("Set by", {"env": 2, "yaml": 1, "default": 22}),
        (
            "Area",
            {
                "Gateway": 11,
                "Networking": 10,
                "Other options": 3,
                "Config: telemetry": 1,
                "OIDC": 1,
            },
        ),
    ]
    assert [list(numbers) for numbers in counted.values()] == [
        ["operator", "release", "computed", "unknown"],
        ["added", "changed", "renamed", "declared"],
        ["env", "yaml", "default"],
        ["Gateway", "Networking", "Other options", "Config: telemetry", "OIDC"],
    ]


def test_findings_are_counted_to_be_found() -> None:
    counted = _counted(REPORTS["upgrade"])
    assert counted["Affects you"] == {"affects you": 6, "does not affect you": 1, "depends": 1}
    assert list(counted["Comes with"]) == ["Coder 2.34"]
    assert list(counted["When to act"]) == ["before", "during"]
    assert counted["To act on"] == {"by this upgrade": 3, "so already today": 2}


@every_row(
    ("title", "value", "word"),
    [
        ("Networking", "networking", "Networking"),
        ("AI Bridge (Deprecated)", "ai-bridge-deprecated", "AI Bridge (Deprecated)"),
        ("⚠️ Dangerous", "dangerous", "⚠️ Dangerous"),
        ('../x" onload=', "x-onload", '../x" onload='),
        ("日本", "cf2abf0c5be3", "日本"),
        ("\x1b[31m", "31m", "\\x1b[31m"),
        ("W" * 500, "w" * 60, None),
    ],
)
def test_an_area_is_fit_for_a_class_and_a_link(title: str, value: str, word: str | None) -> None:
    chip = group_chip(title)
    assert chip.value == value
    assert chip.word == (word or chip.word)
    assert len(chip.word) < 100


def test_nothing_compared_is_not_no_difference() -> None:
    pages = [present(REPORTS[name], 100) for name in ("no-difference", "nothing-compared")]
    assert [page.verdict for page in pages] == ["No difference.", "Nothing was compared."]
    assert pages[0].empty != pages[1].empty
    assert present(REPORTS["every-kind"], 100).empty == ""


def test_what_filters_left_out_is_counted_and_is_no_agreement() -> None:
    nothing_left = replace(EMPTY, judged=judged(hidden=3))
    assert nothing_left.verdict == "3 changes are hidden by filters."
    assert replace(EMPTY, judged=judged(hidden=1)).verdict == "1 change is hidden by filters."
    nothing_counted = replace(REPORTS["nothing-compared"], judged=judged(hidden=3))
    assert nothing_counted.verdict == "3 changes are hidden by filters."
    assert nothing_left.result.endswith("0 declared, 3 hidden)")
    assert "There are differences" in present(nothing_left, 100).empty
    some_left = replace(EMPTY, judged=judged(changes=EVERY_KIND, hidden=3))
    assert some_left.verdict.endswith("2 declared differently. 3 more are hidden by filters.")
    assert document(some_left)["summary"]["hidden"] == 3


def test_a_side_that_holds_something_was_compared() -> None:
    holds_config = replace(EMPTY, before=replace(BEFORE, options=0, leaves=0), after=AFTER)
    assert not holds_config.nothing_compared


def test_a_huge_list_is_cut_and_counted() -> None:
    before, after = [f"old{n}" for n in range(9000)], [f"new{n}" for n in range(9000)]
    items = _row(Change(Subject.CONFIG, "a.b", ChangeKind.CHANGED, before, after)).items
    assert items is not None
    assert len(items.added) < 30
    assert items.added[-1].endswith("more items…]")
