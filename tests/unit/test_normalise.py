"""Payloads that mean the same become equal snapshots."""

import copy
import json
import random

import pytest

from confaudit.core.changes.diff import diff
from confaudit.core.coder.options import canonical, human_duration, wire_type
from confaudit.core.coder.releases import Release
from confaudit.core.model import (
    MISSING,
    Fidelity,
    OptionSpec,
    RawDeployment,
    Setting,
    StoredFiles,
    ValueSource,
)
from confaudit.core.report.coverage import completeness
from confaudit.core.snapshot.canonical import FILES, decode, decode_settings, encode, only
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact, redact_files
from confaudit.errors import SourceError
from tests.tables import every_row


def spec(flag, option_type, leaf, **fields):
    return OptionSpec(name=flag, flag=flag, type=option_type, json_path=leaf, **fields)


SPECS = (
    spec("browser-only", "bool", "browser_only"),
    spec("oidc-scopes", "string-array", "oidc.scopes"),
    spec("experiments", "string-array", "experiments"),
    spec("session-duration", "duration", "session_lifetime.default_duration"),
    spec("samesite", "enum[lax|none]", "http_cookies.same_site"),
    spec("group-mapping", "struct[map[string]string]", "oidc.group_mapping"),
    spec("postgres-url", "string", "pg_connection_url", secret=True),
    spec("old-name", "string", "a.b"),
    spec("new-name", "string", "a.b"),
)
RELEASE = Release("2.33.0", "2026-05-05", False, {s.key: s for s in SPECS})


def option(flag, value, source="default", **fields):
    return {"flag": flag, "name": flag, "value": value, "value_source": source, **fields}


OPTIONS = [
    option("browser-only", False, ""),
    option("oidc-scopes", ["openid"]),
    option("experiments", None, ""),
    option("session-duration", 86400000000000, annotations={"format_duration": "true"}),
    option("samesite", {"Choices": ["lax", "none"], "Value": "lax"}),
    option("group-mapping", {}),
    {"flag": "postgres-url", "annotations": {"secret": "true"}, "value_source": "env"},
]
CONFIG = {
    "oidc": {"scopes": ["openid"], "group_mapping": {}},
    "session_lifetime": {"default_duration": 86400000000000},
    "http_cookies": {"same_site": "lax"},
}
PAYLOAD = {"config": CONFIG, "options": OPTIONS}


def snap(payload=PAYLOAD, fidelity=Fidelity.FULL, version="2.33.0", **fields):
    raw = RawDeployment(payload, fidelity=fidelity, version=version, deployment="prod", **fields)
    return normalise(redact(raw), RELEASE)


def changed(**replaced):
    payload = copy.deepcopy(PAYLOAD)
    payload.update(replaced)
    return payload


def test_values_are_canonical():
    settings = snap().settings
    assert settings["samesite"].value == "lax"
    assert settings["experiments"].value == []
    assert settings["group-mapping"].value is None
    assert settings["session-duration"].value == 86400000000000
    assert settings["postgres-url"].value == {"secret_set": True}
    assert settings["postgres-url"].source is ValueSource.ENV


def test_omitted_leaves_are_filled_with_their_zero_value():
    config = snap().config
    assert config["browser_only"] is False
    assert config["experiments"] == []
    assert config["pg_connection_url"] == {"secret_set": None}
    assert "a" not in config, "no option of the payload has this leaf"


def test_null_empty_and_omitted_lists_are_the_same():
    shown = changed(config={**CONFIG, "experiments": None, "browser_only": False})
    empty = changed(config={**CONFIG, "experiments": []})
    assert snap(shown).config == snap(empty).config == snap().config


def test_order_of_options_never_matters():
    shuffled = list(OPTIONS)
    random.Random(7).shuffle(shuffled)  # noqa: S311 - no secret
    assert encode(snap(changed(options=shuffled))) == encode(snap())


def test_growing_choices_are_a_declaration_not_a_value():
    options = [o for o in OPTIONS if o["flag"] != "samesite"]
    grown = option("samesite", {"Choices": ["lax", "none", "strict"], "Value": "lax"})
    (change,) = diff(snap(), snap(changed(options=[*options, grown])))
    assert change.kind == "declared"
    assert change.facets[0].after == "enum[lax|none|strict]"


def test_releases_before_2_3_tell_no_source_and_no_regexp():
    options = [{"flag": "browser-only", "value": False}]
    found = snap({"config": {}, "options": options})
    assert found.settings["browser-only"].source is None
    assert canonical({}, "regexp") is MISSING


def test_a_bundle_is_lossy_where_its_cli_was_older():
    options = [*OPTIONS[:-2], option("group-mapping", {}, "yaml"), OPTIONS[-1]]
    config = {**CONFIG, "oidc": {"scopes": ["openid"]}}
    bundle = snap(changed(options=options, config=config), Fidelity.LOSSY)
    assert bundle.settings["group-mapping"].value is MISSING
    real = [*OPTIONS[:-2], option("group-mapping", {"a": "b"}, "yaml"), OPTIONS[-1]]
    full = {**CONFIG, "oidc": {"scopes": ["openid"], "group_mapping": {"a": "b"}}}
    assert diff(bundle, snap(changed(options=real, config=full))) == ()


def test_a_docs_page_is_kept_as_it_is():
    page = snap({"config": {"a": {"b": "string"}}}, Fidelity.SHAPE)
    assert page.config == {"a": {"b": "string"}}
    assert page.settings == {}


def test_a_bare_config_of_a_known_version_is_completed():
    assert snap({"config": CONFIG}, Fidelity.CONFIG).config["experiments"] == []
    assert "experiments" not in snap({"config": CONFIG}, Fidelity.CONFIG, version="").config


def test_declarations_come_from_the_server_and_types_from_the_facts():
    groups = {"name": "OIDC", "yaml": "oidc", "parent": {"name": "Auth", "yaml": "auth"}}
    aliased = option(
        "oidc-scopes",
        [],
        "",
        yaml="scopes",
        group=groups,
        hidden=True,
        default="",
        use_instead=[{"flag": "z"}, {"flag": "y"}],
        annotations={"enterprise": "true", "secret": "false"},
    )
    found = snap({"config": {}, "options": [aliased]}).declared["oidc-scopes"]
    assert found.yaml_path == "auth.oidc.scopes"
    assert found.group == "Auth / OIDC"
    assert found.use_instead == ("y", "z")
    assert (found.hidden, found.secret, found.default) == (True, False, "")
    assert (found.type, found.json_path) == ("string-array", "oidc.scopes")


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"options": []}, "no config object"),
        ({"config": []}, "no config object"),
    ],
)
def test_payloads_without_a_config_tree(payload, said):
    with pytest.raises(SourceError, match=said):
        snap(payload)


SET = option("browser-only", True, "flag")


@every_row(
    ("odd", "kept"),
    [
        (None, None),
        ([1], [1]),
        ({"value": 1}, {"value": 1}),
        ({"flag": [], "value": 1}, {"flag": [], "value": 1}),
        ({**SET, "value": False}, {**SET, "value": False}),
        (SET, SET),
        (option("new", 1, "vault"), {"flag": "new", "value_source": "vault"}),
        (option("new", 1, ["env"]), {"flag": "new", "value_source": ["env"]}),
        (option("new", 1, 7), {"flag": "new", "value_source": 7}),
        (option("new", 1, "\x1b[m"), {"flag": "new", "value_source": "\x1b[m"}),
    ],
)
def test_what_is_odd_among_the_options_is_kept_and_costs_no_other(odd, kept):
    found = snap({"config": CONFIG, "options": [SET, odd]})
    assert found.unread == (kept,)
    assert found.settings["browser-only"] == Setting(True, ValueSource.FLAG)
    stored = decode(redact_files(StoredFiles(encode(found))))
    assert (stored.unread, stored.settings) == (found.unread, found.settings)
    assert [note for note in completeness(found) if "1 entry among its options" in note]


def test_an_option_from_an_unknown_source_has_a_value_and_no_source():
    found = snap({"config": CONFIG, "options": [SET, option("new", 1, "vault")]})
    assert found.settings["new"] == Setting(1, None)
    assert [*completeness(found)] == [
        " has 1 entry among its options that could not be read (--new): kept as served, and "
        "nothing is concluded from that."
    ]


def test_nothing_odd_leaves_no_trace():
    found = snap({"config": CONFIG, "options": [SET, option("new", 1, None)]})
    assert found.unread == ()
    assert "unread" not in encode(found)["server.json"]


def test_a_secret_that_is_listed_twice_stays_one():
    twice = option("postgres-url", "planted-secret")
    found = snap({"config": CONFIG, "options": [twice, twice]})
    assert len(found.unread) == 1
    assert "planted-secret" not in "".join(encode(found).values())


@every_row("junk", [None, 1, "x", [], {}, {"a": {"Choices": 1, "Value": 2}}])
@every_row("key", ["value", "group", "use_instead", "annotations", "yaml", "default"])
def test_odd_shapes_are_survived(key, junk):
    found = snap({"config": {"x": junk}, "options": [{"flag": "odd", key: junk}]})
    assert "odd" in found.settings
    encode(found)


# --- files -----------------------------------------------------------------------------------


def stored(snapshot):
    return StoredFiles(encode(snapshot), label="x", deployment="prod", commit="")


def test_files_read_back_to_the_same_snapshot():
    first = snap(endpoints={"experiments": ["b", "a"]}, unavailable={"replicas": "role"}, label="x")
    assert decode(redact_files(stored(first))) == first


def test_files_are_canonical_lines():
    files = encode(snap())
    assert tuple(files) == FILES
    settings = files["settings.json"].splitlines()
    assert '    "oidc-scopes": {"source": "default", "value": ["openid"]},' in settings
    assert len(settings) == len(OPTIONS) + 5
    for text in files.values():
        assert text.endswith("}\n")
        json.loads(text)


def read_settings(text):
    return decode_settings(redact_files(StoredFiles({"settings.json": text})))


@pytest.mark.parametrize("key", ["oidc-scopes", OPTIONS[0]["flag"], OPTIONS[-1]["flag"]])
def test_one_option_of_a_settings_file_is_what_it_is_in_the_whole(key):
    whole = encode(snap())["settings.json"]
    narrow = only(key, whole)
    assert len(narrow) < len(whole)
    assert read_settings(narrow) == {key: read_settings(whole)[key]}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"oidc-scopes"', '"other"'),
        lambda text: text.replace('"format": 1', '"format": 99'),
        lambda text: json.dumps(json.loads(text)),
        lambda text: text + text,
        lambda text: "",
    ],
)
def test_a_settings_file_that_is_written_otherwise_is_read_whole(change):
    text = change(encode(snap())["settings.json"])
    assert only("oidc-scopes", text) == text


def test_what_no_eye_can_see_is_escaped_in_files():
    hostile = option("oidc-scopes", ["a\u202eb\x1b[31m", "é⚠", "\ud800"])
    text = encode(snap({"config": {}, "options": [hostile]}))["settings.json"]
    assert "\\u202e" in text
    assert "\\u001b" in text
    assert "\\ud800" in text
    assert "é⚠" in text
    assert json.loads(text)["settings"]["oidc-scopes"]["value"] == hostile["value"]


@every_row(
    ("name", "text", "said"),
    [
        ("settings.json", None, "no settings.json"),
        ("schema.json", "[]", "damaged"),
        ("config.json", '{"format": "1"}', "damaged"),
        ("server.json", '{"format": 1}', "damaged"),
        ("settings.json", '{"format": 99, "settings": {}}', "newer confaudit"),
        ("settings.json", '{"format": 1, "settings": {"a": 1}}', "damaged"),
        ("settings.json", '{"format": 1, "settings": {"a": {"source": "x"}}}', "damaged"),
        ("schema.json", '{"format": 1, "options": {"a": 1}}', "damaged"),
        ("schema.json", '{"format": 1, "options": {"a": {"flag": 1}}}', "damaged"),
        ("config.json", '{"format": 1, "config": [1]}', "damaged"),
        ("settings.json", '{"format": 1, "settings": {"made-up": {}}}', "damaged"),
        ("server.json", "{", "not valid JSON"),
    ],
)
def test_damaged_files_are_named(name, text, said):
    files = encode(snap())
    files.pop(name) if text is None else files.update({name: text})
    with pytest.raises(SourceError, match=said):
        decode(redact_files(StoredFiles(files)))


# --- types -----------------------------------------------------------------------------------


@every_row(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1_500, "1.5us"),
        (15_000_000, "15ms"),
        (1_500_000_000, "1.5s"),
        (60_000_000_000, "1m"),
        (5_400_000_000_000, "1h30m"),
        (86_400_000_000_000, "24h"),
        (90_000_000_000_000, "25h"),
        (172_800_000_000_000, "2d"),
        (604_800_000_000_000, "7d"),
        (3_155_760_000_000_000_000, "36525d"),
        (3_155_760_000_000_000_001, "876600h0.000000001s"),
        (-60_000_000_000, "-1m"),
    ],
)
def test_durations_read_as_operators_write_them(nanoseconds, text):
    assert human_duration(nanoseconds) == text


@every_row(
    ("wire", "expected"),
    [
        ({"value": True}, "bool"),
        ({"value": 1}, "int"),
        ({"value": 1, "annotations": {"format_duration": "true"}}, "duration"),
        ({"value": "x"}, "string"),
        ({"value": ["x"]}, "string-array"),
        ({"value": {"Choices": ["a", "b"], "Value": "a"}}, "enum[a|b]"),
        ({"value": None}, ""),
        ({"value": {"a": 1}}, ""),
        ({}, ""),
    ],
)
def test_types_as_far_as_the_wire_tells(wire, expected):
    assert wire_type(wire) == expected


FORMAT_1 = {
    "settings.json": '{"format": 1, "settings": {"verbose": {"value": true, "source": "env"}}}',
    "schema.json": '{"format": 1, "options": {"verbose": {"name": "Verbose", "flag": "verbose"}}}',
    "config.json": '{"format": 1, "config": {"verbose": true}}',
    "server.json": '{"format": 1, "fidelity": "full", "version": "2.33.0", "siblings": '
    '{"buildinfo": {"version": "v2.33.0"}}, "unavailable": {"licenses": "needs Owner"}}',
}
"""A snapshot as the first version of the format lies in repositories that are in use."""


def test_snapshots_of_the_first_format_stay_readable():
    found = decode(redact_files(StoredFiles(FORMAT_1, label="x", deployment="prod", commit="")))
    assert found.settings["verbose"].value is True
    assert found.server == {"buildinfo": {"version": "v2.33.0"}}
    assert found.unavailable == {"licenses": "needs Owner"}
    again = encode(found)
    assert {name: json.loads(text) for name, text in again.items()} == {
        name: json.loads(text) for name, text in FORMAT_1.items()
    }
