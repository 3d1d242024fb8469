"""The one language of conditions: what can be asked about a deployment, and how answers join."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import partial
from itertools import chain
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.releases import Version
from confaudit.core.given import ChartValue, Form, Holds, Position
from confaudit.core.model import MISSING, Cause, Change, ChangeKind, Value
from confaudit.core.secret import is_secret, secret
from confaudit.core.text.wording import reasons, visible
from confaudit.core.upgrade.families import Family, Provider, as_field
from confaudit.core.upgrade.family_faults import FAULTS, Fault
from confaudit.core.upgrade.known import (
    EMPTY,
    Conclusion,
    Known,
    Truth,
    UpgradeSide,
    compare,
    conclude,
    in_range,
    is_empty,
)
from confaudit.core.upgrade.situation import Situation


class Looking(StrEnum):
    """What conditions can look at one by one, and ask more about than its name."""

    PROVIDER = "provider"
    OPTION = "option"
    CHANGE = "change"


class Item(Struct, frozen=True):
    """One of the things that are looked at one by one."""

    name: str
    positions: tuple[Position, ...] = ()
    provider: Provider | None = None
    change: Change | None = None
    option: str = ""
    """Key of the option that it is, or is the variable of."""

    @classmethod
    def of(cls, change: Change) -> "Item":
        """A change, as rules on changes look at it."""
        return cls(change.key, change=change)


Condition: TypeAlias = Callable[[Situation, Item | None], Conclusion]
"""What has to hold for this deployment; the item is what is being looked at, if anything is."""

Items: TypeAlias = Callable[[Situation], Iterable[Item]]


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Every condition holds."""

    def tell(situation: Situation, item: Item | None) -> Conclusion:
        parts = []
        for one in conditions:
            part = one(situation, item)
            if part.answer is Truth.NO and not part.presumed:
                return part  # whatever the others are, so that they need not be asked
            parts.append(part)
        return _all(parts)

    return tell


def any_of(conditions: Sequence[Condition]) -> Condition:
    """At least one condition holds."""
    return negation(all_of([negation(one) for one in conditions]))


def negation(condition: Condition) -> Condition:
    """The condition does not hold."""
    return lambda situation, item: opposite(condition(situation, item))


_OPPOSITE: Final = {
    Truth.YES: Truth.NO,
    Truth.NO: Truth.YES,
    Truth.DEPENDS: Truth.DEPENDS,
}


def opposite(part: Conclusion) -> Conclusion:
    """The answer to the opposite question."""
    return replace(part, answer=_OPPOSITE[part.answer])


def _all(parts: Sequence[Conclusion]) -> Conclusion:
    """A NO, which is presumed here, decides; else what depends, and what is presumed."""
    against = next((part for part in parts if part.answer is Truth.NO), None)
    if against:
        return against
    depends = any(part.answer is Truth.DEPENDS for part in parts)
    open_ends = [part for part in parts if part.presumed or part.answer is Truth.DEPENDS]
    return Conclusion(
        answer=Truth.DEPENDS if depends else Truth.YES,
        because=reasons(part.because for part in open_ends or parts),
        presumed=any(part.presumed for part in parts),
        positions=tuple(dict.fromkeys(place for part in parts for place in part.positions)),
        is_moot=any(part.is_moot for part in parts),
    )


Question: TypeAlias = Callable[[Known], Conclusion]
"""A question about one setting: `known.is_set`, or a `ValueTest` in `known.conclude`."""


EACH: Final = "*"
"""Stands for the key of the option that is looked at."""


Setting: TypeAlias = Callable[[Situation, Item | None], Known]
"""One of the settings that a comparison is between."""


def option_setting(key: str, when: UpgradeSide = UpgradeSide.AFTER) -> Setting:
    """An option, under any of its names; `EACH` is the one that is looked at."""
    return lambda situation, item: situation.known(
        item.option if item and key == EACH else key, when
    )


def field_setting(name: str) -> Setting:
    """A field of the provider being looked at."""

    def find(situation: Situation, item: Item | None) -> Known:
        if item is None or item.provider is None:
            raise ValueError("only a provider has fields")
        return item.provider.field(name)

    return find


def option(
    key: str, ask: Question, when: UpgradeSide = UpgradeSide.AFTER, hint: str = ""
) -> Condition:
    """A question about an option, under any of its names; `EACH` is the one that is looked at.

    With `hint`, an option that nobody can see may be set nevertheless if others are whose keys
    begin so: who sets the scopes of OIDC has an issuer somewhere.
    """
    setting = option_setting(key, when)

    def tell(situation: Situation, item: Item | None) -> Conclusion:
        known = setting(situation, item)
        answer = ask(known)
        hints = list(_hints(situation, hint)) if hint and answer.presumed else []
        if not hints:
            return answer
        because = f"{known.name} may be set out of sight, as {hints[0].name} is set here"
        return Conclusion(Truth.DEPENDS, because, positions=hints[0].positions)

    return tell


def compared(
    one: Setting, other: Setting, holds: Callable[[Value, Value], bool | None]
) -> Condition:
    """The values of two settings stand to each other in a way."""
    return lambda situation, item: compare(one(situation, item), other(situation, item), holds)


def together(keys: Sequence[str]) -> Condition:
    """Each of these options holds something, or none does."""
    nothing = [option(key, partial(conclude, test=EMPTY)) for key in keys]
    return any_of([all_of(nothing), all_of([negation(one) for one in nothing])])


def _hints(situation: Situation, prefix: str) -> Iterator[Known]:
    keys = (key for key in situation.target.options if key.startswith(prefix))
    return (known for known in map(situation.after, keys) if known.is_set is Truth.YES)


def moved(key: str) -> Condition:
    """The operator's files give an option another value than the snapshot shows."""

    def tell(situation: Situation, item: Item | None) -> Conclusion:
        settings = situation.snapshot.settings if situation.snapshot else {}
        was, known = settings.get(key), situation.after(key)
        hidden = is_secret(known.value) and known.value != secret(False)
        if was is None or not known.positions or (known.value == was.value and not hidden):
            return Conclusion(Truth.NO, f"{known.name} stays as it is")
        unknown = MISSING in (was.value, known.value)
        because = known.because if unknown else f"{known.name} is not what the snapshot shows"
        if hidden and known.value == was.value:
            unknown, because = True, f"{known.name} is a secret, and only that it is set is known"
        return Conclusion(
            Truth.DEPENDS if unknown else Truth.YES, because, positions=known.positions
        )

    return tell


def moved_before(key: str) -> Condition:
    """An earlier snapshot shows another value of an option than there is today.

    Snapshots never tell that it was always the same: they begin some day.
    """

    def tell(situation: Situation, item: Item | None) -> Conclusion:
        known = situation.before(key)
        if conclude(known, EMPTY).answer is Truth.YES:
            return Conclusion(Truth.NO, known.because)
        told = _told(chain((known.value,), situation.earlier(key)))
        newest = next(told, MISSING)
        if any(value != newest for value in told):
            because = f"earlier snapshots show another value of {known.name}"
            return Conclusion(Truth.YES, because, positions=known.positions)
        because = f"it is not known whether {known.name} was always the same"
        return Conclusion(Truth.DEPENDS, because, positions=known.positions)

    return tell


def _told(values: Iterable[Value]) -> Iterator[Value]:
    return (value for value in values if value is not MISSING and not is_empty(value))


def field(name: str, ask: Question) -> Condition:
    """A question about a field of the provider being looked at."""
    setting = field_setting(name)
    return lambda situation, item: ask(setting(situation, item))


def experiment(name: str, when: UpgradeSide = UpgradeSide.AFTER) -> Condition:
    """An experiment is listed."""
    return lambda situation, item: situation.experiment(name, when)


def variable(pattern: str, ask: Question | None = None, *, shown: bool = False) -> Condition:
    """The files give an environment variable whose name is like `CODER_TLS_*`.

    With `ask`, one of them answers that question by its text. With `shown`, what the snapshot shows
    set counts too, by the variable of its option, which the catalogue need not know.
    """

    def tell(situation: Situation, item: Item | None) -> Conclusion:
        found = [as_field(one, "") for one in situation.variables(pattern)]
        if shown and not found:
            found = list(situation.shown(pattern))
        if not found:
            return Conclusion(Truth.NO, f"no {pattern} is given", presumed=not situation.complete)
        if ask:
            return opposite(_all([opposite(ask(one)) for one in found]))
        places = tuple(place for one in found for place in one.positions)
        return Conclusion(Truth.YES, f"{found[0].name} is given", positions=places)

    return tell


def chart_key(pattern: str, *, truthy: bool = False, holds: Collection[Holds] = ()) -> Condition:
    """The chart's values have a dotted key like this, which holds one of these, if any are told.

    With `truthy`, one that Helm takes for true. `coder.env.*` is whatever stands below a map.
    """

    def tell(situation: Situation, item: Item | None) -> Conclusion:
        found = {
            key: value
            for key, value in situation.chart.keys.items()
            if fnmatchcase(key, pattern) and value.holds in {*(holds or Holds), Holds.OPEN}
        }
        answers = {key: _has(value, truthy=truthy, holds=holds) for key, value in found.items()}
        for answer, said in _OF_CHART.items():
            key = next((key for key, one in answers.items() if one is answer), None)
            if key:
                value = found[key]
                what = _HELD[value.holds] if holds and answer is Truth.YES else said
                return Conclusion(answer, f"{visible(key)} {what}", positions=(value.position,))
        because = f"{pattern} is not in the chart's values"
        return Conclusion(Truth.NO, because, presumed=not situation.chart.is_whole)

    return tell


_OF_CHART: Final = {
    Truth.YES: "is in the chart's values",
    Truth.DEPENDS: "of the chart's values is filled in by a template",
    Truth.NO: "is off in the chart's values",
}
"""What to say of a key, by the answer; the first that a key has counts."""

_HELD: Final = {
    Holds.NOTHING: "is empty in the chart's values",
    Holds.TEXT: "is a text in the chart's values",
    Holds.LIST: "is a list of maps in the chart's values",
    Holds.TEXTS: "is a list of texts in the chart's values",
    Holds.NAMELESS: "has an entry without a name in the chart's values",
    Holds.MAP: "is a map in the chart's values",
}
"""What to say of a key that was asked what it holds."""


def _has(value: ChartValue, *, truthy: bool, holds: Collection[Holds]) -> Truth:
    is_open = (holds and value.holds not in holds) or (truthy and value.is_on is None)
    return Truth.DEPENDS if is_open else Truth.NO if truthy and not value.is_on else Truth.YES


def forms(wanted: Sequence[Form]) -> Condition:
    """One of the files is of one of these forms."""

    def tell(situation: Situation, item: Item | None) -> Conclusion:
        found = set(wanted) & set(situation.operator.forms)
        return Conclusion(Truth.YES if found else Truth.NO)

    return tell


def release(bounds: Mapping[str, Version], when: UpgradeSide = UpgradeSide.AFTER) -> Condition:
    """The release of one side is in a range; see `known.COMPARISONS` for the names of bounds.

    It gives no reason: a report names its releases above everything else.
    """

    def tell(situation: Situation, item: Item | None) -> Conclusion:
        here = situation.source if when is UpgradeSide.BEFORE else situation.target
        holds = in_range(Version.parse(here.version).base, bounds)
        return Conclusion(Truth.YES if holds else Truth.NO)

    return tell


def cause(wanted: Collection[Cause]) -> Condition:
    """The change being looked at has one of these causes; one that nobody can tell may be any."""

    def tell(situation: Situation, item: Item | None) -> Conclusion:
        change = _change(item)
        found = change.cause or Cause.UNKNOWN
        if found is Cause.UNKNOWN and Cause.UNKNOWN not in wanted:
            return Conclusion(Truth.DEPENDS, "what caused it cannot be told")
        return Conclusion(Truth.YES if found in wanted else Truth.NO, f"its cause is {found}")

    return tell


def kind(wanted: Collection[ChangeKind]) -> Condition:
    """The change being looked at is of one of these kinds."""

    def tell(situation: Situation, item: Item | None) -> Conclusion:
        found = _change(item).kind
        return Conclusion(Truth.YES if found in wanted else Truth.NO, f"it is {_KINDS[found]}")

    return tell


_KINDS: Final = {
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "removed",
    ChangeKind.CHANGED: "changed",
    ChangeKind.RENAMED: "renamed",
    ChangeKind.SOURCE: "set from elsewhere",
    ChangeKind.DECLARED: "declared differently",
}


def _change(item: Item | None) -> Change:
    if item is None or item.change is None:
        raise ValueError("there is no change to look at")
    return item.change


def family(which: Family, fault: Fault) -> Condition:
    """Something is wrong with the members of a family as a whole."""
    return lambda situation, item: FAULTS[fault](situation.members(which))
