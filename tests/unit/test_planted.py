"""Credentials of every kind, planted wherever a server may put a text: none comes through."""

import json

import pytest

from confaudit.core.model import RawDeployment
from confaudit.core.secret import is_secret
from confaudit.core.snapshot.credentials import credentials, redact_text
from confaudit.core.snapshot.redact import redact
from tests.tables import every_row
from tests.unit.planted import NAMES, SECRET, SECTIONS, SESSION, spellings, texts

TEXTS = tuple(dict.fromkeys(texts()))


def test_there_is_enough_of_it():
    assert len(TEXTS) > 6000


def test_no_credential_in_a_text_comes_through():
    assert [text for text, gone in TEXTS if gone in redact_text(text)] == []


def test_the_second_time_nothing_is_left_to_redact():
    once = [redact_text(text) for text, _ in TEXTS]
    assert [text for text in once if redact_text(text) != text] == []


def places(text):
    """Where a server may put a text."""
    yield {"config": {"section": {"leaf": text}}}, {}
    yield {"config": {"list": ["a", [text]]}}, {}
    yield {"config": {"map": {text: "a"}}}, {}
    yield {"config": {}, "options": [{"flag": "a", "value": text, "default": text}]}, {}
    yield {"config": {}, "options": [{"flag": "a", "value": {"b": [text]}, "name": text}]}, {}
    yield (
        {"config": {}, "options": [{"flag": "a", "use_instead": [{"flag": "b", "value": text}]}]},
        {},
    )
    yield {"config": {}}, {"appearance": {"x": [{"y": text}]}}


@pytest.mark.parametrize("key", [b"", b"k" * 20], ids=["no key", "key"])
def test_they_go_wherever_they_stand(key):
    for text, gone in TEXTS[::40]:
        for payload, endpoints in places(text):
            clean = redact(RawDeployment(payload, endpoints), key)
            shown = json.dumps([dict(clean.payload), dict(clean.endpoints)])
            assert gone not in shown, text


STRUCTURES = (SECRET, [SECRET], {"a": SECRET}, {"a": {"b": [1, {"c": SECRET}]}}, [[SECRET]])


def test_whatever_stands_below_a_secret_name_is_masked_whole():
    for name in NAMES:
        for spelling in spellings(name):
            for structure in STRUCTURES:
                found = redact(RawDeployment({"config": {spelling: structure}})).payload
                left = found["config"][spelling]
                section = name in SECTIONS and isinstance(structure, dict)
                assert section or is_secret(left), (spelling, structure)


@pytest.mark.parametrize(
    "value",
    [
        ["server", "--api-token", SECRET],
        [{"name": "X-Api-Key", "value": SECRET}],
        [{"Name": "DB_PASSWORD", "Value": SECRET}],
        {"headers": {"Authorization": [f"Bearer {SECRET}"]}},
        {"header": "Cookie", "values": [SECRET]},
    ],
)
def test_names_beside_their_values_count(value):
    for payload in ({"config": {"x": value}}, {"options": [{"flag": "x", "value": value}]}):
        assert SECRET not in json.dumps(redact(RawDeployment(payload)).payload)


@every_row(
    "text",
    [
        SESSION,
        f"https://coder.example.com/{SESSION}",
        f"a-{SESSION}",
        f"a{SESSION}b",
        f"key {SESSION[:10]}",
        f"a_{SESSION[11:]}_b",
        f"{SESSION[11:]}{SESSION[:10]}",
    ],
)
def test_of_our_own_token_nothing_is_left_wherever_it_stands(text):
    raw = RawDeployment({"config": {"a": {text: [text]}}}, {"b": text}, asked_with=f"{SESSION}\n")
    clean = redact(raw)
    shown = f"{clean!r} {json.dumps(clean.payload)} {json.dumps(clean.endpoints)}"
    assert SESSION[:10] not in shown
    assert SESSION[11:] not in shown
    assert SESSION not in repr(raw)


def test_places_are_in_order_and_apart():
    for text, _ in TEXTS[::10]:
        found = credentials(text)
        flat = [place for span in found for place in span]
        assert flat == sorted(flat)
        assert all(begin < end for begin, end in found)
