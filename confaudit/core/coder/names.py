"""The names an option goes by, on each channel and in each release."""

from collections.abc import Iterable

from confaudit.core.coder.releases import Release
from confaudit.core.coder.startup import cell, env_names
from confaudit.core.given import Channel, Given
from confaudit.core.model import OptionSpec


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


def written(given: Given) -> str:
    """The name of an entry as it is written."""
    return f"--{given.name}" if given.channel is Channel.FLAG else given.name


def current(spec: OptionSpec, release: Release) -> OptionSpec:
    """The option to use today for what an option sets: its alias that is not deprecated."""
    twins = [one for one in release.options.values() if cell(one) == cell(spec)]
    return min(twins, key=lambda one: bool(one.use_instead), default=spec)
