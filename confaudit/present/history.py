"""How a history reads: what each snapshot brought, in a few lines."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from confaudit.core.changes.attribution import BY_CAUSE
from confaudit.core.history.entry import Entry
from confaudit.core.model import Cause, Change, ChangeKind
from confaudit.core.text.wording import listing_some, moment, visible
from confaudit.present.change_sentences import change_name, change_sentence
from confaudit.present.inline_diff import middle_out

_NAMED: Final = {Cause.OPERATOR: 8, Cause.UNKNOWN: 8}
_FEW: Final = 3
"""Changes of a cause that are named at most: many of those that people made, few of others."""
TITLE: Final = 120
"""Characters of what stands over the changes of a snapshot."""


class Told(Struct, frozen=True):
    """The changes of a snapshot that one cause brought."""

    by: str
    """Whose doing they were."""
    names: str
    """What changed; of much a part."""
    kinds: tuple[ChangeKind, ...]
    sentences: tuple[str, ...]
    """What each change was, in the order of the kinds."""


def when(entry: Entry) -> str:
    """The time of a snapshot."""
    return moment(entry.taken_at) if entry.taken_at else "at an unknown time"


def author(entry: Entry) -> str:
    """Who committed a snapshot."""
    return middle_out(visible(entry.author), TITLE)


def events(entry: Entry) -> tuple[str, ...]:
    """What a snapshot tells beside changes: that it is the first one, an upgrade, not readable."""
    by_hand = f"committed by hand: {entry.subject}" if entry.is_by_hand else ""
    found = (_event(entry), by_hand)
    return tuple(middle_out(visible(text), TITLE) for text in found if text)


def _event(entry: Entry) -> str:
    if entry.trouble:
        return f"cannot be read: {entry.trouble}"
    if entry.is_upgrade:
        return f"upgrade: Coder {entry.version_before} → {entry.version}"
    release = f" of Coder {entry.version}" if entry.version else ""
    if entry.is_first or entry.is_removed:
        return f"{'first snapshot' if entry.is_first else 'snapshot removed,'}{release}"
    return ""


def told(entry: Entry, *, in_full: bool) -> Iterator[Told]:
    """The changes of a snapshot by cause; in full with a sentence for each."""
    for cause, members in groupby(entry.changes, lambda change: change.cause):
        changes = list(members)
        yield Told(
            by=BY_CAUSE[cause] if cause else "changed",
            names=_names(changes, _NAMED.get(cause, _FEW) if cause else _FEW),
            kinds=tuple(change.kind for change in changes),
            sentences=tuple(map(change_sentence, changes)) if in_full else (),
        )


def _names(changes: Sequence[Change], most: int) -> str:
    return listing_some([*dict.fromkeys(map(change_name, changes))], "setting", most)
