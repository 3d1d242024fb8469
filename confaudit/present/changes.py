"""How changes read: rows, gathered by who caused them and by what they are about."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from msgspec.structs import replace

from confaudit.core.judge.finding import Finding
from confaudit.core.lifecycle.lifecycle import declared_default
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
from confaudit.core.report.anchors import change_anchor
from confaudit.core.report.option_groups import OTHER_OPTIONS, outermost
from confaudit.core.text.wording import exact, human, option_name, plural, visible
from confaudit.present.entries import Entry, Group, Remark
from confaudit.present.inline_diff import Items, compare_items, middle_out
from confaudit.present.values import Chip, Shown, ShownState, group_chip, marked, names, shown

# --- groups -------------------------------------------------------------------------------------

_FEW: Final = 12
"""So many changes are read as one list; more need the option groups to find one's way."""
_MANY: Final = 20
"""Quiet changes beyond these would bury the others."""

_Part: TypeAlias = tuple[Cause | None, bool]
"""Who caused a change, and whether one line is enough for it."""

_PARTS: Final[Mapping[_Part, str]] = {
    (None, False): "",
    (Cause.OPERATOR, False): "By the operator",
    (Cause.UNKNOWN, False): "Of unknown cause",
    (Cause.RELEASE, False): "By the release",
    (Cause.RELEASE, True): "By the release, for information",
    (Cause.COMPUTED, True): "Computed",
}
"""Headings in their order: what a person may have done first, what nobody did last."""
_PART_ORDER: Final = tuple(_PARTS)
_SUBJECT_ORDER: Final = tuple(Subject)


_Judged: TypeAlias = tuple[Change, Finding]


def change_groups(
    findings: Sequence[Finding], limit: int, *, are_counted: bool = False
) -> tuple[Group, ...]:
    """Gather the changes among them by part, subject and group title; the order stays otherwise.

    Where they `are_counted` as findings each wears its level.
    """
    judged = [(one.change, one) for one in findings if one.change]
    ordered = sorted(judged, key=lambda pair: _PART_ORDER.index(_part(pair)))
    titled = [
        (part, title, members)
        for part, all_of_part in groupby(ordered, _part)
        for title, members in _by_title(part, list(all_of_part))
    ]
    quiet = sum(map(_is_quiet, judged))
    return tuple(
        Group(
            anchor=f"group-{number}",
            part=_PARTS[part] if title else "",
            title=middle_out(visible(title or _PARTS[part]), limit),
            rows=tuple(_change(pair, limit, is_counted=are_counted) for pair in members),
            is_folded=part[0] is Cause.COMPUTED or (part[1] and quiet > _MANY),
            are_changes=True,
        )
        for number, (part, title, members) in enumerate(titled, start=1)
    )


def _part(judged: _Judged) -> _Part:
    return judged[0].cause, _is_quiet(judged)


def _is_quiet(judged: _Judged) -> bool:
    """Whether no person did it and nothing that is set or counts differs."""
    change, finding = judged
    is_info = change.cause is Cause.RELEASE and finding.severity is Level.INFO
    return is_info or change.cause is Cause.COMPUTED


def _by_title(part: _Part, judged: list[_Judged]) -> Iterator[tuple[str, list[_Judged]]]:
    """Changes by group title, or without one where the part's heading is enough."""
    if _PARTS[part] and len(judged) <= _FEW:
        yield "", judged
        return
    for place, members in groupby(sorted(judged, key=_place), _place):
        yield place[-1], list(members)


def _place(judged: _Judged) -> tuple[int, bool, str]:
    """Where a change belongs: options by Coder's own groups, leaves by their first segment."""
    title = _group_title(judged[0])
    return _SUBJECT_ORDER.index(judged[0].subject), title in _LEFTOVERS, title


def _group_title(change: Change) -> str:
    if change.subject is Subject.OPTION or change.spec:
        return (change.spec.group if change.spec else "") or OTHER_OPTIONS
    section, dot, _ = change.key.partition(".")
    if change.subject is Subject.SERVER:
        return f"Server: {section}"
    return f"Config: {section}" if dot else _TOP_LEVEL


_TOP_LEVEL: Final = "Config: top level"
_LEFTOVERS: Final = {OTHER_OPTIONS, _TOP_LEVEL}


def change_rows(findings: Sequence[Finding], limit: int) -> tuple[Entry, ...]:
    """The changes among findings one by one, in their order."""
    judged = [(one.change, one) for one in findings if one.change]
    return tuple(_change(pair, limit, is_counted=False) for pair in judged)


# --- entries ------------------------------------------------------------------------------------


def _change(judged: _Judged, limit: int, *, is_counted: bool) -> Entry:
    """One change in words."""
    change, finding = judged
    items = compare_items(change.before, change.after) if _has_two_values(change) else None
    before, after = _both(change)
    return Entry(
        anchor=change_anchor(change),
        fingerprint=finding.fingerprint,
        rule=visible(finding.rule.id),
        kind=change.kind,
        chips=(*_level(finding, is_counted), *_chips(change)),
        title=middle_out(visible(_title(change)), limit),
        is_path=_is_path(change),
        names=names(change.spec, _former(change, change.spec)) if change.spec else (),
        before=before.within(limit),
        after=after.within(limit),
        is_same=change.kind is ChangeKind.DECLARED or _is_mere_rename(change),
        items=_shorten_items(items, limit) if items else None,
        remarks=tuple(_remarks(change, items is not None, limit)),
        evidence=middle_out(visible(change.evidence), 5 * limit),
        is_quiet=_is_quiet(judged),
    )


def _title(change: Change) -> str:
    if change.subject is not Subject.OPTION:
        return change.key
    return (change.spec.name if change.spec else "") or change.key


def _is_path(change: Change) -> bool:
    return change.subject is not Subject.OPTION or _title(change) == change.key


def _level(finding: Finding, is_counted: bool) -> Iterator[Chip]:
    """How bad it is, where a report counts changes as it counts all that was found."""
    if is_counted:
        yield Chip("level", finding.severity.word, finding.severity.word)


def _chips(change: Change) -> Iterator[Chip]:
    yield Chip("kind", change.kind.value, change.kind.value)
    if change.cause:
        yield Chip("cause", change.cause.value, change.cause.value)
    yield group_chip(outermost(_group_title(change)))
    if (source := _last_source(change)) is not None:
        word = source.value or "unset"
        yield Chip("source", word, word, is_shown=False)


def _last_source(change: Change) -> ValueSource | None:
    """Where the value comes from, or of what is gone came from."""
    if change.kind is ChangeKind.REMOVED:
        return change.source_before
    return change.source_after


def _has_two_values(change: Change) -> bool:
    is_renamed = change.kind is ChangeKind.RENAMED and not _is_mere_rename(change)
    return is_renamed or change.kind is ChangeKind.CHANGED


def _is_mere_rename(change: Change) -> bool:
    is_renamed = change.kind is ChangeKind.RENAMED
    is_same_source = change.source_before is change.source_after
    return is_renamed and is_same_source and exact(change.before) == exact(change.after)


def _former(change: Change, spec: OptionSpec) -> OptionSpec | None:
    """What a renamed option was called; None where a name moved without a rename."""
    if change.kind is not ChangeKind.RENAMED:
        return None
    was = {facet.facet: facet.before for facet in change.facets}
    env, yaml_path = was.get(Facet.ENV, spec.env), was.get(Facet.YAML_PATH, spec.yaml_path)
    return replace(
        spec,
        flag=change.was,
        env=env if isinstance(env, str) else "",
        yaml_path=yaml_path if isinstance(yaml_path, str) else "",
    )


def _both(change: Change) -> tuple[Shown, Shown]:
    before = shown(change.before, change.source_before, change.type)
    after = shown(change.after, change.source_after, change.type)
    if change.kind is ChangeKind.ADDED:
        return Shown(ShownState.ABSENT, "absent"), after
    if change.kind is ChangeKind.REMOVED:
        return before, Shown(ShownState.ABSENT, "absent")
    if not _has_two_values(change):
        return before, after
    return marked(before, after, (change.before, change.after))


def _shorten_items(items: Items, limit: int) -> Items:
    return replace(
        items,
        removed=_shorten_list(items.removed, limit),
        added=_shorten_list(items.added, limit),
        kept=_shorten_list(items.kept, limit),
    )


def _shorten_list(items: tuple[str, ...], limit: int) -> tuple[str, ...]:
    """Show as many items as `limit` characters hold, at least one, and count the others."""
    shown, room = 0, limit
    while shown < len(items) and room > 0:
        room -= len(items[shown]) + 1
        shown += 1
    rest = len(items) - shown
    more = (f"[…{plural(rest, 'more item')}…]",) if rest else ()
    return (*(middle_out(item, limit) for item in items[:shown]), *more)


# --- remarks ------------------------------------------------------------------------------------


def _remarks(change: Change, has_items: bool, limit: int) -> Iterator[Remark]:
    yield from _other_names(change)
    if has_items and change.source_before is not None and change.source_after is not None:
        yield _origins(change.source_before, change.source_after)
    for facet in change.facets:
        if not _is_said(facet, change):
            yield _remark(facet, limit)
    compared = {facet.facet for facet in change.facets}
    if change.spec and change.spec.default is not None and change.subject is Subject.CONFIG:
        default = declared_default(replace(change.spec, type=change.type))
        yield Remark(f"default {middle_out(default, limit)}")
    if change.spec and change.spec.use_instead and Facet.USE_INSTEAD not in compared:
        yield Remark(f"deprecated: {_use(change.spec.use_instead)}")


def _other_names(change: Change) -> Iterator[Remark]:
    if change.was in change.also:
        yield Remark("the old name still works", is_reassuring=True)
    if others := [option_name(key) for key in change.also if key != change.was]:
        yield Remark(visible(f"also called {', '.join(others)}"))


def _origins(before: ValueSource, after: ValueSource) -> Remark:
    """What the words around two values would have told, had they not become items."""
    old, new = _ORIGIN_WORDS[before], _ORIGIN_WORDS[after]
    return Remark(new if old == new else f"{old} → {new}")


_ORIGIN_WORDS: Final[Mapping[ValueSource, str]] = {
    ValueSource.FLAG: "set by flag",
    ValueSource.ENV: "set by env",
    ValueSource.YAML: "set by yaml",
    ValueSource.DEFAULT: "unset, the default applies",
    ValueSource.UNSET: "unset",
}


def _is_said(facet: FacetChange, change: Change) -> bool:
    """Whether names or values, with the words around them, say it already."""
    if change.kind is ChangeKind.RENAMED and facet.facet in _NAMES:
        return bool(facet.before and facet.after)
    is_unset = {change.source_before, change.source_after} <= _NOT_SET
    both_shown = is_unset and change.kind is not ChangeKind.DECLARED
    return facet.facet is Facet.SOURCE or (facet.facet is Facet.DEFAULT and both_shown)


_NAMES: Final = {Facet.ENV, Facet.YAML_PATH}
_NOT_SET: Final = {ValueSource.DEFAULT, ValueSource.UNSET}


def _remark(facet: FacetChange, limit: int) -> Remark:
    if facet.facet in _SWITCHES:
        off, on = _SWITCHES[facet.facet]
        return Remark(on if facet.after is True else off)
    if facet.facet is Facet.USE_INSTEAD:
        after = facet.after
        return Remark(
            f"newly deprecated: {_use(after)}"
            if isinstance(after, list) and after
            else "no longer deprecated"
        )
    return Remark(
        _FACET_WORDS[facet.facet], _declared(facet.before, limit), _declared(facet.after, limit)
    )


def _use(flags: Sequence[object]) -> str:
    return visible(f"use {', '.join(f'--{flag}' for flag in flags)} instead")


def _declared(value: Value, limit: int) -> str:
    return "none" if value is MISSING or value is None else middle_out(human(value), limit)


_SWITCHES: Final[Mapping[Facet, tuple[str, str]]] = {
    Facet.HIDDEN: ("no longer hidden", "newly hidden"),
    Facet.SECRET: ("no longer declared a secret", "newly declared a secret"),
}
_FACET_WORDS: Final[Mapping[Facet, str]] = {
    Facet.DEFAULT: "default",
    Facet.TYPE: "type",
    Facet.ENV: "environment variable",
    Facet.YAML_PATH: "YAML path",
    Facet.JSON_PATH: "config path",
}
