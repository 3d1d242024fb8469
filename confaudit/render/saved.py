"""A saved JSON report becomes the Report it was made of: `json_v1`, read backwards.

Values are taken as they are: they passed the gate before the report was written. Everything
else is checked as strictly as what a stranger may have sent.
"""

import json
from math import isfinite
from typing import Any, Final

from msgspec import ValidationError, convert
from msgspec.structs import replace

from confaudit.core.report.report import Report
from confaudit.errors import SourceError
from confaudit.patterns import regex
from confaudit.render.json_v1 import SCHEMA_VERSION
from confaudit.render.json_v1_fields import Document
from confaudit.render.saved_fields import report_of
from confaudit.render.saved_judged import damaged


def load(content: bytes) -> Report:
    """Read a document of any version of this format.

    What a newer minor version has added is left out, and a note of the report says so.

    Raises:
        SourceError: it is no report of confaudit, is damaged, or has a newer major version.
    """
    tree = _tree(content)
    minor = _minor_version(tree)
    try:
        report = report_of(convert(tree, Document))
    except ValidationError as error:
        raise _unreadable(minor, str(error).partition(" - at ")[2]) from None
    except ValueError:  # a word we have not heard of, a day that no calendar has, no version
        raise _unreadable(minor) from None
    return replace(report, notes=(*report.notes, _NEWER)) if minor > _OUR_MINOR else report


# --- the document -------------------------------------------------------------------------------

_OUR_MAJOR, _OUR_MINOR = map(int, SCHEMA_VERSION.split("."))
_VERSION: Final = regex(r"([1-9]\d{0,8})\.(\d{1,9})")
_NEWER: Final = "A newer confaudit wrote this report; what only that version knows of is left out."


def _tree(content: bytes) -> Any:
    try:
        tree = json.loads(content, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or nested without end
        raise _foreign() from None
    if _is_deeper(tree, _DEEPEST):
        raise _foreign()
    return tree


_DEEPEST: Final = 100
"""Far more than what any report nests; more would be an attack on whoever walks it."""


def _finite(text: str) -> float:
    """What Python reads as numbers and JSON does not have is none: NaN, 1e999."""
    number = float(text)
    if not isfinite(number):
        raise ValueError
    return number


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    children = value.values() if isinstance(value, dict) else value
    return not levels or any(_is_deeper(child, levels - 1) for child in children)


def _minor_version(tree: Any) -> int:
    """Which version of the format this is, after the point; before it stands ours."""
    tool = tree.get("tool") if isinstance(tree, dict) else None
    if not isinstance(tool, dict) or tool.get("name") != "confaudit":
        raise _foreign()
    version = _VERSION.fullmatch(str(tree.get("schema_version")))
    if version is None:
        raise damaged("`$.schema_version`")
    if int(version[1]) != _OUR_MAJOR:
        raise _newer()
    return int(version[2])


def _foreign() -> SourceError:
    return SourceError(
        "this is no JSON report of confaudit", "give what `-f json` wrote, as a whole"
    )


def _newer() -> SourceError:
    return SourceError(
        "a newer confaudit wrote this report, in a format that this one does not know",
        f"it reads up to {SCHEMA_VERSION}: update confaudit",
    )


def _unreadable(minor: int, place: str = "") -> SourceError:
    return _newer() if minor > _OUR_MINOR else damaged(place)
