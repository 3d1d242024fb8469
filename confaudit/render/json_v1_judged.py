"""What was judged, put into the fields of the public JSON format, see `json_v1_entries`."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import UNSET, UnsetType

from confaudit.core.given import Position
from confaudit.core.judge.exceptions import ExceptionEntry, Lapsed
from confaudit.core.judge.finding import Finding, Origin, Patch, Rule
from confaudit.core.judge.judge import Suppressed
from confaudit.core.judge.rules.changes import change_rule
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
from confaudit.core.report.plan import Stage
from confaudit.core.text.dialects import Dialects, dialects
from confaudit.present.inline_diff import compare_items
from confaudit.render.json_v1_entries import (
    AffectsEntry,
    ChangeEntry,
    DecisionEntry,
    ExcerptEntry,
    FacetEntry,
    FindingEntry,
    ItemEntry,
    LapsedEntry,
    LevelName,
    NamesEntry,
    PasteEntry,
    PatchEntry,
    PositionEntry,
    RuleEntry,
    StageEntry,
    StepEntry,
    SuppressedEntry,
)


def change_entry(change: Change, finding: Finding, deployment: str) -> ChangeEntry:
    """A change, with what was judged of it; `deployment` goes without saying."""
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
        is_reordered=change.is_reordered or UNSET,
    )
    if change.cause:
        entry.cause, entry.evidence = change.cause.value, change.evidence
        entry.level = LEVEL_NAMES[finding.severity]
    if spec := change.spec:
        entry.name, entry.group = spec.name or UNSET, spec.group or UNSET
        entry.env, entry.yaml_path = spec.env or UNSET, spec.yaml_path or UNSET
        entry.use_instead = list(spec.use_instead) or UNSET
        if change.subject is Subject.OPTION:
            value = change.before if change.kind is ChangeKind.REMOVED else change.after
            entry.paste = _paste(dialects(spec, value, change.type))
        else:  # a leaf may show a type in place of a value
            entry.leaf_of = spec.key
            entry.default = UNSET if spec.default is None else spec.default
            entry.default_computed_from = spec.default_computed_from or UNSET
    if finding.rule.id != change_rule(change.cause).id:
        entry.rule = finding.rule.id
    entry.fingerprint = finding.fingerprint
    if finding.nearest:
        entry.nearest = _position(finding.nearest)
    if finding.deployment != deployment:
        entry.deployment = finding.deployment
    if (anchor := change_anchor(change)) != plain_anchor(change):
        entry.anchor = anchor
    return entry


LEVEL_NAMES: Final[Mapping[Level, LevelName]] = {
    Level.INFO: "info",
    Level.WARNING: "warning",
    Level.ERROR: "error",
}
"""What levels are called in the format."""


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


def finding_entry(finding: Finding) -> FindingEntry:
    """A finding that is not about a change."""
    rule, option_type = finding.rule, finding.spec.type if finding.spec else ""
    return FindingEntry(
        fingerprint=finding.fingerprint,
        rule=rule.id,
        effect=rule.effect.value,
        level=LEVEL_NAMES[finding.severity],
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
        nearest=_position(finding.nearest) if finding.nearest else UNSET,
        patches=[_patch(patch) for patch in finding.patches] or UNSET,
        reference=rule.reference or UNSET,
        paste=_paste(*_to_set(finding)),
        deployment=finding.deployment or UNSET,
        remarks=list(finding.remarks) or UNSET,
        origin=finding.origin.value if finding.origin else UNSET,
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
    shown = position.excerpt
    return PositionEntry(
        position.file,
        position.line,
        position.column or UNSET,
        ExcerptEntry(shown.before, shown.name, shown.after) if shown else UNSET,
    )


def _patch(patch: Patch) -> PatchEntry:
    place = patch.position
    return PatchEntry(patch.form.value, place.file, place.line, list(patch.remove), list(patch.add))


def suppressed_entry(suppressed: Suppressed, deployment: str) -> SuppressedEntry:
    """A finding or change that is not listed; `deployment` goes without saying."""
    found = suppressed.finding
    entry = SuppressedEntry(by=suppressed.by.value, reason=suppressed.reason or UNSET)
    if suppressed.entry:
        entry.exception = decision_entry(suppressed.entry)
    if found.change:
        entry.change = change_entry(found.change, found, deployment)
    else:
        entry.finding = finding_entry(found)
    return entry


def decision_entry(entry: ExceptionEntry) -> DecisionEntry:
    """An exception, without the globs that take anything."""
    globs = {"rule": entry.rule, "option": entry.option, "deployment": entry.deployment}
    return DecisionEntry(
        decision=entry.decision.value,
        reason=entry.reason,
        fingerprint=entry.fingerprint or UNSET,
        owner=entry.owner or UNSET,
        expires=entry.expires.isoformat() if entry.expires else UNSET,
        until_version=entry.until_version or UNSET,
        where=entry.where or UNSET,
        **{name: glob for name, glob in globs.items() if glob != "*"},
    )


def lapsed_entry(lapsed: Lapsed) -> LapsedEntry:
    """An exception that holds no longer."""
    return LapsedEntry(decision_entry(lapsed.entry), lapsed.why, lapsed.fingerprint)


def rule_entry(rule: Rule) -> RuleEntry:
    """A rule, without its id."""
    return RuleEntry(
        title=rule.title,
        effect=rule.effect.value,
        level=LEVEL_NAMES[rule.level],
        why=rule.why,
        fix=rule.fix,
        reference=rule.reference or UNSET,
        control=rule.control or UNSET,
    )


def stage_entry(stage: Stage) -> StageEntry:
    """The steps to be taken at one time."""
    return StageEntry(
        phase=stage.phase.value if stage.phase else UNSET,
        origin=Origin.TODAY.value if stage.is_apart else UNSET,
        steps=[
            StepEntry(
                text=" ".join(step.texts),
                options=list(step.options),
                fingerprints=[one.fingerprint for one in step.findings],
            )
            for step in stage.steps
        ],
    )
