"""Whatever is almost a good input is read or refused in a sentence, and gives no secret away."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from confaudit.errors import ConfigError
from tests.fuzz import seeds
from tests.fuzz.edits import SECRET
from tests.fuzz.readers import Reader, judge, readers

READERS = readers()
EXAMPLES = 15
"""Of each reader; for more and for longer: `python -m tests.fuzz SECONDS`."""


@pytest.mark.parametrize("name", READERS)
def test_odd_inputs_are_read_or_refused(name):
    reader, results = READERS[name], []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[*HealthCheck],
    )
    @given(reader.inputs)
    def one(tried):
        results.append(judge(reader, tried))

    one()
    assert any(results), "no input got past all checks"


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("confaudit.yaml", seeds.CONFIGURATION),
        ("policy", seeds.POLICY),
        ("exceptions", seeds.EXCEPTIONS),
        ("answer", seeds.ANSWER),
    ],
)
def test_what_edits_begin_from_is_good(name, seed):
    assert judge(READERS[name], json.dumps(seed).encode())


def fails(_):
    raise KeyError("a")


def tells(_):
    raise ConfigError(f"there is no {SECRET}")


@pytest.mark.parametrize("read", [fails, tells, lambda _: [SECRET]])
def test_what_is_looked_for_is_found(read):
    with pytest.raises((AssertionError, KeyError)):
        judge(Reader(st.none(), read), None)
