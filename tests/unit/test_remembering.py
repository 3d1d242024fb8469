"""What is remembered of a structure is what would be found, and found once."""

import json
from math import inf, nan

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from confaudit.core.model import RawDeployment
from confaudit.core.snapshot import structures
from confaudit.core.snapshot.redact import redact
from confaudit.core.snapshot.structures import StructureRedactor
from tests.unit.planted import SECRET, SESSION

KNOWN = SESSION
TEXTS = st.sampled_from([
    "", "name", "value", "Value", "token", "password", "secret_set", "fingerprint", "--token", "-p",
    "true", "0" * 16, "\ud800", "\u00e9\0", SECRET, f"password={SECRET}", f"https://u:{SECRET}@host",
    KNOWN, KNOWN[:10], f"a: {KNOWN}",
])  # fmt: skip
SCALARS = TEXTS | st.sampled_from([
    None, True, False, 0, 1, -1, 2**63, 2**64, -(2**70), 0.0, -0.0, 1.0, 1e16, 1e-7, nan, inf
])  # fmt: skip
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
)


def misses():
    return structures._remembered.cache_info().misses


@settings(
    max_examples=200,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[*HealthCheck],
)
@given(
    tree=st.dictionaries(TEXTS, JSON, max_size=5),
    known=st.sampled_from(["", KNOWN]),
    key=st.sampled_from([b"", b"k" * 20]),
    by_name=st.booleans(),
)
def test_what_is_remembered_is_what_would_be_found(tree, known, key, by_name):
    redactor = StructureRedactor(key, known, by_name=by_name)
    anew = repr(redactor.tree(tree))
    assert repr(redactor.recurring(tree)) == anew
    assert repr(redactor.recurring(tree)) == anew


def payload(version="2.35.1", **changed):
    options = [
        {
            "flag": f"flag-{number}",
            "env": f"CODER_{number}",
            "value": number,
            "group": {"name": "a"},
        }
        for number in range(50)
    ]
    return {"config": {"a": version}, "options": [options[0] | changed, *options[1:]]}


def test_options_that_come_again_are_not_looked_at_again():
    first = redact(RawDeployment(payload()))
    before = misses()
    second = redact(RawDeployment(payload(), asked_with=KNOWN))
    assert second.payload == first.payload
    assert misses() == before
    redact(RawDeployment(payload(env="CODER_NEW")))
    assert misses() == before + 1


def test_what_differs_from_deployment_to_deployment_is_no_part_of_it():
    redact(RawDeployment(payload(value="a")))
    before = misses()
    clean = redact(RawDeployment(payload(value=f"https://u:{SECRET}@host")))
    assert misses() == before
    assert SECRET not in json.dumps(clean.payload)


@pytest.mark.parametrize("odd", [{"a": "b" * 5000}, {"a": "\ud800"}, {"a": 2**64}, {"a": KNOWN}])
def test_what_is_long_odd_or_known_for_secret_is_not_remembered(odd):
    before = misses()
    StructureRedactor(known=KNOWN).recurring(odd)
    assert misses() == before
