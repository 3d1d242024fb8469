"""The public JSON format, version 1: a Report put into fields of its own, see `json_v1_fields`.

Characters beyond ASCII are escaped, so that a terminal that shows the file cannot be fooled.
"""

from collections import Counter
from collections.abc import Iterator
from textwrap import indent
from typing import Any, Final

from msgspec import UNSET, to_builtins
from msgspec.json import schema as json_schema
from msgspec.structs import replace

from confaudit.core.coder.documented import Fit
from confaudit.core.judge.finding import Effect
from confaudit.core.lifecycle.lifecycle import Event
from confaudit.core.lifecycle.lives import Lives
from confaudit.core.model import MISSING
from confaudit.core.report.audited import Audited
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.plan import plan
from confaudit.core.report.report import Report, Side, Table
from confaudit.render import RenderOptions
from confaudit.render.json_text import json_text
from confaudit.render.json_v1_entries import ChangeEntry
from confaudit.render.json_v1_fields import (
    AuditedEntry,
    ColumnEntry,
    ComparedSide,
    DeploymentEntry,
    Document,
    EventEntry,
    FitEntry,
    LivesEntry,
    SpanEntry,
    Summary,
    TableEntry,
    Tool,
)
from confaudit.render.json_v1_history import snapshot_entry, time
from confaudit.render.json_v1_judged import (
    LEVEL_NAMES,
    change_entry,
    decision_entry,
    finding_entry,
    lapsed_entry,
    rule_entry,
    stage_entry,
    suppressed_entry,
)

SCHEMA_VERSION: Final = "1.8"


def written(report: Report, options: RenderOptions) -> Iterator[str]:
    """The document, indented, with a newline at its end; of a history entry by entry."""
    del options
    if not report.entries:
        yield json_text(document(report))
        return
    head, _, end = json_text(document(replace(report, entries=()))).rpartition("]")
    yield head
    for number, entry in enumerate(report.entries):
        text = json_text(to_builtins(snapshot_entry(entry))).rstrip()
        yield f"{',' if number else ''}\n{indent(text, _MARGIN)}"
    yield f"\n  ]{end}"


_MARGIN: Final = "    "
"""Before the entries, which end the document."""


def document(report: Report) -> dict[str, Any]:
    """The document as plain values, fields in the order of the format."""
    found: dict[str, Any] = to_builtins(_document(report))
    return found


def schema() -> dict[str, Any]:
    """The JSON Schema of the format."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"confaudit report {SCHEMA_VERSION}",
        **json_schema(Document),
    }


def _document(report: Report) -> Document:
    found = Document(
        schema_version=SCHEMA_VERSION,
        tool=Tool("confaudit", report.tool_version),
        kind=report.kind.value,
        generated_at=time(report.generated_at),
        title=report.title,
        verdict=report.verdict,
        as_far_as=list(report.as_far_as) or UNSET,
        nothing_read=report.nothing_read or UNSET,
        not_audited=report.not_audited or UNSET,
        notes=list(report.notes),
        tables={table.id: _table(table) for table in report.tables} or UNSET,
        suppressed=[suppressed_entry(one, report.deployment) for one in report.judged.suppressed]
        or UNSET,
        lapsed=list(map(lapsed_entry, report.judged.lapsed)) or UNSET,
        unmatched=list(map(decision_entry, report.judged.unmatched)) or UNSET,
        rules={rule.id: rule_entry(rule) for rule in report.rules} or UNSET,
        deployment=_audited(report.audited) if report.audited else UNSET,
        deployments=[_deployment(one, one.audited) for one in report.parts if one.audited] or UNSET,
    )
    _add_background(found, report)
    if report.kind is ReportKind.LOG:
        found.entries = list(map(snapshot_entry, report.entries))
    if report.sides or report.changes:
        found.changes = [*_changes(report)]
    if report.kind.is_audit or report.findings:
        found.findings = list(map(finding_entry, report.findings))
    if report.kind.is_audit or report.sides:
        found.summary = _summary(report)
    return found


def _changes(report: Report) -> Iterator[ChangeEntry]:
    """The changes; of several deployments with links of their own, as two may change the same."""
    for one in report.judged.shown:
        if one.change:
            entry = change_entry(one.change, one, report.deployment)
            if report.parts:
                entry.anchor = one.fingerprint
            yield entry


def _audited(audited: Audited) -> AuditedEntry:
    return AuditedEntry(
        name=audited.name,
        forms=list(audited.forms),
        releases=list(audited.releases),
        told_by=audited.told_by or UNSET,
    )


def _deployment(part: Report, audited: Audited) -> DeploymentEntry:
    found = DeploymentEntry(
        name=audited.name,
        forms=list(audited.forms),
        releases=list(audited.releases),
        told_by=audited.told_by or UNSET,
        title=part.title,
        verdict=part.verdict,
        as_far_as=list(part.as_far_as) or UNSET,
        nothing_read=part.nothing_read or UNSET,
        not_audited=part.not_audited or UNSET,
        summary=_summary(part),
        notes=list(part.notes),
        findings=[one.fingerprint for one in part.judged.shown],
        suppressed=[one.finding.fingerprint for one in part.judged.suppressed],
        tables={table.id: _table(table) for table in part.tables} or UNSET,
    )
    _add_background(found, part)
    return found


def _add_background(found: Document | DeploymentEntry, report: Report) -> None:
    """What was compared, and what stands beside the findings; nothing where there is nothing."""
    if report.before and report.after:
        found.before, found.after = _side(report.before), _side(report.after)
    found.plan = list(map(stage_entry, plan(report))) or UNSET
    if report.prediction is not None:
        found.prediction = dict(report.prediction)
    if report.lives:
        found.lives = _lives(report.lives)


def _summary(report: Report) -> Summary:
    found = Summary(
        total=len(report.changes),
        by_kind={kind.value: number for kind, number in report.counts.items()},
        by_subject={subject.value: number for subject, number in report.subjects.items()},
        hidden=report.hidden,
        relevelled=report.judged.relevelled or UNSET,
    )
    if report.causes:
        found.by_cause = {cause.value: number for cause, number in report.causes.items()}
    if report.kind.is_audit:
        effects = Counter(finding.rule.effect for finding in report.deciding)
        found.by_level = {LEVEL_NAMES[level]: number for level, number in report.levels.items()}
        found.by_origin = {one.value: n for one, n in report.origins.items()} or UNSET
        found.by_effect = {effect.value: effects[effect] for effect in Effect}
    return found


def _table(table: Table) -> TableEntry:
    return TableEntry(
        title=table.title,
        columns=[ColumnEntry(one.id, one.title, one.is_code) for one in table.columns],
        rows=[
            {name: cell for name, cell in row.items() if cell is not MISSING} for row in table.rows
        ],
        is_folded=table.is_folded,
        bars=list(table.bars) or UNSET,
    )


def _lives(lives: Lives) -> LivesEntry:
    return LivesEntry(
        lines=list(lives.lines),
        here=lives.here or UNSET,
        target=lives.target or UNSET,
        options={key: [_event(event) for event in events] for key, events in lives.events.items()},
    )


def _event(event: Event) -> EventEntry:
    return EventEntry(event.kind.value, list(event.versions), event.date, event.what)


def _side(side: Side) -> ComparedSide:
    return ComparedSide(
        label=side.label,
        deployment=side.deployment,
        version=side.version,
        taken_at=time(side.taken_at) if side.taken_at else None,
        fidelity=side.fidelity.value,
        commit=side.commit,
        options=side.options,
        leaves=side.leaves,
        fit=_fit(side.fit) if side.fit else UNSET,
    )


def _fit(fit: Fit) -> FitEntry:
    return FitEntry([SpanEntry(*span) for span in fit.spans], fit.shared, fit.others)
