"""What lies on the way of an upgrade: how much the releases change, step by step and by area."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from confaudit.core.coder.releases import Catalog, Release, Version, has_reached
from confaudit.core.judge.finding import Finding
from confaudit.core.lifecycle.declarations import declared_changes
from confaudit.core.model import MISSING, Change, ChangeKind, Value
from confaudit.core.report.option_groups import option_group
from confaudit.core.report.report import Column, Table

_BARS: Final = ("added", "removed", "renamed", "changed")
_COUNTS: Final = (
    Column("added", "Added"),
    Column("removed", "Removed"),
    Column("renamed", "Renamed"),
    Column("changed", "Declared otherwise"),
)
_BY_RELEASE: Final = (
    Column("release", "Release", is_code=True),
    Column("date", "Date"),
    Column("findings", "New findings"),
    *_COUNTS,
)
_BY_AREA: Final = (Column("area", "Area"), Column("findings", "Findings"), *_COUNTS)


def way_tables(
    catalog: Catalog, source: Release, target: Release, findings: Sequence[Finding]
) -> tuple[Table, ...]:
    """The way from one release to a newer one; nothing where it leads nowhere or back."""
    if Version.parse(target.version) <= Version.parse(source.version):
        return ()
    ways = tuple(_steps(catalog, source, target, findings))
    areas = tuple(_areas(source, target, findings))
    return (
        Table("way", "On the way, release by release", _BY_RELEASE, ways, bars=_BARS),
        Table("areas", "From start to end, by area", _BY_AREA, areas, is_folded=True, bars=_BARS),
    )


def _count(changes: Iterable[Change]) -> dict[str, Value]:
    found = Counter(_KINDS.get(change.kind, "changed") for change in changes)
    return {bar: found[bar] for bar in _BARS}


_KINDS: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "removed",
    ChangeKind.RENAMED: "renamed",
}


# --- by release ---------------------------------------------------------------------------------


def _steps(
    catalog: Catalog, source: Release, target: Release, findings: Iterable[Finding]
) -> Iterator[Mapping[str, Value]]:
    path = steps(catalog, source, target)
    begun = _begun(findings, source, path)
    for number, (old, new) in enumerate(zip((source, *path), path, strict=False)):
        yield {
            "release": new.version,
            "date": new.date if catalog.release(new.version) else MISSING,
            "findings": begun[number],
            **_count(declared_changes(old, new)),
        }


def steps(catalog: Catalog, source: Release, target: Release) -> tuple[Release, ...]:
    """The first release of every line after the source's, and the target.

    Patch releases of lines on the way are left out: what they bring is in the next line as well.
    """
    here, there = Version.parse(source.version), Version.parse(target.version)
    starts: dict[tuple[int, int], Release] = {}
    for release in catalog.releases:
        starts.setdefault(Version.parse(release.version).line, release)
    between = (
        start
        for line, start in starts.items()
        if line > here.line and Version.parse(start.version) < there
    )
    return (*between, target)


def _begun(findings: Iterable[Finding], source: Release, path: Sequence[Release]) -> Counter[int]:
    """How many findings begin in which step, by its number; those that always held are in none."""
    here, *ends = (Version.parse(step.version) for step in (source, *path))
    return Counter(
        next((number for number, end in enumerate(ends) if has_reached(end, begins)), len(ends) - 1)
        for finding in findings
        if (begins := sorted(map(Version.parse, finding.introduced_in)))
        and not has_reached(here, begins)
    )


# --- by area ------------------------------------------------------------------------------------


def _areas(
    source: Release, target: Release, findings: Iterable[Finding]
) -> Iterator[Mapping[str, Value]]:
    """The areas with a finding or a change, those with the most first."""
    found = Counter(option_group(finding.spec) for finding in findings if finding.spec)
    changes: dict[str, list[Change]] = {name: [] for name in found}
    for change in declared_changes(source, target):
        changes.setdefault(option_group(change.spec), []).append(change)
    order = sorted(changes, key=lambda name: (-found[name], -len(changes[name]), name))
    for name in order:
        yield {"area": name, "findings": found[name], **_count(changes[name])}
