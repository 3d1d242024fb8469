"""A history as an Atom feed (RFC 4287): one entry for each snapshot that changed something."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from msgspec import Struct

from confaudit.core.changes.attribution import CAUSE_ORDER
from confaudit.core.history.entry import Entry
from confaudit.core.text.wording import plural, visible
from confaudit.present.change_sentences import change_sentence
from confaudit.present.inline_diff import middle_out

MEDIA_TYPE: Final = "application/atom+xml"
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_ENTRIES: Final = 50
"""The newest of a feed; a reader polls more often than so much happens."""
_CHANGES: Final = 100
"""Those of an entry that are told; its page has them all."""
_TITLE: Final = 200
"""Characters of a title."""
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for a time that is not known: a feed must have one."""


class Feed(Struct, frozen=True):
    """What a feed is about, and where it lies."""

    title: str
    identity: str
    """What no other feed has in common with it, and stays when it moves."""
    address: str
    """Its own, like all links relative to where it lies."""
    page: str
    """Of the page that tells the same to people."""


def feed(about: Feed, entries: Iterable[Entry], page_of: Callable[[Entry], str]) -> str:
    """The newest of some entries, which come newest first, as XML; the same for the same entries.

    `page_of` is the address of the page on an entry, relative to the feed, fit for a link.
    """
    newest = list(islice(entries, _ENTRIES))
    root = Element("feed", xmlns=_NAMESPACE)
    _add(root, "title", visible(about.title))
    _add(root, "id", _urn(about.identity))
    _add(root, "updated", _time(max((e.taken_at for e in newest if e.taken_at), default=None)))
    _add(root, "generator", "confaudit")
    SubElement(root, "link", rel="self", type=MEDIA_TYPE, href=about.address)
    SubElement(root, "link", rel="alternate", type="text/html", href=about.page)
    root.extend([_entry(entry, page_of(entry)) for entry in newest])
    indent(root)
    return f"{_DECLARATION}\n{tostring(root, encoding='unicode')}\n"


def _add(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = text


def _urn(identity: str) -> str:
    return uuid5(NAMESPACE_URL, visible(f"confaudit {identity}")).urn


def _time(time: datetime | None) -> str:
    return (time or _NO_TIME).astimezone(UTC).isoformat()


def _entry(entry: Entry, page: str) -> Element:
    found = Element("entry")
    _add(found, "title", middle_out(visible(entry.subject or entry.deployment), _TITLE))
    _add(found, "id", _urn(f"{entry.commit} {entry.deployment}"))
    _add(found, "updated", _time(entry.taken_at))
    _add(SubElement(found, "author"), "name", visible(entry.author) or "unknown")
    SubElement(found, "link", rel="alternate", type="text/html", href=page)
    for term in _terms(entry):
        SubElement(found, "category", term=term)
    found.append(_content(entry))
    return found


def _terms(entry: Entry) -> Iterator[str]:
    """What to filter by: whether it is an upgrade, and who did something."""
    if entry.is_upgrade:
        yield "upgrade"
    found = {change.cause for change in entry.changes}
    yield from (cause for cause in CAUSE_ORDER if cause and cause in found)


def _content(entry: Entry) -> Element:
    content = Element("content", type="xhtml")
    told = SubElement(content, "div", xmlns=_XHTML)
    for sentence in _sentences(entry):
        _add(told, "p", sentence)
    if entry.changes:
        changes = SubElement(told, "ul")
        for change in entry.changes[:_CHANGES]:
            _add(changes, "li", change_sentence(change))
    return content


def _sentences(entry: Entry) -> Iterator[str]:
    if entry.is_first:
        yield visible(f"First snapshot of {entry.deployment}, Coder {entry.version or 'unknown'}.")
    if entry.is_removed:
        yield visible(f"The snapshot of {entry.deployment} was removed.")
    if entry.is_upgrade:
        yield visible(f"Coder {entry.version_before} → {entry.version}.")
    if entry.trouble:
        yield visible(f"What changed cannot be told: {entry.trouble}.")
    if (rest := len(entry.changes) - _CHANGES) > 0:
        yield f"The first {_CHANGES} changes; its page tells {plural(rest, 'more change')}."
