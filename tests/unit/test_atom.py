"""The feed of a history: well-formed, complete by RFC 4287, and the same for the same history."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, fromstring

from msgspec.structs import replace

from confaudit.core.history.entry import Entry
from confaudit.render.atom import Feed, feed
from tests.browser.test_hostile_pages import poisoned
from tests.golden.sample_history import HISTORY, change, entry

ABOUT = Feed("History of prod", "0123 prod", "prod.atom", "prod.html")
ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def parsed(entries: Iterable[Entry]) -> Element:
    text = feed(ABOUT, entries, lambda one: f"snapshots/{one.commit[:12]}.html")
    assert text == feed(ABOUT, entries, lambda one: f"snapshots/{one.commit[:12]}.html")
    return fromstring(text)  # noqa: S314 - our own


def texts(element: Element, path: str) -> list[str | None]:
    return [one.text for one in element.findall(path.replace("a:", ATOM).replace("h:", XHTML))]


def test_it_has_all_that_a_feed_must_have() -> None:
    found = parsed(HISTORY)
    assert texts(found, "a:title") == ["History of prod"]
    assert texts(found, "a:updated") == ["2026-03-06T09:30:00+00:00"]
    entries = found.findall(f"{ATOM}entry")
    assert len(entries) == len(HISTORY)
    ids = [one for part in (found, *entries) for one in texts(part, "a:id")]
    assert len({*ids}) == 1 + len(HISTORY)
    assert all(one and one.startswith("urn:uuid:") for one in ids)
    for one in entries:
        needed = ("title", "updated", "author", "content", "link")
        assert [name for name in needed if one.find(f"{ATOM}{name}") is None] == []


def test_an_entry_tells_what_happened_and_by_whom() -> None:
    (found,) = parsed([HISTORY[5]]).findall(f"{ATOM}entry")
    link = found.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "snapshots/202602070930.html"
    assert [one.get("term") for one in found.findall(f"{ATOM}category")] == ["upgrade", "release"]
    assert texts(found, "a:content/h:div/h:p") == ["Coder 2.33.2 → 2.34.5."]
    assert texts(found, "a:content/h:div/h:ul/h:li") == [
        "--new-option added: unset (default x)",
        "--old-option removed: unset (default y)",
    ]
    first, unreadable = parsed([HISTORY[-1], HISTORY[3]]).findall(f"{ATOM}entry")
    assert texts(first, "a:content/h:div/h:p") == ["First snapshot of prod, Coder 2.33.2."]
    assert texts(unreadable, "a:content/h:div/h:p") == [
        "What changed cannot be told: settings.json is damaged."
    ]


def test_no_text_can_leave_its_element() -> None:
    found = parsed(poisoned(HISTORY))
    tags = {element.tag.rpartition("}")[2] for element in found.iter()}
    assert tags == {element.tag.rpartition("}")[2] for element in parsed(HISTORY).iter()}
    assert not {*"\x00\x1b\x07\ud800"} & {*"".join(found.itertext())}


def test_it_stays_small() -> None:
    many = [entry(0, *(change(f"a-{n}", n, n + 1) for n in range(3_000)), is_removed=True)] * 80
    found = parsed(many)
    assert len(found.findall(f"{ATOM}entry")) == 50
    told = found[-1]
    assert len(texts(told, "a:content/h:div/h:ul/h:li")) == 100
    assert texts(told, "a:content/h:div/h:p")[-1] == (
        "The first 100 changes; its page tells 2,900 more changes."
    )


def test_what_has_no_time_stands_at_the_beginning_of_all() -> None:
    (found,) = parsed([replace(HISTORY[0], taken_at=None)]).findall(f"{ATOM}entry")
    assert texts(found, "a:updated") == ["1970-01-01T00:00:00+00:00"]
