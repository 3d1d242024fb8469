"""How all formats that are JSON are written down."""

import json
from typing import Any


def json_text(document: Any) -> str:
    """Indented ASCII with a newline at its end, in which a runner of CI finds no command."""
    return json.dumps(document, indent=2).replace("##[", r"##\u005b") + "\n"
