"""A saved JSON report becomes the Report it was made of: `json_v1`, read backwards.

Values are taken as they are: they passed the gate before the report was written. Everything
else is checked as strictly as what a stranger may have sent.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from math import isfinite
from typing import Any, Final

from msgspec import UNSET, UnsetType, ValidationError, convert

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
from confaudit.core.report.report import Column, Report, Side, Table
from confaudit.core.upgrade.known import Truth
from confaudit.errors import SourceError
from confaudit.render.json_v1 import SCHEMA_VERSION
from confaudit.render.json_v1_fields import (
    ChangeEntry,
    ComparedSide,
    Document,
    EventEntry,
    FacetEntry,
    FindingEntry,
    LivesEntry,
    NamesEntry,
    PatchEntry,
    PositionEntry,
    RuleEntry,
    SuppressedEntry,
    TableEntry,
)


def load(content: bytes) -> Report:
    """Read a document of any version of this format.

    What a newer minor version has added is left out, and a note of the report says so.

    Raises:
        SourceError: it is no report of confaudit, is damaged, or has a newer major version.
    """
    tree = _tree(content)
    minor = _minor_version(tree)
    try:
        report = _report(convert(tree, Document))
    except ValidationError as error:
        raise _unreadable(minor, str(error).partition(" - at ")[2]) from None
    except ValueError:  # a word we have not heard of, a day that no calendar has, no version
        raise _unreadable(minor) from None
    return replace(report, notes=(*report.notes, _NEWER)) if minor > _OUR_MINOR else report


# --- the document -------------------------------------------------------------------------------

_OUR_MAJOR, _OUR_MINOR = map(int, SCHEMA_VERSION.split("."))
_VERSION: Final = re.compile(r"([1-9]\d{0,8})\.(\d{1,9})")
_NEWER: Final = "A newer confaudit wrote this report; what only that version knows of is left out."


def _tree(content: bytes) -> Any:
    try:
        tree = json.loads(content, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or nested without end
        raise _foreign() from None
    if _is_deeper(tree, _DEEPEST):
        raise _foreign()
    return tree


_DEEPEST: Final = 100
"""Far more than what any report nests; more would be an attack on whoever walks it."""


def _finite(text: str) -> float:
    """What Python reads as numbers and JSON does not have is none: NaN, 1e999."""
    number = float(text)
    if not isfinite(number):
        raise ValueError
    return number


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    children = value.values() if isinstance(value, dict) else value
    return not levels or any(_is_deeper(child, levels - 1) for child in children)


def _minor_version(tree: Any) -> int:
    """Which version of the format this is, after the point; before it stands ours."""
    tool = tree.get("tool") if isinstance(tree, dict) else None
    if not isinstance(tool, dict) or tool.get("name") != "confaudit":
        raise _foreign()
    version = _VERSION.fullmatch(str(tree.get("schema_version")))
    if version is None:
        raise _damaged("`$.schema_version`")
    if int(version[1]) != _OUR_MAJOR:
        raise _newer()
    return int(version[2])


def _foreign() -> SourceError:
    return SourceError(
        "this is no JSON report of confaudit", "give what `-f json` wrote, as a whole"
    )


def _newer() -> SourceError:
    return SourceError(
        "a newer confaudit wrote this report, in a format that this one does not know",
        f"it reads up to {SCHEMA_VERSION}: update confaudit",
    )


def _unreadable(minor: int, place: str = "") -> SourceError:
    return _newer() if minor > _OUR_MINOR else _damaged(place)


def _damaged(place: str = "") -> SourceError:
    """`place` is a path of field names and numbers, never a text of the document."""
    where = f" at {place.replace('`', '')}" if place else ""
    return SourceError(
        f"the report is damaged{where}", "write it anew; it is not meant to be edited by hand"
    )


def _report(document: Document) -> Report:
    if document.changes and not (document.before and document.after):
        raise _damaged("$.changes")
    rules = {name: _listed(name, entry) for name, entry in (document.rules or {}).items()}
    report = Report(
        title=document.title,
        generated_at=_time(document.generated_at),
        tool_version=document.tool.version,
        kind=ReportKind(document.kind),
        before=_side(document.before),
        after=_side(document.after),
        judged=_judged(document, rules),
        rules=tuple(rules.values()),
        prediction=None if document.prediction is UNSET else document.prediction,
        tables=tuple(_table(name, entry) for name, entry in (document.tables or {}).items()),
        lives=_lives(document.lives),
        notes=tuple(document.notes),
    )
    if len({(change.subject, change.key) for change in report.changes}) < len(report.changes):
        raise _damaged("$.changes")  # each stands there once, and has a link of its own
    counted = report.verdict == document.verdict
    return report if counted else replace(report, statement=document.verdict)


def _judged(document: Document, rules: Mapping[str, Rule]) -> Judged:
    """What was judged then; it is not judged again."""
    sides = [side.deployment for side in (document.after, document.before) if side]
    deployment = next(filter(None, sides), "")
    changes = (_judged_change(one, rules, deployment) for one in document.changes or ())
    findings = (_finding(one, rules) for one in document.findings or ())
    suppressed = tuple(
        Suppressed(_unlisted(one, rules, deployment), SuppressedBy(one.by))
        for one in document.suppressed or ()
    )
    hidden = document.summary.hidden if document.summary else 0
    return Judged((*changes, *merged(findings)), suppressed, max(0, hidden - len(suppressed)))


def _unlisted(entry: SuppressedEntry, rules: Mapping[str, Rule], deployment: str) -> Finding:
    if entry.change:
        return _judged_change(entry.change, rules, deployment)
    if not entry.finding:
        raise _damaged("$.suppressed")
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


# --- changes ------------------------------------------------------------------------------------


def _judged_change(entry: ChangeEntry, rules: Mapping[str, Rule], deployment: str) -> Finding:
    change = _change(entry)
    rule = rules.get(entry.rule) if entry.rule else change_rule(change.cause)
    if rule is None:
        raise _damaged("$.rules")
    found = change_finding(change, rule, _LEVELS[entry.level or "info"])
    return replace(found, deployment=deployment if entry.deployment is UNSET else entry.deployment)


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


_LEVELS: Final[Mapping[str, Level]] = {level.name.lower(): level for level in Level}


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
        raise _damaged("$.tables")
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
    events = {key: tuple(map(_event, told)) for key, told in entry.options.items()}
    scale = [Version.parse(f"{line}.0") for line in entry.lines]
    happened = (version for told in events.values() for event in told for version in event.versions)
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
