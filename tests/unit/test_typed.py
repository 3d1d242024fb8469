"""Values as text to type: whatever is written, Coder's parser reads back as the same value."""

import csv
import json
import re
from io import StringIO
from itertools import chain

import pytest

from confaudit.catalog.loader import packaged
from confaudit.core.coder.defaults import default_value
from confaudit.core.coder.go import RefusedError
from confaudit.core.coder.parsing import parse
from confaudit.core.model import MISSING
from confaudit.core.secret import REDACTED, secret
from confaudit.core.text.typed import typed
from tests.tables import every_row

TEXTS = "struct[map[string]string]"
LISTS = "struct[map[string][]string]"
UUIDS = "struct[map[string][]uuid.UUID]"
LINKS = "struct[[]codersdk.LinkConfig]"
PROVIDERS = "struct[[]codersdk.ExternalAuthConfig]"
HOUR = 3_600_000_000_000
SPECS = {
    (spec.type, spec.default): spec
    for release in packaged().releases
    for spec in release.options.values()
    if spec.default is not None and not spec.default_computed_from
}
"""Every way an option of any release has a default."""


UNITS = {"h": HOUR, "m": HOUR // 60, "s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def nanoseconds_of(text):
    numbers = re.findall(r"(\d+)(h|ms|us|ns|m|s)", text)
    assert "".join(map("".join, numbers)) == text.removeprefix("-")
    return (-1 if text.startswith("-") else 1) * sum(int(n) * UNITS[unit] for n, unit in numbers)


READERS = {
    "bool": lambda text: {"true": True, "false": False}[text],
    "int": int,
    "duration": nanoseconds_of,
    "string-array": lambda text: next(csv.reader(StringIO(text), strict=True), []),
    "struct": json.loads,
}
"""Python's own readers, where it has one; any other type is its text."""


def is_read_back(text, value, option_type):
    """By Coder's parser as we know it, and by one that we have not written."""
    other = READERS.get(option_type.partition("[")[0], str)
    read = (other(text), *(parse(text, option_type, day_units=days) for days in (True, False)))
    return all(json.dumps(one) == json.dumps(value) for one in read)


def test_every_default_of_every_release_can_be_typed():
    assert {kind.partition("[")[0] for kind, _ in SPECS} >= {
        "bool", "int", "duration", "string", "url", "host:port", "enum", "regexp", "string-array",
    }  # fmt: skip
    for (option_type, default), spec in SPECS.items():
        value = default_value(spec, default)
        if value is None:  # an empty mapping: nothing to type
            assert typed(value, option_type) is None
            continue
        text = typed(value, option_type)
        assert text is not None, (option_type, default)
        assert is_read_back(text, value, option_type), (option_type, default)


@every_row(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (7 * 24 * HOUR, "168h"),
        (365 * 24 * HOUR, "8760h"),
        (90 * 60 * 10**9, "1h30m"),
        (1_500_000_000, "1s500ms"),
        (1, "1ns"),
        (1_001, "1us1ns"),
        (-90 * 10**9, "-1m30s"),
        (3_155_760_000_000_000_001, "876600h1ns"),
        (2**63 - 1, "2562047h47m16s854ms775us807ns"),
        (-(2**63), "-2562047h47m16s854ms775us808ns"),
    ],
)
def test_durations_know_no_days_and_lose_no_nanosecond(nanoseconds, text):
    assert typed(nanoseconds, "duration") == text
    assert is_read_back(text, nanoseconds, "duration")


@every_row(
    ("value", "option_type", "text"),
    [
        (True, "bool", "true"),
        (False, "bool", "false"),
        (-5, "int", "-5"),
        ("tls12", "string", "tls12"),
        ("", "string", ""),
        (' a "b", c ', "string", ' a "b", c '),
        ("https://coder.example.com/a?b=c", "url", "https://coder.example.com/a?b=c"),
        ("[::1]:3000", "host:port", "[::1]:3000"),
        ("lax", "enum[lax|none]", "lax"),
        (r"^a\.b$", "regexp", r"^a\.b$"),
        ([], "string-array", ""),
        (["openid", "profile"], "string-array", "openid,profile"),
        ([""], "string-array", '""'),
        (["", ""], "string-array", '"",""'),
        (["a,b", 'c"d', " e", "f ", "g h"], "string-array", '"a,b","c""d"," e","f ",g h'),
        (["two\nlines", "\n"], "string-array", '"two\nlines","\n"'),
        (['"'], "string-array", '""""'),
        (["\u00e9\u202e\U0001f600"], "string-array", "\u00e9\u202e\U0001f600"),
        ({"a": "dev", "b c": "x: y"}, TEXTS, '{"a":"dev","b c":"x: y"}'),
        ({"\u00e9": '"\n'}, TEXTS, '{"\u00e9":"\\"\\n"}'),
        ({"a": ["x", ""], "b": []}, LISTS, '{"a":["x",""],"b":[]}'),
        (
            {"a": ["7f3b2c1d-0000-4000-8000-000000000001"]},
            UUIDS,
            '{"a":["7f3b2c1d-0000-4000-8000-000000000001"]}',
        ),
        (
            [{"name": "Docs", "target": "https://a.example.com", "icon": "docs"}],
            LINKS,
            '[{"name":"Docs","target":"https://a.example.com","icon":"docs"}]',
        ),
    ],
)
def test_a_value_is_written_as_it_is_read(value, option_type, text):
    assert typed(value, option_type) == text
    assert is_read_back(text, value, option_type)


@every_row(
    ("value", "option_type"),
    [
        (MISSING, "string"),
        (None, "string"),
        (None, TEXTS),
        (secret(True), "string"),
        (secret(None), TEXTS),
        (["a", REDACTED], "string-array"),
        ({"a": f"{REDACTED}-0123abcd"}, TEXTS),
        (["a\r\nb"], "string-array"),
        (["a\x00"], "string-array"),
        (["\ud800"], "string-array"),
        (["\x1b[31m"], "string-array"),
        ({"a": "two\u2028lines"}, TEXTS),
        ({"a": "\ufeff"}, TEXTS),
        ({"a": 1}, TEXTS),
        ({"a": "\x85"}, TEXTS),
        ({"a": ["nobody"]}, UUIDS),
        ([1, True], "string-array"),
        (["a"], "string"),
        (["a"], ""),
        ({"a": "b"}, "string"),
        ({"a": "b"}, ""),
        (1.5, "int"),
        (1, "bool"),
        (True, "int"),
        (5, ""),
        (2**63, "int"),
        (2**63, "duration"),
        ("seven", "int"),
        ("7d", "duration"),
        ("many", "enum[lax|none]"),
        ("", "host:port"),
        ("3000", "host:port"),
        ("(", "regexp"),
        ([{"id": "github", "type": "github"}], PROVIDERS),
        ({"models": "b"}, "struct[codersdk.AIConfig]"),
    ],
)
def test_what_no_text_stands_for_is_not_written(value, option_type):
    assert typed(value, option_type) is None


NASTY = [
    "", " ", "  a", "a  ", ",", '"', '""', ",,", "\n", "\r", "\r\n", "\t", "a\rb", "a\n", "\\",
    "\\n", "'", "#", "a # b", "a: b", "{}", "[]", "- a", "null", "true", "~", "0", "1e3",
    "%s", "$HOME",
    "\x00", "\x1b", "\x7f", "\x85", "\xa0", "\u2028", "\u202e", "\ufeff", "\ud800", "\U0001f600",
]  # fmt: skip


def nasty_values():
    for one in NASTY:
        yield one, "string"
        yield one, "regexp"
        yield {one: one}, TEXTS
        yield {"a": [one, "b"], one: []}, LISTS
        yield [{"name": one, "target": one, "icon": one}], LINKS
        for other in NASTY:
            yield [one, other], "string-array"
        yield [one], "string-array"
    for number in chain(range(-3, 4), (2**31, 2**53 + 1, 2**63 - 1, -(2**63))):
        yield number, "int"
        yield number, "duration"
        yield number * 999_999_999, "duration"


def test_whatever_is_written_is_read_back():
    written = [(typed(value, kind), value, kind) for value, kind in nasty_values()]
    for text, value, kind in written:
        assert text is None or is_read_back(text, value, kind), (value, kind)
    lists = [text for text, _, kind in written if kind == "string-array"]
    assert len([text for text in lists if text is not None]) > len(lists) // 2


def test_a_day_would_have_been_refused():
    with pytest.raises(RefusedError):
        parse("7d", "duration", day_units=False)
