"""The JSON Schema of confaudit-policy.yaml, made from the structs that the file is read with."""

from typing import Any

from confaudit.rulebook.law import WAYS
from confaudit.rulebook.policy import WrittenPolicy
from confaudit.rulebook.schema import DIALECT, read_as


def schema() -> dict[str, Any]:
    """The schema of the file (JSON Schema 2020-12)."""
    policy, definitions = read_as(WrittenPolicy)
    ways = [{"required": [name], "properties": {name: {"type": "object"}}} for name in WAYS]
    definitions["WrittenRule"]["oneOf"] = ways
    return {
        "$schema": DIALECT,
        "title": "Policy of confaudit",
        "anyOf": [policy, {"type": "null"}],
        "$defs": definitions,
    }
