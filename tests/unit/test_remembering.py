"""What is remembered of a structure is what would be found, and found once."""

import json
from math import inf, nan

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from confaudit import catalog
from confaudit.core.model import RawDeployment, StoredFiles
from confaudit.core.snapshot.canonical import _of, decode, decode_background, encode
from confaudit.core.snapshot.credentials import credentials
from confaudit.core.snapshot.normalise import _groups, normalise
from confaudit.core.snapshot.redact import redact, redact_files
from confaudit.core.snapshot.structures import StructureRedactor
from tests.unit.planted import SECRET, SESSION
from tests.unit.profiled import calls_of

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


def looked_at(**changed):
    """How many mappings among the options of a payload are looked at anew."""
    raw = RawDeployment(payload(**changed), asked_with=KNOWN)
    return calls_of(StructureRedactor.tree, lambda: redact(raw)) - len(["payload", "config"])


def test_options_that_come_again_are_not_looked_at_again():
    first = redact(RawDeployment(payload()))
    assert looked_at() == 0
    assert redact(RawDeployment(payload(), asked_with=KNOWN)).payload == first.payload
    assert looked_at(env="CODER_NEW") == len(["the option", "its annotations"])


def test_what_a_deployment_has_for_an_option_is_no_part_of_it():
    assert looked_at() == 0
    assert looked_at(value=f"https://u:{SECRET}@host") == 0
    clean = redact(RawDeployment(payload(value=f"https://u:{SECRET}@host")))
    assert SECRET not in json.dumps(clean.payload)


def test_the_prose_of_an_option_is_not_looked_at_at_all():
    described = payload(description="a=b, c: d", use_instead=[{"flag": "a", "description": "e=f"}])
    (first, *_) = redact(RawDeployment(described)).payload["options"]
    assert "description" not in {**first, **first["use_instead"][0]}
    raw = RawDeployment(payload(use_instead=[{"flag": "a", "description": "of\nanother=release"}]))
    assert calls_of(credentials, lambda: redact(raw)) == 0


def test_where_the_token_comes_back_nothing_is_remembered():
    assert looked_at(value=KNOWN) == 50 * len(["the option", "its annotations"])


@pytest.mark.parametrize("odd", ["\ud800", 2**64])
def test_the_token_is_found_in_what_has_no_packed_form(odd):
    raw = RawDeployment(payload(value=[KNOWN[:10], odd]), asked_with=KNOWN)
    assert KNOWN[:10] not in repr(redact(raw))


def test_what_a_release_says_of_an_option_is_read_once():
    release = catalog.release("2.35.1")
    clean = redact(RawDeployment(payload(), version="2.35.1"))
    first = normalise(clean, release)
    assert calls_of(_groups, lambda: normalise(clean, release)) == 0
    files = StoredFiles(encode(first))
    assert decode(redact_files(files)).declared == first.declared
    assert calls_of(_of, lambda: decode_background(redact_files(files))) == len(
        ["siblings", "unavailable", "unread"]
    )


def test_what_is_stored_of_an_option_is_not_looked_at_again():
    release = catalog.release("2.35.1")
    files = StoredFiles(encode(normalise(redact(RawDeployment(payload())), release)))
    first = redact_files(files)
    trees = [*files.files, "the config tree"]
    assert calls_of(StructureRedactor.tree, lambda: redact_files(files)) == len(trees)
    assert redact_files(files) == first


@pytest.mark.parametrize("odd", [{"a": "b" * 5000}, {"a": "\ud800"}, {"a": 2**64}])
def test_what_is_long_or_odd_is_not_remembered(odd):
    recurring = StructureRedactor().recurring
    recurring(odd)
    assert calls_of(StructureRedactor.tree, lambda: recurring(odd)) == 1
    recurring({"a": "b"})
    assert calls_of(StructureRedactor.tree, lambda: recurring({"a": "b"})) == 0
