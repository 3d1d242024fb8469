"""An upgrade, said before it happens: a snapshot and the operator's files, under two releases.

Knows how the two go together and what may be concluded from a snapshot alone. How a release reads
what it is given is known to `coder.startup`. "Starts" means that the target's option code accepts
everything; what a running server checks later (a port in use, TLS off without an HTTP address, a
provider that was numbered wrongly) is not known here.

Values are compared as they are, secrets included: `situate` alone calls this, and redacts it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

from confaudit.core import tree
from confaudit.core.changes.fields import moved_fields
from confaudit.core.coder.facts import Facts
from confaudit.core.coder.identity import moved_keys, under_keys
from confaudit.core.coder.programs import Program
from confaudit.core.coder.releases import Release
from confaudit.core.coder.semantics import Semantics
from confaudit.core.coder.startup import (
    HOMEBREW,
    Assignment,
    Start,
    cell,
    env_names,
    holder,
    nodes,
)
from confaudit.core.given import Channel, Given, GivenState, OperatorSettings
from confaudit.core.model import (
    MISSING,
    Fidelity,
    OptionSpec,
    Setting,
    Snapshot,
    Value,
    ValueSource,
)
from confaudit.core.secret import secret
from confaudit.core.upgrade.families import is_numbered
from confaudit.core.upgrade.prediction import Prediction


def predict(running: "Running", target: Release, then: OperatorSettings) -> Prediction:
    """Say what the target, set up by `then`, makes of what is running.

    Both releases' rules are applied to the inputs. Where these say nothing about an option, the
    snapshot does: a value whose source is flag, env or YAML was given by that way, under the name
    that the source has for it; a value that is neither given nor its default was worked out by the
    running server or its host, and stays while what it was worked out from stays.

    Where inputs and snapshot contradict each other the inputs win, because they are what the next
    start reads; a value that they only refer to (a Kubernetes Secret) is the snapshot's, if its
    source agrees.

    Without a snapshot the inputs are all there is; without any inputs the snapshot is.
    """
    upcoming = running.assignments(then)
    assignments = (*upcoming, *_under_known_names(running.carried(upcoming), target))
    runs = running.started
    start = runs if running.stays(target, assignments) else _start(target, assignments)
    was, moved = runs.values, moved_keys(running.options, target.options)
    will = _without_unsure(start.values, target, assignments)
    was, had = (under_keys(moved, values) for values in (was, running.settled))
    have = {key: had[key] if _same(was, will, key) else value for key, value in will.items()}
    refused = {error.option for error in start.errors}
    return Prediction(
        source=running.release,
        target=target,
        errors=tuple(start.errors),
        changed={
            key: (had[key], value)
            for key, value in sorted(have.items())
            if key in had and had[key] != value and key not in refused
        },
        added=_told(have.keys() - had.keys(), have, target.options, start),
        removed=_told(had.keys() - have.keys(), had, running.options, runs),
        ignored_env=tuple(sorted(_ignored(assignments, running.options, target))),
        effective=_effective(have, start),
        inputs=start.inputs,
    )


def _start(release: Release, assignments: Iterable[Assignment]) -> Start:
    return Start(release, release.options.values(), assignments)


def _without_unsure(
    values: Mapping[str, Value], target: Release, given: Iterable[Assignment]
) -> dict[str, Value]:
    """The values, unless they may be set by an alias that the target may no longer have."""
    unsure = _cells_set(target.unsure.values(), given)
    return {
        key: MISSING if cell(target.options[key]) in unsure else value
        for key, value in values.items()
    }


def _cells_set(specs: Iterable[OptionSpec], given: Iterable[Assignment]) -> set[str]:
    """The cells of some options that are set, under whatever name."""
    given = tuple(given)
    env, flags = (
        {one.name for one in given if one.channel is channel}
        for channel in (Channel.ENV, Channel.FLAG)
    )
    places = nodes(given)
    return {
        cell(spec)
        for spec in specs
        if not env.isdisjoint(env_names(spec))
        or not flags.isdisjoint((spec.flag, spec.flag_shorthand or spec.flag))
        or spec.yaml_path in places
    }


def _effective(values: Mapping[str, Value], start: Start) -> dict[str, Setting]:
    sources = start.sources
    return {key: Setting(one, sources.get(key, ValueSource.UNSET)) for key, one in values.items()}


def _told(
    keys: Iterable[str],
    values: Mapping[str, Value],
    options: Mapping[str, OptionSpec],
    start: Start,
) -> dict[str, Value]:
    """Values as a server tells them: of a secret, whether it has a source.

    So a blank variable that counts is a secret that is set, and where aliases do not share their
    source the other name of one is not.
    """
    return {
        key: secret(key in start.sources)
        if options[key].secret and values[key] != secret(None)
        else values[key]
        for key in sorted(keys)
    }


def _same(was: Mapping[str, Value], will: Mapping[str, Value], key: str) -> bool:
    """Whether both starts make the same of an option: then the server's own changes stay."""
    return key in was and was[key] == will[key]


class Running:
    """The deployment as it runs now: what its snapshot tells, or else its release alone.

    Its start is worked out once, whatever is predicted of it.
    """

    def __init__(self, before: Snapshot | None, source: Release, now: OperatorSettings) -> None:
        """Take the source release, and what its start was given by the operator's files."""
        self.release = source
        self.options = _options(before, source)
        self._settings = _settings(before, source)
        self._given = self.assignments(now)

    @cached_property
    def _told(self) -> tuple[Assignment, ...]:
        """All that its start was told: by files, or as the snapshot shows."""
        return (*self._given, *chain.from_iterable(self.carried(self._given)))

    @cached_property
    def started(self) -> Start:
        """Its start."""
        return self._start(self._told)

    def _start(self, assignments: Iterable[Assignment]) -> Start:
        return Start(self.release, self.options.values(), assignments)

    def stays(self, target: Release, assignments: Sequence[Assignment]) -> bool:
        """Whether the target's start is the one that it had: of the same release, told the same."""
        is_same = target is self.release and target.options == self.options
        return is_same and self._told == assignments

    def assignments(self, operator: OperatorSettings) -> tuple[Assignment, ...]:
        """What a start is given by the operator's files."""
        return tuple(map(self._assignment, operator.given))

    def _assignment(self, given: Given) -> Assignment:
        """A flag without a value is a switch."""
        if given.state not in (GivenState.LITERAL, GivenState.EMPTY):
            value = self._value_by(given.channel, given.name)
            return Assignment(given.channel, given.name, value=value, prefix=given.prefix)
        if given.structure is not None:
            return Assignment(given.channel, given.name, node=given.structure)
        switch = given.channel is Channel.FLAG and given.state is GivenState.LITERAL
        text = ("true" if switch else "") if given.value is None else given.value
        return Assignment(given.channel, given.name, text=text)

    def _value_by(self, channel: Channel, name: str) -> Value:
        """What the snapshot has for an option that was set under this name."""
        for key, setting in self._settings.items():
            if setting.source == channel.value and _name(self.options[key], channel) == name:
                return setting.value
        return MISSING

    def _explained(self, given: Iterable[Assignment]) -> set[str]:
        """The cells that the inputs set, under whatever name."""
        return _cells_set(self.options.values(), given)

    def carried(self, given: Iterable[Assignment]) -> list[list[Assignment]]:
        """What the snapshot shows to be set and the inputs do not, one list for each value.

        From 2.18 on aliases have one source, so that a list holds every name it may have come by.
        """
        explained = self._explained(given)
        agree = Semantics.of(self.release.version).aliases_agree
        groups: dict[str, list[Assignment]] = {}
        for spec in sorted(self.options.values(), key=lambda spec: bool(spec.use_instead)):
            carried = self._carry(spec) if cell(spec) not in explained else None
            if carried:
                groups.setdefault(holder(spec) if agree else spec.key, []).append(carried)
        return list(groups.values())

    @cached_property
    def _plain(self) -> Mapping[str, Value]:
        """The values when nothing is set."""
        return self._start(()).values

    def _carry(self, spec: OptionSpec) -> Assignment | None:
        setting = self._settings.get(spec.key)
        if setting is None or setting.source in (ValueSource.DEFAULT, ValueSource.UNSET):
            return None
        if setting.source is not None:
            channel = Channel(setting.source.value)
            value = MISSING if cell(spec) in self._hidden else setting.value
            return Assignment(channel, _name(spec, channel), value=value)
        nothing = (MISSING, self._plain[spec.key], secret(False), secret(None))
        if setting.value in nothing:
            return None
        return Assignment(None, spec.key, value=setting.value)

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """The cells where the default of an alias hides what the option was given."""
        return frozenset(
            cell(spec)
            for key, spec in self.options.items()
            if key in self._settings and self._settings[key].source is ValueSource.DEFAULT
        )

    @cached_property
    def settled(self) -> Mapping[str, Value]:
        """The values the deployment has: the snapshot's where the inputs do not say otherwise.

        They do not where the server has only filled in fields of a structure.
        """
        was, explained = self.started.values, self._explained(self._given)
        shown = {
            key: setting.value
            for key, setting in self._settings.items()
            if setting.value is not MISSING
            and (
                cell(self.options[key]) not in explained
                or moved_fields(was.get(key, MISSING), setting.value).are_added
            )
        }
        return {**was, **shown}


def _options(before: Snapshot | None, source: Release) -> Mapping[str, OptionSpec]:
    """What the source declares: the server knows best, but a bundle may leave options out."""
    if before is None or not before.declared:
        return source.options
    if before.fidelity is Fidelity.LOSSY:
        return {**source.options, **before.declared}
    return before.declared


def _settings(before: Snapshot | None, source: Release) -> Mapping[str, Setting]:
    """The settings of a snapshot; if it has none, the config tree's, without their sources."""
    if before is None or before.fidelity is Fidelity.SHAPE:
        return {}
    if before.settings:
        return before.settings
    found = {
        key: tree.get(before.config, tuple(spec.json_path.split(".")))
        for key, spec in source.options.items()
    }
    return {key: Setting(value, None) for key, value in found.items() if value is not MISSING}


def _name(spec: OptionSpec, channel: Channel) -> str:
    match channel:
        case Channel.FLAG:
            return spec.flag
        case Channel.ENV:
            return spec.env
        case Channel.YAML:
            return spec.yaml_path


def _under_known_names(
    carried: Iterable[list[Assignment]], target: Release
) -> Iterator[Assignment]:
    """What is carried, under those of its possible names that the target knows.

    If it knows none, the first stands for all: the one that is not deprecated.
    """
    names = {(way, _name(spec, way)) for spec in target.options.values() for way in Channel}
    for group in carried:
        known = [one for one in group if (one.channel, one.name) in names]
        yield from known or group[:1]


def is_server_variable(name: str, facts: Facts) -> bool:
    """Whether an environment variable is read by a Coder process though it is no option."""
    known = facts.variable(name)
    return is_numbered(name) or (known is not None and known.reader is Program.SERVER)


def _ignored(
    assignments: Iterable[Assignment], running: Mapping[str, OptionSpec], target: Release
) -> set[str]:
    """Variables meant for Coder, by prefix or as options of the source, that are not read."""
    meant, known = (
        {name for spec in options.values() for name in env_names(spec)}
        for options in (running, target.options)
    )
    return {
        one.name
        for one in assignments
        if one.channel is Channel.ENV
        and one.name not in known
        and (one.name in meant or one.name.upper().removeprefix(HOMEBREW).startswith("CODER_"))
        and not is_server_variable(one.name, target.facts)
    }
