"""What is known about one deployment before and after an upgrade: the one thing rules ask.

Puts together what a snapshot, the operator's files and the prediction say, and keeps apart what
is known, what is set to something nobody sees here, and what may be set out of sight. Knows no
rule: whether something is good or bad is not its business.

Reasons are written to stand after "because" or in a sentence of their own, and never hold a value.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Final

from confaudit.core import tree
from confaudit.core.findings import Answer
from confaudit.core.inputs import Channel, Form, Given, Inputs, Position, State
from confaudit.core.lifecycle import option_name
from confaudit.core.model import (
    MISSING,
    Fidelity,
    Json,
    OptionSpec,
    Setting,
    Snapshot,
    Value,
    ValueSource,
)
from confaudit.core.options import zero
from confaudit.core.predict import Prediction, predict
from confaudit.core.redact import is_secret
from confaudit.core.releases import Catalog, Release
from confaudit.core.startup import Semantics, cell, env_names
from confaudit.core.wording import visible


class When(StrEnum):
    """The two sides of an upgrade."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about one setting on one side of the upgrade."""

    name: str
    """As the operator writes it, else its variable or flag."""
    value: Value
    """Effective value, redacted; MISSING when nobody can know it here. The value of an option that
    the release does not have is the zero value of its type."""
    source: ValueSource | None
    """None: it is set, and nobody knows by which way."""
    given: tuple[Given, ...]
    """The entries of the operator's files that set it, the one that counts first."""
    is_set: Answer
    """DEPENDS: nothing here sets it, though something out of sight may; or what sets it may come
    to nothing."""
    because: str
    """Why the value is not known, else how it is or is not set."""
    spec: OptionSpec | None = None
    """As the release of this side declares it; None when that has no such option."""

    @property
    def is_presumed(self) -> bool:
        """Whether it counts as not set only because nothing that is seen here sets it."""
        return self.is_set is Answer.DEPENDS and not self.given

    @property
    def prefix(self) -> str:
        """The literal text that a value begins with that is not known further."""
        return self.given[0].prefix if self.given else ""

    @property
    def positions(self) -> tuple[Position, ...]:
        """Where in the operator's files it stands."""
        return tuple(one.position for one in self.given)


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to a question about the deployment, and what it rests on."""

    answer: Answer
    because: str = ""
    presumed: bool = False
    """The answer is true as long as nothing out of sight sets what it is about."""
    positions: tuple[Position, ...] = ()
    """Where in the operator's files stands what it rests on."""

    @property
    def verdict(self) -> Answer:
        """The answer to report: what is only presumed to hold depends on what is out of sight.

        What is presumed not to hold does not: else everything would depend on everything, which
        is said once, as coverage.
        """
        return Answer.DEPENDS if self.presumed and self.answer is Answer.YES else self.answer


@dataclass(frozen=True, slots=True)
class Test:
    """A question about a value, and what the beginning of an unknown text says about it."""

    holds: Callable[[Value], bool]
    by_prefix: Callable[[str], Answer] = lambda prefix: Answer.DEPENDS


def is_empty(value: Value) -> bool:
    """Whether a value is what an option has that is given nothing: no text, no item."""
    return value in ("", None, [], {})


def equals(wanted: Json) -> Test:
    """The value is this one."""
    return Test(
        lambda value: value == wanted and type(value) is type(wanted),
        lambda prefix: Answer.DEPENDS if str(wanted).startswith(prefix) else Answer.NO,
    )


def contains(part: str) -> Test:
    """A list has this item, or a text this part; either case of letters."""
    wanted = part.casefold()
    return Test(
        lambda value: wanted in _folded(value),
        lambda prefix: Answer.YES if wanted in prefix.casefold() else Answer.DEPENDS,
    )


def starts_with(start: str) -> Test:
    """A text begins so; either case of letters."""
    wanted = start.casefold()
    return Test(
        lambda value: isinstance(value, str) and value.casefold().startswith(wanted),
        lambda prefix: _begins(prefix.casefold(), wanted),
    )


def matches(pattern: str) -> Test:
    """A regular expression is found in a text, or in an item or key of a structure."""
    regex = re.compile(pattern)
    return Test(lambda value: any(map(regex.search, _texts(value))))


EMPTY: Final = Test(is_empty, lambda prefix: Answer.NO if prefix else Answer.DEPENDS)
"""Nothing is given, or the empty text."""


def _folded(value: Value) -> str | list[str]:
    if isinstance(value, list):
        return [str(item).casefold() for item in value]
    return value.casefold() if isinstance(value, str) else ""


def _begins(prefix: str, wanted: str) -> Answer:
    if prefix.startswith(wanted):
        return Answer.YES
    return Answer.DEPENDS if wanted.startswith(prefix) else Answer.NO


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        yield from _texts([*value.values()])
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


class Family(StrEnum):
    """Settings that are numbered environment variables: `PREFIX_<N>_FIELD`."""

    EXTERNAL_AUTH = "external-auth"
    AI_PROVIDER = "ai-provider"


PREFIXES: Final[Mapping[Family, tuple[str, str]]] = {
    Family.EXTERNAL_AUTH: ("CODER_EXTERNAL_AUTH_", "CODER_GITAUTH_"),
    Family.AI_PROVIDER: ("CODER_AI_GATEWAY_PROVIDER_", "CODER_AIBRIDGE_PROVIDER_"),
}
"""Family → today's prefix and the old one."""

_CAME_WITH: Final[Mapping[Family, str]] = {
    Family.EXTERNAL_AUTH: "external_auth",
    Family.AI_PROVIDER: "ai_gateway.enabled",
}
"""Config leaf or YAML path that came with the new prefix (coder/coder#9935, coder/coder#25061)."""


def reads_new_prefix(options: Mapping[str, OptionSpec], family: Family) -> bool:
    """Whether a release with these options reads a family under today's prefix."""
    mark = _CAME_WITH[family]
    return any(mark in (spec.json_path, spec.yaml_path) for spec in options.values())


def numbered(given: Iterable[Given], prefix: str) -> tuple[Given, ...]:
    """The variables of a family that go by a prefix."""
    return tuple(
        one
        for one in given
        if one.channel is Channel.ENV
        and one.name.startswith(prefix)
        and one.name.removeprefix(prefix)[:1].isdigit()
    )


_LEAVES: Final[Mapping[Family, str]] = {
    Family.EXTERNAL_AUTH: "external_auth",
    Family.AI_PROVIDER: "ai.bridge.providers",
}
_FIELDS: Final = {"CODE_CHALLENGE_METHODS_SUPPORTED": "PKCE_METHODS"}
"""Fields that the server's answer calls otherwise than the environment does."""
_LISTS: Final = frozenset({"SCOPES", "PKCE_METHODS", "EXTRA_TOKEN_KEYS"})
"""Fields that hold several words; blanks separate them (coder/coder cli/server.go)."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One member of a family: everything given under one number."""

    family: Family
    number: str
    """As it is written: `0`, `10`, `00`."""
    prefix: str
    """`CODER_GITAUTH_`; today's prefix when only the server's own answer or YAML tells of it."""
    fields: Mapping[str, Known]
    """By field as in the environment: `TYPE`, `SCOPES`."""
    is_complete: bool
    """Whether a field that is not here is not set for certain."""

    def field(self, name: str) -> Known:
        """What is known about one field."""
        variable = f"{self.prefix}{self.number}_{name}"
        absent = _absent(variable, is_complete=self.is_complete)
        return self.fields.get(name, absent)


@dataclass(frozen=True)
class Situation:
    """One deployment on its way from one release to another; both are the same for `lint`."""

    snapshot: Snapshot | None
    inputs: Inputs
    prediction: Prediction
    """From source to target."""
    running: Prediction
    """From source to source: what the release in use makes of the same."""
    source: Release
    target: Release
    catalog: Catalog = field(repr=False)

    @classmethod
    def of(
        cls,
        snapshot: Snapshot | None,
        inputs: Inputs,
        source: Release,
        target: Release,
        catalog: Catalog,
    ) -> "Situation":
        """Predict, and put everything together."""
        running = predict(snapshot, source, source, inputs)
        same = target.version == source.version
        prediction = running if same else predict(snapshot, source, target, inputs)
        return cls(snapshot, inputs, prediction, running, source, target, catalog)

    @property
    def is_upgrade(self) -> bool:
        """Whether two releases are compared at all."""
        return self.source.version != self.target.version

    @property
    def complete(self) -> bool:
        """Whether everything that sets a variable is seen here; see `unseen`."""
        return not self.unseen

    @property
    def unseen(self) -> tuple[str, ...]:
        """Notes on what sets further variables out of sight, in whole sentences."""
        return tuple(dict.fromkeys(other.note for other in self.inputs.elsewhere))

    # --- options ----------------------------------------------------------------------------

    def before(self, key: str) -> Known:
        """What the option with this key, or an alias of it, is today."""
        return self.known(key, When.BEFORE)

    def after(self, key: str) -> Known:
        """What the option with this key, or an alias of it, will be."""
        return self.known(key, When.AFTER)

    def known(self, key: str, when: When) -> Known:
        """What is known about an option on one side; the key may be that of an alias."""
        spec = self.spec(key, when)
        if spec is None:
            return self._undeclared(key, when)
        setting = self._effective(when)[spec.key]
        given = self.given(key, when)
        found = Known(
            name=_name(given, spec),
            value=setting.value,
            source=setting.source,
            given=given,
            is_set=self._is_set(spec, setting, given, when),
            because="",
            spec=spec,
        )
        return replace(found, because=self._because(found, when))

    def spec(self, key: str, when: When) -> OptionSpec | None:
        """The option as the release of one side declares it, under this key or as an alias."""
        options = self._declared(when)
        if key in options:
            return options[key]
        leaves = self._leaves(key)
        aliases = [spec for spec in options.values() if spec.json_path in leaves]
        return min(aliases, key=lambda spec: bool(spec.use_instead), default=None)

    def given(self, key: str, when: When) -> tuple[Given, ...]:
        """The entries of the files that set an option of one side, by any name; strongest first."""
        spec = self.spec(key, when)
        twins = [one for one in self._declared(when).values() if spec and cell(one) == cell(spec)]
        last_first = reversed(self.inputs.given)
        found = [one for one in last_first if any(_sets(one, twin) for twin in twins)]
        return tuple(sorted(found, key=lambda one: _STRENGTH.index(one.channel)))

    def holds(self, key: str, test: Test, when: When = When.AFTER) -> Told:
        """Whether the value of an option passes a test."""
        return told(self.known(key, when), test)

    def _declared(self, when: When) -> Mapping[str, OptionSpec]:
        return self._source_options if when is When.BEFORE else self.target.options

    @cached_property
    def _source_options(self) -> Mapping[str, OptionSpec]:
        """What the source declares; the server itself knows best."""
        own = self.snapshot.declared if self.snapshot else {}
        declared = {**self.source.options, **own}
        return {key: spec for key, spec in declared.items() if key in self.running.effective}

    def _effective(self, when: When) -> Mapping[str, Setting]:
        prediction = self.running if when is When.BEFORE else self.prediction
        return prediction.effective

    def _leaves(self, key: str) -> set[str]:
        """The config leaves that an option has in either release, else in the newest one."""
        newest = self.catalog.nearest("").options
        for options in (self._source_options, self.target.options, newest):
            if key in options and options[key].json_path:
                return {options[key].json_path}
        return set()

    def _undeclared(self, key: str, when: When) -> Known:
        other = self.spec(key, When.AFTER if when is When.BEFORE else When.BEFORE)
        spec = other or self.catalog.nearest("").options.get(key)
        release = self.source if when is When.BEFORE else self.target
        return Known(
            name=_name((), spec) if spec else option_name(key),
            value=zero(spec.type) if spec else None,
            source=ValueSource.UNSET,
            given=(),
            is_set=Answer.NO,
            because=f"{release.version} has no such option",
        )

    def _is_set(
        self, spec: OptionSpec, setting: Setting, given: tuple[Given, ...], when: When
    ) -> Answer:
        if setting.source not in (ValueSource.DEFAULT, ValueSource.UNSET):
            release = self.source if when is When.BEFORE else self.target
            return Answer.DEPENDS if given and _may_be_void(given, release) else Answer.YES
        return Answer.NO if given or self._is_told(spec) else Answer.DEPENDS

    def _is_told(self, spec: OptionSpec) -> bool:
        """Whether it would be seen here if the option were set."""
        if self.snapshot is None:
            return self.complete
        settings = self.snapshot.settings
        own = [settings[twin.key] for twin in self._running_twins(spec) if twin.key in settings]
        if any(setting.source is not None for setting in own):
            return True
        is_new = not own and bool(settings) and self.snapshot.fidelity is Fidelity.FULL
        return self.complete and (is_new or bool(self.inputs.forms))

    def _running_twins(self, spec: OptionSpec) -> Iterator[OptionSpec]:
        return (one for one in self._source_options.values() if cell(one) == cell(spec))

    def _because(self, known: Known, when: When) -> str:
        if known.value is MISSING:
            return self._why_unknown(known, when)
        if known.is_set is Answer.YES:
            by = f" by {known.source}" if known.source and not known.given else ""
            return f"{known.name} is set{by}"
        if known.is_presumed:
            return f"{known.name} is not set as far as can be seen here"
        return f"{known.name} is not set"

    def _why_unknown(self, known: Known, when: When) -> str:
        if known.given:
            return f"the value of {known.name} {_STATES[known.given[0].state]}"
        if known.spec and known.spec.default_computed_from == "access-url":
            return f"{known.name} follows the access URL: {self.known('access-url', when).because}"
        if known.spec and known.spec.default_computed_from:
            return f"{known.name} follows the {known.spec.default_computed_from}"
        return f"the value of {known.name} is not told"

    # --- what is no option ------------------------------------------------------------------

    def providers(self, family: Family) -> tuple[Provider, ...]:
        """The members of a family: those of the files, else those the snapshot shows."""
        numbered = self._numbered(family)
        if numbered:
            return tuple(
                Provider(family, number, prefix, fields, self.complete)
                for (prefix, number), fields in sorted(numbered.items())
            )
        return tuple(self._shown(family))

    def _numbered(self, family: Family) -> dict[tuple[str, str], dict[str, Known]]:
        """Prefix and number → fields, as variables give them."""
        pattern = re.compile(rf"({'|'.join(PREFIXES[family])})([0-9]+)_(\w+)")
        found: dict[tuple[str, str], dict[str, Known]] = {}
        for one in self.inputs.given:
            parts = pattern.fullmatch(one.name) if one.channel is Channel.ENV else None
            if parts:
                prefix, number, name = parts.groups()
                found.setdefault((prefix, number), {})[name] = _as_field(one, name)
        return found

    def _shown(self, family: Family) -> Iterator[Provider]:
        """Members as the server's YAML or the server itself lists them."""
        for number, entry in enumerate(self._listed(family)):
            fields = {
                (name := _FIELDS.get(key.upper(), key.upper())): Known(
                    name=f"{PREFIXES[family][0]}{number}_{name}",
                    value=value,
                    source=None,
                    given=(),
                    is_set=Answer.NO if is_empty(value) else Answer.YES,
                    because="the server lists it",
                )
                for key, value in entry.items()
            }
            yield Provider(family, str(number), PREFIXES[family][0], fields, is_complete=True)

    def _listed(self, family: Family) -> Iterator[Mapping[str, Json]]:
        option = self.running.effective.get("external-auth-providers")
        value = option.value if option and family is Family.EXTERNAL_AUTH else None
        if not isinstance(value, list) or not value:
            config = self.snapshot.config if self.snapshot else {}
            value = tree.get(config, tuple(_LEAVES[family].split(".")))
        if isinstance(value, list):
            yield from (one for one in value if isinstance(one, dict))

    def experiment(self, name: str, when: When = When.AFTER) -> Told:
        """Whether an experiment is listed; `*` stands for those a release calls safe."""
        listed = self.holds("experiments", contains(name), when)
        every = self.holds("experiments", contains("*"), when)
        if listed.answer is Answer.NO and every.answer is Answer.YES:
            return replace(every, answer=Answer.DEPENDS, because="experiments are given as *")
        return listed

    def variables(self, pattern: str) -> tuple[Given, ...]:
        """The environment variables that the files give by a name such as `CODER_TLS_*`."""
        by_env = (one for one in self.inputs.given if one.channel is Channel.ENV)
        return tuple(one for one in by_env if fnmatchcase(one.name, pattern))

    def chart_keys(self) -> Mapping[str, tuple[Position, ...]]:
        """Dotted keys of the chart's values, with where they stand.

        The file is that of the settings beside them, as the keys do not say it themselves.
        """
        files = [one.position.file for one in self.inputs.given if one.form in _CHART]
        return {
            key: tuple(Position(file, line) for file in files[:1])
            for key, line in self.inputs.chart_values.items()
        }


_CHART: Final = frozenset({Form.HELM_VALUES, Form.HELM_RELEASE, Form.ARGO_APPLICATION, Form.TEXT})
"""Forms that may hold values of the Helm chart; a template around them makes them TEXT."""

_STRENGTH: Final = (Channel.FLAG, Channel.ENV, Channel.YAML)

_STATES: Final[Mapping[State, str]] = {
    State.LITERAL: "is refused",
    State.EMPTY: "is refused",
    State.REFERENCE: "comes from a Secret or another resource",
    State.UNRESOLVED: "is filled in by a template",
    State.ENCRYPTED: "is encrypted",
    State.PASS_THROUGH: "is taken from the shell that starts it",
    State.MALFORMED: "cannot be made out",
}
"""Why the value of an entry is not known: a literal one is known unless the release refuses it."""


_OPEN: Final = frozenset({State.UNRESOLVED, State.PASS_THROUGH, State.MALFORMED})
"""States of an entry that may come to nothing."""


def told(known: Known, test: Test) -> Told:
    """Whether a setting passes a test."""
    answer = _answer(known, test)
    by_prefix = known.value is MISSING and answer is not Answer.DEPENDS
    because = f"{known.name} is set" if by_prefix else known.because
    return Told(answer, because, known.is_presumed, known.positions)


def is_set(known: Known) -> Told:
    """Whether something sets it."""
    answer = Answer.NO if known.is_presumed else known.is_set
    return Told(answer, known.because, known.is_presumed, known.positions)


def is_unresolved(known: Known) -> Told:
    """Whether a template or another resource has the last word on its value."""
    literal = (State.LITERAL, State.EMPTY)
    unresolved = bool(known.given) and known.given[0].state not in literal
    return Told(Answer.YES if unresolved else Answer.NO, known.because, False, known.positions)


def _answer(known: Known, test: Test) -> Answer:
    state = known.given[0].state if known.given else State.LITERAL
    if test is EMPTY and state in (State.REFERENCE, State.ENCRYPTED):
        return Answer.NO  # nobody keeps nothing in a Secret
    if known.value is MISSING or (is_secret(known.value) and state in _OPEN):
        return test.by_prefix(known.prefix)
    if is_secret(known.value):
        return _answer_about_secret(known.value, test)
    return Answer.YES if test.holds(known.value) else Answer.NO


def _answer_about_secret(marker: Value, test: Test) -> Answer:
    """Of a secret only whether it is set is known."""
    state = marker.get("secret_set") if isinstance(marker, dict) else None
    if state is False:
        return Answer.YES if test.holds("") else Answer.NO
    return Answer.NO if state and test is EMPTY else Answer.DEPENDS


def _name(given: Iterable[Given], spec: OptionSpec) -> str:
    for one in given:
        return visible(f"--{one.name}" if one.channel is Channel.FLAG else one.name)
    return spec.env or option_name(spec.key)


def _sets(given: Given, spec: OptionSpec) -> bool:
    match given.channel:
        case Channel.ENV:
            return given.name in env_names(spec)
        case Channel.FLAG:
            return given.name in (spec.flag, spec.flag_shorthand or spec.flag)
        case Channel.YAML:
            path = spec.yaml_path
            return bool(path) and (given.name == path or given.name.startswith(f"{path}."))


def _may_be_void(given: tuple[Given, ...], release: Release) -> bool:
    """Whether what sets an option may turn out to set nothing."""
    strongest = given[0]
    if strongest.state is State.PASS_THROUGH:
        return True
    empty_counts = Semantics.of(release.version).empty_env_counts
    defaults_to_nothing = strongest.state is State.UNRESOLVED and strongest.value == ""
    return defaults_to_nothing and strongest.channel is Channel.ENV and not empty_counts


def _as_field(given: Given, name: str) -> Known:
    is_known = given.state in (State.LITERAL, State.EMPTY) and given.value is not None
    text = given.value or ""
    value: Value = list[Json](text.split()) if name in _LISTS else text
    shown = visible(given.name)
    return Known(
        name=shown,
        value=value if is_known else MISSING,
        source=ValueSource.ENV,
        given=(given,),
        is_set=Answer.DEPENDS if given.state is State.PASS_THROUGH else Answer.YES,
        because=f"{shown} is set" if is_known else f"the value of {shown} {_STATES[given.state]}",
    )


def _absent(variable: str, *, is_complete: bool) -> Known:
    return Known(
        name=variable,
        value="",
        source=ValueSource.UNSET,
        given=(),
        is_set=Answer.NO if is_complete else Answer.DEPENDS,
        because=f"{variable} is not set" + ("" if is_complete else " as far as can be seen here"),
    )
