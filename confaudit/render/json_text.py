"""How all formats that are JSON are written down."""

import json
from io import StringIO
from typing import Any


def json_text(document: Any) -> str:
    """Indented ASCII with a newline at its end, in which a runner of CI finds no command."""
    out = StringIO()
    json.dump(document, out, indent=2)  # `dumps` lists all tokens, which is more than the text
    out.write("\n")
    return out.getvalue().replace("##[", r"##\u005b")
