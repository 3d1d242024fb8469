"""An upgrade, said before it happens: a snapshot and the operator's files, under two releases.

Knows how the two go together and what may be concluded from a snapshot alone. How a release reads
what it is given is known to `coder.startup`. "Starts" means that the target's option code accepts
everything; what a running server checks later (a port in use, TLS off without an HTTP address, a
provider that was numbered wrongly) is not known here.

Values are compared and shown redacted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from confaudit.core import tree
from confaudit.core.coder.releases import Release
from confaudit.core.coder.semantics import Semantics
from confaudit.core.coder.startup import (
    HOMEBREW,
    Assignment,
    Start,
    StartError,
    cell,
    env_names,
    holder,
    nodes,
)
from confaudit.core.given import Channel, Given, GivenState, OperatorSettings
from confaudit.core.model import (
    MISSING,
    Fidelity,
    Json,
    OptionSpec,
    RawDeployment,
    Setting,
    Snapshot,
    Value,
    ValueSource,
)
from confaudit.core.secret import SECRET_OPTIONS, is_secret, secret
from confaudit.core.snapshot.redact import redact


@dataclass(frozen=True, slots=True)
class Prediction:
    """What an upgrade does to a configuration. Mappings go by `OptionSpec.key`."""

    source: Release
    target: Release
    errors: tuple[StartError, ...]
    """All that the target refuses; the server itself names those of its first step only."""
    changed: Mapping[str, tuple[Value, Value]]
    """Options of both releases whose effective value differs, before and after.

    An option whose value the target refuses is not among them: it has none afterwards.
    """
    added: Mapping[str, Value]
    """Options that only the target has, with their effective value."""
    removed: Mapping[str, Value]
    """Options that only the source has, with the value they had."""
    ignored_env: tuple[str, ...]
    """Environment variables that the target does not know, sorted."""
    effective: Mapping[str, Setting]
    """Every option of the target; MISSING where a value cannot be known."""

    @property
    def starts(self) -> bool:
        """Whether the target's option code accepts everything that is given."""
        return not self.errors


def to_json(prediction: Prediction) -> dict[str, Json]:
    """The prediction as JSON output carries it: options by flag, or by name where there is none."""
    source, target = prediction.source.options, prediction.target.options
    return {
        "starts": prediction.starts,
        "errors": [
            {"option": e.option, "name": e.name, "input": e.input, "reason": e.reason}
            for e in prediction.errors
        ],
        "changed": {
            _label(key, target): {"before": _shown(before), "after": _shown(after)}
            for key, (before, after) in prediction.changed.items()
        },
        "added": {_label(k, target): _shown(value) for k, value in prediction.added.items()},
        "removed": {_label(k, source): _shown(value) for k, value in prediction.removed.items()},
        "ignored_env": list(prediction.ignored_env),
    }


def _label(key: str, options: Mapping[str, OptionSpec]) -> str:
    spec = options.get(key)
    return (spec.flag or spec.name) if spec else key


def _shown(value: Value) -> Json:
    return {"unknown": True} if value is MISSING else value


def predict(
    before: Snapshot | None, source: Release, target: Release, operator: OperatorSettings
) -> Prediction:
    """Say what the target makes of the configuration that the source runs with.

    Both releases' rules are applied to the same inputs. Where these say nothing about an option,
    the snapshot does: a value whose source is flag, env or YAML was given by that way, under the
    name that the source has for it; a value that is neither given nor its default was worked out
    by the running server or its host, and stays while what it was worked out from stays.

    Where inputs and snapshot contradict each other the inputs win, because they are what the next
    start reads; a value that they only refer to (a Kubernetes Secret) is the snapshot's, if its
    source agrees.

    Without a snapshot the inputs are all there is; without any inputs the snapshot is.
    """
    running = _Running(before, source)
    given = tuple(running.said(entry) for entry in operator.given)
    carried = running.carried(given)
    told = (*given, *_under_known_names(carried, target))
    was = running.start((*given, *(said for group in carried for said in group)))
    will = Start(target, target.options.values(), told)
    secrets = _secrets(running.options, target.options)
    asked, got = _redacted(was, running.options, secrets), _redacted(will, target.options, secrets)
    had = running.settled(asked, given)
    have = {key: had[key] if _same(asked, got, key) else value for key, value in got.items()}
    refused = {error.option for error in will.errors}
    return Prediction(
        source=source,
        target=target,
        errors=tuple(will.errors),
        changed={
            key: (had[key], value)
            for key, value in sorted(have.items())
            if key in had and had[key] != value and key not in refused
        },
        added={key: value for key, value in sorted(have.items()) if key not in had},
        removed={key: value for key, value in sorted(had.items()) if key not in have},
        ignored_env=tuple(sorted(_ignored(told, running.options, target))),
        effective={
            key: Setting(value, will.sources.get(key, ValueSource.UNSET))
            for key, value in have.items()
        },
    )


def _same(asked: Mapping[str, Value], got: Mapping[str, Value], key: str) -> bool:
    """Whether both releases make the same of what is said: then the server's own changes stay."""
    return key in asked and asked[key] == got[key]


class _Running:
    """The deployment as it runs now: what its snapshot tells, or else its release alone."""

    def __init__(self, before: Snapshot | None, source: Release) -> None:
        self._release = source
        self.options = _options(before, source)
        self._settings = _settings(before, source)

    def start(self, said: Iterable[Assignment]) -> Start:
        return Start(self._release, self.options.values(), said)

    def said(self, given: Given) -> Assignment:
        """An entry of the inputs as a start is told it; a flag without a value is a switch."""
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
        given = tuple(given)
        env, flags = (
            {said.name for said in given if said.channel is channel}
            for channel in (Channel.ENV, Channel.FLAG)
        )
        places = nodes(given)
        return {
            cell(spec)
            for spec in self.options.values()
            if not env.isdisjoint(env_names(spec))
            or not flags.isdisjoint((spec.flag, spec.flag_shorthand or spec.flag))
            or spec.yaml_path in places
        }

    def carried(self, given: Iterable[Assignment]) -> list[list[Assignment]]:
        """What the snapshot shows to be set and the inputs do not, one list for each value.

        From 2.18 on aliases have one source, so that a list holds every name it may have come by.
        """
        explained = self._explained(given)
        agree = Semantics.of(self._release.version).aliases_agree
        plain = _redacted(self.start(()), self.options, _secrets(self.options, {}))
        groups: dict[str, list[Assignment]] = {}
        for spec in sorted(self.options.values(), key=lambda spec: bool(spec.use_instead)):
            said = self._carry(spec, plain[spec.key]) if cell(spec) not in explained else None
            if said:
                groups.setdefault(holder(spec) if agree else spec.key, []).append(said)
        return list(groups.values())

    def _carry(self, spec: OptionSpec, plain: Value) -> Assignment | None:
        setting = self._settings.get(spec.key)
        if setting is None or setting.source in (ValueSource.DEFAULT, ValueSource.UNSET):
            return None
        if setting.source is not None:
            channel = Channel(setting.source.value)
            value = MISSING if self._overwritten(spec) else setting.value
            return Assignment(channel, _name(spec, channel), value=value)
        told = setting.value not in (MISSING, plain, secret(None))
        return Assignment(None, spec.key, value=setting.value) if told else None

    def _overwritten(self, spec: OptionSpec) -> bool:
        """Whether the default of an alias hides what the option was given."""
        return any(
            cell(other) == cell(spec) and self._settings[key].source is ValueSource.DEFAULT
            for key, other in self.options.items()
            if key in self._settings
        )

    def settled(self, asked: Mapping[str, Value], given: Iterable[Assignment]) -> dict[str, Value]:
        """The values the deployment has: the snapshot's where the inputs do not say otherwise."""
        explained = self._explained(given)
        shown = {
            key: setting.value
            for key, setting in self._settings.items()
            if setting.value is not MISSING and cell(self.options[key]) not in explained
        }
        return {**asked, **shown}


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
    for group in carried:
        known = [said for said in group if said.channel and _knows(target, said.channel, said.name)]
        yield from known or group[:1]


def _knows(release: Release, channel: Channel, name: str) -> bool:
    return any(_name(spec, channel) == name for spec in release.options.values())


def _secrets(*releases: Mapping[str, OptionSpec]) -> set[str]:
    """Options that any of the releases calls secret, or another is known to."""
    declared = {key for options in releases for key, spec in options.items() if spec.secret}
    return declared | SECRET_OPTIONS


def _redacted(
    start: Start, options: Mapping[str, OptionSpec], secrets: set[str]
) -> dict[str, Value]:
    """The values of a start as they may be shown: they pass the same gate as a server's answer."""
    values = start.values
    hidden = {key: secret(True) for key in secrets & values.keys() if values[key] is MISSING}
    wire: dict[str, Json] = {
        key: _as_on_the_wire(options[key], value, key in secrets)
        for key, value in values.items()
        if value is not MISSING and not is_secret(value)
    }
    clean = redact(RawDeployment({"options": list(wire.values())})).payload["options"]
    entries = clean if isinstance(clean, list) else []
    shown = {k: e["value"] for k, e in zip(wire, entries, strict=True) if isinstance(e, dict)}
    return {**values, **hidden, **shown}


def _as_on_the_wire(spec: OptionSpec, value: Json, is_secret_option: bool) -> Json:
    marked: dict[str, Json] = {"annotations": {"secret": "true"}} if is_secret_option else {}
    names: dict[str, Json] = {"flag": spec.flag, "env": spec.env}
    return {**names, **marked, "value": value, "value_source": "env" if value else ""}


_SERVER_VARIABLES: Final = re.compile(
    r"CODER_(?:(?:EXTERNAL_AUTH|GITAUTH)_[0-9]+_\w+"
    r"|(?:AI_GATEWAY|AIBRIDGE)_PROVIDER_[0-9]+_\w+"
    r"|EXTERNAL_TOKEN_ENCRYPTION_(?:EN|DE)CRYPT_\w+"
    r"|TLS_REDIRECT_HTTP|CONFIG_DIR|URL|SESSION_TOKEN|HEADER\w*|NO_\w+_WARNING"
    r"|TELEMETRY_INSTALL_SOURCE|PRIMARY_ACCESS_URL|PROXY_SESSION_TOKEN)"
)


def is_server_variable(name: str) -> bool:
    """Whether an environment variable is read by a Coder process though it is no option.

    Numbered providers, legacy names, and the variables of the command line, of its `dbcrypt`
    command and of workspace proxies (coder/coder cli/server.go, cli/root.go, enterprise/cli).
    """
    return bool(_SERVER_VARIABLES.fullmatch(name))


def _ignored(
    told: Iterable[Assignment], running: Mapping[str, OptionSpec], target: Release
) -> set[str]:
    """Variables meant for Coder, by prefix or as options of the source, that are not read."""
    meant, known = (
        {name for spec in options.values() for name in env_names(spec)}
        for options in (running, target.options)
    )
    return {
        said.name
        for said in told
        if said.channel is Channel.ENV
        and said.name not in known
        and (said.name in meant or said.name.removeprefix(HOMEBREW).startswith("CODER_"))
        and not is_server_variable(said.name)
    }
