"""What can be looked at one by one: providers, options, variables, keys of the chart."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from confaudit.core.coder.defaults import own_default
from confaudit.core.coder.releases import Release
from confaudit.core.coder.startup import cell
from confaudit.core.given import ChartValues
from confaudit.core.judge.conditions import Item, Items
from confaudit.core.model import MISSING
from confaudit.core.upgrade.families import Family
from confaudit.core.upgrade.family_faults import first_place
from confaudit.core.upgrade.known import EMPTY, Known, Truth, conclude
from confaudit.core.upgrade.situation import Situation


def each_provider(which: Family) -> Items:
    """The members of a family."""
    return lambda situation: [
        Item(one.label, tuple(first_place(one)), provider=one) for one in situation.providers(which)
    ]


def each_unnumbered(which: Family) -> Items:
    """The variables that a family's reader takes for its own and finds no number in."""

    def items(situation: Situation) -> Iterator[Item]:
        for one in situation.members(which).unnumbered:
            spec = situation.option_of(one)
            yield Item(one.name, (one.position,), option=spec.key if spec else "")

    return items


def each_variable(names: Sequence[str]) -> Items:
    """Those of these environment variables that the files give."""

    def items(situation: Situation) -> Iterator[Item]:
        for name in names:
            given = situation.variables(name)
            if given:
                yield Item(name, tuple(one.position for one in given))

    return items


def each_option(keys: Sequence[str]) -> Items:
    """Those of these options that the operator has set to something.

    Aliases are one, by the key that stands first. What repeats the default says nothing, and what
    is only set out of sight is not seen here.
    """

    def items(situation: Situation) -> Iterator[Item]:
        found: dict[str, Known] = {}
        for one in map(situation.after, keys):
            if one.spec:
                found.setdefault(cell(one.spec), one)
        for known in found.values():
            if known.is_set is Truth.YES and not _says_nothing(known, situation.target):
                yield Item(known.name, known.positions, option=known.spec.key if known.spec else "")

    return items


def _says_nothing(known: Known, release: Release) -> bool:
    default = own_default(known.spec, release) if known.spec else MISSING
    same = known.value is not MISSING and known.value == default
    return same or conclude(known, EMPTY).answer is Truth.YES


def each_chart_key_but(known: Sequence[str]) -> Items:
    """Keys of the chart's values that are none of these, without those below such a key.

    A key that ends in `.*` stands for itself and everything below it.
    """
    exact = {key.removesuffix(".*") for key in known}
    free = tuple(key.removesuffix("*") for key in known if key.endswith(".*"))

    def items(situation: Situation) -> Iterator[Item]:
        keys = situation.chart.keys
        strange = {key for key in keys if key not in exact and not key.startswith(free)}
        for key in sorted(strange):
            is_below = any(key.startswith(f"{above}.") for above in strange)
            if not is_below and not _is_anothers(key, exact, situation.chart):
                yield Item(key, (keys[key].position,))

    return items


def _is_anothers(key: str, known: Collection[str], chart: ChartValues) -> bool:
    """Whether a key is no business of the chart: a place for anchors, or of the chart around it."""
    top = key.partition(".")[0]
    return top.startswith("x-") or (chart.is_part and top not in known)


def each_unknown_chart_key(situation: Situation) -> Iterable[Item]:
    """Keys of the chart's values that the charts in use are known not to have."""
    if not (situation.source.is_chart_known and situation.target.is_chart_known):
        return ()
    known = [one.key for one in situation.target.facts.chart_keys]
    return each_chart_key_but(known)(situation)
