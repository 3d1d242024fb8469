"""Tables whose cells lead to other pages."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from confaudit.core.history.entry import Entry
from confaudit.core.model import Level
from confaudit.core.text.wording import option_name, plural, visible
from confaudit.present.history import author, events, told, when
from confaudit.render.site import Cell, LinkedTable
from confaudit.site import paths
from confaudit.site.material import Differing, Material, Newest
from confaudit.site.words import short


def _deployment(name: str) -> Cell:
    return Cell(short(name), paths.deployment_page(name), is_code=True)


def _option(key: str) -> Cell:
    return Cell(short(option_name(key)), paths.option_page(key), is_code=True)


def fleet_table(material: Material) -> LinkedTable:
    """A row for each deployment there ever was."""
    rows = (
        _fleet_row(name, own, material.newest.get(name))
        for name, own in material.by_deployment.items()
    )
    columns = (
        "Deployment", "Release", "Last change", "Changed", "Errors", "Warnings", "Differs", "Drift",
        "State",
    )  # fmt: skip
    return LinkedTable("fleet", "Deployments", columns, tuple(rows), is_filtered=True)


def _fleet_row(name: str, own: tuple[Entry, ...], newest: Newest | None) -> tuple[Cell, ...]:
    return (
        _deployment(name),
        Cell(short(newest.release if newest else own[0].version), is_code=True),
        Cell(when(own[0]), paths.snapshot_page(own[0]), moment=_moment(own[0])),
        Cell(f"{len(own):,}"),
        *_counts(newest),
        _state(newest),
    )


def _moment(entry: Entry) -> str:
    return entry.taken_at.isoformat() if entry.taken_at else ""


def _counts(newest: Newest | None) -> Iterator[Cell]:
    """How many errors and warnings there are, differences, and those that are drift."""
    if newest is None or newest.trouble:
        yield from [Cell("")] * 4
        return
    for level in (Level.ERROR, Level.WARNING):
        yield _count(newest.count(level), level.word)
    yield _count(len(newest.differing) - newest.drifts)
    yield _count(newest.drifts, Level.WARNING.word)


def _count(number: int, tone: str = "") -> Cell:
    return Cell(f"{number:,}", tone=tone if number else "")


def _state(newest: Newest | None) -> Cell:
    if newest is None:
        return Cell("removed")
    if newest.trouble:
        return Cell("cannot be read", tone=Level.ERROR.word)
    return Cell("")


def entries_table(title: str, entries: Iterable[Entry]) -> LinkedTable:
    """A row for each snapshot that changed something."""
    columns = ("When", "Deployment", "What it brought", "Author", "Commit")
    return LinkedTable("snapshots", title, columns, tuple(map(_entry_row, entries)))


def _entry_row(entry: Entry) -> tuple[Cell, ...]:
    changes = (f"{one.by}: {one.names}" for one in told(entry, in_full=False))
    return (
        Cell(when(entry), paths.snapshot_page(entry)),
        _deployment(entry.deployment),
        Cell("; ".join((*events(entry), *changes))),
        Cell(author(entry)),
        Cell(visible(entry.commit[:12]), is_code=True),
    )


def findings_table(newest: Newest) -> LinkedTable:
    """What `check` finds in the newest snapshot."""
    rows = tuple(
        (
            Cell(visible(one.rule), is_code=True),
            Cell(one.level.word, tone=one.level.word),
            Cell(one.text),
        )
        for one in newest.findings
    )
    return LinkedTable("findings", "Findings", ("Rule", "Level", "What"), rows)


def differing_table(newest: Newest) -> LinkedTable:
    """What most deployments have otherwise."""
    rows = tuple((_option(one.key), *_differing_cells(one)) for one in newest.differing)
    columns = ("Option", *_DIFFERING)
    return LinkedTable("differing", "Differs from other deployments", columns, rows)


def deviants_table(material: Material, key: str) -> LinkedTable:
    """Which deployments have an option otherwise than most."""
    found = material.by_difference.get(key, {})
    rows = tuple((_deployment(name), *_differing_cells(one)) for name, one in found.items())
    columns = ("Deployment", *_DIFFERING)
    return LinkedTable("differing", "Differs from other deployments", columns, rows)


_DIFFERING: Final = ("Here", "Most have", "In", "Kind")


def _differing_cells(one: Differing) -> Iterator[Cell]:
    yield Cell(one.here, is_code=True)
    yield Cell(one.common, is_code=True)
    yield Cell(plural(one.holders, "deployment"))
    yield Cell("drift between replicas" if one.is_drift else "")


def differences_table(material: Material) -> LinkedTable:
    """A row for each option that some deployments have otherwise than most."""
    rows = tuple(map(_difference_row, material.by_difference.items()))
    columns = ("Option", "Most have", "In", "Otherwise in", "Drift")
    return LinkedTable("differences", "Options that differ", columns, rows, is_filtered=True)


def _difference_row(found: tuple[str, Mapping[str, Differing]]) -> tuple[Cell, ...]:
    key, by_name = found
    first = next(iter(by_name.values()))
    return (
        _option(key),
        Cell(first.common, is_code=True),
        Cell(f"{first.holders:,}"),
        Cell(f"{len(by_name):,}"),
        _count(sum(one.is_drift for one in by_name.values()), Level.WARNING.word),
    )


def chosen_table(newest: Newest) -> LinkedTable:
    """What somebody set."""
    rows = tuple(
        (
            _option(key),
            Cell(value, is_code=True),
            Cell(source),
        )
        for key, (value, source) in sorted(newest.chosen.items())
    )
    return LinkedTable("set", "Set in the newest snapshot", ("Option", "Value", "By"), rows)


def values_table(key: str, material: Material) -> LinkedTable:
    """Who has set an option to what."""
    rows = tuple(
        (
            _deployment(name),
            Cell(one.chosen[key][0], is_code=True),
            Cell(one.chosen[key][1]),
        )
        for name, one in material.newest.items()
        if key in one.chosen
    )
    return LinkedTable("values", "Set today", ("Deployment", "Value", "By"), rows)


def options_table(letter: str, keys: Iterable[str], material: Material) -> LinkedTable:
    """The options that begin with a letter."""
    rows = tuple(
        (
            _option(key),
            Cell(f"{sum(key in one.chosen for one in material.newest.values()):,}"),
            Cell(f"{len(material.by_option[key]):,}"),
        )
        for key in keys
    )
    columns = ("Option", "Set in deployments", "Changed by snapshots")
    return LinkedTable(f"letter-{letter or 'other'}", letter.upper() or "Other", columns, rows)
