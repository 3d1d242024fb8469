"""How values over time read: lanes to draw one below the other, and the same as a table.

Every chart here has its like in words: a lane its sentence, all of them the table.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from confaudit.core.changes.attribution import CAUSE_ORDER
from confaudit.core.history.entry import Entry
from confaudit.core.history.timeline import Lane, Moment, Timeline, timelines
from confaudit.core.model import Cause, Subject
from confaudit.core.text.wording import moment, option_name, plural, visible
from confaudit.present.charts import Label, Mark
from confaudit.present.inline_diff import middle_out
from confaudit.present.stays import StayShown, stay_words, stays_shown, value_words
from confaudit.present.tables import ColumnShown, TableShown
from confaudit.present.timescale import Timescale
from confaudit.present.values import Chip

_DEPLOYMENTS: Final = 10
"""So many are drawn at most; a reader who wants another asks for it by name."""
_OPEN: Final = 25
"""Lanes of all deployments that a reader sees at once; the others are folded."""
_FEW: Final = 8
"""Lanes that are seen at once though nobody but a release did anything."""
_LANES: Final = 100
"""Lanes of all deployments that are drawn, folded or not."""
_ROWS: Final = 300
"""Rows of all tables, the newest of each lane first."""
_TOLD: Final = 5
"""Values of a lane that its sentence tells."""
_NAME: Final = 60


class LaneShown(Struct, frozen=True):
    """One setting over time."""

    name: str
    causes: str
    """Who brought any of its values, parted by blanks."""
    words: str
    """The same as a sentence."""
    stays: tuple[StayShown, ...]


class TimelineShown(Struct, frozen=True):
    """One deployment over time, or one setting in several of them, ready to be drawn.

    Numbers are percent of the width.
    """

    anchor: str
    title: str
    words: str
    """What it shows, and what of it is left out."""
    noun: str
    """What its lanes are named by: `setting` or `deployment`."""
    ticks: tuple[Label, ...]
    marks: tuple[Mark, ...]
    """Of kind `first`, `upgrade`, `removed` or `unreadable`, from left to right."""
    labels: tuple[Label, ...]
    """Over the marks, as many as there is room for."""
    lanes: tuple[LaneShown, ...]
    more: tuple[LaneShown, ...]
    """To be folded."""
    key: tuple[Chip, ...]
    """The causes that occur."""
    table: TableShown


def shown_timelines(entries: Iterable[Entry], until: datetime | None) -> tuple[TimelineShown, ...]:
    """Entries, newest first, as one timeline for each deployment, all on one scale.

    Of a single setting it is one for all deployments. The scale goes on to `until`. Deployments of
    which nothing changed have none.
    """
    told = [one for one in timelines(entries, until) if one.lanes]
    charts = _charts(told)
    times = [one.at for chart in charts for one in (chart.moments[0], chart.moments[-1])]
    if not times:
        return ()
    scale = Timescale(min(times), max(*times, until or times[0]))
    left_out = len(told) - _DEPLOYMENTS if len(charts) == _DEPLOYMENTS else 0
    shares = (_Share(number, len(charts), left_out) for number in range(1, len(charts) + 1))
    return tuple(_shown(chart, scale, share) for chart, share in zip(charts, shares, strict=True))


class _Chart(Struct, frozen=True):
    """What one picture shows."""

    subject: str
    noun: str
    """What its lanes are named by."""
    lanes: tuple[tuple[str, Lane], ...]
    """With their names, the most important first."""
    moments: tuple[Moment, ...]
    """In the order of time."""
    words: str
    """How many lanes there are, in the middle of a sentence."""
    marks: tuple[Moment, ...] = ()
    """Those that are to be marked, where they are."""


def _charts(told: Sequence[Timeline]) -> list[_Chart]:
    names = {_name(lane) for timeline in told for lane in timeline.lanes}
    if len(told) > 1 and len(names) == 1:
        return [_across(names.pop(), told)]
    return [_of_one(timeline) for timeline in told[:_DEPLOYMENTS]]


def _of_one(timeline: Timeline) -> _Chart:
    lanes = sorted(timeline.lanes, key=_weight, reverse=True)
    return _Chart(
        subject=_short(timeline.deployment),
        noun="setting",
        lanes=tuple((_name(lane), lane) for lane in lanes),
        moments=timeline.moments,
        words=plural(len(lanes), "setting"),
        marks=timeline.moments,
    )


def _across(setting: str, told: Sequence[Timeline]) -> _Chart:
    """One setting in several deployments, of which each has upgrades of its own."""
    named = ((_short(one.deployment), lane) for one in told for lane in one.lanes)
    moments = (moment for one in told for moment in one.moments)
    return _Chart(
        subject=setting,
        noun="deployment",
        lanes=tuple(sorted(named, key=lambda pair: _weight(pair[1]), reverse=True)),
        moments=tuple(sorted(moments, key=lambda one: one.at)),
        words=f"it in {plural(len(told), 'deployment')}",
    )


class _Share(Struct, frozen=True):
    """What one of several charts may take."""

    number: int
    of: int
    left_out: int
    """How many deployments are not drawn."""

    @property
    def open(self) -> int:
        return max(5, _OPEN // self.of)

    @property
    def lanes(self) -> int:
        return _LANES // self.of

    @property
    def rows(self) -> int:
        return _ROWS // self.of


def _shown(chart: _Chart, scale: Timescale, share: _Share) -> TimelineShown:
    shown = [_lane(name, lane, scale) for name, lane in chart.lanes[: share.lanes]]
    seen = min(share.open, max(_FEW, sum(_is_by_people(lane) for _, lane in chart.lanes)))
    marks = tuple(_marks(chart.marks, scale))
    causes = {stay.cause for _, lane in chart.lanes for stay in lane.brought}
    return TimelineShown(
        anchor=f"timeline-{share.number}",
        title=f"{chart.subject} over time",
        words=" ".join(_words(chart, share)),
        noun=chart.noun,
        ticks=scale.ticks(),
        marks=marks,
        labels=tuple(_labels(marks)),
        lanes=tuple(shown[:seen]),
        more=tuple(shown[seen:]),
        key=tuple(Chip("cause", c.value, c.value) for c in CAUSE_ORDER if c and c in causes),
        table=_table(chart, share),
    )


def _is_by_people(lane: Lane) -> bool:
    return any(stay.cause in (Cause.OPERATOR, Cause.UNKNOWN) for stay in lane.brought)


def _weight(lane: Lane) -> tuple[int, bool, datetime, int]:
    """What people did comes first, options before what else there is, and then the newest."""
    rank = min(CAUSE_ORDER.index(stay.cause) for stay in lane.brought)
    newest = max(stay.since for stay in lane.brought if stay.since)
    return -rank, lane.change.subject is not Subject.SERVER, newest, len(lane.stays)


def _name(lane: Lane) -> str:
    change = lane.change
    return _short(option_name(change.key) if change.subject is Subject.OPTION else change.key)


def _short(name: str) -> str:
    return middle_out(visible(name), _NAME)


def _lane(name: str, lane: Lane, scale: Timescale) -> LaneShown:
    causes = {stay.cause for stay in lane.brought if stay.cause}
    return LaneShown(
        name=name,
        causes=" ".join(sorted(causes)),
        words=_sentence(name, lane),
        stays=tuple(stays_shown(lane.stays, scale)),
    )


def _sentence(name: str, lane: Lane) -> str:
    told = [stay_words(lane.stays, place) for place in range(len(lane.stays))[-_TOLD:]]
    rest = len(lane.stays) - len(told)
    earlier = f"{plural(rest, 'earlier value')}; " if rest else ""
    return f"{name}: {earlier}{'; '.join(told)}"


# --- the scale ----------------------------------------------------------------------------------


def _words(chart: _Chart, share: _Share) -> Iterator[str]:
    times = dict.fromkeys(moment(one.at) for one in (chart.moments[0], chart.moments[-1]))
    number = plural(sum(1 for one in chart.moments if one.entry.changes), "snapshot")
    yield f"{number} changed {chart.words}, {' to '.join(times)}."
    if len(chart.lanes) > share.lanes:
        yield f"The {share.lanes} that people changed last are drawn."
    if share.left_out and share.number == share.of:
        yield f"{plural(share.left_out, 'more deployment')} are not drawn: name one to see it."


def _marks(moments: Sequence[Moment], scale: Timescale) -> Iterator[Mark]:
    """Upgrades and gaps; of several at one place the last one."""
    found: dict[float, Mark] = {}
    for one in moments:
        if kind := _kind(one.entry):
            at = scale.at(one.at)
            found[at] = Mark(kind, at, f"{moment(one.at)}: {_event(one.entry)}")
    yield from found.values()


def _kind(entry: Entry) -> str:
    kinds = {
        "unreadable": bool(entry.trouble),
        "removed": entry.is_removed,
        "first": entry.is_first,
        "upgrade": entry.is_upgrade,
    }
    return next((kind for kind, holds in kinds.items() if holds), "")


def _event(entry: Entry) -> str:
    release = f" of Coder {entry.version}" if entry.version else ""
    words = {
        "unreadable": f"not readable: {entry.trouble}",
        "removed": "snapshot removed",
        "first": f"first snapshot{release}",
        "upgrade": f"Coder {entry.version_before} → {entry.version}",
    }
    return visible(words[_kind(entry)])


def _labels(marks: Sequence[Mark]) -> Iterator[Label]:
    """The release of each upgrade, where there is room; the newest matter most."""
    free = 100.0
    for mark in reversed(marks):
        label = Label(middle_out(mark.words.rpartition(" ")[2], _VERSION), mark.at)
        if mark.kind == "upgrade" and label.extent[1] <= free:
            free = label.extent[0]
            yield label


_VERSION: Final = 16
"""Characters of a version; one that is longer is none of Coder's."""


# --- the same as a table ------------------------------------------------------------------------

_COLUMNS: Final = {
    "Value": True,
    "Since": False,
    "Until": False,
    "Cause": False,
    "Author": False,
    "Snapshot": True,
}
"""Titles after that of the names; whether the cells are to be typed as they are."""


def _table(chart: _Chart, share: _Share) -> TableShown:
    newest = [
        (name, lane, place)
        for name, lane in chart.lanes
        for place in reversed(range(len(lane.stays)))
    ]
    shown = newest[: share.rows]
    of = f": {len(shown):,} of {len(newest):,} values" if len(shown) < len(newest) else ""
    columns = {chart.noun.capitalize(): True} | _COLUMNS
    return TableShown(
        anchor=f"table-timeline-{share.number}",
        title=f"{chart.subject} over time, as a table{of}",
        columns=tuple(ColumnShown(title, is_code, False) for title, is_code in columns.items()),
        rows=tuple(_row(*one) for one in shown),
        bars=(),
        is_folded=True,
        causes=tuple(lane.stays[place].cause or "" for _, lane, place in shown),
    )


def _row(name: str, lane: Lane, place: int) -> tuple[tuple[str, ...], ...]:
    stay = lane.stays[place]
    entry = stay.entry
    cells = (
        name,
        value_words(lane.stays, place),
        moment(stay.since) if stay.since else "earlier",
        moment(stay.until) if stay.until else "still",
        stay.cause or "",
        visible(entry.author) if entry else "",
        visible(entry.commit[:12]) if entry else "",
    )
    return tuple((cell,) if cell else () for cell in cells)
