"""Where deployments differ from each other, as tables: what most have once, and who deviates."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from confaudit.core.health.check import State
from confaudit.core.history.parity import UNEXPECTED, Deviation, Group, Member, Parity
from confaudit.core.model import EXPLICIT, MISSING, Value
from confaudit.core.report.report import Column, Table
from confaudit.core.report.states import STATE_COLUMN
from confaudit.core.text.wording import human, moment, option_name, plural, readable

_MEMBERS: Final = (
    Column("name", "Name", is_code=True),
    Column("version", "Release", is_code=True),
    Column("taken_at", "Taken"),
    STATE_COLUMN,
    Column("deviations", "Deviations"),
)
_OPTION: Final = Column("option", "Option", is_code=True)
_COMMON: Final = Column("common", "Most have", is_code=True)
_HOLDERS: Final = Column("holders", "How many")
_IN: Final = Column("members", "In", is_code=True)
_DIFFERENCES: Final = (
    _OPTION,
    _COMMON,
    _HOLDERS,
    _IN,
    Column("value", "Has", is_code=True),
    Column("sources", "Set by"),
)
_LACKING: Final = (_OPTION, _COMMON, _HOLDERS, Column("members", "Missing in", is_code=True))
_EXPECTED: Final = (*_DIFFERENCES[:-1], Column("reason", "Reason"))
_TWO: Final = 2
_MANY: Final = 20
"""Above that the members stand folded, so that what differs comes first."""
_SAME: Final = (_OPTION, Column("value", "Value", is_code=True))


@dataclass(frozen=True, slots=True)
class _Part:
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
            columns = part.columns if len(found.members) > _TWO else tuple(_of_two(part.columns))
            yield Table(part.id, part.title, columns, told, is_folded=part.is_folded)
    same = tuple(
        {"option": option_name(key), "value": _told(one.value, _type(found, key))}
        for key, one in found.same.items()
        if one.source in EXPLICIT
    )
    if same:
        yield Table("similarities", "Set, and the same everywhere", _SAME, same, is_folded=True)


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
    """How many options differ, and apart from that what needs nobody's attention."""
    number = len({one.spec.key for one in found.of(*UNEXPECTED)})
    what = f"{number:,} options differ" if number > 1 else f"{number or 'No'} option differs"
    counts = ((len({one.spec.key for one in found.of(group)}), group) for group in _ASIDE)
    aside = [f"{count:,} {_ASIDE[group]}" for count, group in counts if count]
    told = ", ".join((*aside, f"{len(found.same):,} the same"))
    return f"{what} between {plural(len(found.members), 'configuration')}; {told}."


_ASIDE: Final[Mapping[Group, str]] = {
    Group.DRIFT: "of them by drift between replicas",
    Group.EXPECTED: "as expected",
    Group.RELEASE: "by release or host",
}


def parity_notes(members: Sequence[Member]) -> Iterator[str]:
    """What was not compared."""
    yield "Only options are compared, by value; of a secret only whether it is set."
    if len({one.snapshot.version for one in members}) > 1:
        yield (
            "Their releases differ: an option that a release renamed stands under each of its "
            "names, and is not compared from one to the other; `confaudit diff` does."
        )
