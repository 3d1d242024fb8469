"""What a report says it could not know; what comparisons cannot see, tests/unit/test_causes."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.coder.releases import Catalog
from confaudit.core.model import MISSING, Fidelity, OptionSpec, Setting, ValueSource
from confaudit.core.report.coverage import freshness, hints, horizon, notes, strangers
from tests.tables import every_row

CATALOG = packaged()
NOW = datetime(2026, 7, 10, 12, 0, tzinfo=UTC)
SNAPSHOT = replace(default_snapshot(CATALOG.nearest("2.34.5")), label="HEAD", version="2.34.5")


TOLD = replace(
    SNAPSHOT,
    settings={key: Setting(1, ValueSource.ENV) for key in "abc"},
    server={"regions": 1},
    unavailable={"replicas": "role"},
)
OTHER = replace(TOLD, label="live", unavailable={})
NO_SOURCE, NO_VALUE = Setting(1, None), Setting(MISSING, ValueSource.ENV)


@every_row(
    ("after", "told"),
    [
        ({}, []),
        (
            {"fidelity": Fidelity.LOSSY, "label": "a\nb"},
            [r"a\nb is a support bundle: what the CLI that made it did not know is missing."],
        ),
        (
            {"settings": {"a": NO_VALUE, "b": NO_VALUE, "c": Setting(1, ValueSource.ENV)}},
            ["live does not tell the value of 2 options."],
        ),
        (
            {"settings": {"a": NO_SOURCE, "b": NO_SOURCE}},
            ["live does not tell value sources (Coder before 2.3)."],
        ),
        ({"settings": {"a": NO_SOURCE, "b": Setting(1, ValueSource.ENV)}}, []),
        ({"settings": {}}, ["Only one side lists options, so config leaves alone were compared."]),
        (
            {"server": {"regions": 1, "replicas": 1, "experiments": 1, "licenses": 1}},
            [
                "Not compared, because HEAD (it was not asked) does not tell: "
                "experiments, licenses.",
                "Not compared, because HEAD (role) does not tell: replicas.",
            ],
        ),
        (
            {"server": {}, "unavailable": {"regions": "timeout"}},
            ["Not compared, because live (timeout) does not tell: regions."],
        ),
    ],
)
def test_what_one_side_does_not_tell(after: dict[str, object], told: list[str]) -> None:
    assert list(notes(TOLD, replace(OTHER, **after))) == told  # type: ignore[arg-type]


def test_two_sides_that_tell_nothing_of_the_server() -> None:
    assert notes(replace(TOLD, server={}), replace(OTHER, server={})) == ()


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        (0, ""),
        (23, ""),
        (24, "HEAD was taken 1 day before this report"),
        (141 * 24 + 5, "HEAD was taken 141 days before this report"),
        (-48, ""),  # SOURCE_DATE_EPOCH may lie before it
    ],
)
def test_a_snapshot_of_another_day_is_told(hours: int, says: str) -> None:
    taken = replace(SNAPSHOT, taken_at=NOW - timedelta(hours=hours))
    told = list(freshness(taken, NOW))
    assert [note.split(":")[0] for note in told] == [says] * bool(says)


def test_of_a_snapshot_without_a_time_nothing_is_told() -> None:
    assert list(freshness(replace(SNAPSHOT, taken_at=None), NOW)) == []


def test_options_the_release_is_not_known_to_have() -> None:
    assert list(strangers(SNAPSHOT, CATALOG)) == []
    own = {"own-option": OptionSpec("", flag="own-option"), "\x1b[2J": OptionSpec("\x1b[2J")}
    built = replace(SNAPSHOT, declared={**SNAPSHOT.declared, **own})
    told = ["HEAD has 2 options that Coder 2.34.5 is not known to have: \\x1b[2J, --own-option."]
    assert list(strangers(built, CATALOG)) == told
    assert list(hints(built, CATALOG)) == told


def test_where_the_facts_end() -> None:
    release = replace(CATALOG.nearest("2.34.5"), date="2026-06-29")
    assert horizon(Catalog([release])) == "What is known of Coder ends with 2.34.5 of 2026-06-29."
    undated = Catalog([replace(release, date="")])
    assert horizon(undated) == "What is known of Coder ends with 2.34.5."
