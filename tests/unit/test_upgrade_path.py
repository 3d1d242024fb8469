"""The way of an upgrade over the real catalogue: its steps, and what is counted in which."""

from collections import Counter
from itertools import pairwise

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.judge.finding import Effect, Finding
from confaudit.core.report.upgrade_path import steps, way_tables
from confaudit.workflows.catalog import compare
from confaudit.workflows.versions import release_of
from tests.golden.sample_reports import NOW, rule
from tests.tables import every_row

CATALOG = Catalog(
    release
    for release in packaged().releases
    if Version.parse(release.version) <= Version.parse("2.35.1")
)
BARS = ("added", "removed", "renamed", "changed")


def tables(source, target, findings=()):
    return way_tables(CATALOG, release_of(source, CATALOG), release_of(target, CATALOG), findings)


def rows(source, target, findings=()):
    """Rows of both tables by what their first cell says."""
    way, areas = tables(source, target, findings)
    return {row["release"]: row for row in way.rows}, {row["area"]: row for row in areas.rows}


def finding(*introduced_in, option=""):
    spec = CATALOG.releases[-1].options[option] if option else None
    return Finding(
        rule=rule("some-rule", Effect.BEHAVIOUR),
        message="",
        subject=option,
        spec=spec,
        introduced_in=introduced_in,
    )


@every_row(
    ("source", "target", "expected"),
    [
        (
            "2.29.5",
            "2.34.5",
            ["2.30.0", "2.31.0", "2.32.0", "2.33.0", "2.34.0", "2.34.5"],
        ),
        ("2.33.0", "2.34.0", ["2.34.0"]),
        ("2.34.0", "2.34.5", ["2.34.5"]),
        ("2.33.99", "2.34.1", ["2.34.0", "2.34.1"]),
        ("2.34.0", "2.34.99", ["2.34.99"]),
        ("2.34.5", "2.99.0", ["2.35.0", "2.99.0"]),
        ("2.33.0", "2.34.0-devel+abc", ["2.34.0-devel+abc"]),
        ("2.33.0", "2.34.0-rc.1", ["2.34.0-rc.1"]),
        ("2.34.0-devel+abc", "2.34.0", ["2.34.0"]),
        ("2.34.0-devel+abc", "2.35.1", ["2.35.0", "2.35.1"]),
    ],
)
def test_the_steps_are_the_first_release_of_each_line_and_the_target(source, target, expected):
    found = steps(CATALOG, release_of(source, CATALOG), release_of(target, CATALOG))
    assert [step.version for step in found] == expected
    assert list(rows(source, target)[0]) == expected


def test_the_longest_way_has_a_step_for_each_line():
    found = list(rows("2.0.0", "2.35.1")[0])
    assert found == [*(f"2.{minor}.0" for minor in range(1, 36)), "2.35.1"]


@pytest.mark.parametrize(
    ("source", "target"),
    [("2.34.5", "2.34.5"), ("2.34.5", "v2.34.5"), ("2.35.1", "2.34.5"), ("2.99.0", "2.35.1")],
)
def test_a_way_that_leads_nowhere_or_back_has_no_tables(source, target):
    assert tables(source, target) == ()


@pytest.mark.parametrize(
    ("source", "target"), [("2.29.5", "2.34.5"), ("2.16.0", "2.18.5"), ("2.1.2", "2.3.0")]
)
def test_a_step_counts_what_catalog_diff_tells(source, target):
    way, _ = rows(source, target)
    for before, after in pairwise([source, *way]):
        kinds = Counter(
            change.kind.value for change in compare(CATALOG, NOW, before, after).changes
        )
        told = [way[after][bar] for bar in BARS[:3]]
        assert told == [kinds["added"], kinds["removed"], kinds["renamed"]]
        assert way[after]["changed"] == kinds.total() - sum(told)


def test_every_rename_of_2_34_is_counted_once():
    way, areas = rows("2.33.0", "2.34.0")
    assert [way["2.34.0"][bar] for bar in BARS] == [8, 0, 33, 0]
    assert sum(row["renamed"] for row in areas.values()) == 33
    assert (areas["AI Gateway"]["renamed"], areas["AI Gateway Proxy"]["renamed"]) == (23, 10)


@every_row(
    ("introduced_in", "step"),
    [
        (["2.34.0"], "2.34.0"),
        (["2.34.3"], "2.34.5"),
        (["2.34.5"], "2.34.5"),
        (["2.33.1"], "2.34.0"),
        (["2.32.9", "2.33.9", "2.34.4"], "2.34.5"),  # 2.34.0 does not have it yet
        (["2.34.4", "2.33.9"], "2.34.5"),
        (["2.32.9", "2.33.0", "2.34.4"], ""),
        (["2.35.0"], "2.34.5"),
        (["2.33.0"], ""),
        ([], ""),
    ],
)
def test_a_finding_counts_where_it_begins_after_the_source(introduced_in, step):
    way, _ = rows("2.33.0", "2.34.5", [finding(*introduced_in)])
    assert {version: row["findings"] for version, row in way.items() if row["findings"]} == (
        {step: 1} if step else {}
    )


def test_findings_count_for_the_area_of_their_option_and_changes_as_well():
    found = [
        finding(option="oidc-scopes"),
        finding(option="secure-auth-cookie"),
        finding(option="http-address"),
        finding("2.34.0"),
    ]
    _, areas = rows("2.33.0", "2.34.0", found)
    assert {area: row["findings"] for area, row in areas.items() if row["findings"]} == {
        "Networking": 2,
        "OIDC": 1,
    }
    assert list(areas)[:3] == ["Networking", "OIDC", "AI Gateway"], "most findings, then changes"
    assert all(any(row[bar] for bar in ("findings", *BARS)) for row in areas.values())


def test_what_has_no_group_is_put_together_and_names_decide_a_tie():
    _, areas = rows(
        "2.25.0", "2.26.0", [finding(option="cache-dir"), finding(option="oidc-scopes")]
    )
    assert list(areas) == ["OIDC", "Other options"]


def test_areas_compare_the_two_ends_directly():
    """What came and went on the way is no difference in the end."""
    way, areas = rows("2.0.0", "2.35.1")
    kinds = Counter(
        change.kind.value for change in compare(CATALOG, NOW, "2.0.0", "2.35.1").changes
    )
    assert sum(row["added"] for row in areas.values()) == kinds["added"]
    assert sum(row["removed"] for row in areas.values()) == kinds["removed"]
    assert kinds["removed"] < sum(row["removed"] for row in way.values())


def test_only_a_known_release_has_a_date():
    way, _ = rows("2.34.0", "2.99.0")
    assert isinstance(way["2.35.0"]["date"], str)
    assert not isinstance(way["2.99.0"]["date"], str)


def test_the_bars_are_the_counts_of_changes():
    for table in tables("2.33.0", "2.34.0"):
        assert table.bars == BARS
        assert {*BARS, "findings"} < {column.id for column in table.columns}


def test_a_learnt_release_that_has_no_date_is_a_step():
    new = replace(CATALOG.releases[-1], version="2.36.0", date="")
    grown = Catalog([*CATALOG.releases, new])
    way, _ = way_tables(grown, release_of("2.35.1", grown), release_of("2.36.0", grown), ())
    assert [(row["release"], row["date"]) for row in way.rows] == [("2.36.0", "")]
