"""Where the pages of a site lie: names that every file system can hold, and tells apart."""

import re
from hashlib import sha256
from typing import Final

from confaudit.core.history.entry import Entry
from confaudit.patterns import regex

OVERVIEW: Final = "index.html"
DIFFERENCES: Final = "differences.html"
OPTIONS: Final = "options.html"
SEARCH: Final = "search.html"
FEED: Final = "feed.xml"
STYLE: Final = "assets/site.css"
SCRIPT: Final = "assets/site.js"
INDEX: Final = "assets/search-index.js"

_PLAIN: Final = regex(r"[a-z0-9](?:[a-z0-9._-]{0,78}[a-z0-9_-])?")
_DEVICE: Final = regex(r"(?:aux|con|nul|prn|com\d|lpt\d)(?:\..*)?")
"""What Windows takes for a device, whatever follows the dot."""
_READABLE: Final = 40
"""Characters of a name that are kept before its digest."""


def slug(name: str) -> str:
    """A name as part of a path: itself where that is safe, else what is readable, and a digest.

    Never in capitals: many file systems do not tell them apart.
    """
    if _PLAIN.fullmatch(name) and not _DEVICE.fullmatch(name):
        return name
    readable = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_READABLE]
    digest = sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]
    return f"{readable}-{digest}".lstrip("-")


def deployment_page(name: str) -> str:
    """The page of a deployment."""
    return f"deployments/{slug(name)}.html"


def earlier_page(name: str, number: int) -> str:
    """One of the pages that list its earlier snapshots, counted from the oldest."""
    return f"earlier/{slug(name)}/{number}.html"


def deployment_feed(name: str) -> str:
    """Its Atom feed."""
    return f"deployments/{slug(name)}.xml"


def option_page(key: str) -> str:
    """The page of an option."""
    return f"options/{slug(key)}.html"


def snapshot_page(entry: Entry) -> str:
    """The page of what one commit made of a deployment."""
    return f"snapshots/{entry.commit}-{slug(entry.deployment)}.html"


def root_of(path: str) -> str:
    """The way from a page to the folder of the site."""
    return "../" * path.count("/")
