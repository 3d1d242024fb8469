"""How foreign texts stand in the pages of a site."""

from typing import Final

from confaudit.core.text.wording import visible
from confaudit.present.inline_diff import middle_out

_LIMIT: Final = 200
"""Characters of a cell."""


def short(text: str) -> str:
    """Foreign text that is safe to look at, and no longer than a line or two."""
    return middle_out(visible(text), _LIMIT)
