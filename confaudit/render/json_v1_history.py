"""A history in the fields of the public JSON format, and back."""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import UNSET

from confaudit.core.history.entry import Entry
from confaudit.core.judge.rules.changes import change_findings
from confaudit.core.report.anchors import nested_anchor
from confaudit.render.json_v1_entries import ChangeEntry, SnapshotEntry
from confaudit.render.json_v1_judged import change_entry
from confaudit.render.saved_judged import change_of


def snapshot_entry(entry: Entry) -> SnapshotEntry:
    """What a snapshot brought; each change is judged as a diff judges it."""
    return SnapshotEntry(
        deployment=entry.deployment,
        commit=entry.commit,
        taken_at=time(entry.taken_at) if entry.taken_at else None,
        author=entry.author,
        mail=entry.mail,
        subject=entry.subject,
        version_before=entry.version_before or UNSET,
        version=entry.version or UNSET,
        is_upgrade=entry.is_upgrade,
        is_first=entry.is_first or UNSET,
        is_removed=entry.is_removed or UNSET,
        is_by_hand=entry.is_by_hand or UNSET,
        trouble=entry.trouble or UNSET,
        changes=list(_changes(entry)),
    )


def _changes(entry: Entry) -> Iterator[ChangeEntry]:
    findings = change_findings(entry.changes)
    for number, (change, finding) in enumerate(zip(entry.changes, findings, strict=True), start=1):
        told = change_entry(change, finding, finding.deployment)
        told.anchor = nested_anchor(entry, number)
        yield told


def entry_of(saved: SnapshotEntry) -> Entry:
    """The entry of a history that a document tells of.

    Raises:
        ValueError: it holds a word that is not known, or what is no time.
    """
    return Entry(
        deployment=saved.deployment,
        commit=saved.commit,
        taken_at=datetime.fromisoformat(saved.taken_at) if saved.taken_at else None,
        author=saved.author,
        mail=saved.mail,
        subject=saved.subject,
        version_before=saved.version_before or "",
        version=saved.version or "",
        changes=tuple(map(change_of, saved.changes)),
        is_first=bool(saved.is_first),
        is_removed=bool(saved.is_removed),
        is_by_hand=bool(saved.is_by_hand),
        trouble=saved.trouble or "",
    )


def time(moment: datetime) -> str:
    """A point in time as the format has it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
