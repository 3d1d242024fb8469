"""Where deployments differ from each other, as tables: what most have once, and who deviates."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.health.check import State
from confaudit.core.history.parity import UNEXPECTED, Deviation, Group, Parity
from confaudit.core.model import EXPLICIT, MISSING, Value
from confaudit.core.report.report import Column, Table
from confaudit.core.report.states import STATE_COLUMN
from confaudit.core.text.wording import human, listing, moment, option_name, plural, readable

_MEMBERS: Final = (
    Column("name", "Name", is_code=True),
    Column("version", "Release", is_code=True),
    Column("taken_at", "Taken"),
    STATE_COLUMN,
    Column("deviations", "Deviations"),
)
_OPTION: Final = Column("option", "Option", is_code=True)
_WAS: Final = Column("was", "Elsewhere", is_code=True)
"""What releases before call the option."""
_COMMON: Final = Column("common", "Most have", is_code=True)
_HOLDERS: Final = Column("holders", "How many")
_IN: Final = Column("members", "In", is_code=True)
_DIFFERENCES: Final = (
    _OPTION,
    _WAS,
    _COMMON,
    _HOLDERS,
    _IN,
    Column("value", "Has", is_code=True),
    Column("sources", "Set by"),
)
_LACKING: Final = (_OPTION, _WAS, _COMMON, _HOLDERS, Column("members", "Missing in", is_code=True))
_EXPECTED: Final = (*_DIFFERENCES[:-1], Column("reason", "Reason"))
_TWO: Final = 2
_MANY: Final = 20
"""Above that the members stand folded, so that what differs comes first."""
_SAME: Final = (_OPTION, Column("value", "Value", is_code=True))


class _Part(Struct, frozen=True):
    """The table of one group."""

    id: str
    title: str
    columns: tuple[Column, ...]
    is_folded: bool = False


_PARTS: Final[Mapping[Group, _Part]] = {
    Group.DRIFT: _Part("drifts", "Drift between replicas of one deployment", _DIFFERENCES),
    Group.DIFFERS: _Part("differences", "Differs", _DIFFERENCES),
    Group.MISSING: _Part("gaps", "Missing, though others of the release have it", _LACKING),
    Group.EXPECTED: _Part("expectations", "Expected by the policy", _EXPECTED, is_folded=True),
    Group.RELEASE: _Part(
        "defaults", "By the release or the host alone, set by nobody", _DIFFERENCES[:-1], True
    ),
}


def parity_tables(found: Parity) -> Iterator[Table]:
    """What was compared, a table for each group that holds something, and what is the same."""
    rows = tuple(_member_rows(found))
    yield Table("members", "Compared", _MEMBERS, rows, is_folded=len(rows) > _MANY)
    for group, part in _PARTS.items():
        if told := tuple(map(_row, found.of(group))):
            columns: Iterable[Column] = (
                one for one in part.columns if one is not _WAS or _has(_WAS, told)
            )
            if len(found.members) == _TWO:
                columns = _of_two(columns)
            yield Table(part.id, part.title, tuple(columns), told, is_folded=part.is_folded)
    same = tuple(
        {"option": option_name(key), "value": _told(one.value, _type(found, key))}
        for key, one in found.same.items()
        if one.source in EXPLICIT
    )
    if same:
        yield Table("similarities", "Set, and the same everywhere", _SAME, same, is_folded=True)


def _has(column: Column, rows: Iterable[Mapping[str, Value]]) -> bool:
    return any(row[column.id] is not MISSING for row in rows)


def _of_two(columns: Iterable[Column]) -> Iterator[Column]:
    """The columns where there is no majority."""
    for one in columns:
        if one is _COMMON:
            yield replace(one, title="The other has")
        elif one is not _HOLDERS:
            yield one


def _type(found: Parity, key: str) -> str:
    return found.members[0].snapshot.declared[key].type


def _member_rows(found: Parity) -> Iterator[Mapping[str, Value]]:
    counts = Counter(one.name for each in found.of(*UNEXPECTED) for one in each.members)
    for one in found.members:
        deviations = counts[one.name]
        taken_at = one.snapshot.taken_at
        yield {
            "name": one.name,
            "version": one.snapshot.version or MISSING,
            "taken_at": moment(taken_at) if taken_at else MISSING,
            STATE_COLUMN.id: State.WARNING if deviations else State.OK,
            "deviations": deviations,
        }


def _row(one: Deviation) -> Mapping[str, Value]:
    return {
        "option": option_name(one.spec.key),
        "was": [*map(option_name, one.was)] or MISSING,
        "common": _told(one.common, one.spec.type),
        "holders": one.holders,
        "members": [member.name for member in one.members],
        "value": _told(one.value, one.spec.type),
        "sources": [*one.sources],
        "reason": one.reason or MISSING,
    }


def _told(value: Value, option_type: str) -> Value:
    """A value as a table shows it, which has no words for nothing."""
    if value is MISSING:
        return "no such option"
    return readable(value, option_type) if value else human(value, option_type)


def parity_verdict(found: Parity) -> str:
    """How many options differ, and apart from that what needs nobody's attention.

    An option counts once: among those that differ where anything about it is not expected.
    """
    options = {group: _options(found, group) for group in Group}
    differing = {*chain.from_iterable(options[group] for group in UNEXPECTED)}
    number, drifting = len(differing), len(options[Group.DRIFT])
    what = f"{number:,} options differ" if number > 1 else f"{number or 'No'} option differs"
    drift = f", {drifting:,} of them by drift between replicas" if drifting else ""
    aside = [*_aside(options, differing)]
    beside = f", apart from {listing(aside)}" if aside else ""
    between = plural(len(found.members), "configuration")
    return f"{what} between {between}{drift}{beside}; {len(found.same):,} are the same."


def _options(found: Parity, group: Group) -> frozenset[str]:
    return frozenset(one.spec.key for one in found.of(group))


def _aside(options: Mapping[Group, Collection[str]], told: Collection[str]) -> Iterator[str]:
    told = {*told}
    for group, words in _ASIDE.items():
        if left := {*options[group]} - told:
            yield f"{len(left):,} {words}"
        told |= left


_ASIDE: Final[Mapping[Group, str]] = {
    Group.EXPECTED: "as expected",
    Group.RELEASE: "by release or host",
}


PARITY_NOTES: Final = ("Only options are compared, by value; of a secret only whether it is set.",)
"""What was not compared."""
