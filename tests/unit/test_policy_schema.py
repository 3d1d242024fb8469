"""The schema of confaudit-policy.yaml accepts what is read, and refuses what is refused."""

from typing import Any

import jsonschema
import pytest
import yaml

from confaudit.errors import ConfigError
from confaudit.rulebook.policy_schema import schema
from tests.unit.test_advisory_schema import CONDITIONS
from tests.unit.test_policy import FULL, SAYINGS, policy

VALIDATOR = jsonschema.Draft202012Validator(schema())


class Editor(yaml.SafeLoader):
    """YAML 1.2, as editors read it: off is a word."""


Editor.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if first not in ("o", "O")]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_whole(text: str) -> None:
    """The examples beside the rules as well, which are read last."""
    for one in policy(text).tested:
        _ = one.examples


def is_valid(text: str) -> bool:
    return bool(VALIDATOR.is_valid(yaml.load(text, Loader=Editor)))  # noqa: S506 - a safe one


def rule(**fields: Any) -> str:
    lines = "".join(f"    {key}: {value}\n" for key, value in ({"id": "ours"} | fields).items())
    return f"rules:\n  -\n{lines}"


TELEMETRY = "{option: telemetry, equals: true}"
READ = (
    "",
    "# nothing yet",
    "rules:\nlevels:\ndifferences:\n",
    FULL,
    *(f"rules:\n  - id: ours\n    {asks}\n" for asks, _ in SAYINGS),
    *(rule(require=condition) for condition in CONDITIONS),
    rule(forbid=TELEMETRY, fix="Do this.", deployments="[a, b*]", when=TELEMETRY),
    rule(forbid=TELEMETRY, title="", why="", require=""),
)
REFUSED = (
    "[]",
    "text",
    "rule: []",
    "rules: {}",
    rule(),
    rule(forbid="{}"),
    rule(forbid=""),
    rule(forbid=TELEMETRY, require=TELEMETRY),
    rule(forbid=TELEMETRY, id="Our Rule"),
    rule(forbid=TELEMETRY, level="off"),
    rule(forbid=TELEMETRY, deployments="[]"),
    rule(forbid=TELEMETRY, fix="[]"),
    rule(forbid=TELEMETRY, titel="x"),
    rule(forbid="{option: telemetry, iss: set}"),
    rule(forbid=TELEMETRY, tests="[{affects: perhaps}]"),
    "levels: [value-invalid]",
    "levels: {value-invalid: fatal}",
    "levels: {Value: error}",
    "differences: [{option: access-url}]",
    "differences: [{option: '', reason: x}]",
    "differences: [{option: a, reason: x, deployment: b}]",
)


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_what_is_read_is_valid() -> None:
    for text in READ:
        read_whole(text)
        assert is_valid(text), text


def test_what_is_refused_is_not_valid() -> None:
    for text in REFUSED:
        with pytest.raises(ConfigError):
            read_whole(text)
        assert not is_valid(text), text
