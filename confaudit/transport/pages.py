"""Lists that come in pages, each of which names the next (RFC 8288)."""

import re
from typing import Final
from urllib.parse import urljoin

MOST_PAGES: Final = 50
"""More than any list has that is meant to be read."""


class PageError(ValueError):
    """Why a list cannot be followed to its end, as the rest of a sentence."""


def next_place(origin: str, place: str, link: str) -> str:
    """The place of the next page below a server's origin; empty where a `Link` header names none.

    It may be named by any kind of reference.

    Raises:
        PageError: it is no URL, or lies on another server.
    """
    target = _next(link)
    if not target:
        return ""
    start = f"{origin}/"
    try:
        url = urljoin(f"{start}{place}", target)
    except ValueError:
        raise PageError("names a next page that is no URL") from None
    if not url.startswith(start):
        raise PageError("goes on at another server, which is not asked")
    return url.removeprefix(start)


def _next(link: str) -> str:
    """The target of the link to the next page; empty where the header has none.

    Piece by piece: one pattern for the whole header takes a time that grows with its square.
    """
    pieces = (piece.partition(">") for piece in link.split("<"))
    return next((target for target, _, said in pieces if _IS_NEXT.search(said)), "")


_IS_NEXT: Final = re.compile(r'\brel="?next\b', re.IGNORECASE)
