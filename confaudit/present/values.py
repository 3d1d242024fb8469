"""How one value, one name and one label read: what changes and findings are shown with.

Every string that leaves this room is safe to look at, see `wording.visible`.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.model import MISSING, ChangeKind, OptionSpec, Value, ValueSource
from confaudit.core.secret import is_secret
from confaudit.core.text.wording import exact, human, is_duration, option_name, visible
from confaudit.present.inline_diff import Segment, Segments, mark_words, middle_out, shorten

KIND_SYMBOLS: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.ADDED: "+",
    ChangeKind.REMOVED: "-",
    ChangeKind.CHANGED: "~",
    ChangeKind.RENAMED: "=",
    ChangeKind.SOURCE: ">",
    ChangeKind.DECLARED: "*",
}
"""What stands before a change in text."""


class ShownState(StrEnum):
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


class Shown(Struct, frozen=True):
    """One side of a change in one line: our words, the value, our words."""

    state: ShownState
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

    def within(self, limit: int) -> "Shown":
        """The same with at most about `limit` characters of the value, around what differs."""
        segments = shorten(self.segments, limit)
        return self if segments is self.segments else replace(self, segments=segments)


class Name(Struct, frozen=True):
    """One of an option's names: its flag with dashes, its environment variable, its YAML path."""

    text: str
    was: str = ""
    """What it was called before a release renamed it."""


class Chip(Struct, frozen=True):
    """A label to filter by: what it tells of, which value that has, and the value in words."""

    facet: str
    """One of `facets.FACETS`."""
    value: str
    """Fit for an HTML class and for a URL fragment."""
    word: str
    is_shown: bool = True
    """Whether the entry itself shows it; else it is there to filter by."""


@lru_cache(maxsize=1024)  # thousands of entries are about a few dozen things
def group_chip(title: str) -> Chip:
    """What an entry is about, see `report.option_groups`; the facet's name stands in links."""
    return Chip("area", slug(title), middle_out(visible(title), 60), is_shown=False)


def slug(title: str) -> str:
    """A text as one word of small letters and digits; of one without any, a digest."""
    words = "-".join(re.findall("[a-z0-9]+", title.lower()))[:60]
    return words or sha256(title.encode(errors="surrogatepass")).hexdigest()[:12]


def names(spec: OptionSpec, old: OptionSpec | None = None) -> tuple[Name, ...]:
    """The names an option has, each with what an `old` declaration called it."""
    pairs = zip(_spelled(spec), _spelled(old or spec), strict=True)
    return tuple(Name(name, was if was != name else "") for name, was in pairs if name)


def _spelled(spec: OptionSpec) -> tuple[str, str, str]:
    """In the order flag, environment variable, YAML path; empty where it has none."""
    flag = option_name(spec.flag) if spec.flag else ""
    return visible(flag), visible(spec.env), visible(spec.yaml_path)


def shown(value: Value, source: ValueSource | None, option_type: str) -> Shown:
    """A value with who set it."""
    if value is MISSING:
        return Shown(ShownState.UNKNOWN, "not known")
    text = (Segment(human(value, option_type)),)
    nanoseconds = f"{value} ns" if value and is_duration(value, option_type) else ""
    if is_secret(value):
        return Shown(ShownState.SECRET, "secret: ", text, _origin(source))
    if source is ValueSource.DEFAULT:
        return Shown(ShownState.UNSET, "unset (default ", text, ")", nanoseconds)
    if source is ValueSource.UNSET:
        return _never_set(value, text, nanoseconds)
    return Shown(ShownState.SET, "", text, _origin(source), nanoseconds)


def _never_set(value: Value, text: Segments, nanoseconds: str) -> Shown:
    """An option without a default that nothing set: its type's zero value is in effect."""
    if value in (None, "", [], {}):
        return Shown(ShownState.UNSET, "unset")
    return Shown(ShownState.UNSET, "unset (", text, ")", nanoseconds)


def _origin(source: ValueSource | None) -> str:
    return f" ({source})" if source and source is not ValueSource.DEFAULT else ""


def marked(before: Shown, after: Shown, values: tuple[Value, Value]) -> tuple[Shown, Shown]:
    """Two sides with what differs between them marked; `values` is what they show."""
    if not (before.segments and after.segments):
        return before, after
    if ShownState.SECRET in (before.state, after.state):
        return _all_marked(before), _all_marked(after)
    old, new = before.text, after.text
    if old == new:  # the text "1" and the number 1
        old, new = exact(values[0]), exact(values[1])
    marks = mark_words(old, new)
    return replace(before, segments=marks[0]), replace(after, segments=marks[1])


def _all_marked(side: Shown) -> Shown:
    return replace(side, segments=(Segment(side.text, changed=True),))


STARTS: Final = ("will not start", "may not start", "about the start")
"""What findings say of the start: for sure, perhaps, and what it needs that nobody can see here."""
