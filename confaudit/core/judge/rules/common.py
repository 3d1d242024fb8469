"""What rules have in common: how they are called, and the few questions most of them ask."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final, TypeAlias

from confaudit.core.coder import parsing
from confaudit.core.coder.go import RefusedError
from confaudit.core.coder.names import names
from confaudit.core.coder.options import canonical
from confaudit.core.coder.releases import Release, Version, arrivals
from confaudit.core.coder.semantics import Semantics
from confaudit.core.given import Channel, Given, GivenState, Position
from confaudit.core.judge.finding import Finding
from confaudit.core.model import EXPLICIT, MISSING, OptionSpec, Value
from confaudit.core.upgrade.situation import Situation

Check: TypeAlias = Callable[[Situation], Iterator[Finding]]
"""Looks for one kind of finding, or for a few that exclude each other."""

MAYBE_EXPLICIT: Final = frozenset({*EXPLICIT, None})
"""Sources of what somebody has set; None is a value that was set nobody knows how."""


def since(
    situation: Situation, holds: Callable[[Mapping[str, OptionSpec]], bool]
) -> tuple[str, ...]:
    """The first release of each line on the way that brought something about."""
    return arrivals(way(situation), lambda release: holds(release.options))


def since_version(situation: Situation, version: Version) -> tuple[str, ...]:
    """The release on the way that brought what every release from a version on has."""
    if Version.parse(situation.source.version) >= version:
        return ()
    later = (one.version for one in way(situation) if Version.parse(one.version) >= version)
    return tuple(later)[:1]


def is_given(situation: Situation, shown: str, today: str) -> str:
    """That something is set and, of an upgrade, what the release in use makes of it `today`."""
    found = f"{shown} is set"
    version = situation.source.version
    return f"{found}, and Coder {version} {today}" if situation.is_upgrade else found


def way(situation: Situation) -> tuple[Release, ...]:
    """The releases on the way, none for a downgrade."""
    return situation.catalog.between(situation.source.version, situation.target.version)


def first_after(versions: Iterable[str], target: str) -> str:
    """The first of some versions after the target, if any."""
    wanted = Version.parse(target)
    return next((version for version in versions if Version.parse(version) > wanted), "")


def alike(situation: Situation, channel: Channel, name: str) -> str:
    """The name of an option of the target that is most like a name; empty where none is."""
    known = [one for spec in situation.target.options.values() for one in names(spec, channel)]
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.8)), "")


def entries(situation: Situation, channel: Channel, name: str) -> tuple[Given, ...]:
    """The entries of the files with this name; of a YAML path also those below it."""
    if channel is not Channel.YAML:
        return tuple(situation.operator.by_name.get((channel, name), ()))
    return tuple(
        one
        for one in situation.operator.given
        if one.channel is channel and (one.name == name or one.name.startswith(f"{name}."))
    )


def positions(given: Iterable[Given]) -> tuple[Position, ...]:
    """Where entries stand, each place once."""
    return tuple(dict.fromkeys(one.position for one in given))


def reads(given: Given, spec: OptionSpec, release: Release) -> Value:
    """What a release makes of an entry on its own; MISSING when that is not known, or refused."""
    if given.state not in (GivenState.LITERAL, GivenState.EMPTY):
        return MISSING
    days = Semantics.of(release.version).day_units
    try:
        if given.structure is not None:
            found = parsing.decode(given.structure, spec.type, day_units=days)
        else:
            found = parsing.parse(given.value or "", spec.type, day_units=days)
    except RefusedError:
        return MISSING
    return canonical(found, spec.type)
