"""Learn a release from the docs page of `coder server`: docs/reference/cli/server.md.

Each visible option has a heading and a table of two columns, in every release since 2.0 (until
2.14 the page was docs/cli/server.md, and the rule below a table's head was spaced differently).
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from confaudit.catalog.partial import Facts, Kind, Partial
from confaudit.core.snapshot.credentials import redact_text

HINT: Final = "give the page again"

_HEADING: Final = re.compile(
    r"^### (?:-(?P<shorthand>\w), )?--(?P<flag>[a-z0-9][a-z0-9-]*)[ \t]*\r?$", re.MULTILINE
)
_ROW: Final = re.compile(
    r"^\|[ \t]*(Type|Environment|YAML|Default)[ \t]*\|[ \t]*<code>(.*)</code>[ \t]*\|[ \t]*\r?$",
    re.MULTILINE,
)
_ESCAPED: Final = re.compile(r"\\([\\|*_`<>\[\]{}])")

_TYPES: Final = frozenset(
    {
        "bool",
        "duration",
        "host:port",
        "int",
        "regexp",
        "string",
        "string-array",
        "url",
        "yaml-config-path",
    }
)


def recognise(text: str) -> bool:
    """Whether a text has options the way the page shows them."""
    heading = _HEADING.search(text)
    return heading is not None and _ROW.search(text, heading.end()) is not None


def read(text: str) -> Partial:
    """Learn from the page; what its tables leave out, the option does not have."""
    return Partial(Kind.SERVER_PAGE, options=tuple(_options(text)))


def _options(text: str) -> Iterator[Facts]:
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]]
    for heading, end in zip(headings, [*ends, len(text)], strict=True):
        rows = {row[1]: _plain(row[2]) for row in _ROW.finditer(text, heading.end(), end)}
        yield _facts(heading["flag"], heading["shorthand"] or "", rows)


def _plain(code: str) -> str:
    return _ESCAPED.sub(r"\1", code)


def _facts(flag: str, shorthand: str, rows: dict[str, str]) -> Facts:
    default = rows.get("Default")
    facts: dict[str, Any] = {
        "flag": flag,
        "flag_shorthand": shorthand,
        "env": rows.get("Environment", "").removeprefix("$"),
        "yaml_path": rows.get("YAML", ""),
        "hidden": False,
    }
    if "Type" in rows:
        facts["type"] = _type(rows["Type"])
    if not _mangled(default):
        facts["default"] = default if default is None else redact_text(default)
    return facts


def _type(shown: str) -> str:
    """The page lists the choices of an enum without saying what they are."""
    known = shown in _TYPES or shown.startswith(("struct[", "enum["))
    return shown if known else f"enum[{shown}]"


def _mangled(default: str | None) -> bool:
    """Whether the page's formatter took the asterisks of a cron schedule for emphasis."""
    return "**" in (default or "")
