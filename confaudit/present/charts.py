"""What charts show, and where: in parts of their width, whatever width that will be.

Every chart has its like in words: the table it is drawn from, or a sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, groupby
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.releases import Version
from confaudit.core.lifecycle.lifecycle import Event, EventKind
from confaudit.core.lifecycle.lives import Lives
from confaudit.core.model import ChangeKind
from confaudit.core.report.report import Table
from confaudit.core.text.wording import listing, visible
from confaudit.present.inline_diff import middle_out


class Stretch(Struct, frozen=True):
    """A part of a chart's width; numbers are percent."""

    kind: str
    """What it stands for, fit for an HTML class."""
    start: float
    width: float


# --- bars ---------------------------------------------------------------------------------------


def bars(table: Table) -> tuple[tuple[Stretch, ...], ...]:
    """One bar for each row of a table, all on the scale of the longest; none for a plain table."""
    rows = [[_number(row.get(column)) for column in table.bars] for row in table.rows]
    longest = max(map(sum, rows), default=0)
    if not longest:
        return ()
    return tuple(tuple(_bar(table.bars, [100 * n / longest for n in row])) for row in rows)


def bar_kind(column: str) -> str:
    """What the numbers of a column are painted as: kinds of changes have their colours."""
    return column if column in tuple(ChangeKind) else "other"


def _number(cell: object) -> int:
    return cell if type(cell) is int and cell > 0 else 0  # True is none


def _bar(columns: Sequence[str], widths: Sequence[float]) -> Iterator[Stretch]:
    for column, start, width in zip(columns, accumulate(widths, initial=0), widths, strict=False):
        if width:
            yield Stretch(bar_kind(column), round(start, 1), round(width, 1))


# --- strips -------------------------------------------------------------------------------------


class Label(Struct, frozen=True):
    """A text at one place of a strip."""

    text: str
    at: float
    """Percent of the width."""
    level: int = 0
    """How far it stands off, so that it does not touch its neighbour."""

    @property
    def anchor(self) -> str:
        """How it stands to its place, in SVG's words: it stays within the chart."""
        half = _width(self.text) / 2
        return "start" if self.at < half else "end" if self.at + half > 100 else "middle"

    @property
    def extent(self) -> tuple[float, float]:
        """From where to where it reaches, about, in percent of the width."""
        width = _width(self.text)
        start = self.at - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return start, start + width


def _width(text: str) -> float:
    """Percent of the narrowest strip there is: some 450 pixels, 7 a character."""
    return 1.6 * (len(text) + 1)


class Mark(Struct, frozen=True):
    """Something at one place of a strip."""

    kind: str
    """One of `MARKS`."""
    at: float
    """Percent of the width."""
    words: str
    """What it is, whole."""
    is_backport: bool = False


MARKS: Final = ("removed", "deprecated", "default", "introduced", "other", "here", "target")
"""What a mark can stand for, fit for HTML classes; of several at one place the first one shows."""


class Strip(Struct, frozen=True):
    """The life of an option along Coder's release lines."""

    words: str
    """The same as a sentence."""
    stretches: tuple[Stretch, ...]
    """When it was there: `alive`, `deprecated`; and under these `way`, from here to the target."""
    marks: tuple[Mark, ...]
    """What happened to it, from left to right; then where the reader is and goes."""
    labels: tuple[Label, ...]
    """Over the strip, as many as there is room for."""
    legend: tuple[Label, ...]
    """Under the strip: where the reader is and goes, and the ends of the scale."""


def strip(lives: Lives | None, key: str, *, whole: bool) -> Strip | None:
    """The life of one option if it is known: the `whole` of it, or what is near the reader.

    Of that much nothing is told where nothing of weight happened.
    """
    events = lives.events.get(key) if lives else None
    if not lives or not lives.lines or not events:
        return None
    scale = _Scale(lives.lines if whole else tuple(_near(lives)))
    places = tuple(_places(lives, scale))
    marks = _joined([mark for event in events for mark in _marks(event, scale)])
    if not whole and all(mark.kind == "other" for mark, _ in marks):
        return None
    return Strip(
        words=visible(
            "; ".join((*map(_event_sentence, events), *(place.words for place in places)))
        ),
        stretches=(*_way(places), *_presence(events, scale)),
        marks=(*(mark for mark, _ in marks), *places),
        labels=tuple(_labels(marks)),
        legend=tuple(_legend(lives, places, scale)),
    )


def _near(lives: Lives) -> Sequence[str]:
    """The lines around those of the reader; all where the reader is nowhere."""
    own = [
        number
        for number, line in enumerate(lives.lines)
        if any(f"{version}.".startswith(f"{line}.") for version in (lives.here, lives.target))
    ]
    return lives.lines[max(0, own[0] - _AROUND) : own[-1] + _AROUND] if own else lives.lines


_AROUND: Final = 4


class _Scale:
    """From versions to places: every release line takes the same room, patches share it."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self._places = [_version(f"{line}.0").line for line in lines]

    def at(self, version: str) -> float:
        """Percent of the width; what lies outside of the scale stands at its end."""
        parsed = _version(version)
        if parsed.line not in self._places:
            return 0.0 if parsed.line < self._places[0] else 100.0
        place = self._places.index(parsed.line) + _within(parsed.patch)
        return round(100 * place / (len(self.lines) - 0.5), 1)

    def holds(self, version: str) -> bool:
        """Whether it lies within the scale."""
        return self._places[0] <= _version(version).line


def _version(text: str) -> Version:
    """A version; one of a saved report that is none counts as the oldest."""
    try:
        return Version.parse(text)
    except ValueError:
        return Version(0, 0, 0)


def _within(patch: int) -> float:
    """Where in the first half of its line a patch release stands: more follow than one can know."""
    return 0.5 - 0.5 / (1 + patch / 4)


def _event_sentence(event: Event) -> str:
    *backports, version = event.versions
    also = f" (backported to {listing(backports)})" if backports else ""
    return f"{_WORDS.get(event.kind, event.kind.value)} in {version}{also}: {event.what}"


_WORDS: Final[Mapping[EventKind, str]] = {
    EventKind.FLAG: "flag changed",
    EventKind.DEFAULT: "default moved",
    EventKind.TYPE: "type changed",
    EventKind.ENV: "variable renamed",
    EventKind.YAML_PATH: "YAML key moved",
    EventKind.JSON_PATH: "config leaf moved",
    EventKind.SHOWN: "no longer hidden",
    EventKind.SECRET: "declared a secret",
    EventKind.UNTOLD: "removed or hidden",
}


def _places(lives: Lives, scale: _Scale) -> Iterator[Mark]:
    ends = (("here", "you are at", lives.here), ("target", "you go to", lives.target))
    for kind, words, version in ends:
        if version:
            yield Mark(kind, scale.at(version), visible(f"{words} {version}"))


def _legend(lives: Lives, places: Sequence[Mark], scale: _Scale) -> Iterator[Label]:
    """The ends of the scale give way to the reader's own versions."""
    own = []
    if places:
        versions = " → ".join(filter(None, (lives.here, lives.target)))
        middle = sum(place.at for place in places) / len(places)
        own = [Label(middle_out(visible(f"you: {versions}"), _LABEL), round(middle, 1))]
    yield from own
    for end in (Label(visible(scale.lines[0]), 0.0), Label(visible(scale.lines[-1]), 100.0)):
        if not any(_touch(end, label) for label in own):
            yield end


def _touch(one: Label, other: Label) -> bool:
    return one.extent[0] < other.extent[1] and other.extent[0] < one.extent[1]


def _way(places: Sequence[Mark]) -> Iterator[Stretch]:
    if len(places) == 2:
        start, end = sorted(place.at for place in places)
        yield Stretch("way", start, round(end - start, 1))


def _presence(events: Sequence[Event], scale: _Scale) -> Iterator[Stretch]:
    """The times at which the option was there, as one or as two."""
    state, start = "", 0.0
    for event in events:
        after = _STATES.get(event.kind)
        if after is None:
            continue
        at = scale.at(event.versions[-1])
        if state:
            yield Stretch(state, start, round(at - start, 1))
        state, start = after, at
    if state:
        yield Stretch(state, start, round(100 - start, 1))


_STATES: Final[Mapping[EventKind, str]] = {
    EventKind.INTRODUCED: "alive",
    EventKind.REINSTATED: "alive",
    EventKind.SUPERSEDED: "deprecated",
    EventKind.DEPRECATED: "deprecated",
    EventKind.REMOVED: "",
    EventKind.UNTOLD: "",
}
"""What an event makes of an option; empty: it is gone."""


def _marks(event: Event, scale: _Scale) -> Iterator[tuple[Mark, Label]]:
    """A mark for each release on the scale that brought an event, and how to label it."""
    word = _WORDS.get(event.kind, event.kind.value)
    kind = _CLASSES.get(event.kind, "other")
    for version in event.versions:
        if scale.holds(version):
            at, is_backport = scale.at(version), version != event.versions[-1]
            words = visible(f"{word} in {version}: {event.what}")
            label = middle_out(visible(f"{word} {version}"), _LABEL)
            yield Mark(kind, at, words, is_backport), Label(label, at)


_LABEL: Final = 40
"""Characters of the longest label; a version that is longer is none of Coder's."""


_CLASSES: Final[Mapping[EventKind, str]] = {
    EventKind.INTRODUCED: "introduced",
    EventKind.REINSTATED: "introduced",
    EventKind.SUPERSEDED: "deprecated",
    EventKind.DEPRECATED: "deprecated",
    EventKind.DEFAULT: "default",
    EventKind.REMOVED: "removed",
    EventKind.UNTOLD: "removed",
}


def _joined(pairs: Sequence[tuple[Mark, Label]]) -> list[tuple[Mark, Label]]:
    """One mark for all that happened at one place, from left to right."""
    ordered = sorted(pairs, key=lambda pair: (pair[0].at, MARKS.index(pair[0].kind)))
    found = []
    for _, here in groupby(ordered, lambda pair: pair[0].at):
        (mark, label), *others = here
        words = "; ".join((mark.words, *(other.words for other, _ in others)))
        found.append((replace(mark, words=words), label))
    return found


def _labels(pairs: Sequence[tuple[Mark, Label]]) -> Iterator[Label]:
    """The labels that there is room for; marks of little weight have none."""
    taken = [0.0] * _LEVELS
    for mark, label in pairs:
        short = replace(label, text=label.text.rpartition(" ")[2])
        forms = () if mark.kind == "other" else (label, short)
        free = (
            replace(form, level=level)
            for form in forms
            for level in range(_LEVELS)
            if form.extent[0] >= taken[level]
        )
        if found := next(free, None):
            taken[found.level] = found.extent[1]
            yield found


_LEVELS: Final = 2
