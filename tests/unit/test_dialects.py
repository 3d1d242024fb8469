"""What is offered to paste is what our own readers, a shell and Coder's parser read back."""

import json
import shlex
from typing import Final

import pytest
from msgspec.structs import replace
from yaml import safe_load

from confaudit.core.coder.releases import Release
from confaudit.core.given import Given, GivenState
from confaudit.core.judge.rules.common import reads
from confaudit.core.model import MISSING, OptionSpec, Value
from confaudit.core.text.dialects import Dialects, dialects
from confaudit.operator_files import decode, read_server_yaml
from tests.tables import every_row
from tests.unit.file_texts import read

_HOUR: Final = 3_600_000_000_000
_OLD: Final = Release("2.20.0", "", False, {})
"""Before 2.29, which was the first to read days."""
NAMES: Final = OptionSpec("Name", flag="some-name", env="CODER_SOME_NAME", yaml_path="some.on.name")


def value_of(given: Given, option_type: str) -> Value:
    return reads(given, replace(NAMES, type=option_type), _OLD)


@every_row(
    ("option_type", "value"),
    [
        ("string", "relay.example.com:587"),
        ("string", "it's a b  c"),
        ("string", '5$ `x` "q" \\ # ! & ; | * ü 🐿 <b>'),
        ("string", "- a: b # c"),
        ("string", "0123"),
        ("string", "off"),
        ("bool", True),
        ("bool", False),
        ("int", -17),
        ("duration", 168 * _HOUR),
        ("duration", 3_155_760_000_000_000_001),
        ("duration", 1_500_000),
        ("string-array", ["openid", "a,b", 'q"uote', " c "]),
        ("host:port", "127.0.0.1:3443"),
        ("url", "https://coder.example.com/a?b=c&d=%20"),
        ("regexp", "^(a|b)+'$"),
        ("enum[none|lax]", "lax"),
    ],
)
def test_every_dialect_says_the_value(option_type: str, value: Value) -> None:
    found = dialects(NAMES, value, option_type)
    (flag_word,), (env_word,) = shlex.split(found.flag), shlex.split(found.env)
    flag, _, argument = flag_word.partition("=")
    env, _, text = env_word.partition("=")
    (yaml,) = read_server_yaml(f"{found.yaml}\n", "a.yaml").given
    lines = "".join(f"\n    {line}" for line in found.helm.splitlines())
    values = f"coder:\n  env:{lines}\n"
    (entry,) = safe_load(values)["coder"]["env"]
    assert (flag, env, yaml.name) == ("--some-name", NAMES.env, NAMES.yaml_path)
    assert (entry["name"], entry["value"].replace("$$(", "$(")) == (NAMES.env, text)
    assert yaml.state is GivenState.LITERAL
    for told in (argument, text):
        assert value_of(replace(yaml, value=told, structure=None), option_type) == value
    assert value_of(yaml, option_type) == value
    (helm,) = read(decode(values.encode(), "values.yaml")).given
    assert (helm.state, value_of(helm, option_type)) == (GivenState.LITERAL, value)


def test_a_mapping_is_json_where_the_server_reads_json() -> None:
    value: Value = {"X-A": "b c", "it's": '"'}
    found = dialects(NAMES, value, "struct[map[string]string]")
    assert safe_load(found.yaml) == {"some": {"on": {"name": value}}}
    assert json.loads(safe_load(found.helm)[0]["value"]) == value
    for line in (found.flag, found.env):
        assert json.loads(shlex.split(line)[0].partition("=")[2]) == value


ONLY_NAMES: Final = Dialects("--some-name", NAMES.env, NAMES.yaml_path, "")


@every_row(
    ("option_type", "value"),
    [
        ("string", MISSING),
        ("string", ""),
        ("string", "https://REDACTED@proxy.example.com"),
        ("string", "a\x1b[31mb"),
        ("string", "a\x00b"),
        ("string", "\ud800"),
        ("string-array", []),
        ("struct[[]unheard.Of]", [{"id": "a"}]),
        ("string", None),
    ],
)
def test_what_cannot_be_said_is_named_only(option_type: str, value: Value) -> None:
    assert dialects(NAMES, value, option_type) == ONLY_NAMES


@pytest.mark.parametrize("is_set", [True, False, None])
def test_a_secret_is_referred_to(is_set: bool | None) -> None:
    found = dialects(NAMES, {"secret_set": is_set}, "string")
    assert (found.flag, found.env, found.yaml) == ("", NAMES.env, NAMES.yaml_path)
    (entry,) = safe_load(found.helm)
    assert entry["name"] == NAMES.env
    assert entry["valueFrom"] == {"secretKeyRef": {"name": "YOUR-SECRET", "key": NAMES.env}}


def test_a_secret_known_by_its_name_is_referred_to() -> None:
    names = replace(NAMES, flag="oidc-client-secret")
    found = dialects(names, "planted-secret", "string")
    assert (found.flag, found.env, found.yaml) == ("", NAMES.env, NAMES.yaml_path)
    assert "planted-secret" not in found.helm


def test_kubernetes_shall_fill_nothing_in() -> None:
    found = dialects(NAMES, "x$(POD_IP)", "string")
    assert found.helm == '- name: CODER_SOME_NAME\n  value: "x$$(POD_IP)"'


@pytest.mark.parametrize(
    ("path", "top"), [("on.y.null", {"on": {"y": {"null": 1}}}), ("a-b.c", {"a-b": {"c": 1}})]
)
def test_keys_that_yaml_reads_as_something_else(path: str, top: dict[str, object]) -> None:
    assert safe_load(dialects(replace(NAMES, yaml_path=path), 1, "int").yaml) == top


@every_row(
    "name",
    [
        "",
        "a b",
        "a;reboot",
        "a\nb",
        "$(reboot)",
        "`x`",
        "a=b",
        "-rf",
        "a: b",
        "a#b",
        'a"b',
        "\ud800",
    ],
)
def test_a_name_that_could_be_a_command_is_none(name: str) -> None:
    for value in ("v", MISSING, {"secret_set": True}):
        for names in (
            OptionSpec("", flag=name),
            OptionSpec("", env=name),
            OptionSpec("", yaml_path=name),
        ):
            assert dialects(names, value, "string") == Dialects("", "", "", "")
