"""What is known about one deployment before and after an upgrade: the one thing rules ask.

Puts together what a snapshot, the operator's files and the prediction say, and keeps apart what
is known, what is set to something nobody sees here, and what may be set out of sight. Knows no
rule: whether something is good or bad is not its business.

Reasons are written to stand after "because" or in a sentence of their own, and never hold a value.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import ClassVar, TypeAlias

from msgspec.structs import replace

from confaudit.core import tree
from confaudit.core.coder.chart import is_by_chart, with_chart
from confaudit.core.coder.names import Lack, by_name, lack
from confaudit.core.coder.releases import Catalog, Release, Version
from confaudit.core.coder.startup import HOMEBREW, cell
from confaudit.core.given import Channel, ChartValues, Given, OperatorSettings
from confaudit.core.model import (
    EXPLICIT,
    MISSING,
    Fidelity,
    OptionSpec,
    Setting,
    Snapshot,
    Value,
    ValueSource,
)
from confaudit.core.text.wording import option_name, visible
from confaudit.core.upgrade.entries import Entries, by_cell, may_be_void, name_of, why_unknown
from confaudit.core.upgrade.families import (
    LEAVES,
    LISTED_BY,
    Family,
    Members,
    Provider,
    listed,
    read_variables,
)
from confaudit.core.upgrade.known import (
    Answer,
    Conclusion,
    Known,
    Truth,
    UpgradeSide,
    ValueTest,
    conclude,
    contains,
    set_to,
)
from confaudit.core.upgrade.lacking import not_there, removed_or_hidden
from confaudit.core.upgrade.prediction import Prediction
from confaudit.core.upgrade.spelling import Spelling
from confaudit.reticent import Reticent

Earlier: TypeAlias = Callable[[str], Iterable[Value]]
"""Option key → its values in the snapshots of a deployment, the newest first. To be asked only
when somebody wants to know, as it takes a walk through the history."""


def no_snapshots(key: str) -> Iterable[Value]:
    """What no history tells."""
    return ()


AnswersByCheck: TypeAlias = Mapping[str, tuple[Answer, ...]]
"""What came of checks that look at values as they are, by the id of each."""


class Situation(Reticent, frozen=True, dict=True):
    """One deployment on its way from one release to another; both are the same for `lint`.

    Made by `situate`; nothing secret is left in it.
    """

    unsaid: ClassVar = frozenset({"catalog", "earlier", "assumed", "at_start"})

    snapshot: Snapshot | None
    operator: OperatorSettings
    prediction: Prediction
    """From source to target."""
    running: Prediction
    """From source to source: what the release in use makes of the same."""
    source: Release
    target: Release
    catalog: Catalog

    earlier: Earlier = no_snapshots
    """What earlier snapshots of the deployment show."""
    assumed: "Situation | None" = None
    """The same as templates' own defaults would have it; None where there are none."""
    at_start: Mapping[UpgradeSide, AnswersByCheck] = {}
    """What is known of the checks of a start, and of controls, on either side: of values that are
    secret as well."""

    @property
    def is_upgrade(self) -> bool:
        """Whether two releases are compared at all."""
        return self.source.version != self.target.version

    @property
    def staying(self) -> "Situation":
        """The same deployment if it stays with the release in use."""
        today = self.at_start.get(UpgradeSide.BEFORE, {})
        return replace(
            self,
            target=self.source,
            prediction=self.running,
            assumed=self.assumed.staying if self.assumed else None,
            at_start={UpgradeSide.BEFORE: today, UpgradeSide.AFTER: today},
        )

    @property
    def complete(self) -> bool:
        """Whether everything that sets a variable is seen here; see `unseen`."""
        return not self.unseen

    @property
    def unseen(self) -> tuple[str, ...]:
        """Notes on what sets further variables out of sight, in whole sentences."""
        return tuple(dict.fromkeys(other.note for other in self.operator.elsewhere))

    @cached_property
    def doubts(self) -> Mapping[str, Lack]:
        """What the prediction says the target does not know, and it may: input → what is known.

        Inputs are spelled as in the prediction.
        """
        found = {name: self.lack(Channel.ENV, name) for name in self.prediction.ignored_env}
        found |= {
            error.input: self.lack(*name)
            for error in self.prediction.errors
            if (name := error.unknown_name)
        }
        return {name: why for name, why in found.items() if why is not Lack.CERTAIN}

    def lack(self, channel: Channel, name: str) -> Lack:
        """What it means that the target's facts lack a name."""
        name = name.removeprefix(HOMEBREW)
        if channel is Channel.ENV and self.target.facts.variable(name):
            return Lack.CERTAIN  # it is known who reads it instead
        return lack(self.target, self.catalog, channel, name)

    @cached_property
    def spelling(self) -> Spelling:
        """What may have been meant by a name that is not known."""
        return Spelling(self.catalog, self.target.options.values())

    # --- options ----------------------------------------------------------------------------

    def before(self, key: str) -> Known:
        """What the option with this key, or an alias of it, is today."""
        return self.known(key, UpgradeSide.BEFORE)

    def after(self, key: str) -> Known:
        """What the option with this key, or an alias of it, will be."""
        return self.known(key, UpgradeSide.AFTER)

    def known(self, key: str, when: UpgradeSide) -> Known:
        """What is known about an option on one side; the key may be that of an alias."""
        if (key, when) not in self._known:
            self._known[key, when] = self._find(key, when)
        return self._known[key, when]

    @cached_property
    def _known(self) -> dict[tuple[str, UpgradeSide], Known]:
        """What was asked for already: rules ask for the same few options again and again."""
        return {}

    def _find(self, key: str, when: UpgradeSide) -> Known:
        spec = self.spec(key, when)
        if spec is None:
            return self._undeclared(key, when)
        setting = self._effective(when)[spec.key]
        given = self._entries(self._twins(when)[cell(spec)], when)
        found = Known(
            name=name_of(given, spec),
            value=setting.value,
            source=setting.source,
            given=given,
            is_set=self._is_set(spec, setting, given, when),
            because="",
            spec=spec,
            is_refused=cell(spec) in self._refused(when),
        )
        return replace(found, because=self._because(found, when))

    def spec(self, key: str, when: UpgradeSide) -> OptionSpec | None:
        """The option as the release of one side declares it, under this key or as an alias."""
        options = self._declared(when)
        if key in options:
            return options[key]
        leaves = self._leaves(key)
        aliases = [spec for spec in options.values() if spec.json_path in leaves]
        return min(aliases, key=lambda spec: bool(spec.use_instead), default=None)

    def option_of(self, given: Given) -> OptionSpec | None:
        """The option of the target that an entry of the files sets by its name."""
        return self._target_names.get((given.channel, given.name))

    @cached_property
    def _target_names(self) -> Mapping[tuple[Channel, str], OptionSpec]:
        return by_name(self.target.options.values())

    def given(self, key: str, when: UpgradeSide) -> tuple[Given, ...]:
        """The entries of the files that set an option of one side, by any name; strongest first."""
        spec = self.spec(key, when)
        found = self._entries(self._twins(when)[cell(spec)], when) if spec else ()
        return tuple(one for one in found if not is_by_chart(one))

    def _twins(self, when: UpgradeSide) -> Mapping[str, Sequence[OptionSpec]]:
        """The options of one side that set one value, by its place."""
        return self._source_twins if when is UpgradeSide.BEFORE else self._target_twins

    @cached_property
    def _source_twins(self) -> Mapping[str, Sequence[OptionSpec]]:
        return by_cell(self._source_options.values())

    @cached_property
    def _target_twins(self) -> Mapping[str, Sequence[OptionSpec]]:
        return by_cell(self.target.options.values())

    def _entries(self, twins: Sequence[OptionSpec], when: UpgradeSide) -> tuple[Given, ...]:
        """What sets options of one place, the chart's own doing included; strongest first."""
        is_before = when is UpgradeSide.BEFORE
        given = self._with_old_chart if is_before else self._with_new_chart
        return given.of(twins, self._predicted(when).inputs.get(cell(twins[0]), ()))

    @cached_property
    def _with_old_chart(self) -> Entries:
        return Entries(with_chart(self.operator, self.source.version).given)

    @cached_property
    def _with_new_chart(self) -> Entries:
        return Entries(with_chart(self.operator, self.target.version).given)

    def holds(self, key: str, test: ValueTest, when: UpgradeSide = UpgradeSide.AFTER) -> Conclusion:
        """Whether the value of an option passes a test."""
        return conclude(self.known(key, when), test)

    def _declared(self, when: UpgradeSide) -> Mapping[str, OptionSpec]:
        return self._source_options if when is UpgradeSide.BEFORE else self.target.options

    @cached_property
    def _source_options(self) -> Mapping[str, OptionSpec]:
        """What the source declares; the server itself knows best."""
        own = self.snapshot.declared if self.snapshot else {}
        declared = {**self.source.options, **own}
        return {key: spec for key, spec in declared.items() if key in self.running.effective}

    def _effective(self, when: UpgradeSide) -> Mapping[str, Setting]:
        return self._predicted(when).effective

    def _refused(self, when: UpgradeSide) -> set[str]:
        """The places of values that the option code of one side refuses."""
        options = self._declared(when)
        errors = self._predicted(when).errors
        return {cell(options[one.option]) for one in errors if one.option in options}

    def _predicted(self, when: UpgradeSide) -> Prediction:
        return self.running if when is UpgradeSide.BEFORE else self.prediction

    def _leaves(self, key: str) -> set[str]:
        """The config leaves that an option has in either release, else in the newest one."""
        newest = self.catalog.nearest("").options
        for options in (self._source_options, self.target.options, newest):
            if key in options and options[key].json_path:
                return {options[key].json_path}
        return set()

    def _undeclared(self, key: str, when: UpgradeSide) -> Known:
        opposite = UpgradeSide.AFTER if when is UpgradeSide.BEFORE else UpgradeSide.BEFORE
        other = self.spec(key, opposite)
        spec = other or self.catalog.nearest("").options.get(key)
        release = self.source if when is UpgradeSide.BEFORE else self.target
        unsure = release.unsure.get(key)
        given = self._entries([unsure], when) if unsure else ()
        is_set = given or (other and self.known(other.key, opposite).is_set is Truth.YES)
        if unsure and is_set:
            return removed_or_hidden(name_of(given, unsure), given, release)
        return not_there(name_of((), spec) if spec else option_name(key), spec, key, release)

    def _is_set(
        self, spec: OptionSpec, setting: Setting, given: tuple[Given, ...], when: UpgradeSide
    ) -> Truth:
        if setting.source not in (ValueSource.DEFAULT, ValueSource.UNSET):
            release = self.source if when is UpgradeSide.BEFORE else self.target
            return Truth.DEPENDS if given and may_be_void(given[0], release) else Truth.YES
        return Truth.NO if given or self._would_show(spec) else Truth.DEPENDS

    def _would_show(self, spec: OptionSpec) -> bool:
        """Whether it would be seen here if the option were set."""
        if self.snapshot is None:
            return self.complete
        settings = self.snapshot.settings
        twins = self._source_twins.get(cell(spec), ())
        own = [settings[twin.key] for twin in twins if twin.key in settings]
        if any(setting.source is not None for setting in own):
            return True
        is_new = not own and bool(settings) and self.snapshot.fidelity is Fidelity.FULL
        return self.complete and (is_new or bool(self.operator.forms))

    def _because(self, known: Known, when: UpgradeSide) -> str:
        if known.value is MISSING:
            return self._why_unknown(known, when)
        if known.is_set is Truth.YES:
            by = f" by {known.source}" if known.source and not known.given else ""
            by = " by the chart" if known.given and is_by_chart(known.given[0]) else by
            return f"{known.name} is {set_to(known.value)}{by}"
        if known.is_presumed:
            return f"{known.name} is not set as far as can be seen here"
        return f"{known.name} is not set"

    def _why_unknown(self, known: Known, when: UpgradeSide) -> str:
        if known.given:
            return why_unknown(known.name, known.given[0])
        if known.spec and known.spec.default_computed_from == "access-url":
            return f"{known.name} follows the access URL: {self.known('access-url', when).because}"
        if known.spec and known.spec.default_computed_from:
            return f"{known.name} follows the {known.spec.default_computed_from}"
        return f"the value of {known.name} is not told"

    # --- what is no option ------------------------------------------------------------------

    def providers(self, family: Family) -> tuple[Provider, ...]:
        """The members of a family: those of the files, else those the snapshot shows."""
        return self.members(family).providers

    def members(self, family: Family) -> Members:
        """A family as the target reads it; what is set under other names is none of its business.

        A list in the server's YAML and all numbered variables are one list.
        """
        return self._families[family]

    @cached_property
    def _families(self) -> Mapping[Family, Members]:
        return {family: self._read(family) for family in Family}

    def _read(self, family: Family) -> Members:
        version = Version.parse(self.target.version)
        numbered = read_variables(family, self.operator.given, version, is_complete=self.complete)
        found = (*self._listed(family), *numbered.providers)
        return replace(numbered, providers=found or tuple(listed(family, self._shown(family))))

    def _listed(self, family: Family) -> Iterator[Provider]:
        """Members that the server's YAML lists."""
        if family is Family.EXTERNAL_AUTH:
            option = self.after(LISTED_BY)
            by_yaml = [one for one in option.given if one.channel is Channel.YAML]
            yield from listed(family, option.value, by_yaml) if by_yaml else ()

    def _shown(self, family: Family) -> Value:
        """The list of members that the server itself shows."""
        option = self.running.effective.get(LISTED_BY)
        value = option.value if option and family is Family.EXTERNAL_AUTH else None
        if isinstance(value, list) and value:
            return value
        config = self.snapshot.config if self.snapshot else {}
        return tree.get(config, tuple(LEAVES[family].split(".")))

    def experiment(self, name: str, when: UpgradeSide = UpgradeSide.AFTER) -> Conclusion:
        """Whether an experiment is listed; `*` stands for those a release calls safe."""
        listed = self.holds("experiments", contains(name), when)
        every = self.holds("experiments", contains("*"), when)
        if listed.answer is Truth.NO and every.answer is Truth.YES:
            release = self.source if when is UpgradeSide.BEFORE else self.target
            is_safe = name in release.experiments.safe
            answer = Truth.YES if is_safe else Truth.DEPENDS
            return replace(every, answer=answer, because="experiments are given as *")
        return listed

    def variables(self, pattern: str) -> tuple[Given, ...]:
        """The environment variables that the files give by a name such as `CODER_TLS_*`."""
        by_env = (one for one in self.operator.given if one.channel is Channel.ENV)
        return tuple(one for one in by_env if fnmatchcase(one.name, pattern))

    def shown(self, pattern: str) -> Iterator[Known]:
        """What the snapshot shows set of options whose variable is like that."""
        settings = self.snapshot.settings if self.snapshot else {}
        declared = self.snapshot.declared if self.snapshot else {}
        for key, setting in settings.items():
            spec = declared.get(key)
            if spec and setting.source in EXPLICIT and fnmatchcase(spec.env, pattern):
                because = f"the snapshot shows {visible(spec.env)} set"
                yield Known(spec.env, setting.value, setting.source, (), Truth.YES, because, spec)

    @property
    def chart(self) -> ChartValues:
        """The values of the Helm chart; none where it has no part in the deployment."""
        return self.operator.chart or ChartValues()
