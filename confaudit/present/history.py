"""How a history reads: what each snapshot brought, in a few lines or change by change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from confaudit.core.history.entry import Entry
from confaudit.core.judge.rules.changes import change_findings
from confaudit.core.judge.verdict import BY_CAUSE
from confaudit.core.model import Cause, Change, ChangeKind
from confaudit.core.report.anchors import entry_anchor, nested_anchor
from confaudit.core.text.wording import listing_some, moment, visible
from confaudit.present.changes import change_rows
from confaudit.present.entries import Group
from confaudit.present.inline_diff import middle_out
from confaudit.present.sentences import change_name, change_sentence
from confaudit.present.tables import ColumnShown, TableShown
from confaudit.present.values import Chip, slug

_NAMED: Final = {Cause.OPERATOR: 8, Cause.UNKNOWN: 8}
_FEW: Final = 3
"""Changes of a cause that are named at most: many of those that people made, few of others."""
_TITLE: Final = 120


@dataclass(frozen=True, slots=True)
class Told:
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
    return middle_out(visible(entry.author), _TITLE)


def events(entry: Entry) -> tuple[str, ...]:
    """What a snapshot tells beside changes: that it is the first one, an upgrade, not readable."""
    by_hand = f"committed by hand: {entry.subject}" if entry.is_by_hand else ""
    found = (_event(entry), by_hand)
    return tuple(middle_out(visible(text), _TITLE) for text in found if text)


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


# --- the page -----------------------------------------------------------------------------------


def entry_groups(entries: Sequence[Entry], limit: int) -> tuple[Group, ...]:
    """The changes of each snapshot, under the month it was taken in."""
    return tuple(_group(entry, limit) for entry in entries if entry.changes)


def _group(entry: Entry, limit: int) -> Group:
    rows = change_rows([*change_findings(entry.changes)], limit)
    chip = Chip("deployment", slug(entry.deployment), visible(entry.deployment), is_shown=False)
    title = " · ".join((when(entry), visible(entry.deployment), *events(entry)))
    return Group(
        anchor=entry_anchor(entry),
        part=f"{entry.taken_at:%Y-%m}" if entry.taken_at else "",
        title=middle_out(title, _TITLE),
        rows=tuple(
            replace(row, chips=(*row.chips, chip), anchor=nested_anchor(entry, number))
            for number, row in enumerate(rows, start=1)
        ),
        is_folded=all(row.is_quiet for row in rows),
        are_changes=True,
    )


_COLUMNS: Final = {
    "When": False,
    "Deployment": True,
    "What it brought": False,
    "Author": False,
    "Commit": True,
}
"""Titles, and whether the cells are to be typed as they are."""


def entry_table(entries: Sequence[Entry]) -> TableShown:
    """A row for each snapshot, which leads to its changes."""
    return TableShown(
        anchor="table-snapshots",
        title="Snapshots that changed something",
        columns=tuple(ColumnShown(title, is_code, False) for title, is_code in _COLUMNS.items()),
        rows=tuple(map(_row, entries)),
        bars=(),
        is_folded=False,
        links=tuple(entry_anchor(entry) if entry.changes else "" for entry in entries),
        causes=tuple(" ".join(dict.fromkeys(c.cause or "" for c in e.changes)) for e in entries),
    )


def _row(entry: Entry) -> tuple[tuple[str, ...], ...]:
    changes = (f"{one.by}: {one.names}" for one in told(entry, in_full=False))
    return (
        (when(entry),),
        (visible(entry.deployment),),
        ("; ".join((*events(entry), *changes)),),
        (author(entry),),
        (visible(entry.commit[:12]),),
    )
