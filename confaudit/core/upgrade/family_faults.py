"""What can be wrong with a family of numbered variables as a whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import chain
from typing import Final

from confaudit.core.coder.go import integer
from confaudit.core.given import Position
from confaudit.core.model import MISSING
from confaudit.core.upgrade.families import NAMES, Members, Prefix, Provider
from confaudit.core.upgrade.known import Conclusion, Truth


class Fault(StrEnum):
    """What can be wrong with the members of a family as a whole."""

    SKIPPED_NUMBER = "skipped-number"
    """The release comes to a number before the one that is due."""
    DOUBLED_NAME = "doubled-name"
    """Two of them have one ID or NAME, for which TYPE stands where none is given."""
    MIXED_PREFIXES = "mixed-prefixes"
    """They go by more than one prefix."""


_FINE: Final = Conclusion(Truth.NO)


def _skipped(members: Members) -> Conclusion:
    for prefix in members.prefixes:
        own = [one for one in members.providers if one.prefix == prefix.text]
        for due, one in enumerate(_in_order(own, prefix, members)):
            if integer(one.number) != due:
                may_be_elsewhere = due not in {integer(other.number) for other in own}
                return Conclusion(
                    Truth.YES,
                    f"{one.label} comes where {one.prefix}{due} is due",
                    presumed=may_be_elsewhere and not members.is_complete,
                    positions=_places([one]),
                )
    return _FINE


def _in_order(own: Iterable[Provider], prefix: Prefix, members: Members) -> Iterable[Provider]:
    """As the server's reader comes to them; as text, `10_` sorts before `1_`."""
    if not prefix.as_text_before or members.version.base >= prefix.as_text_before:
        return own
    return sorted(own, key=lambda one: f"{one.number}_")


def _doubled(members: Members) -> Conclusion:
    first_of: dict[str, Provider] = {}
    for one in members.providers:
        name = one.name.value
        first = first_of.setdefault(name, one) if name and isinstance(name, str) else one
        if first is not one:
            return Conclusion(
                Truth.YES,
                f"{first.label} and {one.label} have one {NAMES[one.family]}",
                presumed=first.name.is_presumed or one.name.is_presumed,
                positions=_places([first, one]),
            )
    return _may_double(members)


def _may_double(members: Members) -> Conclusion:
    """Whoever has a name that nobody knows here may have that of another."""
    unknown = [one for one in members.providers if one.name.value is MISSING]
    if not unknown or len(members.providers) < 2:
        return _FINE
    return Conclusion(Truth.DEPENDS, unknown[0].name.because, positions=_places(unknown[:1]))


def _mixed(members: Members) -> Conclusion:
    first_of: dict[str, Provider] = {}
    for one in members.providers:
        first_of.setdefault(one.prefix, one)
    if len(first_of) < 2:
        return _FINE
    labels = " and ".join(one.label for one in first_of.values())
    return Conclusion(Truth.YES, f"{labels} are given", positions=_places(first_of.values()))


def _places(providers: Iterable[Provider]) -> tuple[Position, ...]:
    """The first place of each."""
    return tuple(chain.from_iterable(first_place(one) for one in providers))


def first_place(provider: Provider) -> Iterator[Position]:
    """Where a member is first given; nowhere if only the server shows it."""
    places = chain.from_iterable(known.positions for known in provider.fields.values())
    yield from list(places)[:1]


FAULTS: Final[Mapping[Fault, Callable[[Members], Conclusion]]] = {
    Fault.SKIPPED_NUMBER: _skipped,
    Fault.DOUBLED_NAME: _doubled,
    Fault.MIXED_PREFIXES: _mixed,
}
"""How each fault is told."""
