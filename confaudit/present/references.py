"""Where public references lead: only to pages that are safe to open."""

import re
from typing import Final

from confaudit.patterns import regex


def page_of(reference: str) -> str:
    """The public page that a reference names; empty where it names none.

    A reference is foreign text. A page is one by https, without a user, a port or what a format
    could read markup from.
    """
    if found := _ISSUE.fullmatch(reference):
        return f"https://github.com/{found['project']}/issues/{found['number']}"
    return reference if _PAGE.fullmatch(reference) and len(reference) <= _LONGEST else ""


_ISSUE: Final = regex(
    r"(?P<project>[\w-][\w.-]{0,99}/[\w-][\w.-]{0,99})#(?P<number>\d{1,9})", re.ASCII
)
_PAGE: Final = regex(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[\w./~%#?=&-]*)?", re.ASCII)
_LONGEST: Final = 500
