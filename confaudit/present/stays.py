"""How the times read through which something kept one value: parts of a lane."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.changes.attribution import BY_CAUSE, CAUSE_ORDER
from confaudit.core.history.timeline import Stay
from confaudit.core.model import Cause, Value
from confaudit.core.secret import is_secret, secret
from confaudit.core.text.wording import lasting, moment, plural, visible
from confaudit.present.inline_diff import middle_out
from confaudit.present.timescale import Timescale
from confaudit.present.values import Shown, ShownState, shown

_NARROW: Final = 0.8
"""Percent of the width; of what is narrower nobody can tell one from the next."""
_VALUE: Final = 120
"""Characters of a value; the entries tell all of it."""
_WIDE: Final = 2.0
"""So much is told as one where many narrow ones follow each other."""


class StayShown(Struct, frozen=True):
    """A value, or several that are too short to be told apart; numbers are percent of the width."""

    state: str
    """One of `ShownState`, or `several`."""
    causes: str
    """Who brought it, parted by blanks; empty where it was so before."""
    sign: str
    """Who did it, as one character; empty as `causes` is, and where several did."""
    start: float
    width: float
    label: str
    """What there is room for."""
    words: str
    """All of it."""


CAUSE_SIGNS: Final = {
    Cause.OPERATOR: "@",
    Cause.RELEASE: "↑",
    Cause.COMPUTED: "ƒ",
    Cause.UNKNOWN: "?",
}


def stays_shown(stays: Sequence[Stay], scale: Timescale) -> Iterator[StayShown]:
    """The stays of a lane from left to right."""
    for first, last in _runs([_extent(stay, scale) for stay in stays]):
        if first == last:
            yield _one(stays, first, scale)
        else:
            yield _several(stays, first, last, scale)


def _extent(stay: Stay, scale: Timescale) -> tuple[float, float]:
    start = scale.at(stay.since) if stay.since else 0.0
    return start, scale.at(stay.until) if stay.until else 100.0


def _runs(extents: Sequence[tuple[float, float]]) -> Iterator[tuple[int, int]]:
    """First and last place of what is drawn as one: wide ones alone, narrow ones together."""
    first = 0
    for place, (one, following) in enumerate(pairwise((*extents, (100.0, 200.0)))):
        is_narrow = max(one[1] - one[0], following[1] - following[0]) < _NARROW
        if not is_narrow or following[1] - extents[first][0] > _WIDE:
            yield first, place
            first = place + 1


def _one(stays: Sequence[Stay], place: int, scale: Timescale) -> StayShown:
    stay = stays[place]
    value = _shown(stays, place)
    start, end = _extent(stay, scale)
    return StayShown(
        state=ShownState.UNSET if _is_set(stay.value) is False else value.state,
        causes=stay.cause or "",
        sign=CAUSE_SIGNS[stay.cause] if stay.cause else "",
        start=start,
        width=round(end - start, 1),
        label=_fitting((value_words(stays, place), value.text or value.lead), end - start),
        words=stay_words(stays, place),
    )


def _several(stays: Sequence[Stay], first: int, last: int, scale: Timescale) -> StayShown:
    start, end = _extent(stays[first], scale)[0], _extent(stays[last], scale)[1]
    members = stays[first : last + 1]
    found = {stay.cause for stay in members if stay.cause}
    number = plural(len(members), "value")
    return StayShown(
        state="several",
        causes=" ".join(cause for cause in CAUSE_ORDER if cause in found and cause),
        sign=CAUSE_SIGNS[found.copy().pop()] if len(found) == 1 else "",
        start=start,
        width=round(end - start, 1),
        label=_fitting((number, str(len(members))), end - start),
        words=f"{number} in a short time, the last of them {stay_words(stays, last)}",
    )


def _fitting(forms: Sequence[str], width: float) -> str:
    """The first form that has room, else as much of the last one as has.

    In a picture of usual width one percent holds a character.
    """
    room = int(width) - 2
    if found := next((form for form in forms if len(form) <= room), ""):
        return found
    return f"{forms[-1][: room - 1]}…" if room > _LEAST else ""


_LEAST: Final = 3
"""Characters without which the start of a text tells nothing."""


# --- words --------------------------------------------------------------------------------------


def stay_words(stays: Sequence[Stay], place: int) -> str:
    """A value with its time, who brought it, and in which snapshot."""
    stay = stays[place]
    value = value_words(stays, place)
    return ", ".join(filter(None, (f"{value} {_time(stay)}", _brought(stay))))


def value_words(stays: Sequence[Stay], place: int) -> str:
    """A value with who set it; secrets as whether they are set."""
    value = _shown(stays, place)
    return f"{value.lead}{middle_out(value.text, _VALUE)}{value.tail}"


def _shown(stays: Sequence[Stay], place: int) -> Shown:
    stay = stays[place]
    if not stay.is_there:
        return Shown(ShownState.ABSENT, "absent")
    found = shown(_without_fingerprint(stay.value), stay.source, stay.type)
    if place and _is_rotated(stays[place - 1], stay):
        return replace(found, segments=(replace(found.segments[0], text="rotated"),))
    return found


def _without_fingerprint(value: Value) -> Value:
    return secret(_is_set(value)) if is_secret(value) else value


def _is_set(value: Value) -> bool | None:
    """Whether a secret is set; None of what is none, or not known."""
    is_set = value["secret_set"] if isinstance(value, dict) and is_secret(value) else None
    return is_set if isinstance(is_set, bool) else None


def _is_rotated(before: Stay, after: Stay) -> bool:
    return bool(_is_set(before.value) and _is_set(after.value)) and before.value != after.value


def _time(stay: Stay) -> str:
    if stay.since and stay.until:
        times = f"{moment(stay.since)} to {moment(stay.until)}"
        return f"from {times} ({lasting(stay.until - stay.since)})"
    if stay.until:
        return f"until {moment(stay.until)}"
    return f"since {moment(stay.since)}" if stay.since else "all the time"


def _brought(stay: Stay) -> str:
    if not stay.entry:
        return ""
    by = f"{BY_CAUSE[stay.cause]}, " if stay.cause else ""
    return visible(f"{by}{stay.entry.author} in {stay.entry.commit[:12]}")
