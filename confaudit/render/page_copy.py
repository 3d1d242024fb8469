"""The copy of the JSON report that a page holds: for its downloads, and to copy settings from.

It is whole, but for what is so long that a page would be too large to send or to open.
"""

from itertools import accumulate
from typing import Any, Final

from confaudit.present.inline_diff import middle_out

_LIMIT: Final = 20_000
"""Characters of one value."""
CUT: Final = (
    f"Values of more than {_LIMIT:,} characters are cut in the JSON report that this page holds"
    " as well: `-o report.json` writes them whole."
)


def page_copy(document: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The document as a page holds it, and whether something in it is cut.

    What is to be pasted is left out where it is too long, as half of a setting is none.
    """
    found: dict[str, Any] = _cut(document)
    return found, found != document


_VALUES: Final = frozenset({"before", "after", "proposed", "added", "removed", "rows"})
"""Fields that hold values, which alone may be lists of any length."""


def _cut(node: Any, is_value: bool = False) -> Any:
    if isinstance(node, str):
        return middle_out(node, _LIMIT)
    if isinstance(node, dict):
        return {
            name: _cut(value, is_value or name in _VALUES)
            for name, value in node.items()
            if name != "paste" or _is_short(value)
        }
    if isinstance(node, list):
        return [_cut(one, is_value) for one in (_few(node) if is_value else node)]
    return node


def _is_short(pastes: list[dict[str, str]]) -> bool:
    return all(len(text) <= _LIMIT for paste in pastes for text in paste.values())


def _few(items: list[Any]) -> list[Any]:
    """As many texts as the limit holds, the first at least, and how many more there are."""
    lengths = accumulate(len(one) if isinstance(one, str) else 0 for one in items)
    fitting = max(1, sum(length <= _LIMIT for length in lengths))
    left = len(items) - fitting
    return [*items[:fitting], f"[…{left:,} more…]"] if left > 0 else items
