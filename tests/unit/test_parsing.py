"""Coder's option types read text by Go's rules; the expectations come from running the Go code."""

import pytest

from confaudit.core.coder import urls
from confaudit.core.coder.go import RefusedError, duration
from confaudit.core.coder.parsing import decode, parse, scalar
from confaudit.core.model import MISSING
from tests.tables import every_row

HOUR = 3_600_000_000_000
REFUSED = object()
STRINGS = "struct[map[string]string]"
LISTS = "struct[map[string][]string]"
UUIDS = "struct[map[string][]uuid.UUID]"
LINKS = "struct[[]codersdk.LinkConfig]"
PROVIDERS = "struct[[]codersdk.ExternalAuthConfig]"
UUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


def outcome(read, *arguments):
    try:
        return read(*arguments)
    except RefusedError:
        return REFUSED


@every_row(
    ("option_type", "text", "value"),
    [
        ("string", "", ""),
        ("string", " ~ ", " ~ "),
        ("yaml-config-path", "/etc/coder.yaml", "/etc/coder.yaml"),
        ("a type of a release to come", "x", "x"),
        ("bool", "", False),
        ("bool", "t", True),
        ("bool", "TRUE", True),
        ("bool", "True", True),
        ("bool", "tRUE", REFUSED),
        ("bool", "F", False),
        ("bool", "yes", REFUSED),
        ("bool", "on", REFUSED),
        ("int", "-5", -5),
        ("int", "+7", 7),
        ("int", "007", 7),
        ("int", "-" + "0" * 5000 + "7", -7),
        ("int", "", REFUSED),
        ("int", "1_000", REFUSED),
        ("int", "0x10", REFUSED),
        ("int", " 1", REFUSED),
        ("int", "٣", REFUSED),
        ("int", "9223372036854775807", 2**63 - 1),
        ("int", "-9223372036854775808", -(2**63)),
        ("int", "9223372036854775808", REFUSED),
        ("int", "9" * 5000, REFUSED),
        ("host:port", "127.0.0.1:3000", "127.0.0.1:3000"),
        ("host:port", ":3000", ":3000"),
        ("host:port", "host:", "host:"),
        ("host:port", ":", ""),
        ("host:port", "[::1]:80", "[::1]:80"),
        ("host:port", "[a]:1", "a:1"),
        ("host:port", "", REFUSED),
        ("host:port", "host", REFUSED),
        ("host:port", "::1:80", REFUSED),
        ("host:port", "[::1]", REFUSED),
        ("host:port", "[::1]x:1", REFUSED),
        ("host:port", "a]:1", REFUSED),
        ("string-array", "", []),
        ("string-array", "a,b", ["a", "b"]),
        ("string-array", "a, b", ["a", " b"]),
        ("string-array", '"a,b",c', ["a,b", "c"]),
        ("string-array", '"a""b"', ['a"b']),
        ("string-array", "a,", ["a", ""]),
        ("string-array", "\n\na,b\nsecond record", ["a", "b"]),
        ("string-array", "a\r\nb", ["a"]),
        ("string-array", "a\r", ["a"]),
        ("string-array", '"two\nlines"', ["two\nlines"]),
        ("string-array", 'a"b', REFUSED),
        ("string-array", '"a', REFUSED),
        ("string-array", '"a" ,b', REFUSED),
        ("string-array", "\n", REFUSED),
        ("enum[password|awsiamrds]", "awsiamrds", "awsiamrds"),
        ("enum[password|awsiamrds]", "Password", "Password"),
        ("enum[password|awsiamrds]", "", REFUSED),
        ("enum[password|awsiamrds]", "pass", REFUSED),
    ],
)
def test_plain_types(option_type, text, value):
    got = outcome(parse, text, option_type)
    assert got == value
    assert type(got) is type(value)


@every_row(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("1h30m", HOUR * 3 // 2),
        ("1.5h", HOUR * 3 // 2),
        ("-90s", -90_000_000_000),
        (".5s", 500_000_000),
        ("5.s", 5_000_000_000),
        ("3us", 3_000),
        ("3\u00b5s", 3_000),
        ("3\u03bcs", 3_000),
        ("7d", 168 * HOUR),
        ("1w2d", 216 * HOUR),
        ("0.3333333333333333333h", HOUR // 3),
        ("1.0000000001h", HOUR + 360),
        ("2562047h47m16.854775807s", 2**63 - 1),
        ("-2562047h47m16.854775808s", -(2**63)),
        ("2562047h47m16.854775808s", REFUSED),
        ("9" * 30 + "s", REFUSED),
        ("", REFUSED),
        ("1", REFUSED),
        ("1H", REFUSED),
        ("1h 30m", REFUSED),
        ("--1s", REFUSED),
        ("+", REFUSED),
        (".s", REFUSED),
        ("1e3s", REFUSED),
    ],
)
def test_durations(text, value):
    assert outcome(duration, text) == value


@pytest.mark.parametrize("text", ["7d", "2w", "1h1d"])
def test_days_and_weeks_are_refused_before_2_29(text):
    with pytest.raises(RefusedError, match=r"from 2\.29 on"):
        parse(text, "duration", day_units=False)


def test_the_largest_default_in_use_is_exact():
    assert duration("876600h") == 3155760000000000000


@every_row(
    ("text", "value"),
    [
        ("", ""),
        ("https://coder.example.com", "https://coder.example.com"),
        ("HTTPS://Coder.Example.com/", "https://Coder.Example.com/"),
        ("http://", "http:"),
        ("http:///p", "http:///p"),
        ("http:/p", "http:/p"),
        ("mailto:x y", "mailto:x y"),
        ("//host/p", "//host/p"),
        ("///p", "///p"),
        ("*", "*"),
        ("*.apps.example.com", "*.apps.example.com"),
        ("coder.example.com", "coder.example.com"),
        ("http://h/p q", "http://h/p%20q"),
        ("http://h/a%2fb", "http://h/a%2fb"),
        ("http://h/%41 b", "http://h/A%20b"),
        ("http://h/[a]!", "http://h/[a]!"),
        ("http://h?", "http://h?"),
        ("http://h?q=a b", "http://h?q=a b"),
        ("http://h#", "http://h"),
        ("http://h#f g?", "http://h#f%20g?"),
        ("http://u:p@h/", "http://u:p@h/"),
        ("http://u%20:p%40@h", "http://u%20:p%40@h"),
        ("http://\u00fc.de/\u00fc", "http://%C3%BC.de/%C3%BC"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("http://h:", "http://h:"),
        (":a", REFUSED),
        ("a:b:c/d", "a:b:c/d"),
        ("1a:b", REFUSED),
        ("http://h/%zz", REFUSED),
        ("http://h/%", REFUSED),
        ("http://a b/", REFUSED),
        ("http://h%41/", REFUSED),
        ("http://h:x", REFUSED),
        ("http://[::1", REFUSED),
        ("http://a b@h", REFUSED),
        ("http://h/\n", REFUSED),
    ],
)
def test_urls(text, value):
    assert outcome(parse, text, "url") == value


def test_a_url_of_any_sort_is_spelled_or_refused():
    with pytest.raises(ValueError, match="scheme"):
        urls.spell(":")


@every_row(
    "text",
    [
        "",
        ".*",
        "^dev",
        "(?i)a",
        "a(?i)b",
        "(?s:.)",
        "(?P<n>x)",
        "(?<n>x)",
        r"\pL\p{Greek}\z",
        r"[[:alpha:]]",
        r"\Q(\E",
        r"\x{10FFFF}",
        r"\\1",
        r"\12",
        "$*",
        "}+",
        "[*+]",
        "a{1000}",
        r"[\w-.]+\.example\.com",
        r"[\d-z]",
        r"[\s-_]",
        r"\_",
        r"\Q\C\E\\C",
        "[[:^word:]]",
        r"\Qa{999999999}\E[[:alpha:]{999999999}]\{999999999}",
        r"\pL{1000}",
    ],
)
def test_regexps_that_go_compiles_stay_as_they_are(text):
    assert parse(text, "regexp") == text


@every_row(
    "text",
    [
        "(",
        "[",
        "a**",
        "a*+",
        "a{2}+",
        "(?=a)",
        "(?<!a)",
        "(?#c)",
        r"\1",
        r"\Z",
        r"\y",
        r"\u1234",
        "\\",
        "[z-a]",
        "a{2,1}",
        "a{1001}",
        "(a{32}){32}",
        r"\p{Foo}",
        r"\pX",
        r"\x{110000}",
        "[[:foo:]]",
        r"a\Cb",
        "a{999999999}",
        r"[a-\d]",
        "(?x)a",
        "(?P<\u00e9>a)",
        "[" * 20_000,
    ],
)
def test_regexps_that_go_refuses(text):
    with pytest.raises(RefusedError):
        parse(text, "regexp")


@every_row(
    ("option_type", "text", "value"),
    [
        (STRINGS, "", None),
        (STRINGS, "null", None),
        (STRINGS, "~", None),
        (STRINGS, "{}", {}),
        (STRINGS, '{"a": 1.10, "b": true, "c": null}', {"a": "1.10", "b": "true", "c": ""}),
        (STRINGS, '{"a": ["b"]}', REFUSED),
        (STRINGS, '["a"]', REFUSED),
        (STRINGS, "foo", REFUSED),
        (STRINGS, "access_type: offline", MISSING),
        (STRINGS, "[" * 100_000, MISSING),
        (LISTS, '{"a": ["b", 1], "c": null}', {"a": ["b", "1"], "c": None}),
        (LISTS, '{"a": "b"}', REFUSED),
        (UUIDS, f'{{"a": ["{UUID.upper()}"]}}', {"a": [UUID]}),
        (UUIDS, f'{{"a": ["{UUID.replace("-", "")}"]}}', {"a": [UUID]}),
        (UUIDS, '{"a": ["default"]}', REFUSED),
        (LINKS, '[{"name": "n"}]', [{"name": "n", "target": "", "icon": ""}]),
        (
            LINKS,
            '[{"name": "n", "location": "navbar", "other": 1}]',
            [{"name": "n", "target": "", "icon": "", "location": "navbar"}],
        ),
        (LINKS, '{"name": "n"}', REFUSED),
        (
            PROVIDERS,
            '[{"id": "gh", "client_secret": "x", "scopes": ["a"], "no_refresh": true}]',
            [{"id": "gh", "scopes": ["a"], "no_refresh": True}],
        ),
        ("struct[codersdk.AIConfig]", '{"providers": []}', {"providers": []}),
    ],
)
def test_structs_as_text(option_type, text, value):
    assert outcome(parse, text, option_type) == value


@every_row(
    ("option_type", "node", "value"),
    [
        ("string-array", ["a,b", 1, True, None], ["a,b", "1", "true", ""]),
        ("string-array", [["a"]], REFUSED),
        ("string-array", {"a": "b"}, REFUSED),
        ("bool", [True], REFUSED),
        ("int", {"a": 1}, REFUSED),
        ("string", ["a"], REFUSED),
        ("url", ["a"], ""),
        ("duration", ["1h"], REFUSED),
        ("host:port", {"host": "a"}, REFUSED),
        ("enum[a|b]", ["a"], REFUSED),
        (STRINGS, {"a": "b"}, {"a": "b"}),
        (STRINGS, ["a"], REFUSED),
        (PROVIDERS, [{"device_flow": "yes"}], [{"device_flow": True}]),
        (PROVIDERS, [{"no_refresh": "off"}], [{"no_refresh": False}]),
        (PROVIDERS, [{"no_refresh": None}], [{"no_refresh": False}]),
        (PROVIDERS, [{"device_flow": "1"}], REFUSED),
        (PROVIDERS, [{"device_flow": "YES"}], REFUSED),
    ],
)
def test_yaml_structures(option_type, node, value):
    assert outcome(decode, node, option_type) == value


@every_row(
    ("node", "text"),
    [("~", "~"), (None, ""), (False, "false"), (1, "1"), (1.5, "1.5"), ([], REFUSED)],
)
def test_yaml_scalars(node, text):
    assert outcome(scalar, node) == text


@every_row(
    "option_type",
    ["bool", "int", "duration", "url", "host:port", "string-array", "regexp", "enum[a|b]", STRINGS],
)
def test_a_refusal_never_repeats_the_text(option_type):
    for text in ('hunter2"', ":hunter2", "hunter2[", "hunter2 %zz"):
        got = None
        try:
            parse(text, option_type)
        except RefusedError as refusal:
            got = str(refusal)
        assert got is None or "hunter2" not in got
