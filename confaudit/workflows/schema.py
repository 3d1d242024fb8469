"""The published schemas of what confaudit writes and reads."""

from enum import StrEnum
from importlib import import_module
from typing import Any, Final


class Document(StrEnum):
    """What there is a schema of."""

    REPORT = "report"
    ADVISORIES = "advisories"
    EXCEPTIONS = "exceptions"
    POLICY = "policy"


_HOMES: Final = {
    Document.REPORT: "confaudit.render.json_v1",
    Document.ADVISORIES: "confaudit.rulebook.schema",
    Document.EXCEPTIONS: "confaudit.rulebook.exceptions_schema",
    Document.POLICY: "confaudit.rulebook.policy_schema",
}
"""Document → the module whose `schema` makes it of what the document is read or written with."""


def schema(document: Document) -> dict[str, Any]:
    """The JSON Schema of a document."""
    found: dict[str, Any] = import_module(_HOMES[document]).schema()
    return found
