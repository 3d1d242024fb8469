"""How a Report reads: the words, marks and groups that text, Markdown and HTML share.

It computes from the Report alone and adds no fact. Every string that leaves it is safe to look at:
control characters, terminal escapes and text-direction tricks are spelled out by `visible`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from confaudit.core.findings import Answer, Confidence, Effect, Phase
from confaudit.core.model import (
    MISSING,
    Cause,
    ChangeKind,
    Fidelity,
    Level,
    Missing,
    Value,
    ValueSource,
)
from confaudit.core.present.changes import Group, groups
from confaudit.core.present.findings import LEVEL_WORDS, Section, sections
from confaudit.core.present.marks import middle_out
from confaudit.core.present.pictures import Stretch, Strip, bar_kind, bars, strip
from confaudit.core.present.values import Chip
from confaudit.core.report import Column, Report, ReportKind, Side, Table
from confaudit.core.wording import human, moment, plural, visible


@dataclass(frozen=True, slots=True)
class Count:
    """How many changes or findings bear a label."""

    chip: Chip
    number: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by one facet, to look at and to filter by."""

    title: str
    counts: tuple[Count, ...]
    """Of what occurs, in the facet's own order."""
    is_leading: bool
    """Whether these numbers sum the report up; the others help to find something in it."""


@dataclass(frozen=True, slots=True)
class SideShown:
    """One of the two things compared."""

    word: str
    """`Before` or `After`."""
    label: str
    facts: tuple[tuple[str, str], ...]
    """What is known about it: term and text."""


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """The head of a table's column, and how its cells want to look."""

    title: str
    is_code: bool
    """Names, versions and values, to be typed as they are; else prose."""
    is_number: bool
    kind: str = ""
    """What its part of a bar stands for, fit for an HTML class; empty where none is drawn."""


@dataclass(frozen=True, slots=True)
class TableShown:
    """A table of texts; the first cell of a row names it."""

    anchor: str
    title: str
    columns: tuple[ColumnShown, ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]
    """Row by row, cell by cell, the items of each: none where there is nothing to say."""
    bars: tuple[tuple[Stretch, ...], ...]
    """Row by row a picture of its numbers, or none at all."""
    is_folded: bool
    """Whether only a reader who asks for more needs to see the rows."""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report, ready to be laid out. A part that is empty is left out of the layout."""

    kind: ReportKind
    subject: str
    """What reports of this kind are about."""
    title: str
    verdict: str
    result: str
    sides: tuple[SideShown, ...]
    """The two things compared, or none."""
    mood: str
    """Of an audit the level of the worst that it found, or `safe`; else empty."""
    tallies: tuple[Tally, ...]
    total: int
    """How many findings, changes and table rows there are."""
    noun: str
    """What `total` counts: a plural."""
    sections: tuple[Section, ...]
    """Findings; they come before all else."""
    groups: tuple[Group, ...]
    """Changes."""
    tables: tuple[TableShown, ...]
    strip: Strip | None
    """The life of the option that it is all about; its table says the same in words."""
    is_audit: bool
    """Whether it is about findings: tables and notes then are its appendix, else its beginning."""
    empty: str
    """Why there is nothing to show; empty when there is something."""
    notes_title: str
    notes: tuple[str, ...]
    generated: str
    tool_version: str


def present(report: Report, limit: int) -> Page:
    """Put a report into words.

    `limit` is how many characters of one value are shown before its middle is left out.
    """
    found, gathered = sections(report, limit), groups(report.changes, limit)
    tables = tuple(_table(table, limit) for table in report.tables)
    return Page(
        kind=report.kind,
        subject=_SUBJECTS[report.kind],
        title=visible(report.title),
        verdict=_verdict(report),
        result=visible(report.result),
        sides=tuple(_sides(report)),
        mood=_mood(report),
        tallies=tuple(_tallies(found, gathered)),
        total=len(report.findings) + len(report.changes) + sum(len(t.rows) for t in tables),
        noun=_noun(report),
        sections=found,
        groups=gathered,
        tables=tables,
        strip=_strip(report),
        is_audit=report.is_audit,
        empty=_empty(report),
        notes_title=_AUDIT_NOTES if report.is_audit else _NOTES,
        notes=tuple(_notes(report)),
        generated=moment(report.generated_at),
        tool_version=visible(report.tool_version),
    )


_NOTES: Final = "Not compared or not known"
_AUDIT_NOTES: Final = "Coverage: not known or not checked"
_SUBJECTS: Final[Mapping[ReportKind, str]] = {
    ReportKind.DIFF: "Configuration changes",
    ReportKind.UPGRADE: "Upgrade audit",
    ReportKind.LINT: "Audit of configuration files",
    ReportKind.VERIFY: "Upgrade, compared with its prediction",
    ReportKind.EXPLAIN: "Story of an option",
    ReportKind.CATALOG_RELEASES: "Releases of Coder",
    ReportKind.CATALOG_SHOW: "Life of an option",
    ReportKind.CATALOG_DIFF: "Changes between releases of Coder",
}


def _mood(report: Report) -> str:
    if not report.is_audit:
        return ""
    return LEVEL_WORDS[report.worst] if report.worst else "safe"


def _verdict(report: Report) -> str:
    told, beside = _sentence(visible(report.verdict)), _beside(report)
    return f"{told.removesuffix('.')}, {beside}" if beside else told


def _beside(report: Report) -> str:
    """What an upgrade's verdict does not speak of: other warnings than of a start or a change."""
    rest = sum(
        one.severity > Level.INFO
        and one.affects is not Answer.NO
        and one.rule.effect not in (Effect.WILL_NOT_START, Effect.BEHAVIOUR)
        for one in report.findings
    )
    if report.kind is not ReportKind.UPGRADE or not rest:
        return ""
    return f"{plural(rest, 'other thing')} to act on"


def _strip(report: Report) -> Strip | None:
    keys = tuple(report.lives.events) if report.lives and not report.is_audit else ()
    return strip(report.lives, keys[0], whole=True) if len(keys) == 1 else None


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _notes(report: Report) -> Iterator[str]:
    """The notes; a comparison's verdict itself says how much filters left out."""
    if report.is_audit and report.hidden:
        yield f"{plural(report.hidden, 'finding')} left out as asked."
    yield from map(visible, report.notes)


KIND_SYMBOLS: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.ADDED: "+",
    ChangeKind.REMOVED: "-",
    ChangeKind.CHANGED: "~",
    ChangeKind.RENAMED: "=",
    ChangeKind.SOURCE: ">",
    ChangeKind.DECLARED: "*",
}


def _noun(report: Report) -> str:
    """One word for all there is to see."""
    nouns = {"findings": report.findings, "changes": report.changes, "rows": report.tables}
    present = [noun for noun, members in nouns.items() if members]
    return present[0] if len(present) == 1 else "entries"


@dataclass(frozen=True, slots=True)
class _Facet:
    """What entries are counted and filtered by."""

    title: str
    order: tuple[str, ...] = ()
    """Its values as they are to be listed; without an order the most frequent comes first."""
    is_leading: bool = False
    is_version: bool = False
    """Whether its values are in the order of versions."""


FACETS: Final[Mapping[str, _Facet]] = {
    "level": _Facet(
        "Findings by level", tuple(LEVEL_WORDS[level] for level in reversed(Level)), True
    ),
    "effect": _Facet("Findings by effect", tuple(Effect), True),
    "cause": _Facet("Changes by cause", tuple(Cause), True),
    "kind": _Facet("Changes by kind", tuple(ChangeKind), True),
    "affects": _Facet("Affects you", tuple(Answer)),
    "phase": _Facet("When to act", tuple(Phase), True),
    "since": _Facet("Comes with", is_version=True),
    "confidence": _Facet("How sure", tuple(Confidence)),
    "source": _Facet("Set by", (*filter(None, ValueSource), "unset")),
    "area": _Facet("Area"),
}


def _tallies(sections: tuple[Section, ...], groups: tuple[Group, ...]) -> Iterator[Tally]:
    findings = [finding.chips for section in sections for finding in section.rows]
    entries = [*findings, *(row.chips for group in groups for row in group.rows)]
    numbers = Counter((chip.facet, chip.value) for chips in entries for chip in chips)
    by_value = {(chip.facet, chip.value): chip for chips in entries for chip in reversed(chips)}
    for name, facet in FACETS.items():
        counts = [Count(chip, numbers[key]) for key, chip in by_value.items() if key[0] == name]
        is_telling = any(count.number < len(entries) for count in counts)
        if is_telling or (counts and facet.is_leading):
            yield _tally(facet, counts)


def _tally(facet: _Facet, counts: list[Count]) -> Tally:
    def place(count: Count) -> tuple[list[int], int, str]:
        numbers = [int(part) for part in re.findall("[0-9]+", count.chip.value)]
        rank = [facet.order.index(count.chip.value)] if facet.order else []
        return numbers if facet.is_version else rank, -count.number, count.chip.word

    return Tally(facet.title, tuple(sorted(counts, key=place)), facet.is_leading)


# --- sides --------------------------------------------------------------------------------------

_FIDELITY: Final[Mapping[Fidelity, str]] = {
    Fidelity.FULL: "options and config",
    Fidelity.LOSSY: "support bundle, may be incomplete",
    Fidelity.CONFIG: "config only, no options",
    Fidelity.SHAPE: "API docs page, no values",
}


def _sides(report: Report) -> Iterator[SideShown]:
    for word, side in zip(("Before", "After"), report.sides, strict=False):
        is_predicted = report.is_audit and not side.leaves
        yield _side(word, side, is_predicted)


def _side(word: str, side: Side, is_predicted: bool) -> SideShown:
    """A side of a comparison; what nobody has read yet has a version and little else."""
    version = f"Coder {visible(side.version)}" if side.version else ""
    size = f"{plural(side.options, 'option')}, {plural(side.leaves, 'config value')}"
    facts = {
        "Deployment": visible(side.deployment),
        "Version": "" if version == visible(side.label) else version,
        "Taken": moment(side.taken_at) if side.taken_at else "",
        "Holds": "" if is_predicted else size,
        "Read from": "" if is_predicted else _FIDELITY[side.fidelity],
        "Stored as": f"commit {visible(side.commit[:12])}" if side.commit else "",
    }
    known = tuple((term, text) for term, text in facts.items() if text)
    return SideShown(word, visible(side.label), known)


def _empty(report: Report) -> str:
    if report.is_audit:
        return "" if report.findings or report.changes else _NO_FINDING
    if report.changes or report.statement or not report.sides:
        return ""
    if report.nothing_compared:
        return "Neither side holds an option or a config leaf, so there was nothing to compare."
    if report.hidden:
        return "There are differences, none of them among what you asked to see."
    return "Everything both sides tell is the same."


_NO_FINDING: Final = "There is nothing to do, as far as can be seen from here."


# --- tables -------------------------------------------------------------------------------------


def _table(table: Table, limit: int) -> TableShown:
    return TableShown(
        anchor=visible(f"table-{table.id}"),
        title=visible(table.title),
        columns=tuple(
            ColumnShown(
                visible(column.title),
                column.is_code,
                _counts(table, column.id),
                _kind(table, column),
            )
            for column in table.columns
        ),
        rows=tuple(
            tuple(_cell(row.get(column.id, MISSING), limit) for column in table.columns)
            for row in table.rows
        ),
        bars=bars(table),
        is_folded=table.is_folded,
    )


def _kind(table: Table, column: Column) -> str:
    return bar_kind(column.id) if column.id in table.bars else ""


def _counts(table: Table, column: str) -> bool:
    """Whether a column holds numbers, so that they are to stand below each other."""
    cells = [row[column] for row in table.rows if row.get(column, MISSING) is not MISSING]
    return bool(cells) and all(type(cell) is int for cell in cells)


def _cell(value: Value, limit: int) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(item for part in value for item in _cell(part, limit))
    if isinstance(value, Missing) or value in (None, ""):
        return ()
    return (middle_out(human(value), limit),)
