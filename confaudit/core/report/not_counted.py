"""How much was found that does not count, and how much counts that an exception was to keep out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from confaudit.core.judge.judge import Judged, SuppressedBy
from confaudit.core.text.wording import agreeing, plural


def in_words(judged: Judged) -> Iterator[str]:
    """For a headline, to follow what counts."""
    found = Counter(_BY[one.by] for one in judged.excused)
    yield from (f"{found[way]} {way}" for way in _WAYS if found[way])
    if lapsed := _lapsed(judged):
        yield plural(lapsed, "expired exception")
    if older := len(judged.older):
        yield f"{plural(older, 'other')} {agreeing(older, 'was', 'were')} there before"
    yield from _relevelled(judged)


_BY: Final[Mapping[SuppressedBy, str]] = {
    SuppressedBy.IGNORE: "not counted by exceptions",
    SuppressedBy.ACCEPT: "not counted by exceptions",
    SuppressedBy.OFF: "switched off by policy",
    SuppressedBy.EXPECTED: "expected by policy",
}
_WAYS: Final = tuple(dict.fromkeys(_BY.values()))


def in_brief(judged: Judged) -> Iterator[str]:
    """For the last line of text."""
    if judged.excused:
        yield f"{len(judged.excused)} suppressed"
    if lapsed := _lapsed(judged):
        yield plural(lapsed, "expired exception")
    if judged.older:
        yield f"{len(judged.older)} before"
    yield from _relevelled(judged)


def _relevelled(judged: Judged) -> Iterator[str]:
    if judged.relevelled:
        yield f"{plural(judged.relevelled, 'level')} changed by policy"


def _lapsed(judged: Judged) -> int:
    return len({one.entry for one in judged.lapsed})
