"""The written form of conditions: one struct for each thing that can be asked.

A condition is a mapping that asks one thing. The structs say which keys each has, and how it
becomes a condition of `core.judge`; reading and the JSON Schema are both made from them.
"""

import re
from collections.abc import Mapping, Sequence
from fnmatch import translate
from functools import partial
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias

import msgspec
from msgspec import Struct

from confaudit.core.coder.releases import Version
from confaudit.core.given import Form, Holds
from confaudit.core.judge import conditions
from confaudit.core.judge.conditions import Condition, Looking, Setting
from confaudit.core.model import Cause, ChangeKind
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.families import Family
from confaudit.core.upgrade.family_faults import Fault
from confaudit.core.upgrade.known import UpgradeSide
from confaudit.errors import suggest
from confaudit.rulebook.later import Later
from confaudit.rulebook.questions import Bounds, Other, SettingQuestion, comparison
from confaudit.yaml_file import Part

Nested: TypeAlias = Annotated[Part, msgspec.Meta(extra_json_schema={"$ref": "#/$defs/Condition"})]
"""A condition, read once it is known what it may ask about."""

_Some = msgspec.Meta(min_length=1)
_Side = Literal["before", "after"]
_Variable = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z_*?\[][A-Za-z0-9_*?\[\]!-]*$",
        description="the name of an environment variable, with * for any letters",
    ),
]


class ConditionReader(Struct, frozen=True):
    """What conditions may speak of where they are read."""

    types: Mapping[str, Sequence[str]]
    """Option key → the types it has had, the newest first."""
    looking: Looking | None = None
    """What is looked at one by one."""
    later: bool = False
    """Whether each condition is read when it is first asked. Few are: what decides comes first."""

    def condition(self, part: Part) -> Condition:
        """A condition, read now or later.

        Raises:
            ConfauditError: of the file's kind: it asks what cannot be asked.
        """
        return Later(partial(self.read, part)) if self.later else self.read(part)

    def read(self, part: Part) -> Condition:
        """A condition, read now.

        Raises:
            ConfauditError: of the file's kind: it asks what cannot be asked.
        """
        keys = list(part.children())
        found = [key for key in keys if key in KINDS]
        if not found:
            hint = suggest(keys[0] if keys else "", list(KINDS))
            raise part.fault("it asks none of the things that can be asked", hint)
        if len(found) > 1:
            hint = "ask one thing at a time, joined by all or any"
            raise part.fault(f"{found[1]} stands beside {found[0]}", hint)
        return part.read(KINDS[found[0]]).condition(self, part)

    def option(self, key: str, part: Part) -> Sequence[str]:
        """The types of an option.

        Raises:
            ConfauditError: of the file's kind: no release has it.
        """
        if key not in self.types:
            problem = f"no release has an option with the key {visible(key)}"
            raise part.fault(problem, suggest(key, sorted(self.types)))
        return self.types[key]

    def keys(self, pattern: str, part: Part) -> Sequence[str]:
        """The options that a key means, which may be like `oidc-*`.

        Raises:
            ConfauditError: of the file's kind: no release has one.
        """
        if pattern in self.types:
            return [pattern]
        matches = re.compile(translate(pattern)).match
        found = [key for key in self.types if matches(key)]
        if not found:
            self.option(pattern, part)
        return found

    def types_of(self, key: str, part: Part) -> Sequence[str]:
        """The types of an option; of the one that is looked at, any.

        Raises:
            ConfauditError: of the file's kind: no release has it, or none is looked at.
        """
        if key != conditions.EACH:
            return self.option(key, part)
        self.need(Looking.OPTION, part)
        return ()

    def need(self, looking: Looking, part: Part) -> None:
        """Make sure that what is asked about is looked at.

        Raises:
            ConfauditError: of the file's kind: it is not.
        """
        if self.looking is not looking:
            raise part.fault(f"there is no {looking} to look at here", _NEEDS[looking])


_NEEDS: Final = {
    Looking.PROVIDER: "say which with `each: {provider: …}`",
    Looking.OPTION: "say which with `each: {options: […]}`",
    Looking.CHANGE: "only a rule on changes can ask it",
}


class _Kind(Protocol):
    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """What is meant; refuses what cannot be meant."""


class All(msgspec.Struct, forbid_unknown_fields=True, rename={"parts": "all"}):
    """Every condition holds."""

    parts: Annotated[list[Nested], _Some]

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """All of them."""
        return conditions.all_of([reader.condition(one) for one in self.parts])


class OneOf(msgspec.Struct, forbid_unknown_fields=True, rename={"parts": "any"}):
    """At least one condition holds."""

    parts: Annotated[list[Nested], _Some]

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Any of them."""
        return conditions.any_of([reader.condition(one) for one in self.parts])


class Not(msgspec.Struct, forbid_unknown_fields=True, rename={"denied": "not"}):
    """The condition does not hold."""

    denied: Nested

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Its opposite."""
        return conditions.negation(reader.condition(self.denied))


class Option(SettingQuestion, forbid_unknown_fields=True, kw_only=True):
    """A question about an option, under any of its names; `*` is the one that is looked at."""

    option: str
    at: _Side = "after"
    """Which side of an upgrade; `before` is today."""
    hint: str = ""
    """It may be set out of sight where options are set whose keys begin so."""

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """The question, for this option."""
        types = reader.types_of(self.option, part.at("option"))
        side = UpgradeSide(self.at)
        if others := self.others(part):
            setting = conditions.option_setting(self.option, side)
            return _compared(setting, types, others, reader, part)
        return conditions.option(self.option, self.question(part, types), side, self.hint)


class Field(SettingQuestion, forbid_unknown_fields=True, kw_only=True):
    """A question about a field of the provider that is looked at."""

    field: str

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """The question, for this field."""
        reader.need(Looking.PROVIDER, part.at("field"))
        if others := self.others(part):
            return _compared(conditions.field_setting(self.field), (), others, reader, part)
        return conditions.field(self.field, self.question(part, ()))


class OfFamily(msgspec.Struct, forbid_unknown_fields=True):
    """Something is wrong with the members of a family of numbered variables as a whole."""

    family: Family
    has: Fault
    """What: the release comes to a number before the one that is due, two members have one ID or
    NAME, or they go by more than one prefix."""

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Whether it is."""
        return conditions.family(self.family, self.has)


def _compared(
    setting: Setting,
    types: Sequence[str],
    others: Mapping[str, Other],
    reader: ConditionReader,
    part: Part,
) -> Condition:
    """A setting keeps to bounds that other settings are."""
    found = []
    for name, other in others.items():
        bound, kinds = _setting(other, reader, part.at(name))
        found.append(conditions.compared(setting, bound, comparison(name, (*types, *kinds))))
    return conditions.all_of(found)


def _setting(other: Other, reader: ConditionReader, part: Part) -> tuple[Setting, Sequence[str]]:
    """A setting that is a bound, with its types."""
    if (other.option is None) == (other.field is None):
        raise part.fault("it names no setting, or two", "give option or field")
    if other.option is not None:
        types = reader.option(other.option, part.at("option"))
        return conditions.option_setting(other.option), types
    reader.need(Looking.PROVIDER, part.at("field"))
    return conditions.field_setting(other.field or ""), ()


class Together(msgspec.Struct, forbid_unknown_fields=True, rename={"keys": "together"}):
    """Each of some options holds something, or none of them does."""

    keys: Annotated[list[str], msgspec.Meta(min_length=2)]

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """All or none."""
        for key in self.keys:
            reader.option(key, part.at("together"))
        return conditions.together(self.keys)


class Experiment(msgspec.Struct, forbid_unknown_fields=True):
    """An experiment is listed."""

    experiment: str
    at: _Side = "after"

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Whether it is listed."""
        return conditions.experiment(self.experiment, UpgradeSide(self.at))


class Variable(SettingQuestion, forbid_unknown_fields=True, kw_only=True):
    """The files give such an environment variable, `CODER_TLS_*`; or a question about its text."""

    must_ask: ClassVar[bool] = False

    variable: _Variable
    shown: bool = False
    """Or the snapshot shows that an option of that variable is set."""

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Whether it is given, or answers the question."""
        is_asked = not {"variable", "shown"}.issuperset(part.children())
        ask = self.question(part, ()) if is_asked else None
        return conditions.variable(self.variable, ask, shown=self.shown)


class ChartKey(msgspec.Struct, forbid_unknown_fields=True, rename={"key": "chart"}):
    """The values of the Helm chart have this dotted key; `coder.env.*` is any below a map."""

    key: str
    truthy: bool = False
    """To something that Helm takes for true: no empty list or text, not false."""
    holds: list[Holds] = []
    """And one of these, if any are told."""

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Whether they have it."""
        return conditions.chart_key(self.key, truthy=self.truthy, holds=self.holds)


class OfForm(msgspec.Struct, forbid_unknown_fields=True, rename={"forms": "form"}):
    """One of the operator's files is of one of these forms."""

    forms: list[Form]

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Whether one is."""
        return conditions.forms(self.forms)


class Moved(msgspec.Struct, forbid_unknown_fields=True, rename={"key": "moved"}):
    """The files give an option another value than the snapshot shows."""

    key: str

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Whether they do."""
        reader.option(self.key, part.at("moved"))
        return conditions.moved(self.key)


class MovedBefore(msgspec.Struct, forbid_unknown_fields=True, rename={"key": "moved_before"}):
    """An earlier snapshot shows another value of an option than there is today."""

    key: str

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Whether one does."""
        reader.option(self.key, part.at("moved_before"))
        return conditions.moved_before(self.key)


class InRelease(msgspec.Struct, forbid_unknown_fields=True, rename={"bounds": "release"}):
    """The release is in a range of versions: `{at_least: 2.29.0, below: 2.35.0}`."""

    bounds: Bounds
    at: _Side = "after"

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Whether it is."""
        given = {name: version(one) for name, one in self.bounds.given.items()}
        if not given:
            raise part.at("release").fault("the range has no bound", "give at_least or below")
        return conditions.release(given, UpgradeSide(self.at))


def version(part: Part) -> Version:
    """A release of Coder.

    Raises:
        ConfauditError: of the file's kind: it is none.
    """
    try:
        return Version.parse(part.read(str))
    except ValueError:
        raise part.fault("it is no version", "write it like 2.34.5") from None


class HasCause(msgspec.Struct, forbid_unknown_fields=True, rename={"causes": "cause"}):
    """The change that is looked at has one of these causes."""

    causes: Cause | Annotated[list[Cause], _Some]

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Whether it has."""
        reader.need(Looking.CHANGE, part.at("cause"))
        return conditions.cause(_listed(self.causes))


class IsKind(msgspec.Struct, forbid_unknown_fields=True, rename={"kinds": "kind"}):
    """The change that is looked at is of one of these kinds."""

    kinds: ChangeKind | Annotated[list[ChangeKind], _Some]

    def condition(self, reader: ConditionReader, part: Part) -> Condition:
        """Whether it is."""
        reader.need(Looking.CHANGE, part.at("kind"))
        return conditions.kind(_listed(self.kinds))


def _listed(found: Any) -> Any:
    return found if isinstance(found, list) else [found]


def _name(kind: Any) -> str:
    """What a kind is called in a file: the first key it cannot do without."""
    name = next(one.encode_name for one in msgspec.structs.fields(kind) if one.required)
    return str(name)


_ALL: Final[tuple[type[_Kind], ...]] = (
    All,
    OneOf,
    Not,
    Option,
    Field,
    OfFamily,
    Together,
    Experiment,
    Variable,
    ChartKey,
    OfForm,
    Moved,
    MovedBefore,
    InRelease,
    HasCause,
    IsKind,
)
KINDS: Final[Mapping[str, type[_Kind]]] = {_name(kind): kind for kind in _ALL}
"""What can be asked, by its name in a file."""
