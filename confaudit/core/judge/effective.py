"""What a server will see differently when the files that set it up change.

Two sets of files are held against one release, so that whatever differs is the operator's doing:
precedence, aliases, what the chart sets and what an empty value means are in it. A comment, another
way to say the same, or another order of values that mean the same in any makes no difference.
"""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from confaudit.core.changes.order import is_reordered
from confaudit.core.given import Given, Position
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.rules.changes import EFFECTIVE_CHANGE, change_finding
from confaudit.core.model import (
    MISSING,
    Cause,
    Change,
    ChangeKind,
    OptionSpec,
    Subject,
    Value,
    ValueSource,
)
from confaudit.core.text.wording import exact, visible
from confaudit.core.upgrade.entries import by_cell
from confaudit.core.upgrade.families import Family
from confaudit.core.upgrade.known import Known, Truth
from confaudit.core.upgrade.situation import Situation


def effective_changes(older: Situation, newer: Situation) -> Iterator[Finding]:
    """A finding for each setting whose value in the target release the files change.

    Both situations have the same target.
    """
    facts = newer.target.facts
    for spec in _options(newer):
        if _may_differ(spec.key, older, newer):
            before, after = older.after(spec.key), newer.after(spec.key)
            if not (facts.is_unordered(spec.key) and _means_the_same(before, after)):
                yield from _change(Subject.OPTION, spec.key, before, after)
    for family in Family:
        yield from _members(_fields(older, family), _fields(newer, family))


def _means_the_same(before: Known, after: Known) -> bool:
    """Whether values that may stand in any order are the same, and as surely set."""
    return before.is_set is after.is_set and is_reordered(before.value, after.value)


def _options(situation: Situation) -> Iterator[OptionSpec]:
    """One option for each value, under the name that the release calls current."""
    for twins in by_cell(situation.target.options.values()).values():
        yield min(twins, key=lambda one: bool(one.use_instead))


def _may_differ(key: str, older: Situation, newer: Situation) -> bool:
    """Whether it is worth asking: most options nobody sets."""
    before, after = (one.prediction.effective.get(key) for one in (older, newer))
    return before != after or (after is not None and after.value is MISSING)


def _members(before: Mapping[str, Known], after: Mapping[str, Known]) -> Iterator[Finding]:
    for name in sorted({*before, *after}):
        yield from _change(Subject.CONFIG, name, before.get(name), after.get(name))


def _fields(situation: Situation, family: Family) -> Mapping[str, Known]:
    """What numbered variables, or the list in the server's YAML, come to: name → value."""
    return {
        _name(one.label, field): known
        for one in situation.providers(family)
        for field, known in one.fields.items()
    }


def _name(label: str, field: str) -> str:
    return f"{label}.{field.lower()}" if "." in label else f"{label}_{field}"


def _change(
    subject: Subject, key: str, before: Known | None, after: Known | None
) -> Iterator[Finding]:
    if _essence(before) == _essence(after):
        return
    known = after or before
    spec = known.spec if known else None
    change = Change(
        subject=subject,
        key=key,
        kind=_kind(before, after),
        before=_value(before),
        after=_value(after),
        type=spec.type if spec else "",
        spec=spec,
        source_before=_source(before),
        source_after=_source(after),
        cause=Cause.OPERATOR,
        evidence=_evidence(before, after),
    )
    finding = change_finding(change, EFFECTIVE_CHANGE, EFFECTIVE_CHANGE.level)
    yield replace(finding, positions=_positions(after))


def _essence(known: Known | None) -> object:
    """What must stay the same for a setting to be the same; of what is not known, where it is from.

    A value that is set to what it would be anyway is the same.
    """
    if known is None:
        return None
    if known.value is not MISSING:
        return exact(known.value), known.is_set is Truth.DEPENDS
    strongest = known.given[0] if known.given else None
    return _origin(strongest) if strongest else ("", known.is_set)


def _origin(given: Given) -> object:
    return given.state, given.value, given.prefix, given.refers_to


def _kind(before: Known | None, after: Known | None) -> ChangeKind:
    if before is None:
        return ChangeKind.ADDED
    return ChangeKind.CHANGED if after else ChangeKind.REMOVED


def _value(known: Known | None) -> Value:
    return known.value if known else MISSING


def _source(known: Known | None) -> ValueSource | None:
    return known.source if known else None


def _positions(known: Known | None) -> tuple[Position, ...]:
    """The place that counts; what a weaker entry says has no effect."""
    return known.positions[:1] if known else ()


def _evidence(before: Known | None, after: Known | None) -> str:
    """Where it is set now, or was; and why a value is not told."""
    now, then = _positions(after), _positions(before)
    if now:
        where = [f"set in {_place(now[0])}"]
    else:
        where = [f"no longer set: it was in {_place(one)}" for one in then]
    unknown = [after.because] if after and after.value is MISSING else []
    return "; ".join((*where, *unknown)) or "it follows from what else is set"


def _place(position: Position) -> str:
    return f"{visible(position.file)}, line {position.line}"
