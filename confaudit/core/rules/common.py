"""What rules have in common: how they are called, and the few questions most of them ask."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from confaudit.core import parsing
from confaudit.core.defaults import default_value
from confaudit.core.findings import Finding
from confaudit.core.inputs import Channel, Given, Position, State
from confaudit.core.model import MISSING, OptionSpec, Value, ValueSource
from confaudit.core.options import canonical
from confaudit.core.releases import Release, Version, arrivals
from confaudit.core.situation import Situation
from confaudit.core.startup import Semantics, cell, env_names

Check: TypeAlias = Callable[[Situation], Iterator[Finding]]
"""Looks for one kind of finding, or for a few that exclude each other."""

EXPLICIT: Final = frozenset({ValueSource.FLAG, ValueSource.ENV, ValueSource.YAML, None})
"""Sources of what somebody has set; None is a value that was set nobody knows how."""


def since(
    situation: Situation, holds: Callable[[Mapping[str, OptionSpec]], bool]
) -> tuple[str, ...]:
    """The first release of each line on the way that brought something about."""
    return arrivals(way(situation), holds)


def since_version(situation: Situation, version: Version) -> tuple[str, ...]:
    """The release on the way that brought what every release from a version on has."""
    if Version.parse(situation.source.version) >= version:
        return ()
    later = (one.version for one in way(situation) if Version.parse(one.version) >= version)
    return tuple(later)[:1]


def way(situation: Situation) -> tuple[Release, ...]:
    """The releases on the way, none for a downgrade."""
    return situation.catalog.between(situation.source.version, situation.target.version)


def option_of(given: Given, options: Iterable[OptionSpec]) -> OptionSpec | None:
    """The option that an entry of the files sets by its name."""
    return next((spec for spec in options if given.name in names(spec, given.channel)), None)


def names(spec: OptionSpec, channel: Channel) -> tuple[str, ...]:
    """The names that an option is set by on one channel."""
    match channel:
        case Channel.FLAG:
            return tuple(filter(None, (spec.flag, spec.flag_shorthand)))
        case Channel.ENV:
            return env_names(spec)
        case Channel.YAML:
            return (spec.yaml_path,) if spec.yaml_path else ()


def name_for(spec: OptionSpec, channel: Channel) -> str:
    """What to call an option for somebody who uses this channel; another name if it has none."""
    own = next(iter(names(spec, channel)), "")
    if own and channel is not Channel.FLAG:
        return own
    return f"--{spec.flag}" if channel is Channel.FLAG and own else spec.env or spec.key


def entries(situation: Situation, channel: Channel, name: str) -> tuple[Given, ...]:
    """The entries of the files with this name; of a YAML path also those below it."""
    return tuple(
        one
        for one in situation.inputs.given
        if one.channel is channel
        and (one.name == name or (channel is Channel.YAML and one.name.startswith(f"{name}.")))
    )


def positions(given: Iterable[Given]) -> tuple[Position, ...]:
    """Where entries stand, each place once."""
    return tuple(dict.fromkeys(one.position for one in given))


def written(given: Given) -> str:
    """The name of an entry as it is written."""
    return f"--{given.name}" if given.channel is Channel.FLAG else given.name


def reads(given: Given, spec: OptionSpec, release: Release) -> Value:
    """What a release makes of an entry on its own; MISSING when that is not known, or refused."""
    if given.state not in (State.LITERAL, State.EMPTY):
        return MISSING
    days = Semantics.of(release.version).day_units
    try:
        if given.structure is not None:
            found = parsing.decode(given.structure, spec.type, day_units=days)
        else:
            found = parsing.parse(given.value or "", spec.type, day_units=days)
    except parsing.RefusedError:
        return MISSING
    return canonical(found, spec.type)


def own_default(spec: OptionSpec, release: Release) -> Value:
    """The default of an option, which its aliases share; MISSING when it follows from the host."""
    owners = (spec, *release.leaves.get(spec.json_path, ()))
    declared = next((one for one in owners if one.default is not None), spec)
    if declared.default_computed_from in ("host", "access-url"):
        return MISSING
    text = declared.default and declared.default.replace("{version}", f"v{release.version}")
    return default_value(declared, text)


def current(spec: OptionSpec, release: Release) -> OptionSpec:
    """The option to use today for what an option sets: its alias that is not deprecated."""
    twins = [one for one in release.options.values() if cell(one) == cell(spec)]
    return min(twins, key=lambda one: bool(one.use_instead), default=spec)
