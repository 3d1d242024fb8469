r"""Learn a release from the docs page of `coder server`.

Each visible option has a heading and a table of two columns, in every release since 2.0. The page
was docs/cli/server.md until 2.14, docs/reference/cli/server.md after that, and is
docs/reference/cli/server/index.md now. Its headings may carry their anchor, its tables a head.

Text that was copied from the page in a browser, or made of it by a tool, has lost the marks of the
headings, and its tables have become `Type | url |`, `Type⇥url`, `Typeurl`, or a line for each cell.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from confaudit.catalog.partial import Facts, Kind, Partial, type_of_shown
from confaudit.patterns import regex

HINT: Final = "give the page again"

_USAGE: Final = regex(r"^[ \t]*(coder\b[^\n]*) \[flags\]", re.MULTILINE)
_HEADING: Final = regex(
    r"(?:#{1,6} )?(?:-(?P<shorthand>\w), )?--(?P<flag>[a-z0-9][a-z0-9-]*)(?: \[#[^\]]*\])?[ \t]*"
)
_LABEL: Final = r"(?P<label>Type|Environment|YAML|Default)"
_CELLS: Final = regex(rf"^{_LABEL}[ \t]*\n{{1,2}}(?=\S)([^\n]+)\n*", re.MULTILINE)
_ROWS: Final = tuple(
    regex(rf"{_LABEL}{between}(?P<value>.+)") for between in (r"[ \t]*\|[ \t]*", r" *\t *", "")
)
"""What stands between the two columns, in the kinds of pages."""
_HEAD: Final = regex(r"[-| \t:]*|Property[| \t]*(?:Value)?|Value")
"""A line between heading and table, or of the head of the table."""

_CODE: Final = regex(r"<code>(.*)</code>|`(.*)`")
_ESCAPED: Final = regex(r"\\([\\|*_`<>\[\]{}])")


def recognise(text: str) -> bool:
    """Whether a text has options the way the page shows them, and is of no other command."""
    usage = _USAGE.search(text)
    is_another = usage is not None and usage[1] != "coder server"
    return not is_another and any(_tables(text))


def read(text: str) -> Partial:
    """Learn from the page; what its tables leave out, the option does not have."""
    options = (_facts(heading, rows) for heading, rows in _tables(text))
    return Partial(Kind.SERVER_PAGE, options=tuple(options))


def _tables(text: str) -> Iterator[tuple[re.Match[str], dict[str, str]]]:
    """Each heading of an option, with the rows of its table; all are of the kind of the first."""
    lines = _CELLS.sub(r"\1\t\2\n", "\n".join(text.splitlines())).split("\n")
    headings = [(n, match) for n, line in enumerate(lines) if (match := _HEADING.fullmatch(line))]
    ends = [number for number, _ in headings[1:]]
    kinds: Sequence[re.Pattern[str]] = _ROWS
    for (start, heading), end in zip(headings, [*ends, len(lines)], strict=False):
        for kind in kinds:
            rows = dict(_rows(lines[start + 1 : end], kind))
            if "Type" in rows:
                kinds = (kind,)
                yield heading, rows
                break


def _rows(lines: Sequence[str], kind: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Up to the text below the table: it may begin with such a word as well."""
    seen: set[str] = set()
    for line in lines:
        text = line.strip("| \t")
        row = kind.fullmatch(text)
        if row and row["label"] not in seen:
            seen.add(row["label"])
            yield row["label"], _plain(row["value"])
        elif seen or not _HEAD.fullmatch(text):
            return


def _plain(cell: str) -> str:
    """What a cell shows; in Markdown it is code, with escapes."""
    code = _CODE.fullmatch(cell)
    return _ESCAPED.sub(r"\1", code[1] or code[2] or "") if code else cell


def _facts(heading: re.Match[str], rows: dict[str, str]) -> Facts:
    default = rows.get("Default")
    facts: dict[str, Any] = {
        "flag": heading["flag"],
        "flag_shorthand": heading["shorthand"] or "",
        "env": rows.get("Environment", "").removeprefix("$"),
        "yaml_path": rows.get("YAML", ""),
        "type": type_of_shown(rows["Type"]),
        "hidden": False,
    }
    if not _mangled(default):
        facts["default"] = default
    return facts


def _mangled(default: str | None) -> bool:
    """Whether the page's formatter took the asterisks of a cron schedule for emphasis."""
    return "**" in (default or "")
