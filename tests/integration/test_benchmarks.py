"""The table of costs: each row's jobs run, and README has the rows of the code."""

import re
from pathlib import Path

import pytest

from tests.benchmarks import jobs, table
from tests.benchmarks.data import Data, Scale
from tests.benchmarks.groups import GROUPS, TABLE
from tests.benchmarks.rows import Amount, Figure, Ratio, Seconds
from tests.benchmarks.timing import Cost, Job

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SMALL = Scale(
    commits=6, deployments=2, fleet_changed=1, changes=20, copies=2, options=9, releases=3, kept=3
)
"""Titles tell the full size where it is that of README."""


@pytest.fixture(scope="module")
def measured(tmp_path_factory, loaded):
    """Rows by name of their group, each job run once on little data; a page is tested elsewhere."""
    data = Data(tmp_path_factory.mktemp("benchmarks"), SMALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "CONFAUDIT", loaded)
        return {
            name: [*group.measured(data, rounds=0)]
            for name, group in GROUPS.items()
            if name != "browser"
        }


def test_every_job_runs_and_only_peers_that_nothing_installs_may_be_missing(measured):
    rows = [found for rows in measured.values() for found in rows]
    missing = {row.title for row, figure in rows if figure is None}
    assert missing <= {row.title for row, _ in rows if re.search("jsondiffpatch|jq", row.title)}


def test_readme_has_the_rows_and_goals_of_the_code(measured):
    lines = re.findall(
        r"^\| ([^|].+?) \|.*\| ([^|]+?) \|(?: met| NOT met)? \|$", README, re.MULTILINE
    )
    assert lines == [(row.title, table.goal(row)) for name in TABLE for row, _ in measured[name]]


def test_a_row_is_the_median_of_its_rounds_and_says_whether_its_goal_is_met():
    ours, theirs = (Job((), Path()) for _ in "12")
    costs = {ours: [Cost(2, 8), Cost(3, 9), Cost(9, 9)], theirs: [Cost(1, 2)] * 3}
    ratio, seconds = Ratio("a ÷ b", 2.5, ours, theirs), Seconds("a less b", 2, ours, theirs)
    assert table.line(ratio, ratio.figure(costs)) == "| a ÷ b | 3 | 4.5 | 2.5 | NOT met |"
    assert table.line(seconds, seconds.figure(costs)) == "| a less b | 2 s | | 2 s | met |"


def test_a_peer_that_is_not_here_is_told():
    row = Ratio("a ÷ b", 2.5, Job((), Path()), None)
    assert table.line(row, row.figure({})) == "| a ÷ b | peer not here | | 2.5 | |"


def test_what_is_no_time_has_no_other_on_the_wall():
    row = Amount("memory", 80, "MiB", lambda: 64.4)
    assert row.figure({}) == Figure(64.4)
    assert table.line(row, row.figure({})) == "| memory | 64 MiB | | 80 MiB | met |"
