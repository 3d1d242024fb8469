"""The life of an option across Coder's releases: what happened to it, when, and in which lines.

Coder develops on one main line, and gives older lines patch releases that may carry a change back.
So a line starts from where the line before it started, not from that one's last patch release;
what a patch release and a later line have in common is one event.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import groupby, pairwise
from typing import Final

from msgspec import Struct

from confaudit.core.changes.diff import facet_changes
from confaudit.core.coder.defaults import default_value
from confaudit.core.coder.identity import option_keys
from confaudit.core.coder.releases import Release, Version
from confaudit.core.model import Facet, FacetChange, OptionSpec
from confaudit.core.text.wording import human, listing, option_name


class EventKind(StrEnum):
    """What can happen to an option."""

    INTRODUCED = "introduced"
    SUPERSEDED = "superseded"
    """Another option sets the same config leaf and is the name to use."""
    DEPRECATED = "deprecated"
    """Other options, which mean something else, are to be used instead."""
    REINSTATED = "reinstated"
    """It is deprecated no longer."""
    FLAG = "flag"
    """It is given a flag, or loses it; another flag is another option."""
    DEFAULT = "default"
    TYPE = "type"
    ENV = "env"
    YAML_PATH = "yaml-path"
    JSON_PATH = "json-path"
    HIDDEN = "hidden"
    SHOWN = "shown"
    SECRET = "secret"  # noqa: S105 - a kind's name
    PUBLIC = "public"
    """It is declared a secret no longer."""
    REMOVED = "removed"
    UNTOLD = "untold"
    """What was learnt of the release does not show it: removed or hidden, not known."""


def event_word(kind: EventKind) -> str:
    """A kind of event in an operator's words."""
    return _EVENT_WORDS.get(kind, kind.value)


_EVENT_WORDS: Final[Mapping[EventKind, str]] = {
    EventKind.ENV: "variable",
    EventKind.YAML_PATH: "YAML key",
    EventKind.JSON_PATH: "config leaf",
    EventKind.UNTOLD: "removed or hidden",
}


class Event(Struct, frozen=True):
    """Something that happened to an option, told once however many lines got it."""

    kind: EventKind
    versions: tuple[str, ...]
    """The first release of each line that brought it; the last one is where every later line has
    it from, the others are backports."""
    date: str
    """Of the last of `versions`, ISO 8601."""
    what: str
    """Completes the sentence that the kind begins."""


class Life(Struct, frozen=True):
    """One option from its first release to its last."""

    spec: OptionSpec
    """The newest declaration."""
    release: str
    """The newest release that has it."""
    is_removed: bool
    """Whether the newest release is not known to have it."""
    aliases: tuple[str, ...]
    """Other options of that release that set the same config leaf."""
    events: tuple[Event, ...]
    """In version order."""


class _Step(Struct, frozen=True):
    """A difference between two releases in a row; equal steps are the same event."""

    kind: EventKind
    what: str


class _Occurrence(Struct, frozen=True):
    step: _Step
    release: Release

    @property
    def version(self) -> Version:
        return Version.parse(self.release.version)


def life(key: str, releases: Sequence[Release]) -> Life:
    """Tell the life of the option with this key in any of the releases, given in version order.

    Raises:
        KeyError: No release has it.
    """
    keys = option_keys(key, releases)
    newest = next((one for one in reversed(releases) if _found(keys, one.options)), None)
    spec = _found(keys, newest.options) if newest else None
    if not newest or not spec:
        raise KeyError(key)
    return Life(
        spec=spec,
        release=newest.version,
        is_removed=newest is not releases[-1],
        aliases=tuple(_twins(spec, newest)),
        events=tuple(_events(keys, releases)),
    )


def _found(keys: Sequence[str], options: Mapping[str, OptionSpec]) -> OptionSpec | None:
    """What a release declares about an option, under the key that it has there."""
    return next((options[key] for key in keys if key in options), None)


# --- events -------------------------------------------------------------------------------------


def _events(keys: Sequence[str], releases: Sequence[Release]) -> Iterator[Event]:
    lines = [list(line) for _, line in groupby(releases, _line)]
    starts = [line[0] for line in lines]
    earlier: list[Release | None] = [None, *starts[:-1]]
    main = [
        _Occurrence(step, new)
        for old, new in zip(earlier, starts, strict=True)
        for step in _steps(keys, old, new)
    ]
    patches = [
        _Occurrence(step, new)
        for line in lines
        for old, new in pairwise(line)
        for step in _steps(keys, old, new)
    ]
    for held in sorted(_joined(main, patches), key=lambda held: held[-1].version):
        last = held[-1]
        versions = tuple(occurrence.release.version for occurrence in held)
        yield Event(last.step.kind, versions, last.release.date, last.step.what)


def _line(release: Release) -> tuple[int, int]:
    return Version.parse(release.version).line


def _joined(
    main: Sequence[_Occurrence], patches: Iterable[_Occurrence]
) -> Iterator[tuple[_Occurrence, ...]]:
    """Each occurrence on the main line with its backports, and what only patch releases brought."""
    backports: dict[_Occurrence | _Step, list[_Occurrence]] = {}
    for patch in patches:
        later = (held for held in main if held.step == patch.step and held.version > patch.version)
        backports.setdefault(next(later, patch.step), []).append(patch)
    for held in main:
        yield (*backports.pop(held, ()), held)
    yield from map(tuple, backports.values())


# --- steps --------------------------------------------------------------------------------------


def _steps(keys: Sequence[str], old: Release | None, new: Release) -> Iterator[_Step]:
    if old and old.options is new.options and old.unsure == new.unsure:
        return  # as nearly all patch releases
    before = (_found(keys, old.options) or _found(keys, old.unsure)) if old else None
    after = _found(keys, new.options)
    if _found(keys, new.unsure):
        if old and _found(keys, old.options):
            yield _Step(EventKind.UNTOLD, "what was learnt of the release does not show it")
    elif after is None:
        if before and old:
            yield _Step(EventKind.REMOVED, _removal(before, new))
    elif before is None or old is None:
        yield _Step(EventKind.INTRODUCED, _introduction(after, old, new))
    else:
        yield from _alterations(before, old, after, new)


def _introduction(spec: OptionSpec, old: Release | None, new: Release) -> str:
    """Its type, default and marks, and whose name it takes over or joins."""
    default = default_words(spec, new)
    parts = [spec.type, "no default" if default == _UNSET else f"default {default}"]
    parts += [word for word, holds in (("hidden", spec.hidden), ("secret", spec.secret)) if holds]
    if twins := _twins(spec, old) if old else ():
        role = "another name" if spec.use_instead else "the new name"
        parts.append(f"{role} of {_options(twins)}")
    elif spec.use_instead:
        parts.append(f"deprecated from the start: use {_options(spec.use_instead)} instead")
    if old is None:
        parts.append(f"in {new.version} or before")
    return ", ".join(part for part in parts if part)


def _removal(spec: OptionSpec, new: Release) -> str:
    """What becomes of those who still use it: only the environment is not strict."""
    if twins := _twins(spec, new):
        return f"{_options(twins)} sets the same config leaf"
    strict = [name for name, has in (("flag", spec.flag), ("YAML key", spec.yaml_path)) if has]
    stops = f"a {' or '.join(strict)} left behind stops the server" if strict else ""
    ignored = "a variable is ignored" if spec.env else ""
    parts = ", ".join(part for part in (stops, ignored) if part)
    return parts or "nothing sets its config leaf any more"


def _alterations(
    before: OptionSpec, old: Release, after: OptionSpec, new: Release
) -> Iterator[_Step]:
    if _owners(before, old) == _owners(after, new):
        return  # as nearly all options
    if before.flag != after.flag:
        yield _Step(EventKind.FLAG, f"{_flag(before)} → {_flag(after)}")
    was, now = default_words(before, old), default_words(after, new)
    if was != now:
        yield _Step(EventKind.DEFAULT, f"{was} → {now}")
    for change in facet_changes(before, after):
        if change.facet in _MOVES:
            yield _Step(_MOVES[change.facet], _moved(change))
        elif change.facet in _SWITCHES:
            yield _Step(*_SWITCHES[change.facet][change.after is True])
        elif change.facet is Facet.USE_INSTEAD:
            yield _deprecation(after, new)


_MOVES: Final[Mapping[Facet, EventKind]] = {
    Facet.TYPE: EventKind.TYPE,
    Facet.ENV: EventKind.ENV,
    Facet.YAML_PATH: EventKind.YAML_PATH,
    Facet.JSON_PATH: EventKind.JSON_PATH,
}
_SWITCHES: Final[Mapping[Facet, tuple[tuple[EventKind, str], tuple[EventKind, str]]]] = {
    Facet.HIDDEN: (
        (EventKind.SHOWN, "in --help and the documentation"),
        (EventKind.HIDDEN, "from --help and the documentation"),
    ),
    Facet.SECRET: (
        (EventKind.PUBLIC, "the API shows its value"),
        (EventKind.SECRET, "the API shows its value no longer"),
    ),
}
"""Facet → what it means that it is off, and on."""


def _flag(spec: OptionSpec) -> str:
    return option_name(spec.flag) if spec.flag else "none"


def _moved(change: FacetChange) -> str:
    return f"{change.before or 'none'} → {change.after or 'none'}"


def _deprecation(spec: OptionSpec, release: Release) -> _Step:
    if not spec.use_instead:
        return _Step(EventKind.REINSTATED, "it is deprecated no longer")
    names = _options(spec.use_instead)
    if set(spec.use_instead) <= set(_twins(spec, release)):
        return _Step(EventKind.SUPERSEDED, f"by {names}: both set {spec.json_path}")
    return _Step(EventKind.DEPRECATED, f"use {names} instead, with another meaning")


def _twins(spec: OptionSpec, release: Release) -> list[str]:
    """Options of a release that set the same config leaf, by key."""
    return [twin.key for twin in release.leaves.get(spec.json_path, ()) if twin.key != spec.key]


def _owners(spec: OptionSpec, release: Release) -> tuple[OptionSpec, ...]:
    """An option and all that set the same config leaf."""
    return (spec, *release.leaves.get(spec.json_path, ()))


def _options(keys: Sequence[str]) -> str:
    return listing([option_name(key) for key in keys])


# --- defaults -----------------------------------------------------------------------------------

_UNSET: Final = "unset"
_COMPUTED: Final = {
    "version": "following Coder's version",
    "host": "following the host",
    "access-url": "true exactly when the access URL is https",
}


def default_words(spec: OptionSpec, release: Release) -> str:
    """The default in effect: aliases share one, which only one of them may declare (2.17)."""
    declared = (one for one in _owners(spec, release) if one.default is not None)
    return declared_default(next(declared, spec))


def declared_default(spec: OptionSpec) -> str:
    """The default that an option itself declares, or what it follows from."""
    if spec.default_computed_from:
        return _COMPUTED.get(spec.default_computed_from, "computed")
    value = default_value(spec, spec.default)
    return _UNSET if value in ("", None, [], {}) else human(value, spec.type)
