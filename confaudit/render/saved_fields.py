"""The fields of a saved report become the values they were made of: `json_v1`, read backwards.

What is checked here is what the types of the fields do not say.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from confaudit.core.coder.documented import Fit
from confaudit.core.coder.releases import Version
from confaudit.core.history.entry import Entry
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.judge import Judged, Suppressed, joined
from confaudit.core.lifecycle.lifecycle import Event, EventKind
from confaudit.core.lifecycle.lives import Lives
from confaudit.core.model import Fidelity
from confaudit.core.report.audited import Audited
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Report, Side, Table
from confaudit.patterns import regex
from confaudit.render.json_v1_entries import SnapshotEntry
from confaudit.render.json_v1_fields import (
    AuditedEntry,
    ComparedSide,
    DeploymentEntry,
    Document,
    EventEntry,
    FitEntry,
    LivesEntry,
    TableEntry,
)
from confaudit.render.json_v1_history import entry_of
from confaudit.render.saved_judged import damaged, judged_of, rule_of


def report_of(document: Document) -> Report:
    """The report that a document tells of.

    Raises:
        SourceError: parts of it contradict each other.
        ValueError: it holds a word that is not known, or what is no version or day.
    """
    is_compared = bool(document.before and document.after)
    if document.changes and not (is_compared or document.deployments):
        raise damaged("$.changes")
    rules = {name: rule_of(name, entry) for name, entry in (document.rules or {}).items()}
    report = Report(
        title=document.title,
        generated_at=_time(document.generated_at),
        tool_version=document.tool.version,
        kind=ReportKind(document.kind),
        judged=judged_of(document, rules),
        rules=tuple(rules.values()),
        entries=tuple(_entries(document.entries or ())),
        audited=_audited(document.deployment) if document.deployment else None,
    )
    return _told(_shared_out(report, _parts(document, report)), document)


def _entries(saved: Iterable[SnapshotEntry]) -> Iterator[Entry]:
    """The entries of a history; each commit stands there once for a deployment, to be linked to."""
    known: set[tuple[str, str]] = set()
    for entry in map(entry_of, saved):
        if (entry.commit, entry.deployment) in known:
            raise damaged("$.entries")
        known.add((entry.commit, entry.deployment))
        yield entry


def _shared_out(whole: Report, parts: tuple[Report, ...]) -> Report:
    """The report on several deployments, what was found in the order of these."""
    if not parts:
        return whole
    judged = replace(joined(part.judged for part in parts), unmatched=whole.judged.unmatched)
    return replace(whole, parts=parts, judged=judged)


def _told(report: Report, entry: Document | DeploymentEntry) -> Report:
    """The report with everything that is told of one and of several deployments alike."""
    told = replace(
        report,
        before=_side(entry.before),
        after=_side(entry.after),
        prediction=None if entry.prediction is UNSET else entry.prediction,
        tables=tuple(_table(name, table) for name, table in (entry.tables or {}).items()),
        lives=_lives(entry.lives),
        notes=tuple(entry.notes),
        as_far_as=tuple(entry.as_far_as or ()),
        nothing_read=bool(entry.nothing_read),
        not_audited=bool(entry.not_audited),
    )
    names = {(change.subject, change.key) for change in told.changes}
    if len(names) < len(told.changes) and not told.parts:
        raise damaged("$.changes")  # each stands there once, and has a link of its own
    if told.verdict == entry.verdict:
        return told
    return replace(told, statement=entry.verdict.removesuffix(f", {told.caveat}"))


def _audited(entry: AuditedEntry) -> Audited:
    return Audited(entry.name, tuple(entry.forms), tuple(entry.releases), entry.told_by or "")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _side(entry: ComparedSide | UnsetType) -> Side | None:
    if entry is UNSET:
        return None
    return Side(
        label=entry.label,
        deployment=entry.deployment,
        version=entry.version,
        taken_at=_time(entry.taken_at) if entry.taken_at else None,
        fidelity=Fidelity(entry.fidelity),
        commit=entry.commit,
        options=entry.options,
        leaves=entry.leaves,
        fit=_fit(entry.fit) if entry.fit else None,
    )


def _fit(entry: FitEntry) -> Fit:
    """What a docs page is most like; each end of a span is a version."""
    spans = tuple((_version(span.first), _version(span.last)) for span in entry.releases)
    return Fit(spans, entry.shared, entry.others)


# --- deployments --------------------------------------------------------------------------------


def _parts(document: Document, whole: Report) -> tuple[Report, ...]:
    """The reports on each deployment, which share out among them all that was found."""
    if not document.deployments:
        return ()
    shown = dict(zip(_listed(document), whole.judged.shown, strict=True))
    suppressed = dict(zip(_unlisted(document), whole.judged.suppressed, strict=True))
    parts = tuple(_part(entry, whole, shown, suppressed) for entry in document.deployments)
    names = {part.deployment for part in parts}
    shares = [one.fingerprint for part in parts for one in part.judged.everything]
    everything = [one.fingerprint for one in whole.judged.everything]
    if sorted(shares) != sorted(everything) or len(names) < len(parts) or not whole.kind.has_parts:
        raise damaged("$.deployments")
    return parts


def _listed(document: Document) -> tuple[str, ...]:
    """What is listed, by the names that parts have for it."""
    found = (*(document.findings or ()), *(document.changes or ()))
    return tuple(one.fingerprint or "" for one in found)


def _unlisted(document: Document) -> Iterator[str]:
    for one in document.suppressed or ():
        told = one.finding or one.change
        yield (told.fingerprint or "") if told else ""


def _part(
    entry: DeploymentEntry,
    whole: Report,
    shown: Mapping[str, Finding],
    suppressed: Mapping[str, Suppressed],
) -> Report:
    if not (shown.keys() >= {*entry.findings} and suppressed.keys() >= {*entry.suppressed}):
        raise damaged("$.deployments")
    listed = Judged(
        tuple(shown[name] for name in entry.findings),
        tuple(suppressed[name] for name in entry.suppressed),
    )
    known = {one.fingerprint for one in listed.everything}
    lapsed = tuple(one for one in whole.judged.lapsed if one.fingerprint in known)
    judged = replace(listed, lapsed=lapsed, relevelled=entry.summary.relevelled or 0)
    part = replace(whole, title=entry.title, judged=judged, audited=_audited(entry))
    return _told(part, entry)


# --- tables -------------------------------------------------------------------------------------

_ID: Final = regex(r"[a-z0-9-]{1,50}")


def _table(name: str, entry: TableEntry) -> Table:
    if not _ID.fullmatch(name):  # it becomes part of links
        raise damaged("$.tables")
    columns = tuple(Column(column.id, column.title, column.is_code) for column in entry.columns)
    rows, bars = tuple(entry.rows), tuple(entry.bars or ())
    if not {column.id for column in columns}.issuperset(bars):
        raise ValueError
    if not all(_is_count(row.get(bar, 0)) for row in rows for bar in bars):
        raise ValueError
    return Table(name, entry.title, columns, rows, entry.is_folded, bars)


def _is_count(cell: Any) -> bool:
    """Whether a cell can be drawn: a number of things, exact also for programs with doubles."""
    return type(cell) is int and 0 <= cell < 2**53


# --- lives --------------------------------------------------------------------------------------


def _lives(entry: LivesEntry | UnsetType) -> Lives | None:
    """The lives of options; every version is one, and of a line that is on the scale."""
    if entry is UNSET:
        return None
    events = {
        key: tuple(map(_event, option_events)) for key, option_events in entry.options.items()
    }
    scale = [Version.parse(f"{line}.0") for line in entry.lines]
    happened = (
        version
        for option_events in events.values()
        for event in option_events
        for version in event.versions
    )
    lines = {Version.parse(version).line for version in happened}
    if scale != sorted(set(scale)) or not lines <= {version.line for version in scale}:
        raise ValueError
    return Lives(tuple(entry.lines), _version(entry.here), _version(entry.target), events)


def _version(text: str | UnsetType) -> str:
    if text:
        Version.parse(text)
    return text or ""


def _event(entry: EventEntry) -> Event:
    if entry.date:
        date.fromisoformat(entry.date)
    return Event(EventKind(entry.kind), tuple(entry.versions), entry.date, entry.what)
