"""A whole Report in words: what text, Markdown and HTML lay out, each in its own way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.documented import Fit
from confaudit.core.model import Fidelity, Level
from confaudit.core.report.exits import is_unreadable
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report, Side
from confaudit.core.report.states import worst_state
from confaudit.core.text.paths import telling
from confaudit.core.text.wording import agreeing, listing, moment, plural, visible
from confaudit.present.changes import change_groups
from confaudit.present.charts import Strip, strip
from confaudit.present.decisions import Decisions, decisions, idle_exceptions
from confaudit.present.entries import Group
from confaudit.present.facets import FacetCounts, facet_counts
from confaudit.present.findings import finding_groups
from confaudit.present.inline_diff import middle_out
from confaudit.present.plan import StageShown, shown_plan
from confaudit.present.tables import Place, TableShown, shown_table
from confaudit.present.values import Chip

if TYPE_CHECKING:
    from confaudit.present.timeline import TimelineShown


class SideShown(Struct, frozen=True):
    """One of the two things compared."""

    word: str
    """`Before` or `After`."""
    label: str
    facts: tuple[tuple[str, str], ...]
    """What is known about it: term and text."""


class Page(Struct, frozen=True):
    """A whole report, ready to be laid out. A part that is empty is left out of the layout."""

    kind: ReportKind
    subject: str
    """What reports of this kind are about."""
    title: str
    verdict: str
    result: str
    plan: tuple[StageShown, ...]
    """What is to be done; of several deployments each part has its own."""
    sides: tuple[SideShown, ...]
    """The two things compared, or none."""
    mood: str
    """Of an audit, or of a report on states, the level of the worst that it found; without any
    `safe`, or `info` where not all is known; of other reports empty."""
    facets: tuple[FacetCounts, ...]
    total: int
    """How many findings, changes, table rows and parts there are."""
    noun: str
    """What `total` counts: a plural."""
    groups: tuple[Group, ...]
    """Findings, then changes."""
    decisions: tuple[Decisions, ...]
    """What people decided about findings, see there; those that are not folded are to be seen
    before all groups."""
    tables: tuple[TableShown, ...]
    timelines: tuple["TimelineShown", ...]
    """Of a history what each deployment had when."""
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
    anchor: str = ""
    """Of a part; empty of the whole."""
    parts: tuple["Page", ...] = ()
    """A page on each of several deployments, under its name. The whole has no groups of its own
    then; its tables and notes are on all of them."""

    @property
    def all_groups(self) -> tuple[Group, ...]:
        """Its groups, or those of its parts."""
        return (*self.groups, *(group for part in self.parts for group in part.groups))


def present(report: Report, limit: int) -> Page:
    """Put a report into words.

    `limit` is how many characters of one value are shown before its middle is left out.
    """
    if not report.parts:
        shown, is_review = report.judged.shown, report.kind is ReportKind.REVIEW
        groups = (
            *finding_groups(report, limit),
            *change_groups(shown, limit, are_counted=is_review),
            *_entry_groups(report, limit),
        )
        return _page(report, limit, groups)
    names = [part.deployment for part in report.parts]
    named = enumerate(zip(names, _titles(names), strict=True), start=1)
    places = {name: Place(f"deployment-{n}", title) for n, (name, title) in named}
    parts = tuple(
        _part(part, place, present(_matched(part), limit), report)
        for part, place in zip(report.parts, places.values(), strict=True)
    )
    found = tuple(group for part in parts for group in part.groups)
    whole = _page(report, limit, found, places)
    total = _rows((*whole.decisions, *whole.tables)) + sum(1 + part.total for part in parts)
    return replace(whole, parts=parts, groups=(), total=total)


def _titles(names: Sequence[str]) -> Iterator[str]:
    """Names of deployments; those that are files at absolute paths by what tells these apart."""
    files = [name for name in names if name.startswith("/")]
    told = dict(zip(files, telling(files), strict=True))
    yield from (told.get(name, name) for name in names)


def _part(report: Report, place: Place, page: Page, whole: Report) -> Page:
    """A page as part of one on several deployments: with links of its own, without what all say."""
    name, anchor = middle_out(visible(place.title), _HEAD_LIMIT), place.anchor
    chip = Chip("deployment", anchor, name, is_shown=False)
    return replace(
        page,
        anchor=anchor,
        title=name,
        groups=tuple(_beneath(anchor, group, chip) for group in page.groups),
        tables=tuple(
            replace(table, anchor=f"{anchor}-{table.anchor}", is_folded=True)
            for table in page.tables
        ),
        decisions=tuple(one.beneath(anchor) for one in page.decisions),
        notes=tuple(visible(note) for note in report.notes if note not in whole.notes),
    )


def _matched(part: Report) -> Report:
    """A part without the exceptions that are about nothing in it: they may be in another."""
    return replace(part, judged=replace(part.judged, unmatched=()))


def _beneath(anchor: str, group: Group, chip: Chip) -> Group:
    rows = tuple(
        replace(
            row,
            chips=(*row.chips, chip),
            anchor=row.fingerprint,  # two deployments may change the same option
        )
        for row in group.rows
    )
    return replace(group, anchor=f"{anchor}-{group.anchor}", rows=rows)


def _rows(parts: Iterable[Group | Decisions | TableShown]) -> int:
    return sum(len(part.rows) for part in parts)


def _entry_groups(report: Report, limit: int) -> tuple[Group, ...]:
    if not report.entries:
        return ()
    from confaudit.present.history_page import entry_groups  # only a history has entries

    return entry_groups(report.entries, limit)


def _entry_tables(report: Report) -> tuple[TableShown, ...]:
    if not report.entries:
        return ()
    from confaudit.present.history_page import entry_table

    return (entry_table(report.entries),)


def _timelines(report: Report) -> "tuple[TimelineShown, ...]":
    if not report.entries:
        return ()
    from confaudit.present.timeline import shown_timelines

    return shown_timelines(report.entries, report.generated_at)


def _page(
    report: Report,
    limit: int,
    groups: tuple[Group, ...],
    places: Mapping[str, Place] = MappingProxyType({}),
) -> Page:
    tables = (
        *_entry_tables(report),
        *(shown_table(table, limit, places) for table in report.tables),
    )
    found = () if report.parts else decisions(report.judged, limit)
    decided = (*found, *idle_exceptions(report.judged, limit))
    return Page(
        kind=report.kind,
        subject=report.kind.subject,
        title=middle_out(visible(report.title), _HEAD_LIMIT),
        verdict=middle_out(visible(report.headline), 2 * _HEAD_LIMIT),
        result=visible(report.result),
        plan=shown_plan(report, limit),
        sides=tuple(_sides(report)),
        mood=_mood(report),
        facets=tuple(facet_counts(groups, are_all=not (report.kind.is_audit and report.hidden))),
        total=_rows((*groups, *decided, *tables)),
        noun=_noun(report),
        groups=groups,
        decisions=decided,
        tables=tables,
        timelines=_timelines(report),
        strip=_strip(report),
        is_audit=report.kind.is_audit,
        empty=report.empty,
        notes_title=_notes_title(report),
        notes=tuple(map(visible, report.notes)),
        generated=moment(report.generated_at),
        tool_version=visible(report.tool_version),
    )


_NOTES: Final = "Not compared or not known"
_AUDIT_NOTES: Final = "Coverage: not known or not checked"
_SHARED_NOTES: Final = "Coverage of all of them: not known or not checked"

_HEAD_LIMIT: Final = 300
"""Characters of a text at the head of a page, where it stands whole in every format."""


def _notes_title(report: Report) -> str:
    if report.parts:
        return _SHARED_NOTES
    is_judged = report.kind.is_audit or report.kind.tells_states
    return _AUDIT_NOTES if is_judged else _NOTES


def _mood(report: Report) -> str:
    if is_unreadable(report):
        return Level.ERROR.word
    if report.kind.tells_states:
        level = worst_state(report).level
        return level.word if level else "safe"
    if not report.kind.is_audit:
        return ""
    if report.worst is None and report.is_incomplete:
        return Level.INFO.word
    return report.worst.word if report.worst else "safe"


def _strip(report: Report) -> Strip | None:
    keys = tuple(report.lives.events) if report.lives and not report.kind.is_audit else ()
    return strip(report.lives, keys[0], whole=True) if len(keys) == 1 else None


def _noun(report: Report) -> str:
    """One word for all there is to see."""
    judged = report.judged
    nouns = {
        "findings": report.findings,
        "changes": report.changes,
        "rows": report.tables,
        "decisions": (*judged.excused, *judged.older, *judged.lapsed, *judged.unmatched),
    }
    present = [noun for noun, members in nouns.items() if members]
    return present[0] if len(present) == 1 else "entries"


# --- sides --------------------------------------------------------------------------------------

_FIDELITY: Final[Mapping[Fidelity, str]] = {
    Fidelity.FULL: "options and config",
    Fidelity.LOSSY: "support bundle, may be incomplete",
    Fidelity.CONFIG: "config only, no options",
    Fidelity.SHAPE: "API docs page, no values",
}


def _sides(report: Report) -> Iterator[SideShown]:
    for word, side in zip(("Before", "After"), report.sides, strict=False):
        is_predicted = report.kind.is_audit and not side.leaves
        yield _side(word, side, is_predicted)


def _fit(fit: Fit, leaves: int) -> str:
    """Which releases a docs page is like, and how much."""
    runs = [first if first == last else f"{first} to {last}" for first, last in fit.spans]
    lacking = f", {fit.others:,} {agreeing(fit.others, 'is', 'are')} missing" if fit.others else ""
    return f"fits Coder {listing(runs)} best: {fit.shared:,} of {leaves:,} leaves match{lacking}"


def _side(word: str, side: Side, is_predicted: bool) -> SideShown:
    """A side of a comparison; what nobody has read yet has a version and little else."""
    version = f"Coder {visible(side.version)}" if side.version else ""
    leaves = f"{side.leaves:,} config {agreeing(side.leaves, 'leaf', 'leaves')}"
    size = f"{plural(side.options, 'option')}, {leaves}" if side.options else leaves
    facts = {
        "Deployment": visible(side.deployment),
        "Version": "" if version == visible(side.label) else version,
        "Taken": moment(side.taken_at) if side.taken_at else "",
        "Holds": "" if is_predicted else size,
        "Read from": "" if is_predicted else _FIDELITY[side.fidelity],
        "Release": _fit(side.fit, side.leaves) if side.fit else "",
        "Stored as": f"commit {visible(side.commit[:12])}" if side.commit else "",
    }
    known = tuple((term, middle_out(text, _HEAD_LIMIT)) for term, text in facts.items() if text)
    return SideShown(word, middle_out(visible(side.label), _HEAD_LIMIT), known)
