"""What the entries of a report are called in links: fit for an HTML id and a URL fragment."""

import re
from hashlib import sha256
from typing import Final

from confaudit.core.model import Change


def change_anchor(change: Change) -> str:
    """Its subject and key; of a key that is not fit a digest."""
    if _FIT.fullmatch(change.key):
        return plain_anchor(change)
    digest = sha256(change.key.encode(errors="surrogatepass")).hexdigest()
    return f"{change.subject}:{digest[:16]}"


def plain_anchor(change: Change) -> str:
    """What nearly every change is called, and can be told from what it is."""
    return f"{change.subject}:{change.key}"


_FIT: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
