"""What is so already: what was found, held against what is found of how it was before."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import Final, TypeAlias

from msgspec.structs import replace

from confaudit.core.coder.names import current
from confaudit.core.coder.releases import Release
from confaudit.core.judge.finding import Finding, Origin
from confaudit.core.model import Level
from confaudit.core.upgrade.known import Truth


def with_origin(
    found: Iterable[Finding], older: Iterable[Finding], release: Release, *, are_same_files: bool
) -> Iterator[Finding]:
    """The findings, each with its origin: whether it was there before as well, and no better.

    A finding is the same under whatever name its option goes in `release`. Where only the release
    differs (`are_same_files`), so is what a rule says of the very same lines, unless a release on
    the way brings it.
    """
    before: defaultdict[Hashable, list[_Gravity]] = defaultdict(list)
    for one in older:
        for name in {one.subject, _name_in(release, one)}:
            before[_identity(replace(one, subject=name))].append(_gravity(one))
        if are_same_files and one.positions:
            before[one.rule.id, one.positions].append(_gravity(one))
    for one in found:
        same = [*before[_identity(one)]]
        if not one.introduced_in:
            same += before[one.rule.id, one.positions]
        is_old = any(_is_as_bad(then, _gravity(one)) for then in same)
        yield replace(one, origin=Origin.TODAY if is_old else Origin.UPGRADE)


def _name_in(release: Release, finding: Finding) -> str:
    """What a finding is about, by the name that a release calls current."""
    spec = finding.spec
    return current(spec, release).key if spec and spec.key == finding.subject else finding.subject


def _identity(finding: Finding) -> str:
    return replace(finding, deployment="").fingerprint


_Gravity: TypeAlias = tuple[int, Level]
_TRUTHS: Final = (Truth.NO, Truth.DEPENDS, Truth.YES)


def _gravity(finding: Finding) -> _Gravity:
    """How sure it is that it matters, and how much it does."""
    return _TRUTHS.index(finding.affects), finding.severity


def _is_as_bad(older: _Gravity, newer: _Gravity) -> bool:
    return all(then >= now for then, now in zip(older, newer, strict=True))
