"""The fields of a saved report become the values they were made of: `json_v1`, read backwards.

What is checked here is what the types of the fields do not say.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from msgspec import UNSET, UnsetType

from confaudit.core.coder.releases import Version
from confaudit.core.given import Form, Position
from confaudit.core.judge.finding import Confidence, Effect, Finding, Patch, Phase, Rule
from confaudit.core.judge.judge import Judged, Suppressed, SuppressedBy, merged
from confaudit.core.judge.rules.changes import change_finding, change_rule
from confaudit.core.lifecycle.lifecycle import Event, EventKind
from confaudit.core.lifecycle.lives import Lives
from confaudit.core.model import (
    MISSING,
    Cause,
    Change,
    ChangeKind,
    Facet,
    FacetChange,
    Fidelity,
    Level,
    OptionSpec,
    Subject,
    Value,
    ValueSource,
)
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Audited, Column, Report, Side, Table
from confaudit.core.upgrade.known import Truth
from confaudit.errors import SourceError
from confaudit.render.json_v1_entries import (
    ChangeEntry,
    FacetEntry,
    FindingEntry,
    NamesEntry,
    PatchEntry,
    PositionEntry,
    RuleEntry,
    SuppressedEntry,
)
from confaudit.render.json_v1_fields import (
    AuditedEntry,
    ComparedSide,
    DeploymentEntry,
    Document,
    EventEntry,
    LivesEntry,
    TableEntry,
)


def damaged(place: str = "") -> SourceError:
    """`place` is a path of field names and numbers, never a text of the document."""
    where = f" at {place.replace('`', '')}" if place else ""
    return SourceError(
        f"the report is damaged{where}", "write it anew; it is not meant to be edited by hand"
    )


def report_of(document: Document) -> Report:
    """The report that a document tells of.

    Raises:
        SourceError: parts of it contradict each other.
        ValueError: it holds a word that is not known, or what is no version or day.
    """
    if document.changes and not (document.before and document.after):
        raise damaged("$.changes")
    rules = {name: _listed(name, entry) for name, entry in (document.rules or {}).items()}
    report = Report(
        title=document.title,
        generated_at=_time(document.generated_at),
        tool_version=document.tool.version,
        kind=ReportKind(document.kind),
        judged=_judged(document, rules),
        rules=tuple(rules.values()),
        audited=_audited(document.deployment) if document.deployment else None,
    )
    report = replace(report, parts=_parts(document, report))
    return _told(report, document)


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
    if len({(change.subject, change.key) for change in told.changes}) < len(told.changes):
        raise damaged("$.changes")  # each stands there once, and has a link of its own
    if told.verdict == entry.verdict:
        return told
    return replace(told, statement=entry.verdict.removesuffix(f", {told.caveat}"))


def _audited(entry: AuditedEntry) -> Audited:
    return Audited(entry.name, tuple(entry.forms), tuple(entry.releases), entry.told_by or "")


def _judged(document: Document, rules: Mapping[str, Rule]) -> Judged:
    """What was judged then; it is not judged again."""
    sides = [side.deployment for side in (document.after, document.before) if side]
    deployment = next(filter(None, sides), "")
    changes = (_judged_change(one, rules, deployment) for one in document.changes or ())
    findings = (_finding(one, rules) for one in document.findings or ())
    suppressed = tuple(
        Suppressed(_unlisted(one, rules, deployment), SuppressedBy(one.by), one.reason or "")
        for one in document.suppressed or ()
    )
    hidden = document.summary.hidden if document.summary else 0
    told = sum(one.by is SuppressedBy.FILTER for one in suppressed)
    return Judged((*changes, *merged(findings)), suppressed, max(0, hidden - told))


def _unlisted(entry: SuppressedEntry, rules: Mapping[str, Rule], deployment: str) -> Finding:
    if entry.change:
        return _judged_change(entry.change, rules, deployment)
    if not entry.finding:
        raise damaged("$.suppressed")
    return _finding(entry.finding, rules)


def _listed(name: str, entry: RuleEntry) -> Rule:
    return Rule(
        id=name,
        title=entry.title,
        effect=Effect(entry.effect),
        level=_LEVELS[entry.level],
        why=entry.why,
        fix=entry.fix,
        reference=entry.reference or "",
        control=entry.control or "",
    )


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
    )


def _value(value: Any) -> Value:
    found: Value = MISSING if value is UNSET else value
    return found


# --- deployments --------------------------------------------------------------------------------


def _parts(document: Document, whole: Report) -> tuple[Report, ...]:
    """The reports on each deployment, which share out among them all that was found."""
    if not document.deployments:
        return ()
    shown = zip((one.fingerprint for one in document.findings or ()), whole.findings, strict=True)
    unlisted = (one.finding.fingerprint for one in document.suppressed or () if one.finding)
    suppressed = zip(unlisted, whole.judged.suppressed, strict=True)
    found = (dict(shown), dict(suppressed))
    parts = tuple(_part(entry, whole, *found) for entry in document.deployments)
    shares = Judged(
        tuple(one for part in parts for one in part.judged.shown),
        tuple(one for part in parts for one in part.judged.suppressed),
    )
    names = {part.deployment for part in parts}
    if shares != whole.judged or len(names) < len(parts) or not whole.kind.is_audit:
        raise damaged("$.deployments")
    return parts


def _part(
    entry: DeploymentEntry,
    whole: Report,
    shown: Mapping[str, Finding],
    suppressed: Mapping[str, Suppressed],
) -> Report:
    if not (shown.keys() >= {*entry.findings} and suppressed.keys() >= {*entry.suppressed}):
        raise damaged("$.deployments")
    judged = Judged(
        tuple(shown[name] for name in entry.findings),
        tuple(suppressed[name] for name in entry.suppressed),
    )
    part = replace(whole, title=entry.title, judged=judged, audited=_audited(entry))
    return _told(part, entry)


# --- changes ------------------------------------------------------------------------------------


def _judged_change(entry: ChangeEntry, rules: Mapping[str, Rule], deployment: str) -> Finding:
    change = _change(entry)
    rule = rules.get(entry.rule) if entry.rule else change_rule(change.cause)
    if rule is None:
        raise damaged("$.rules")
    found = change_finding(change, rule, _LEVELS[entry.level or "info"])
    return replace(
        found,
        deployment=deployment if entry.deployment is UNSET else entry.deployment,
        nearest=_position(entry.nearest) if entry.nearest else None,
    )


def _change(entry: ChangeEntry) -> Change:
    subject = Subject(entry.subject)
    is_option = subject is Subject.OPTION
    key = (entry.option if is_option else entry.path) or ""
    return Change(
        subject=subject,
        key=key,
        kind=ChangeKind(entry.kind),
        before=_value(entry.before),
        after=_value(entry.after),
        path=entry.path or "",
        type=entry.type or "",
        facets=tuple(map(_facet, entry.facets or ())),
        spec=_spec(entry, key) if is_option else None,
        source_before=_source(entry.source_before),
        source_after=_source(entry.source_after),
        was=entry.was or "",
        also=tuple(entry.also or ()),
        cause=Cause(entry.cause) if entry.cause else None,
        evidence=entry.evidence or "",
    )


_LEVELS: Final[Mapping[str, Level]] = {level.word: level for level in Level}


def _facet(entry: FacetEntry) -> FacetChange:
    return FacetChange(Facet(entry.facet), _value(entry.before), _value(entry.after))


def _source(name: str | UnsetType) -> ValueSource | None:
    return None if name is UNSET else ValueSource(name)


def _spec(entry: ChangeEntry, key: str) -> OptionSpec:
    """The names of an option; what it is called by is its flag, unless it had none (before 2.7)."""
    flagless = OptionSpec(
        name=entry.name or "",
        env=entry.env or "",
        yaml_path=entry.yaml_path or "",
        group=entry.group or "",
        use_instead=tuple(entry.use_instead or ()),
    )
    return flagless if flagless.key == key else replace(flagless, flag=key)


# --- findings -----------------------------------------------------------------------------------


def _finding(entry: FindingEntry, rules: Mapping[str, Rule]) -> Finding:
    return Finding(
        rule=rules.get(entry.rule) or _rule(entry),
        level=_LEVELS[entry.level],
        deployment=entry.deployment or "",
        message=entry.message,
        subject=entry.subject,
        affects=Truth(entry.affects.answer),
        because=entry.affects.because,
        confidence=Confidence(entry.confidence),
        spec=None if entry.option is UNSET else _declared(entry.option, entry.type or ""),
        instead=tuple(_declared(names) for names in entry.instead or ()),
        proposed=_value(entry.proposed),
        before=_value(entry.before),
        after=_value(entry.after),
        introduced_in=tuple(entry.introduced_in or ()),
        phase=Phase(entry.phase),
        steps=tuple(entry.steps),
        patches=tuple(map(_patch, entry.patches or ())),
        positions=tuple(map(_position, entry.positions or ())),
        nearest=_position(entry.nearest) if entry.nearest else None,
        remarks=tuple(entry.remarks or ()),
    )


def _rule(entry: FindingEntry) -> Rule:
    """The rule as this finding knew it, for want of a table: ours may say something else by now."""
    return Rule(
        id=entry.rule,
        title="",
        effect=Effect(entry.effect),
        level=_LEVELS[entry.level],
        why=entry.why,
        fix="",
        reference=entry.reference or "",
    )


def _declared(names: NamesEntry, option_type: str = "") -> OptionSpec:
    return OptionSpec(
        name="",
        flag=names.flag or "",
        env=names.env or "",
        yaml_path=names.yaml or "",
        type=option_type,
        group=names.group or "",
    )


def _position(entry: PositionEntry) -> Position:
    return Position(entry.file, entry.line)


def _patch(entry: PatchEntry) -> Patch:
    place = Position(entry.file, entry.line)
    return Patch(Form(entry.form), place, tuple(entry.remove), tuple(entry.add))


# --- tables -------------------------------------------------------------------------------------

_ID: Final = re.compile(r"[a-z0-9-]{1,50}")


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
