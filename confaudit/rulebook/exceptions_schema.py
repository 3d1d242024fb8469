"""The JSON Schema of confaudit-exceptions.yaml, made from the structs that it is read with."""

from typing import Any

import msgspec

from confaudit.rulebook.exceptions import WrittenExceptions
from confaudit.rulebook.schema import DIALECT


def schema() -> dict[str, Any]:
    """The schema of the file (JSON Schema 2020-12)."""
    (whole,), components = msgspec.json.schema_components(
        [WrittenExceptions | None], ref_template="#/$defs/{name}"
    )
    return {"$schema": DIALECT, "title": "Exceptions of confaudit", **whole, "$defs": components}
