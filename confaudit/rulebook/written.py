"""How advisories, checks of a start, controls and rules of the house are written down.

One struct for each; reading and the JSON Schemas are both made from them.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, ClassVar, Literal, TypeAlias

import msgspec

from confaudit.core.coder.releases import Catalog
from confaudit.core.judge import items
from confaudit.core.judge.conditions import Items, Looking
from confaudit.core.judge.finding import Effect, Phase
from confaudit.core.upgrade.families import Family
from confaudit.rulebook.conditions import ConditionReader, Nested
from confaudit.yaml_file import Part

Id = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=80,
        description="small letters and digits, with dashes between words",
    ),
]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Examples = Annotated[
    Part,
    msgspec.Meta(extra_json_schema={"type": "array", "items": {"$ref": "#/$defs/Example"}}),
]
"""Read when they are wanted: an audit has no use for them."""


class Each(msgspec.Struct, forbid_unknown_fields=True):
    """What to look at one by one; one kind of things."""

    provider: Family | None = None
    """The members of a family of numbered variables."""
    unnumbered: Family | None = None
    """The variables that a family's reader takes for its own and finds no number in."""
    options: list[str] | None = None
    """Those of these options that are set to something other than their default; `oidc-*` is every
    option whose key is like that."""
    variables: list[str] | None = None
    """Those of these environment variables that are given."""
    chart_keys_but: list[str] | Literal["known"] | None = None
    """The chart's keys other than these, or than those that the chart is known to have; `.*` stands
    for everything below."""

    @property
    def looking(self) -> Looking | None:
        """What can be asked about them beyond their names."""
        if self.provider:
            return Looking.PROVIDER
        return Looking.OPTION if self.options is not None else None

    def items(self, reader: ConditionReader, part: Part) -> Items:
        """The things to look at.

        Raises:
            ConfauditError: of the file's kind: none of them is named, or several; no release has
                an option of that key.
        """
        names = self.__struct_fields__
        if sum(getattr(self, name) is not None for name in names) != 1:
            raise part.fault("it names none or several", f"give one of {', '.join(names)}")
        if self.provider:
            return items.each_provider(self.provider)
        if self.unnumbered:
            return items.each_unnumbered(self.unnumbered)
        if self.options is not None:
            places = zip(self.options, part.at("options").items(), strict=True)
            keys = [key for one, place in places for key in reader.keys(one, place)]
            return items.each_option(keys)
        if self.variables is not None:
            return items.each_variable(self.variables)
        if self.chart_keys_but == "known":
            return items.each_unknown_chart_key
        return items.each_chart_key_but(self.chart_keys_but or [])


class Common(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What advisories, checks of a start and controls have in common."""

    id: Id
    title: Text
    level: Literal["info", "warning", "error"]
    message: Text
    """One sentence about the deployment; `{name}` stands for the item of `each`."""
    why: Text
    fix: Annotated[list[Text], msgspec.Meta(min_length=1)]
    """What to do, step by step."""
    when: Nested | None = None
    """The condition; without it every item of `each` is meant."""
    each: Each | None = None
    subject: str = ""
    """Key of the option that it is about."""
    reference: str = ""
    """Public source: coder/coder#24926."""
    versions: list[str] = []
    """First release of each line that has it; every line after the last one has it too."""
    ends: list[str] = []
    """First release of each line that no longer has it; no line after the last one has it."""
    only_if_certain: bool = False
    """Say nothing where the answer depends on what cannot be seen."""
    only_if_known: bool = False
    """Say nothing where the answer depends on a value that comes from elsewhere."""
    depends_on: str = ""
    """What makes the difference and stands in no configuration, to follow "what decides is"."""
    phase: Phase = Phase.BEFORE
    instead_of: list[str] = []
    """Ids of rules that then say nothing of the same option: to rename what is to go."""
    proposed: bool | int | str | None = None
    """What the fix would set the option to, to be copied from a report."""
    tests: Examples | None = None


class WrittenAdvisory(Common, forbid_unknown_fields=True, kw_only=True):
    """An advisory, as it is written down."""

    at_start: ClassVar[bool] = False
    control: ClassVar[str] = ""

    effect: Effect
    always: bool = False
    """It is advice at any time; without this, only an upgrade that brings it says so."""


class WrittenCheck(Common, forbid_unknown_fields=True, kw_only=True):
    """A check of a start, as it is written down: at any time it keeps a server from starting."""

    at_start: ClassVar[bool] = True
    control: ClassVar[str] = ""
    effect: ClassVar[Effect] = Effect.WILL_NOT_START
    always: ClassVar[bool] = True


class WrittenControl(Common, forbid_unknown_fields=True, kw_only=True):
    """A control of the hardening pack, as it is written down: it is about security at any time."""

    at_start: ClassVar[bool] = False
    effect: ClassVar[Effect] = Effect.SECURITY
    always: ClassVar[bool] = True

    control: Annotated[str, msgspec.Meta(pattern=r"^CA-[A-Z]{3}-[0-9]{2}$")]
    """Its own id, permanent like that of a rule: CA-AUT-03."""


Written: TypeAlias = WrittenAdvisory | WrittenCheck | WrittenControl


@lru_cache(maxsize=1)
def option_types(catalogs: Sequence[Catalog]) -> Mapping[str, tuple[str, ...]]:
    """The types that each option is known to have had, the newest first."""
    releases = [release for one in catalogs for release in one.releases]
    found: dict[str, dict[str, None]] = {}
    shared = {id(one.options): one.options for one in reversed(releases)}
    for options in shared.values():
        for key, spec in options.items():
            types = found.setdefault(key, {})
            if spec.type:
                types[spec.type] = None
    return {key: tuple(types) for key, types in found.items()}
