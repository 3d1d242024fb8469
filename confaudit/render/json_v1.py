"""The public JSON format, version 1: a Report put into fields of its own, see `json_v1_fields`.

Characters beyond ASCII are escaped, so that a terminal that shows the file cannot be fooled.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import UNSET, UnsetType, to_builtins
from msgspec.json import schema as json_schema

from confaudit.core.given import Position
from confaudit.core.judge.finding import Effect, Finding, Patch, Rule
from confaudit.core.judge.judge import Suppressed
from confaudit.core.judge.rules.changes import change_rule
from confaudit.core.lifecycle.lifecycle import Event
from confaudit.core.lifecycle.lives import Lives
from confaudit.core.model import (
    MISSING,
    Change,
    ChangeKind,
    Facet,
    Level,
    OptionSpec,
    Subject,
    Value,
)
from confaudit.core.report.anchors import change_anchor, plain_anchor
from confaudit.core.report.report import Audited, Report, Side, Table
from confaudit.core.text.dialects import Dialects, dialects
from confaudit.present.inline_diff import compare_items
from confaudit.render import RenderOptions
from confaudit.render.json_v1_entries import (
    AffectsEntry,
    ChangeEntry,
    FacetEntry,
    FindingEntry,
    ItemEntry,
    LevelName,
    NamesEntry,
    PasteEntry,
    PatchEntry,
    PositionEntry,
    RuleEntry,
    SuppressedEntry,
)
from confaudit.render.json_v1_fields import (
    AuditedEntry,
    ColumnEntry,
    ComparedSide,
    DeploymentEntry,
    Document,
    EventEntry,
    LivesEntry,
    Summary,
    TableEntry,
    Tool,
)

SCHEMA_VERSION: Final = "1.6"


def render(report: Report, options: RenderOptions) -> str:
    """The document, indented, with a newline at its end."""
    del options
    return json.dumps(document(report), indent=2) + "\n"


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
        generated_at=_time(report.generated_at),
        title=report.title,
        verdict=report.verdict,
        as_far_as=list(report.as_far_as) or UNSET,
        nothing_read=report.nothing_read or UNSET,
        not_audited=report.not_audited or UNSET,
        notes=list(report.notes),
        tables={table.id: _table(table) for table in report.tables} or UNSET,
        suppressed=[_suppressed(one, report.deployment) for one in report.judged.suppressed]
        or UNSET,
        rules={rule.id: _rule(rule) for rule in report.rules} or UNSET,
        deployment=_audited(report.audited) if report.audited else UNSET,
        deployments=[_deployment(one, one.audited) for one in report.parts if one.audited] or UNSET,
    )
    _add_background(found, report)
    if report.sides:
        found.changes = [
            _change(one.change, one, report.deployment) for one in report.judged.shown if one.change
        ]
    if report.kind.is_audit:
        found.findings = list(map(_finding, report.findings))
    if report.kind.is_audit or report.sides:
        found.summary = _summary(report)
    return found


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
    )
    if report.causes:
        found.by_cause = {cause.value: number for cause, number in report.causes.items()}
    if report.kind.is_audit:
        effects = Counter(finding.rule.effect for finding in report.deciding)
        found.by_level = {_LEVELS[level]: number for level, number in report.levels.items()}
        found.by_effect = {effect.value: effects[effect] for effect in Effect}
    return found


def _suppressed(suppressed: Suppressed, deployment: str) -> SuppressedEntry:
    found = suppressed.finding
    entry = SuppressedEntry(by=suppressed.by.value, reason=suppressed.reason or UNSET)
    if found.change:
        entry.change = _change(found.change, found, deployment)
    else:
        entry.finding = _finding(found)
    return entry


def _rule(rule: Rule) -> RuleEntry:
    return RuleEntry(
        title=rule.title,
        effect=rule.effect.value,
        level=_LEVELS[rule.level],
        why=rule.why,
        fix=rule.fix,
        reference=rule.reference or UNSET,
        control=rule.control or UNSET,
    )


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


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _side(side: Side) -> ComparedSide:
    return ComparedSide(
        label=side.label,
        deployment=side.deployment,
        version=side.version,
        taken_at=_time(side.taken_at) if side.taken_at else None,
        fidelity=side.fidelity.value,
        commit=side.commit,
        options=side.options,
        leaves=side.leaves,
    )


def _change(change: Change, finding: Finding, deployment: str) -> ChangeEntry:
    entry = ChangeEntry(
        subject=change.subject.value,
        kind=change.kind.value,
        option=change.key if change.subject is Subject.OPTION else UNSET,
        path=change.path or (UNSET if change.subject is Subject.OPTION else change.key),
        type=change.type or UNSET,
        before=_known(change.before),
        after=_known(change.after),
        source_before=UNSET if change.source_before is None else change.source_before.value,
        source_after=UNSET if change.source_after is None else change.source_after.value,
        items=_items(change),
        facets=_facets(change) or UNSET,
        was=change.was or UNSET,
        also=list(change.also) or UNSET,
    )
    if change.cause:
        entry.cause, entry.evidence = change.cause.value, change.evidence
        entry.level = _LEVELS[finding.severity]
    if spec := change.spec:
        entry.name, entry.group = spec.name or UNSET, spec.group or UNSET
        entry.env, entry.yaml_path = spec.env or UNSET, spec.yaml_path or UNSET
        entry.use_instead = list(spec.use_instead) or UNSET
        value = change.before if change.kind is ChangeKind.REMOVED else change.after
        entry.paste = _paste(dialects(spec, value, change.type))
    if finding.rule.id != change_rule(change.cause).id:
        entry.rule = finding.rule.id
    entry.fingerprint = finding.fingerprint
    if finding.deployment != deployment:
        entry.deployment = finding.deployment
    if (anchor := change_anchor(change)) != plain_anchor(change):
        entry.anchor = anchor
    return entry


_LEVELS: Final[Mapping[Level, LevelName]] = {
    Level.INFO: "info",
    Level.WARNING: "warning",
    Level.ERROR: "error",
}


def _known(value: Value) -> Any:
    return UNSET if value is MISSING else value


def _paste(*settings: Dialects) -> list[PasteEntry] | UnsetType:
    entries = [
        PasteEntry(
            flag=one.flag or UNSET,
            env=one.env or UNSET,
            yaml=one.yaml or UNSET,
            helm=one.helm or UNSET,
        )
        for one in settings
    ]
    return [entry for entry in entries if entry != PasteEntry()] or UNSET


def _items(change: Change) -> ItemEntry | UnsetType:
    items = compare_items(change.before, change.after)
    if items is None or change.kind is not ChangeKind.CHANGED:
        return UNSET
    return ItemEntry(list(items.added), list(items.removed), items.reordered)


def _facets(change: Change) -> list[FacetEntry]:
    """All facets but the source, which has fields of its own."""
    return [
        FacetEntry(facet.facet.value, _known(facet.before), _known(facet.after))
        for facet in change.facets
        if facet.facet is not Facet.SOURCE
    ]


def _finding(finding: Finding) -> FindingEntry:
    rule, option_type = finding.rule, finding.spec.type if finding.spec else ""
    return FindingEntry(
        fingerprint=finding.fingerprint,
        rule=rule.id,
        effect=rule.effect.value,
        level=_LEVELS[finding.severity],
        confidence=finding.confidence.value,
        message=finding.message,
        subject=finding.subject,
        affects=AffectsEntry(finding.affects.value, finding.because),
        phase=finding.phase.value,
        steps=list(finding.todo),
        why=rule.why,
        option=_names(finding.spec) if finding.spec else UNSET,
        instead=[_names(spec) for spec in finding.instead] or UNSET,
        proposed=_known(finding.proposed),
        type=option_type or UNSET,
        before=_known(finding.before),
        after=_known(finding.after),
        introduced_in=list(finding.introduced_in) or UNSET,
        positions=[_position(position) for position in finding.positions] or UNSET,
        patches=[_patch(patch) for patch in finding.patches] or UNSET,
        reference=rule.reference or UNSET,
        paste=_paste(*_to_set(finding)),
        deployment=finding.deployment or UNSET,
        remarks=list(finding.remarks) or UNSET,
    )


def _to_set(finding: Finding) -> Iterator[Dialects]:
    option_type = finding.spec.type if finding.spec else ""
    for spec in finding.instead or filter(None, (finding.spec,)):
        yield dialects(spec, finding.proposed, option_type)


def _names(spec: OptionSpec) -> NamesEntry:
    return NamesEntry(
        flag=spec.flag or UNSET,
        env=spec.env or UNSET,
        yaml=spec.yaml_path or UNSET,
        group=spec.group or UNSET,
    )


def _position(position: Position) -> PositionEntry:
    return PositionEntry(position.file, position.line)


def _patch(patch: Patch) -> PatchEntry:
    place = patch.position
    return PatchEntry(patch.form.value, place.file, place.line, list(patch.remove), list(patch.add))
