"""What was judged then, from the fields of a saved report: `json_v1_judged`, read backwards."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from confaudit.core.coder.releases import Version
from confaudit.core.given import Excerpt, Form, Position
from confaudit.core.judge.exceptions import Decision, ExceptionEntry, Lapsed
from confaudit.core.judge.finding import Confidence, Effect, Finding, Origin, Patch, Phase, Rule
from confaudit.core.judge.judge import Judged, Suppressed, SuppressedBy, merged
from confaudit.core.judge.rules.changes import change_finding, change_rule
from confaudit.core.model import (
    MISSING,
    Cause,
    Change,
    ChangeKind,
    Facet,
    FacetChange,
    Level,
    OptionSpec,
    Subject,
    Value,
    ValueSource,
)
from confaudit.core.upgrade.known import Truth
from confaudit.errors import SourceError
from confaudit.render.json_v1_entries import (
    ChangeEntry,
    DecisionEntry,
    FacetEntry,
    FindingEntry,
    LapsedEntry,
    NamesEntry,
    PatchEntry,
    PositionEntry,
    RuleEntry,
    SuppressedEntry,
)
from confaudit.render.json_v1_fields import Document


def damaged(place: str = "") -> SourceError:
    """`place` is a path of field names and numbers, never a text of the document."""
    where = f" at {place.replace('`', '')}" if place else ""
    return SourceError(
        f"the report is damaged{where}", "write it anew; it is not meant to be edited by hand"
    )


def judged_of(document: Document, rules: Mapping[str, Rule]) -> Judged:
    """What was judged then; it is not judged again.

    Raises:
        SourceError: parts of it contradict each other.
        ValueError: it holds a word that is not known, or what is no version or day.
    """
    sides = [side.deployment for side in (document.after, document.before) if side]
    deployment = next(filter(None, sides), "")
    changes = (_judged_change(one, rules, deployment) for one in document.changes or ())
    findings = (_finding(one, rules) for one in document.findings or ())
    suppressed = tuple(_suppressed(one, rules, deployment) for one in document.suppressed or ())
    hidden = document.summary.hidden if document.summary else 0
    told = sum(one.by is SuppressedBy.FILTER for one in suppressed)
    judged = Judged(
        shown=(*merged(findings), *changes),
        suppressed=suppressed,
        unlisted=max(0, hidden - told),
        relevelled=(document.summary and document.summary.relevelled) or 0,
        unmatched=tuple(map(_exception, document.unmatched or ())),
    )
    return replace(judged, lapsed=tuple(_lapsed(document.lapsed or (), judged.everything)))


def _suppressed(entry: SuppressedEntry, rules: Mapping[str, Rule], deployment: str) -> Suppressed:
    return Suppressed(
        finding=_unlisted(entry, rules, deployment),
        by=SuppressedBy(entry.by),
        reason=entry.reason or "",
        entry=_exception(entry.exception) if entry.exception else None,
    )


def _unlisted(entry: SuppressedEntry, rules: Mapping[str, Rule], deployment: str) -> Finding:
    if entry.change:
        return _judged_change(entry.change, rules, deployment)
    if not entry.finding:
        raise damaged("$.suppressed")
    return _finding(entry.finding, rules)


def _lapsed(entries: Iterable[LapsedEntry], findings: Iterable[Finding]) -> Iterator[Lapsed]:
    known = {finding.fingerprint for finding in findings}
    for one in entries:
        if one.fingerprint not in known:
            raise damaged("$.lapsed")
        yield Lapsed(_exception(one.exception), one.why, one.fingerprint)


def _exception(entry: DecisionEntry) -> ExceptionEntry:
    if entry.until_version:
        Version.parse(entry.until_version)
    return ExceptionEntry(
        decision=Decision(entry.decision),
        reason=entry.reason,
        rule=entry.rule or "*",
        option=entry.option or "*",
        deployment=entry.deployment or "*",
        fingerprint=entry.fingerprint or "",
        owner=entry.owner or "",
        expires=date.fromisoformat(entry.expires) if entry.expires else None,
        until_version=entry.until_version or "",
        where=entry.where or "",
    )


def rule_of(name: str, entry: RuleEntry) -> Rule:
    """A rule that was looked for, `name` is its id."""
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


def _value(value: Any) -> Value:
    found: Value = MISSING if value is UNSET else value
    return found


# --- changes ------------------------------------------------------------------------------------


def _judged_change(entry: ChangeEntry, rules: Mapping[str, Rule], deployment: str) -> Finding:
    change = change_of(entry)
    rule = rules.get(entry.rule) if entry.rule else change_rule(change.cause)
    if rule is None:
        raise damaged("$.rules")
    found = change_finding(change, rule, _LEVELS[entry.level or "info"])
    return replace(
        found,
        deployment=deployment if entry.deployment is UNSET else entry.deployment,
        nearest=_position(entry.nearest) if entry.nearest else None,
    )


def change_of(entry: ChangeEntry) -> Change:
    """The change that was told."""
    subject = Subject(entry.subject)
    option = entry.option if subject is Subject.OPTION else entry.leaf_of
    key = (entry.option if subject is Subject.OPTION else entry.path) or ""
    return Change(
        subject=subject,
        key=key,
        kind=ChangeKind(entry.kind),
        before=_value(entry.before),
        after=_value(entry.after),
        path=entry.path or "",
        type=entry.type or "",
        facets=tuple(map(_facet, entry.facets or ())),
        spec=_spec(entry, option) if option else None,
        source_before=_source(entry.source_before),
        source_after=_source(entry.source_after),
        was=entry.was or "",
        also=tuple(entry.also or ()),
        is_reordered=bool(entry.is_reordered),
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
        default=None if entry.default is UNSET else entry.default,
        default_computed_from=entry.default_computed_from or "",
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
        origin=Origin(entry.origin) if entry.origin else None,
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
    shown = entry.excerpt
    return Position(
        entry.file,
        entry.line,
        entry.column or 0,
        Excerpt(shown.before, shown.name, shown.after) if shown else None,
    )


def _patch(entry: PatchEntry) -> Patch:
    place = Position(entry.file, entry.line)
    return Patch(Form(entry.form), place, tuple(entry.remove), tuple(entry.add))
