"""The tables of an export: what they promise, and what becomes of hostile cells."""

import csv
import io
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from confaudit import topics
from confaudit.core.history.entry import Entry
from confaudit.core.history.rows import change_rows
from confaudit.core.history.tables import CHANGES, TABLES, Kind
from confaudit.core.model import MISSING, Cause, Change, ChangeKind, Subject
from confaudit.export import TARGETS
from tests.tables import every_row

TOPIC = Path(topics.__file__).parent / "export.md"
CELLS = {Kind.INTEGER: 1, Kind.BOOLEAN: True, Kind.JSON: "1"}


def described(table):
    """A table as its topic has it."""
    yield f"## {table.name}\n\n{table.meaning[0].upper()}{table.meaning[1:]}. Key: "
    yield ", ".join(f"`{one}`" for one in table.key)
    for one in table.references:
        yield f"; {', '.join(f'`{name}`' for name in one.columns)}: a row of `{one.table}`"
    yield ".\n\n| column | type | what it is |\n|---|---|---|\n"
    for one in table.columns:
        kind = f"{one.kind} or nothing" if one.is_optional else one.kind
        yield f"| `{one.name}` | {kind} | {one.meaning} |\n"


def test_the_topic_tells_every_column(request):
    text = TOPIC.read_text(encoding="utf-8")
    tables = "\n".join("".join(described(table)) for table in TABLES)
    start = text.index(f"## {TABLES[0].name}\n")
    if request.config.getoption("--update-golden"):
        TOPIC.write_text(text[:start] + tables, encoding="utf-8")
    assert TOPIC.read_text(encoding="utf-8")[start:] == tables, (
        "pytest tests/unit/test_export_tables.py --update-golden"
    )


def test_keys_and_references_are_columns_that_there_are():
    keys = {table.name: table.key for table in TABLES}
    for table in TABLES:
        names = [column.name for column in table.columns]
        assert {*table.key} <= {*names}
        for one in table.references:
            assert {*one.columns} <= {*names}
            assert len(keys[one.table]) == len(one.columns)


def changes(*values):
    return Entry(
        "prod", "c" * 40, None, "", "", "", changes=tuple(
            Change(Subject.OPTION, "o", ChangeKind.CHANGED, before, after, cause=Cause.OPERATOR)
            for before, after in values
        ),
    )  # fmt: skip


@every_row(
    ("value", "text", "words"),
    [
        (MISSING, None, None),
        (None, "null", "null"),
        ("", '""', '""'),
        ("a\x1b\u202e\ud800", '"a\\u001b\\u202e\\ud800"', "a\\x1bU+202EU+D800"),
        ({"secret_set": True, "fingerprint": "0" * 16}, '{"secret_set": true}', "set"),
        (
            [{"key": {"secret_set": False, "fingerprint": "0" * 16}}],
            '[{"key": {"secret_set": false}}]',
            '[{"key": {"secret_set": false}}]',
        ),
    ],
)
def test_a_value_is_json_and_words_and_never_more_of_a_secret_than_whether_it_is_set(
    value, text, words
):
    (row,) = change_rows(changes((value, 1)))
    assert (row["value_before"], row["text_before"]) == (text, words)


def row(table, **cells):
    return {one.name: CELLS.get(one.kind) for one in table.columns} | cells


def written(kind, place, *rows):
    with TARGETS[kind].opened(place) as writer:
        for table, cells in rows:
            writer.add(table, cells)


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "x;=1", "x;  =1", "x;;@A1")


def test_no_cell_becomes_a_formula_and_json_means_the_same(tmp_path):
    """Whatever the reader's country separates cells by."""
    rows = [
        (CHANGES, row(CHANGES, evidence=text, value_after=json.dumps([text, text]), text_after=""))
        for text in FORMULAS
    ]
    written("csv", tmp_path / "out", *rows)
    text = (tmp_path / "out/changes.csv").read_bytes().decode()
    assert text.count("\r\n") == text.count("\n") == len(FORMULAS) + 1
    found = [*csv.DictReader(io.StringIO(text, newline=""))]
    assert [one["evidence"].replace("'", "") for one in found] == [*FORMULAS]
    assert [json.loads(one["value_after"]) for one in found] == [[one, one] for one in FORMULAS]
    for separator in ",;\t":
        for cell in (
            one for line in csv.reader(io.StringIO(text), delimiter=separator) for one in line
        ):
            assert not cell.strip().startswith(("=", "+", "-", "@", "\uff1d"))


@pytest.mark.parametrize("kind", TARGETS)
def test_times_are_utc_to_the_second(kind, tmp_path):
    import pyarrow.parquet

    at = datetime(2026, 1, 5, 11, 44, 6, tzinfo=UTC)
    (table,) = (one for one in TABLES if one.name == "deployments")
    written(kind, tmp_path / "out", (table, row(table, name="prod", taken_at=at)))
    if kind == "parquet":
        (found,) = pyarrow.parquet.read_table(tmp_path / "out/deployments.parquet").to_pylist()
        assert found["taken_at"] == at
    elif kind == "csv":
        assert "2026-01-05T11:44:06Z" in (tmp_path / "out/deployments.csv").read_text()
    else:
        query = sqlite3.connect(tmp_path / "out").execute("SELECT taken_at FROM deployments")
        assert query.fetchall() == [("2026-01-05T11:44:06Z",)]
