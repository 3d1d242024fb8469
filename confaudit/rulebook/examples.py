"""Small deployments that an author gives along with an advisory, and what it makes of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.given import (
    Channel,
    ChartValue,
    ChartValues,
    Elsewhere,
    Form,
    Given,
    GivenState,
    Holds,
    OperatorSettings,
    Position,
)
from confaudit.core.judge.advisories import Advisory, advise
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.hardening import controls_failed
from confaudit.core.judge.startup import asked_in_clear, refused_starts
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situate import situation_of
from confaudit.core.upgrade.situation import Situation
from confaudit.yaml_file import Part

_Release = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^v?[0-9]+\.[0-9]+\.[0-9]+([-+].*)?$", description="a release, such as 2.34.5"
    ),
]


class Example(
    msgspec.Struct, forbid_unknown_fields=True, rename={"source": "from", "target": "to"}
):
    """A small deployment, and whether an advisory concerns it."""

    affects: bool | Literal["yes", "no", "depends"]
    env: dict[str, str] = {}
    flags: dict[str, str] = {}
    """Flags without dashes."""
    yaml: dict[str, str] = {}
    """Dotted paths of the server's YAML."""
    unknown: list[str] = []
    """Variables whose value comes from a Secret."""
    template: dict[str, str] = {}
    """Variables that a template fills in, with the literal text they begin with."""
    chart: list[str] = []
    """Keys of the chart's values."""
    chart_off: list[str] = []
    """Further ones whose value is empty or false."""
    chart_open: list[str] = []
    """Further ones whose value a template fills in."""
    chart_holds: dict[str, Holds] = {}
    """Further ones, and what they hold."""
    earlier: dict[str, list[str]] = {}
    """What earlier snapshots show of options, by key, the newest first."""
    out_of_sight: bool = False
    """Whether something sets further variables that nobody sees."""
    source: _Release = ""
    """Release in use; without it the target if the advisory stands at any time, else the one before
    it."""
    target: _Release = ""
    """Without it the newest that has the advisory if that stands at any time, else the first of the
    last line that got it."""


class Tested(Struct, frozen=True):
    """An advisory with the examples that its author gave."""

    advisory: Advisory
    written: Part | None

    @property
    def examples(self) -> tuple[Example, ...]:
        """Small deployments, and what it is to make of them.

        Raises:
            ConfauditError: of the file's kind: one cannot be read; names file, line and key.
        """
        return tuple(self.written.read(list[Example])) if self.written else ()


_EXPECTED: Final[Mapping[bool | str, Truth]] = {
    True: Truth.YES,  # YAML 1.1 reads a bare yes so
    False: Truth.NO,
    "yes": Truth.YES,
    "no": Truth.NO,
    "depends": Truth.DEPENDS,
}


def failures(advisory: Advisory, examples: Sequence[Example], catalog: Catalog) -> Iterator[str]:
    """What an advisory gets wrong about the examples of its author, in whole sentences."""
    for number, example in enumerate(examples, 1):
        expected = _EXPECTED[example.affects]
        situation = situation_with(operator(example), example, advisory, catalog)
        found = list(_found(advisory, situation))
        affects = found[0].affects if found else Truth.NO
        if affects is not expected:
            yield f"{advisory.rule.id}, test {number}: {affects} instead of {expected}."


def _found(advisory: Advisory, situation: Situation) -> Iterator[Finding]:
    if advisory.at_start:
        return refused_starts([advisory], situation)
    return (controls_failed if advisory.control else advise)([advisory], situation)


def situation_with(
    given: OperatorSettings, example: Example, advisory: Advisory, catalog: Catalog
) -> Situation:
    """An advisory's example, with these files in place of its own."""
    source, target = (catalog.lend(version) for version in _way(example, advisory, catalog))
    return situation_of(
        None,
        source,
        target,
        given,
        catalog,
        lambda key: example.earlier.get(key, ()),
        checks=asked_in_clear([advisory]),
    )


def _way(example: Example, advisory: Advisory, catalog: Catalog) -> tuple[str, str]:
    """Source and target: the step that brings the advisory, unless the example says otherwise.

    What stands at any time is asked of one release, as in `lint`.
    """
    having = [v for v in catalog.versions if advisory.is_in(Version.parse(v))]
    firsts = [str(version) for version in advisory.versions]
    at_hand = having if advisory.standing else firsts
    target = example.target or (at_hand or firsts or catalog.versions)[-1]
    if example.source or advisory.standing:
        return example.source or target, target
    older = [v for v in catalog.versions if Version.parse(v) < Version.parse(target)]
    lacking = [v for v in older if v not in having]
    return (lacking or older or [target])[-1], target


def operator(example: Example) -> OperatorSettings:
    """The operator's files that an example stands for."""
    form = Form.HELM_VALUES if example.chart else Form.ENV_FILE
    here = Given(Channel.ENV, "", GivenState.LITERAL, Position("example", 1), form)
    given = (
        *(
            replace(here, channel=channel, name=name, value=value)
            for channel, values in (
                (Channel.FLAG, example.flags),
                (Channel.ENV, example.env),
                (Channel.YAML, example.yaml),
            )
            for name, value in values.items()
        ),
        *(replace(here, name=name, state=GivenState.REFERENCE) for name in example.unknown),
        *(
            replace(here, name=name, state=GivenState.UNRESOLVED, prefix=prefix)
            for name, prefix in example.template.items()
        ),
    )
    hidden = Elsewhere("secret/example", "envFrom sets variables that cannot be seen here")
    return OperatorSettings(
        given=given,
        chart=_chart(example, here.position),
        forms=(form,),
        elsewhere=(hidden,) if example.out_of_sight else (),
    )


def _chart(example: Example, place: Position) -> ChartValues | None:
    """The chart's values; the example's variables are its `coder.env`."""
    keys = {
        **dict.fromkeys(example.chart, ChartValue(place)),
        **dict.fromkeys(example.chart_off, ChartValue(place, Holds.NOTHING, is_on=False)),
        **dict.fromkeys(example.chart_open, ChartValue(place, Holds.OPEN, is_on=None)),
        **{key: ChartValue(place, holds) for key, holds in example.chart_holds.items()},
    }
    return ChartValues(keys) if keys else None
