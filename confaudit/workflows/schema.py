"""The published schemas of what confaudit writes and reads."""

from enum import StrEnum
from typing import Any


class Document(StrEnum):
    """What there is a schema of."""

    REPORT = "report"
    ADVISORIES = "advisories"


def schema(document: Document) -> dict[str, Any]:
    """The JSON Schema of a document."""
    if document is Document.ADVISORIES:
        from confaudit.rulebook.schema import schema as advisories

        return advisories()
    from confaudit.render.json_v1 import schema as report

    return report()
