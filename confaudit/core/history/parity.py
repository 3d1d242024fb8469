"""Where deployments differ from each other: each option of each against what most of them have.

An option counts by its value, wherever it was set, and under whatever name a release has it. Of a
secret counts only whether it is set.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.changes.selection import spec_names
from confaudit.core.history.renames import renames, under_new_names
from confaudit.core.judge.exceptions import ExpectedDifference, Rulings
from confaudit.core.model import EXPLICIT, MISSING, Fidelity, OptionSpec, Setting, Snapshot, Value
from confaudit.core.secret import is_secret, secret
from confaudit.core.text.wording import exact, setter


class Member(Struct, frozen=True):
    """One of the things compared, under a name of its own."""

    name: str
    snapshot: Snapshot


class Group(StrEnum):
    """What a deviation comes to."""

    DRIFT = "drift"
    """Replicas of one deployment differ."""
    DIFFERS = "differs"
    MISSING = "missing"
    """Others of the same release have the option."""
    EXPECTED = "expected"
    """The policy of the house says that it may be so."""
    RELEASE = "release"
    """Nobody set it, or its release does not have it."""


UNEXPECTED: Final = frozenset({Group.DRIFT, Group.DIFFERS, Group.MISSING})
"""What somebody may have to look at."""


class Deviation(Struct, frozen=True):
    """A value that some have for an option, where most have another."""

    group: Group
    spec: OptionSpec
    common: Value
    """What most have; MISSING where they lack the option."""
    holders: int
    """How many have that."""
    value: Value
    """What these have; MISSING where they lack the option."""
    members: tuple[Member, ...]
    sources: tuple[str, ...] = ()
    """Where it was set."""
    reason: str = ""
    """Why it is expected."""
    was: tuple[str, ...] = ()
    """What some of their releases call the option."""


class Parity(Struct, frozen=True):
    """What a comparison of several found."""

    members: tuple[Member, ...]
    deviations: tuple[Deviation, ...]
    """By option."""
    same: Mapping[str, Setting]
    """Options that all have, and have alike, by key; as the first one has them."""

    def of(self, *groups: Group) -> tuple[Deviation, ...]:
        """The deviations of some groups."""
        return tuple(one for one in self.deviations if one.group in groups)


def parity(
    members: Sequence[Member], rulings: Rulings, is_unordered: Callable[[str], bool]
) -> Parity:
    """Compare several; `is_unordered` tells options whose values mean the same in any order."""
    renamed = renames([one.snapshot for one in members])
    members = [replace(one, snapshot=under_new_names(one.snapshot, renamed)) for one in members]
    specs = {key: spec for one in reversed(members) for key, spec in one.snapshot.declared.items()}
    replicas = _replicas(members)
    found: list[Deviation] = []
    same: dict[str, Setting] = {}
    for key, spec in sorted(specs.items()):
        option = _Option(spec, members, replicas, is_unordered=is_unordered(key))
        was = tuple(sorted(older for older, newer in renamed.items() if newer.key == key))
        deviations = [replace(one, was=was) for one in option.deviations(rulings)]
        found += deviations
        if not deviations and key in members[0].snapshot.settings:
            same[key] = members[0].snapshot.settings[key]
    return Parity(tuple(members), tuple(_without_aliases(found)), _without_old_names(same, specs))


def _without_old_names(
    same: Mapping[str, Setting], specs: Mapping[str, OptionSpec]
) -> dict[str, Setting]:
    return {
        key: one
        for key, one in same.items()
        if not any(same.get(newer) == one for newer in specs[key].use_instead)
    }


def _without_aliases(found: Sequence[Deviation]) -> Iterator[Deviation]:
    """What an old name of an option has to tell goes without saying where a newer one tells it."""
    told = {(one.spec.key, *_what(one)) for one in found}
    for one in found:
        if not any((key, *_what(one)) in told for key in one.spec.use_instead):
            yield one


def _what(one: Deviation) -> tuple[str, ...]:
    return (one.group, exact(one.common), exact(one.value), *(each.name for each in one.members))


def _replicas(members: Iterable[Member]) -> Mapping[str, tuple[str, ...]]:
    """Name → the names of those that say that they are the same deployment.

    Two snapshots of one deployment are no two replicas.
    """
    fleets: dict[str, list[Member]] = {}
    for one in members:
        fleets.setdefault(one.snapshot.identity or one.name, []).append(one)
    return {
        one.name: tuple(
            other.name for other in fleet if other.snapshot.deployment != one.snapshot.deployment
        )
        for fleet in fleets.values()
        for one in fleet
    }


class _Option:
    """What members have for one option, as far as they can tell."""

    def __init__(
        self,
        spec: OptionSpec,
        members: Sequence[Member],
        replicas: Mapping[str, tuple[str, ...]],
        *,
        is_unordered: bool,
    ) -> None:
        self._spec, self._members, self._replicas = spec, members, replicas
        self._settings = {
            one.name: setting
            for one in members
            if (setting := one.snapshot.settings.get(spec.key)) and not _untold(setting.value)
        }
        self._texts = {
            name: exact(_comparable(one.value, is_unordered=is_unordered))
            for name, one in self._settings.items()
        }

    def deviations(self, rulings: Rulings) -> Iterator[Deviation]:
        """All that differs; what is by the release last."""
        has = [one for one in self._members if one.name in self._texts]
        lacks = [one for one in self._members if has and _lacks(one.snapshot, self._spec.key)]
        if not has:
            return
        by_release = lacks if _is_by_release(has, lacks) else []
        names = {one.name for one in (has if by_release else (*has, *lacks))}
        counted = [one for one in self._members if one.name in names]
        by_text: dict[str, list[Member]] = {}
        for one in counted:
            by_text.setdefault(self._text(one), []).append(one)
        most = max(by_text, key=lambda text: len(by_text[text]))
        common = by_text.pop(most)
        alike = Deviation(
            Group.DIFFERS, self._spec, self._value(common[0]), len(common), MISSING, ()
        )
        for these in by_text.values():
            yield from self._judged(alike, these, common, rulings)
        if by_release:
            yield replace(alike, group=Group.RELEASE, members=tuple(by_release))

    def _judged(
        self, alike: Deviation, these: Iterable[Member], common: Iterable[Member], rulings: Rulings
    ) -> Iterator[Deviation]:
        """Those that have one value, told apart by what their deviation comes to."""
        found: dict[tuple[Group, str], list[Member]] = {}
        for one in these:
            expected = self._expected(one, common, rulings)
            group = Group.EXPECTED if expected else self._group(one, rulings)
            found.setdefault((group, expected.reason if expected else ""), []).append(one)
        for (group, reason), members in found.items():
            yield replace(
                alike,
                group=group,
                value=self._value(members[0]),
                members=tuple(members),
                sources=self._sources(members),
                reason=reason,
            )

    def _group(self, member: Member, rulings: Rulings) -> Group:
        replicas = (one for one in self._members if one.name in self._replicas[member.name])
        unlike = [one for one in replicas if self._text(one) not in ("", self._text(member))]
        if unlike and not self._expected(member, unlike, rulings):
            return Group.DRIFT
        if member.name not in self._settings:
            return Group.MISSING
        return Group.DIFFERS if self._is_set else Group.RELEASE

    def _expected(
        self, member: Member, others: Iterable[Member], rulings: Rulings
    ) -> ExpectedDifference | None:
        """What in the policy says that one may differ from others, if anything does."""
        names = (one.snapshot.deployment or one.name for one in (member, *others))
        return rulings.between(*names).expects(spec_names(self._spec))

    @property
    def _is_set(self) -> bool:
        """Whether somebody set it anywhere, or may have where the server does not say."""
        return any(one.source is None or one.source in EXPLICIT for one in self._settings.values())

    def _text(self, member: Member) -> str:
        return self._texts.get(member.name, "")

    def _value(self, member: Member) -> Value:
        setting = self._settings.get(member.name)
        return _without_fingerprint(setting.value) if setting else MISSING

    def _sources(self, members: Iterable[Member]) -> tuple[str, ...]:
        found = (self._settings.get(one.name) for one in members)
        return tuple(sorted({setter(one.source) for one in found if one}))


def _untold(value: Value) -> bool:
    """Whether nobody can say what it is: so are secrets of releases before 2.3."""
    unknown = isinstance(value, dict) and is_secret(value) and value["secret_set"] is None
    return value is MISSING or unknown


def _lacks(snapshot: Snapshot, key: str) -> bool:
    """Whether a deployment has no such option; what a support bundle leaves out says nothing."""
    return key not in snapshot.settings and snapshot.fidelity is not Fidelity.LOSSY


def _is_by_release(has: Iterable[Member], lacks: Iterable[Member]) -> bool:
    """Whether releases alone tell those that have an option from those that lack it."""
    return not {one.snapshot.version for one in has} & {one.snapshot.version for one in lacks}


def _comparable(value: Value, *, is_unordered: bool) -> Value:
    if isinstance(value, list) and is_unordered:
        return sorted(value, key=exact)
    return _without_fingerprint(value)


def _without_fingerprint(value: Value) -> Value:
    """Deployments have secrets of their own; no two need be alike."""
    if isinstance(value, dict) and is_secret(value):
        return secret(bool(value["secret_set"]))
    return value
