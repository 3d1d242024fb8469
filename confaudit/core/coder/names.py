"""The names an option goes by, on each channel and in each release."""

from collections.abc import Iterable, Mapping
from enum import Enum, auto
from functools import lru_cache
from itertools import groupby, product

from confaudit.core.coder.releases import Catalog, Release, Version
from confaudit.core.coder.startup import env_names
from confaudit.core.given import Channel, Given
from confaudit.core.model import OptionSpec


def option_of(given: Given, options: Iterable[OptionSpec]) -> OptionSpec | None:
    """The option that an entry of the files sets by its name."""
    return option_named(given.channel, given.name, options)


def option_named(channel: Channel, name: str, options: Iterable[OptionSpec]) -> OptionSpec | None:
    """The option that is set by a name on one channel."""
    return next((spec for spec in options if name in names(spec, channel)), None)


def by_name(options: Iterable[OptionSpec]) -> Mapping[tuple[Channel, str], OptionSpec]:
    """Options by every name that sets them on a channel, to look up many; the first one counts."""
    found: dict[tuple[Channel, str], OptionSpec] = {}
    for spec, channel in product(options, Channel):
        for name in names(spec, channel):
            found.setdefault((channel, name), spec)
    return found


def holders(catalog: Catalog, channel: Channel, name: str) -> list[tuple[Release, OptionSpec]]:
    """The releases that know a name, in version order, each with the option it sets."""
    declared = _declared(catalog).get((channel, name), ())
    found = []
    for _, alike in (
        groupby(catalog.releases, lambda release: id(release.options)) if declared else ()
    ):
        first, *others = alike
        if spec := next((one for one in declared if first.options.get(one.key) is one), None):
            found += [(release, spec) for release in (first, *others)]
    return found


def is_option(catalog: Catalog, channel: Channel, name: str) -> bool:
    """Whether an option of any release is set by a name on one channel."""
    return (channel, name) in _declared(catalog)


@lru_cache(maxsize=2)
def _declared(catalog: Catalog) -> Mapping[tuple[Channel, str], list[OptionSpec]]:
    """Every declaration of an option in any release by the names that set it."""
    found: dict[tuple[Channel, str], list[OptionSpec]] = {}
    for spec, channel in product(catalog.declared, Channel):
        for name in names(spec, channel):
            found.setdefault((channel, name), []).append(spec)
    return found


class Lack(Enum):
    """What it means that the facts of a release lack a name."""

    CERTAIN = auto()
    """The release does not know it."""
    UNSURE = auto()
    """An older release knew it, and no input of this one's shows it: removed or hidden."""
    OPEN = auto()
    """The release may know it: not all of it is known, and nothing tells that it lost it."""


def lack(release: Release, catalog: Catalog, channel: Channel, name: str) -> Lack:
    """What follows from a name that the facts of a release do not have.

    What only newer releases have may have been carried back to one that is not known.
    """
    if not release.as_far_as:
        return Lack.CERTAIN
    if option_named(channel, name, release.unsure.values()):
        return Lack.UNSURE
    found = [Version.parse(one.version) for one, _ in holders(catalog, channel, name)]
    if not found or found[-1] > Version.parse(release.version):
        return Lack.OPEN
    known = Version.parse(release.as_far_as)
    return Lack.CERTAIN if any(_went_into(one, known) for one in found) else Lack.OPEN


def _went_into(older: Version, newer: Version) -> bool:
    """Whether all that one release has went into another, unless it was taken out on the way.

    A patch release of an older line may have what was carried back to it from a line to come.
    """
    return older < newer and (older.line == newer.line or older.patch == 0)


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


def written(given: Given) -> str:
    """The name of an entry as it is written."""
    return f"--{given.name}" if given.channel is Channel.FLAG else given.name


def current(spec: OptionSpec, release: Release) -> OptionSpec:
    """The option to use today for what an option sets: its alias that is not deprecated."""
    own = (release.options.get(spec.key, spec),)
    twins = release.leaves.get(spec.json_path, own)
    return min(twins, key=lambda one: bool(one.use_instead))
