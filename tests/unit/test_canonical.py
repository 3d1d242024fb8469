"""Stored files have the form of Python's own JSON, letter by letter, however they are made."""

import json
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from confaudit.core.model import Fidelity, OptionSpec, Setting, Snapshot, StoredFiles, ValueSource
from confaudit.core.snapshot.canonical import CONFIG, SETTINGS, decode, encode, parsed
from confaudit.core.snapshot.redact import redact_files
from confaudit.errors import DamagedError

EDGES = st.sampled_from([
    None, True, False, 0, 1, 1.0, -0.0, 0.0, 1e16, 1e22, 1e-7, 5e-324, sys.float_info.max, 2**63,
    -(2**80), "", "1", "true", "\0\b\f\n\t\x7f", '"\\/', "\u00e9", "\u202e\u2028", "\U0001f600",
    "a" * 300,
])  # fmt: skip
VALUES = st.recursive(
    EDGES | st.text(max_size=3) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)
JUST = settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[*HealthCheck],
)


def snapshot(*values, config=None):
    options = {f"flag-{number}": value for number, value in enumerate(values)}
    return Snapshot(
        deployment="",
        fidelity=Fidelity.FULL,
        version="",
        taken_at=None,
        label="",
        settings={key: Setting(value, ValueSource.ENV) for key, value in options.items()},
        declared={key: OptionSpec("", flag=key) for key in options},
        config=config or {},
        server={},
        unavailable={},
    )


def written(value, indent=None):
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=indent)
    if text.isascii():
        return text
    return "".join(c if c == "\n" or c.isprintable() else json.dumps(c)[1:-1] for c in text)


@JUST
@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=3))
def test_a_tree_is_written_as_ever(tree):
    text = encode(snapshot(config=tree))[CONFIG]
    assert text == written({"config": tree, "format": 1}, indent=2) + "\n"
    assert repr(parsed(CONFIG, text)) == repr(json.loads(text))


@JUST
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_an_option_is_written_as_ever(values):
    text = encode(snapshot(*values))[SETTINGS]
    lines = [
        f'    "flag-{number}": {written({"source": "env", "value": value})}'
        for number, value in enumerate(values)
    ]
    assert text == '{\n  "format": 1,\n  "settings": {\n' + ",\n".join(lines) + "\n  }\n}\n"
    assert repr(parsed(SETTINGS, text)) == repr(json.loads(text))


@pytest.mark.parametrize("values", [(True, 1), (1, True), (False, 0), (0, "0"), (0.0, -0.0, 0)])
def test_what_python_takes_for_equal_is_written_for_itself(values):
    files = encode(snapshot(*values))
    read = decode(redact_files(StoredFiles(files)))
    assert [repr(one.value) for one in read.settings.values()] == [*map(repr, values)]


@pytest.mark.parametrize("text", ["", "{", '{"a": NaN}', '{"a": 1e999}', '"\\ud800"', '"\ud800"'])
def test_what_confaudit_never_writes_is_damaged(text):
    with pytest.raises(DamagedError, match=r"settings\.json is not valid JSON"):
        parsed(SETTINGS, text)
