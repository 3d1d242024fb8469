"""What the entries of a report are called in links: fit for an HTML id and a URL fragment."""

from hashlib import sha256
from typing import Final

from confaudit.core.history.entry import Entry
from confaudit.core.model import Change
from confaudit.patterns import regex


def change_anchor(change: Change) -> str:
    """Its subject and key; of a key that is not fit a digest."""
    if _FIT.fullmatch(change.key):
        return plain_anchor(change)
    return f"{change.subject}:{_digest(change.key)}"


def entry_anchor(entry: Entry) -> str:
    """What a commit made of a deployment."""
    name = f"{entry.commit[:12]}-{entry.deployment}"
    return f"snapshot-{name if _FIT.fullmatch(name) else _digest(name)}"


def nested_anchor(entry: Entry, number: int) -> str:
    """A change of an entry by its place, from 1: many change the same."""
    return f"{entry_anchor(entry)}-{number}"


def plain_anchor(change: Change) -> str:
    """What nearly every change is called, and can be told from what it is."""
    return f"{change.subject}:{change.key}"


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


_FIT: Final = regex(r"[A-Za-z0-9._-]{1,100}")
