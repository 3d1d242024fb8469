"""The JSON Schema of coder-advisories.yaml, made from the structs that the file is read with."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from confaudit.core.upgrade.known import COMPARISONS
from confaudit.rulebook.conditions import KINDS
from confaudit.rulebook.examples import Example
from confaudit.rulebook.questions import (
    OF_VALUES,
    QUESTIONS,
    Bounds,
    Other,
    SettingQuestion,
    ValueQuestion,
)
from confaudit.rulebook.written import WrittenAdvisory

_BESIDE: Final = (Example, Bounds, ValueQuestion, Other)
"""What is no condition, and what rules or conditions refer to."""


def schema() -> dict[str, Any]:
    """The schema of a file of advisories (JSON Schema 2020-12)."""
    advisory, definitions = read_as(WrittenAdvisory)
    return {
        "$schema": DIALECT,
        "title": "Advisories of confaudit",
        "type": ["array", "null"],
        "items": advisory,
        "$defs": definitions,
    }


DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def read_as(form: type[msgspec.Struct]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of a form that asks conditions, and the definitions that it refers to."""
    kinds = list(KINDS.values())
    refs, components = msgspec.json.schema_components(
        [form, *_BESIDE, *kinds],
        schema_hook=lambda kind: {},  # a `Part`: its annotation says what may stand there
        ref_template="#/$defs/{name}",
    )
    components["Bounds"]["minProperties"] = 1
    components["ValueQuestion"]["oneOf"] = _one_of(OF_VALUES)
    components["Other"] |= {"minProperties": 1, "maxProperties": 1}
    for kind in kinds:
        if issubclass(kind, SettingQuestion):
            asked = _one_of(QUESTIONS)
            unasked = [] if kind.must_ask else [{"not": {"anyOf": asked}}]
            components[kind.__name__]["oneOf"] = [*asked, *unasked]
    condition = {"oneOf": list(refs[1 + len(_BESIDE) :])}
    return refs[0], {**components, "Condition": condition}


def _one_of(questions: Mapping[str, str]) -> list[dict[str, Any]]:
    """Exactly one of some questions, or bounds of a range."""
    bounds = [{"required": [name]} for name in COMPARISONS]
    return [*({"required": [name]} for name in questions.values()), {"anyOf": bounds}]
