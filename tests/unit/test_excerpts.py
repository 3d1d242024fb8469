"""What may be shown of a line: a name, and nothing beside it that could be a secret."""

import pytest

from confaudit.core.given import Excerpt, Position
from confaudit.core.text.excerpts import pointed_at
from tests.tables import every_row

SOMEWHERE = Position("coder.env", 1)

LINES = [
    ("CODER_A=1", "1", (1, "", "=1")),
    ("\tCODER_A=1", "1", (2, "", "=1")),
    ("export CODER_A='a b'  # hunter2", "a b", (8, "export ", "='a b'…")),
    ("    - name: CODER_A", None, (13, "- name: ", "")),
    ('- {name: CODER_A, value: "x"}', "x", (10, "- {name: ", ', value: "x"}')),
    ('  {"name": "CODER_A", "value": "x"},', "x", (13, '{"name": "', '", "value": "x"},')),
    ("run -e S=hunter2 -e CODER_A=1 -e B=hunter2", "1", (21, "… -e ", "=1…")),
    ("run -e S=hunter2 -e CODER_A=hunter2", None, (21, "… -e ", "=…")),
    ("Environment=CODER_A=1 B=hunter2", "1", (13, "Environment=", "=1…")),
    ('Environment="S=hunter2" "CODER_A=1"', "1", (26, '… "', '=1"')),
    ('"Env":["S=hunter2","CODER_A=hunter2"]', None, (21, "…", "=…")),
    (r'data = "S=hunter2\nCODER_A=hunter2\n"', None, (20, "…", "=…")),
    ("environment.CODER_A = var.hunter2", None, (13, "…", " = …")),
    ("ENV CODER_A 1", "1", (5, "ENV ", " 1")),
    ("server --CODER_A 1 --s hunter2", "1", (10, "… --", " 1…")),
    ("CODER_A: 1hunter2", "1", (1, "", ": …")),
    ("CODER_A: 1 hunter2", "1", (1, "", ": 1…")),
    ("CODER_A: |", "line\n", (1, "", ": …")),
    ("CODER_A", None, (1, "", "")),
    ("S=$CODER_A CODER_A=2", "2", (12, "… ", "=2")),
    (f"CODER_A={'x' * 99}", "x" * 99, (1, "", "=…")),
]


@every_row(("line", "public", "expected"), LINES, ids=[one[0][:40] for one in LINES])
def test_a_line_shows_its_name_and_a_public_value_alone(line, public, expected):
    column, before, after = expected
    found = pointed_at(line, SOMEWHERE, ("CODER_Z", "CODER_A"), public)
    assert (found.column, found.excerpt) == (column, Excerpt(before, "CODER_A", after))
    assert line[found.column - 1 : found.end_column - 1] == "CODER_A"
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("line", ["", "CODER_AB=1", "XCODER_A=1", f"CODER_A={'x' * 30_000}"])
def test_what_is_not_on_the_line_has_no_column(line):
    assert pointed_at(line, SOMEWHERE, ("CODER_A", "")) is SOMEWHERE


def test_positions_on_one_line_are_equal():
    assert pointed_at("CODER_A=1", SOMEWHERE, ("CODER_A",)) == SOMEWHERE
