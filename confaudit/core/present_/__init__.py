"""How a Report reads: the words, marks and groups that text, Markdown and HTML share.

It computes from the Report alone and adds no fact. Every string that leaves it is safe to look at:
control characters, terminal escapes and text-direction tricks are spelled out by `visible`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from itertools import groupby
from typing import Final

from confaudit.core.marks import (
    Items,
    Segment,
    Segments,
    compare_items,
    mark_words,
    middle_out,
    shorten,
)
from confaudit.core.model import (
    MISSING,
    Change,
    ChangeKind,
    Facet,
    FacetChange,
    Fidelity,
    OptionSpec,
    Subject,
    Value,
    ValueSource,
)
from confaudit.core.redact import is_secret
from confaudit.core.report import Report, Side
from confaudit.core.wording import exact, human, is_duration, moment, plural, visible


class State(StrEnum):
    """How a shown value came to be."""

    ABSENT = "absent"
    """The subject does not exist on this side."""
    UNKNOWN = "unknown"
    """It exists, but this input does not tell its value."""
    UNSET = "unset"
    """Nothing set the option; the text, if any, is what is in effect instead."""
    SET = "set"
    SECRET = "secret"  # noqa: S105 - a state's name
    """Only whether it is set is known."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One side of a change in one line: our words, the value, our words."""

    state: State
    lead: str = ""
    segments: Segments = ()
    """The value; joined, they are `text`."""
    tail: str = ""
    exact: str = ""
    """The value as Coder stores it, when `text` is a humanised form of it."""

    @property
    def text(self) -> str:
        """The value without the words around it."""
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something beside the value; `before` and `after` are empty for a mere statement."""

    text: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One change, ready to be laid out."""

    anchor: str
    """Stable and unique within a report; fit for an HTML id and a URL fragment."""
    kind: ChangeKind
    title: str
    """Display name of an option, else the dotted path."""
    names: tuple[str, ...]
    """An option's flag, environment variable and YAML path, as far as it has them."""
    before: Shown
    after: Shown
    items: Items | None
    """To show in place of two values when both are lists or both are mappings."""
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together."""

    anchor: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many changes there are of one kind."""

    kind: ChangeKind
    number: int


@dataclass(frozen=True, slots=True)
class SideShown:
    """One of the two things compared."""

    label: str
    facts: tuple[tuple[str, str], ...]
    """What is known about it: term and text."""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report, ready to be laid out."""

    title: str
    verdict: str
    result: str
    before: SideShown
    after: SideShown
    counts: tuple[Count, ...]
    """Kinds that occur, in the order of `ChangeKind`."""
    total: int
    groups: tuple[Group, ...]
    empty: str
    """Why there is nothing to show; empty when there is something."""
    notes: tuple[str, ...]
    generated: str
    tool_version: str


def present(report: Report, limit: int) -> Page:
    """Put a report into words.

    `limit` is how many characters of one value are shown before its middle is left out.
    """
    return Page(
        title=visible(report.title),
        verdict=visible(report.verdict),
        result=visible(report.result),
        before=_side(report.before),
        after=_side(report.after),
        counts=tuple(Count(kind, number) for kind, number in report.counts.items() if number),
        total=len(report.changes),
        groups=tuple(_groups(report.changes, limit)),
        empty=_empty(report),
        notes=tuple(visible(note) for note in report.notes),
        generated=moment(report.generated_at),
        tool_version=visible(report.tool_version),
    )


KIND_WORDS: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "removed",
    ChangeKind.CHANGED: "changed",
    ChangeKind.SOURCE: "source",
    ChangeKind.DECLARED: "declared",
}
KIND_SYMBOLS: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.ADDED: "+",
    ChangeKind.REMOVED: "-",
    ChangeKind.CHANGED: "~",
    ChangeKind.SOURCE: ">",
    ChangeKind.DECLARED: "*",
}


# --- sides --------------------------------------------------------------------------------------

_FIDELITY: Final[Mapping[Fidelity, str]] = {
    Fidelity.FULL: "options and config",
    Fidelity.LOSSY: "support bundle, may be incomplete",
    Fidelity.CONFIG: "config only, no options",
    Fidelity.SHAPE: "API docs page, no values",
}


def _side(side: Side) -> SideShown:
    facts = {
        "Deployment": visible(side.deployment),
        "Version": f"Coder {visible(side.version)}" if side.version else "",
        "Taken": moment(side.taken_at) if side.taken_at else "",
        "Holds": f"{plural(side.options, 'option')}, {plural(side.leaves, 'config value')}",
        "Read from": _FIDELITY[side.fidelity],
        "Stored as": f"commit {visible(side.commit[:12])}" if side.commit else "",
    }
    return SideShown(
        visible(side.label), tuple((term, text) for term, text in facts.items() if text)
    )


def _empty(report: Report) -> str:
    if report.changes:
        return ""
    if report.nothing_compared:
        return "Neither side holds an option or a config leaf, so there was nothing to compare."
    return "Everything both sides tell is the same."


# --- groups -------------------------------------------------------------------------------------

_SUBJECT_ORDER: Final = tuple(Subject)


def _groups(changes: tuple[Change, ...], limit: int) -> Iterator[Group]:
    """Gather changes by subject and group title; within a group the order stays."""
    ordered = sorted(changes, key=_place)
    for number, (place, members) in enumerate(groupby(ordered, _place), start=1):
        rows = tuple(_row(change, limit) for change in members)
        yield Group(f"group-{number}", visible(place[-1]), rows)


def _place(change: Change) -> tuple[int, bool, str]:
    """Where a change belongs: options by Coder's own groups, leaves by their first segment."""
    title = _group_title(change)
    return _SUBJECT_ORDER.index(change.subject), title in _LEFTOVERS, title


def _group_title(change: Change) -> str:
    if change.subject is Subject.OPTION:
        return (change.spec.group if change.spec else "") or _OTHER_OPTIONS
    section, dot, _ = change.key.partition(".")
    if change.subject is Subject.SERVER:
        return f"Server: {section}"
    return f"Config: {section}" if dot else _TOP_LEVEL


_OTHER_OPTIONS: Final = "Other options"
_TOP_LEVEL: Final = "Config: top level"
_LEFTOVERS: Final = {_OTHER_OPTIONS, _TOP_LEVEL}


# --- rows ---------------------------------------------------------------------------------------


def _row(change: Change, limit: int) -> Row:
    items = compare_items(change.before, change.after) if _has_two_values(change) else None
    before, after = _both(change)
    return Row(
        anchor=_anchor(change),
        kind=change.kind,
        title=visible(change.spec.name if change.spec and change.spec.name else change.key),
        names=_names(change.spec) if change.spec else (),
        before=replace(before, segments=shorten(before.segments, limit)),
        after=replace(after, segments=shorten(after.segments, limit)),
        items=_shorten_items(items, limit) if items else None,
        remarks=tuple(_remarks(change, items is not None, limit)),
    )


def _has_two_values(change: Change) -> bool:
    return change.kind is ChangeKind.CHANGED


def _anchor(change: Change) -> str:
    if _SAFE_KEY.fullmatch(change.key):
        return f"{change.subject}:{change.key}"
    digest = sha256(change.key.encode(errors="surrogatepass")).hexdigest()
    return f"{change.subject}:{digest[:16]}"


_SAFE_KEY: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")


def _names(spec: OptionSpec) -> tuple[str, ...]:
    flag = f"--{spec.flag}" if spec.flag else ""
    return tuple(visible(name) for name in (flag, spec.env, spec.yaml_path) if name)


def _both(change: Change) -> tuple[Shown, Shown]:
    before = _shown(change.before, change.source_before, change.type)
    after = _shown(change.after, change.source_after, change.type)
    if change.kind is ChangeKind.ADDED:
        return Shown(State.ABSENT, "absent"), after
    if change.kind is ChangeKind.REMOVED:
        return before, Shown(State.ABSENT, "absent")
    if not (_has_two_values(change) and before.segments and after.segments):
        return before, after
    if State.SECRET in (before.state, after.state):
        return _all_marked(before), _all_marked(after)
    old, new = before.text, after.text
    if old == new:  # the text "1" and the number 1
        old, new = exact(change.before), exact(change.after)
    marks = mark_words(old, new)
    return replace(before, segments=marks[0]), replace(after, segments=marks[1])


def _all_marked(shown: Shown) -> Shown:
    return replace(shown, segments=(Segment(shown.text, changed=True),))


def _shown(value: Value, source: ValueSource | None, option_type: str) -> Shown:
    if value is MISSING:
        return Shown(State.UNKNOWN, "not known")
    text = (Segment(human(value, option_type)),)
    nanoseconds = f"{value} ns" if value and is_duration(value, option_type) else ""
    if is_secret(value):
        return Shown(State.SECRET, "secret: ", text, _origin(source))
    if source is ValueSource.DEFAULT:
        return Shown(State.UNSET, "unset (default ", text, ")", nanoseconds)
    if source is ValueSource.UNSET:
        return _never_set(value, text, nanoseconds)
    return Shown(State.SET, "", text, _origin(source), nanoseconds)


def _never_set(value: Value, text: Segments, nanoseconds: str) -> Shown:
    """An option without a default that nothing set: its type's zero value is in effect."""
    if value in (None, "", [], {}):
        return Shown(State.UNSET, "unset")
    return Shown(State.UNSET, "unset (", text, ")", nanoseconds)


def _origin(source: ValueSource | None) -> str:
    return f" ({source})" if source and source is not ValueSource.DEFAULT else ""


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
    if has_items and change.source_before is not None and change.source_after is not None:
        yield _origins(change.source_before, change.source_after)
    for facet in change.facets:
        if not _told_by_values(facet, change):
            yield _remark(facet, limit)
    told = {facet.facet for facet in change.facets}
    if change.spec and change.spec.use_instead and Facet.USE_INSTEAD not in told:
        yield Remark(f"deprecated: {_use(change.spec.use_instead)}")


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


def _told_by_values(facet: FacetChange, change: Change) -> bool:
    """Whether the two values with the words around them say it already."""
    unset = change.source_before is change.source_after is ValueSource.DEFAULT
    return facet.facet is Facet.SOURCE or (facet.facet is Facet.DEFAULT and unset)


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
