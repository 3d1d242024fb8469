"""The one door for YAML: every file it reads says the same about the same fault."""

import datetime
import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest
import yaml

from confaudit import configfile
from confaudit.catalog import loader
from confaudit.configfile import Deployment
from confaudit.errors import CatalogError, ConfauditError, ConfigError
from confaudit.rulebook import advisories, policy
from confaudit.yaml_file import MAX_BYTES, Origin, Part, parse, read_bytes, read_json
from confaudit.yaml_nodes import Scalar, compose, resolve
from tests.tables import every_row

CATALOG = loader.packaged()


# --- every file, every fault -------------------------------------------------------------------

CONFIG = """\
deployments:
  prod:
    url: https://coder.example.com
timeout: 30
"""
ADVISORIES = """\
- id: our-proxy
  title: Our proxy
  effect: advice
  level: info
  always: true
  message: Our proxy is missing.
  why: Every server is behind it.
  fix: [Name it.]
  when:
    option: telemetry
    is: set
"""
RELEASES = """\
{"format": 1,
"releases": [
{"version": "2.99.0", "date": "2027-01-01"}
],
"leaves_without_option": [],
"options": [
{"in": ">=2.99.0", "name": "Verbose", "flag": "verbose", "type": "bool",
 "hidden": false}
]}
"""


def read_config(path):
    return configfile.load(path)


def read_advisories(path):
    return [one.rule for one in advisories.load([path], CATALOG)]


def read_releases(path):
    return loader.load(path.parent).nearest("2.99.0")


READERS = {
    "confaudit.yaml": (read_config, CONFIG, ConfigError),
    "coder-advisories.yaml": (read_advisories, ADVISORIES, CatalogError),
    "2.99.0.json": (read_releases, RELEASES, CatalogError),
}
"""File → who reads it, a good one, the kind of its errors."""

FAULTS = [
    # file, what is changed, into what, where that shows, what is told, the hint
    (
        "confaudit.yaml",
        "timeout:",
        "timeot:",
        "line 4: unknown key timeot",
        "did you mean timeout?",
    ),
    ("confaudit.yaml", "timeout:", "xyz:", "line 4: unknown key xyz", "known: deployments, "),
    ("confaudit.yaml", "url:", "ulr:", "line 3, deployments.prod: unknown key ulr", "mean url?"),
    (
        "confaudit.yaml",
        "30",
        "fast",
        "line 4, timeout: expected a number, got text",
        "needed: seconds",
    ),
    ("confaudit.yaml", "30", "-1", "line 4, timeout: expected a number > 0", "needed: seconds"),
    (
        "confaudit.yaml",
        "30",
        "'30'",
        "line 4, timeout: expected a number, got text",
        "needed: seconds",
    ),
    (
        "confaudit.yaml",
        "30",
        "2026-13-45",
        "line 4, timeout: expected a number, got",
        "needed: seconds",
    ),
    ("confaudit.yaml", "timeout: 30", "push: 1", "line 4, push: expected true or false", "true"),
    (
        "confaudit.yaml",
        "timeout: 30",
        "retries: 21",
        "line 4, retries: expected a whole",
        "0 to 20",
    ),
    (
        "confaudit.yaml",
        "timeout: 30",
        "remote: [a]",
        "line 4, remote: expected text, got",
        "a git remote",
    ),
    ("confaudit.yaml", "30", "30\ntimeout: 31", "line 5, timeout: it stands at line 4", "keep one"),
    ("confaudit.yaml", "timeout", "? [a]\n", "line 4: a key is a list or mapping", "a name"),
    (
        "confaudit.yaml",
        "    url: https://coder.example.com",
        "    token_env: A",
        "line 2, deployments.prod: url is missing",
        "it needs url",
    ),
    ("confaudit.yaml", "prod:", "'../x':", "line 2, deployments.../x: it cannot name", "letters"),
    ("confaudit.yaml", "timeout: 30", "---\na: b", "line 5: a second document", "one document"),
    ("confaudit.yaml", "30", "[", "is not valid YAML at line 5", "init"),
    ("coder-advisories.yaml", "why:", "wy:", "line 7: unknown key wy", "did you mean why?"),
    ("coder-advisories.yaml", "is:", "iss:", "line 11, when: unknown key iss", "did you mean is?"),
    ("coder-advisories.yaml", "advice", "advise", "line 3, effect: it is none of", "mean advice?"),
    ("coder-advisories.yaml", "info", "loud", "line 4, level: it is none of", "known: info, warn"),
    ("coder-advisories.yaml", "true", "maybe", "line 5, always: expected true or fal", "mend"),
    (
        "coder-advisories.yaml",
        "  title: Our proxy\n",
        "",
        "line 1: title is missing",
        "needs title",
    ),
    (
        "coder-advisories.yaml",
        "  why:",
        "  id: x\n  why:",
        "line 7, id: it stands at line 1",
        "keep",
    ),
    ("coder-advisories.yaml", "    is: set", "  is: [", "is not valid YAML at line", "mend"),
    ("2.99.0.json", '"hidden"', '"hiden"', "line 8, options: unknown key hiden", "mean hidden?"),
    ("2.99.0.json", "false", '"no"', "line 8, options.hidden: expected true or", "restore"),
    ("2.99.0.json", '"version"', '"versoin"', "line 3, releases: unknown key ver", "mean version?"),
    ("2.99.0.json", '"2027-01-01"', '"soon"', "line 3, releases.date: ", "restore"),
    ("2.99.0.json", ">=2.99.0", "2.99", "line 7, options.in: it is no list of ver", "restore"),
    (
        "2.99.0.json",
        '"leaves_without_option": [],',
        "",
        "line 1: leaves_without_option is",
        "needs",
    ),
    ("2.99.0.json", "false", "false,", "is not valid JSON at line 8", "restore"),
]


@every_row(("name", "old", "new", "told", "hint"), FAULTS)
def test_a_fault_is_told_with_file_line_and_key(tmp_path, name, old, new, told, hint):
    read, good, error = READERS[name]
    assert old in good
    path = tmp_path / name
    path.write_text(good.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(error) as refusal:
        read(path)
    assert refusal.value.message.startswith((f"{path}, {told}", f"{path} {told}"))
    assert hint in refusal.value.hint


@pytest.mark.parametrize("name", READERS)
def test_a_good_file_is_read_as_windows_writes_it_too(tmp_path, name):
    read, good, _ = READERS[name]
    path = tmp_path / name
    path.write_text(good, encoding="utf-8")
    found = read(path)
    assert found
    path.write_bytes(b"\xef\xbb\xbf" + good.replace("\n", "\r\n").encode())
    assert read(path) == found


BOMB = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 30))
HOSTILE = {
    "brackets": (b"[" * 20_000, "nests too deeply at line 1"),
    "not UTF-8": (b"a: 1\nb: \xff\n", "is not UTF-8 text at line 2"),
    "UTF-16": ("a: 1".encode("utf-16"), "is not UTF-8 text at line 1"),
    "a bomb of aliases": (BOMB.encode(), ""),
    "control characters": (b"a: 1\nb: \x07\n", " at line "),
    "too large": (b"#" * (MAX_BYTES + 1), "is larger than 8 MiB"),
}


@every_row("fault", HOSTILE)
@every_row("name", READERS)
def test_a_hostile_file_ends_in_one_sentence(tmp_path, name, fault):
    read, _, error = READERS[name]
    path = tmp_path / name
    content, told = HOSTILE[fault]
    path.write_bytes(content)
    with pytest.raises(error) as refusal:
        read(path)
    assert str(path) in refusal.value.message
    assert told in refusal.value.message
    assert refusal.value.message.isprintable()
    assert refusal.value.hint


@pytest.mark.parametrize("name", READERS)
def test_a_folder_in_its_place_is_refused(tmp_path, name):
    read, _, error = READERS[name]
    (tmp_path / name).mkdir()
    with pytest.raises(error, match=r"cannot be read: is a directory"):
        read(tmp_path / name)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = tmp_path / "confaudit.yaml"
    path.write_text(CONFIG)
    path.chmod(0)
    with pytest.raises(ConfigError, match="cannot be read: permission denied"):
        configfile.load(path)


# --- conditions nest ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "when",
    [
        "&a {not: *a}",
        "{any: [&a {not: {any: [*a]}}]}",
        "{not: " * 60 + "{form: [compose]}" + "}" * 60,
    ],
)
def test_a_condition_without_end_is_refused(tmp_path, when):
    path = tmp_path / "coder-advisories.yaml"
    text = ADVISORIES.replace("\n    option: telemetry\n    is: set", f" {when}")
    path.write_text(text)
    with pytest.raises(CatalogError, match="line 9"):
        read_advisories(path)


def test_a_condition_that_multiplies_is_refused(tmp_path):
    lines = ["x0: &x0 {form: [compose]}"]
    lines += [f"x{n}: &x{n} {{any: [{', '.join([f'*x{n - 1}'] * 10)}]}}" for n in range(1, 9)]
    shared = "".join(f"    - {line.split(': ', 1)[1]}\n" for line in lines)
    path = tmp_path / "coder-advisories.yaml"
    path.write_text(
        ADVISORIES.replace("\n    option: telemetry\n    is: set", f"\n    any:\n{shared}")
    )
    with pytest.raises(CatalogError, match="it repeats itself too often"):
        read_advisories(path)


# --- what stays as it was -----------------------------------------------------------------------


def config(tmp_path, text):
    path = tmp_path / "confaudit.yaml"
    path.write_text(text, encoding="utf-8")
    return configfile.load(path)


@every_row(
    ("text", "field", "value"),
    [
        ("push: yes", "push", True),
        ("push: off", "push", False),
        ("timeout: 5", "timeout", 5.0),
        ("timeout: 1.5", "timeout", 1.5),
        ("timeout: 1e1", "timeout", None),
        ("timeout: 0x10", "timeout", 16.0),
        ("timeout: 1:30", "timeout", 90.0),
        ("retries: 0", "retries", 0),
        ("remote: upstream", "remote", "upstream"),
        ("remote: 'yes'", "remote", "yes"),
        ("remote: on", "remote", "on"),
        ("remote: 2.30", "remote", "2.30"),
        ("remote: >-\n  up\n  stream", "remote", "up stream"),
        ("push: ~", "push", False),
        ("remote:", "remote", "origin"),
    ],
)
def test_values_are_those_of_yaml(tmp_path, text, field, value):
    if value is None:  # YAML 1.1 wants a sign and a point
        with pytest.raises(ConfigError):
            config(tmp_path, text)
    else:
        assert getattr(config(tmp_path, text).configuration, field) == value


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~\n", "{}\n"])
def test_an_empty_file_sets_nothing(tmp_path, text):
    loaded = config(tmp_path, text)
    assert (loaded.configuration, loaded.given) == (configfile.Configuration(), frozenset())


def test_only_what_holds_a_value_is_given(tmp_path):
    assert config(tmp_path, "push: yes\nremote: ~\ntimeout: 30\n").given == {"push", "timeout"}


def test_anchors_and_merge_keys_go_on_working(tmp_path):
    text = """\
deployments:
  prod: &prod
    url: https://coder.example.com
    ca_file: &ca corporate-ca.pem
  staging:
    <<: *prod
    url: https://staging.example.com
  test: {url: https://test.example.com, ca_file: *ca}
"""
    assert config(tmp_path, text).configuration.deployments == {
        "prod": Deployment(url="https://coder.example.com", ca_file="corporate-ca.pem"),
        "staging": Deployment(url="https://staging.example.com", ca_file="corporate-ca.pem"),
        "test": Deployment(url="https://test.example.com", ca_file="corporate-ca.pem"),
    }


PLAIN = ["1", "-5", "0o17", "017", "0b", "0x_", "1_000", "1.5", ".inf", "1e3", "1.0e+3", "yes"]
PLAIN += [
    "No",
    "TRUE",
    "y",
    "null",
    "~",
    "",
    "text",
    "2026-01-31",
    "2026-13-45",
    "1:30",
    "=",
    "2.30",
]


@every_row("text", PLAIN)
def test_a_plain_scalar_is_what_yaml_makes_of_it(text):
    try:
        expected = yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        expected = text
    if isinstance(expected, datetime.date):
        expected = text
    assert resolve(Scalar(0, text, "")) == expected
    assert resolve(Scalar(0, text, "'")) == text


# --- types --------------------------------------------------------------------------------------


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Leaf(msgspec.Struct, forbid_unknown_fields=True, rename={"within": "in"}):
    within: str
    colour: Colour = Colour.RED


class Tree(msgspec.Struct, forbid_unknown_fields=True):
    leaves: list[Leaf] = []
    names: dict[str, int] = {}
    pair: tuple[str, str] = ("", "")
    either: bool | Literal["depends"] = False
    several: Colour | Annotated[list[Colour], msgspec.Meta(min_length=1)] = Colour.RED
    day: datetime.date | None = None
    later: Part | None = None
    free: Any = None


def read(text, kind=Tree):
    return parse(text.encode(), Origin("x.yaml", ConfauditError)).read(kind)


@every_row(
    ("text", "field", "value"),
    [
        (
            "leaves: [{in: a}, {in: 1, colour: green}]",
            "leaves",
            [Leaf("a"), Leaf("1", Colour.GREEN)],
        ),
        ("names: {a: 1, 2: 3}", "names", {"a": 1, "2": 3}),
        ("pair: [1, b]", "pair", ("1", "b")),
        ("either: yes", "either", True),
        ("either: depends", "either", "depends"),
        ("several: green", "several", Colour.GREEN),
        ("several: [green, red]", "several", [Colour.GREEN, Colour.RED]),
        ("day: 2026-01-31", "day", datetime.date(2026, 1, 31)),
        ("free: {a: [1, yes, ~, b]}", "free", {"a": [1, True, None, "b"]}),
    ],
)
def test_a_value_of_every_type(text, field, value):
    assert getattr(read(text), field) == value


@every_row(
    ("text", "told"),
    [
        ("leaves:\n- in: a\n- colour: red", "line 3, leaves: in is missing"),
        ("leaves:\n- in: a\n  colour: blue", "line 3, leaves.colour: it is none of the choices"),
        ("leaves:\n- in: ~", "line 2, leaves: in is missing"),
        ("leaves:\n  in: a", "line 1, leaves: expected a list, got a mapping of keys"),
        ("names:\n  a: b", "line 2, names.a: expected a whole number, got text"),
        ("names:\n  a: ~", "line 2, names.a: expected a whole number, got nothing"),
        ("names: 3", "line 1, names: expected a mapping of keys, got a whole number"),
        ("pair: [a]", "line 1, pair: expected a list of length 2, got 1"),
        ("either: perhaps", "line 1, either: it is none of the choices"),
        ("several: []", "line 1, several: expected a list of length >= 1"),
        ("several: [blue]", "line 1, several: it is none of the choices"),
        ("day: soon", "line 1, day: "),
        ("\x1b[31m: 1", "is not valid YAML at line 1"),
        ('"\\e[31m": 1', r"line 1: unknown key \x1b[31m"),
    ],
)
def test_a_value_of_another_type(text, told):
    with pytest.raises(ConfauditError) as refusal:
        read(text)
    assert refusal.value.message.startswith((f"x.yaml, {told}", f"x.yaml {told}"))


def test_a_part_can_be_read_later():
    later = read("leaves: []\nlater:\n  in: a\n  colour: green\n").later
    assert (later.line, later.keys) == (1, ("later",))
    assert later.read(Leaf) == Leaf("a", Colour.GREEN)
    assert later.at("colour").line == 3
    assert later.at("nowhere", 3).line == 1


def test_a_value_is_never_repeated():
    for text in ("names: {a: planted-secret}", "either: planted-secret", "leaves: planted-secret"):
        with pytest.raises(ConfauditError) as refusal:
            read(text)
        assert "planted" not in refusal.value.message + refusal.value.hint


def test_json_is_read_by_yaml_only_where_something_is_wrong():
    origin = Origin("x.json", ConfauditError)
    good = json.dumps({"leaves": [{"in": "a\t\u2028\U0001f600"}]}).encode()
    assert read_json(good, Tree, origin).leaves == [Leaf("a\t\u2028\U0001f600")]
    assert read_json(b'{"leaves": [{"in": 1}]}', Tree, origin).leaves == [Leaf("1")]
    with pytest.raises(ConfauditError, match=r"x\.json is not valid JSON at line 2"):
        read_json(b'{"leaves":\n [],}', Tree, origin)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ConfauditError, match="cannot be read: no such file"):
        read_bytes(tmp_path / "none.yaml", ConfauditError)


@pytest.mark.parametrize(
    "number", ["0x" + "f" * 6000, "1:" * 300 + "1.5", "1:" * 200_000 + "1", "9" * 5000]
)
def test_what_nobody_means_as_a_number_is_text(number):
    (root,) = compose(f"a: {number}\n")
    ((_, value),) = root.pairs
    assert resolve(value) == number


@pytest.mark.parametrize(
    "regex",
    ["(", "a{1,99999999999999999999}", "a(?=b)", r"b\Z", r"\pL{1000}", "(" * 3000],
)
def test_a_regular_expression_that_is_none_is_refused_in_one_sentence(tmp_path, regex):
    path = tmp_path / "coder-advisories.yaml"
    path.write_text(ADVISORIES.replace("is: set", f"matches: '{regex}'"), encoding="utf-8")
    with pytest.raises(CatalogError, match="line 11") as refusal:
        read_advisories(path)
    assert "regular expression" in refusal.value.message


TOKEN = f"ghp_{'aB3' * 12}"


@pytest.mark.parametrize(
    "text",
    [f"{TOKEN}: 1", f"deployments: {{{TOKEN}: 1}}", f"deployments: {{a: {{{TOKEN}: b}}}}"],
)
def test_a_key_that_is_a_credential_is_not_shown(text):
    with pytest.raises(ConfigError) as caught:
        configfile.parse(text.encode(), Path("confaudit.yaml"))
    assert "REDACTED" in caught.value.message
    assert TOKEN not in f"{caught.value.message} {caught.value.hint}"


def test_nor_is_a_value_that_a_fault_quotes():
    text = f"rules: [{{id: our-a, forbid: {{option: '{TOKEN} x', is: set}}}}]"
    with pytest.raises(ConfigError, match="no release has an option with the key REDACTED"):
        policy.read(text.encode(), "policy", [CATALOG], ())
