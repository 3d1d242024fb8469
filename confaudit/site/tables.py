"""Tables whose cells lead to other pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from confaudit.core.history.entry import Entry
from confaudit.core.model import Level
from confaudit.core.text.wording import option_name, visible
from confaudit.present.history import author, events, told, when
from confaudit.present.inline_diff import middle_out
from confaudit.present.sentences import sentence
from confaudit.site import paths
from confaudit.site.material import Material, Newest

_LIMIT: Final = 200
"""Characters of a cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One text."""

    text: str
    page: str = ""
    """Where it leads, from the folder of the site; empty for nowhere."""
    is_code: bool = False
    tone: str = ""
    """A level or a mood, as a class."""


@dataclass(frozen=True, slots=True)
class LinkedTable:
    """The first cell of a row names it."""

    anchor: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_filtered: bool = False
    """Whether it is worth a field to find rows by, where scripts run."""


def short(text: str) -> str:
    """Foreign text that is safe to look at, and no longer than a line or two."""
    return middle_out(visible(text), _LIMIT)


def fleet_table(material: Material) -> LinkedTable:
    """A row for each deployment there ever was."""
    rows = (
        _fleet_row(name, own, material.newest.get(name))
        for name, own in material.by_deployment.items()
    )
    columns = ("Deployment", "Release", "Last change", "Changed", "Errors", "Warnings", "State")
    return LinkedTable("fleet", "Deployments", columns, tuple(rows), is_filtered=True)


def _fleet_row(name: str, own: tuple[Entry, ...], newest: Newest | None) -> tuple[Cell, ...]:
    return (
        Cell(short(name), paths.deployment_page(name), is_code=True),
        Cell(short(newest.release if newest else own[0].version), is_code=True),
        Cell(when(own[0]), paths.snapshot_page(own[0])),
        Cell(f"{len(own):,}"),
        _count(newest, Level.ERROR),
        _count(newest, Level.WARNING),
        _state(newest),
    )


def _count(newest: Newest | None, level: Level) -> Cell:
    if newest is None or newest.trouble:
        return Cell("")
    number = sum(one.severity is level for one in newest.findings)
    return Cell(f"{number:,}", tone=level.word if number else "")


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
        Cell(short(entry.deployment), paths.deployment_page(entry.deployment), is_code=True),
        Cell("; ".join((*events(entry), *changes))),
        Cell(author(entry)),
        Cell(visible(entry.commit[:12]), is_code=True),
    )


def findings_table(newest: Newest) -> LinkedTable:
    """What `check` finds in the newest snapshot."""
    rows = tuple(
        (
            Cell(visible(one.rule.id), is_code=True),
            Cell(one.severity.word, tone=one.severity.word),
            Cell(sentence(one)),
        )
        for one in newest.findings
    )
    return LinkedTable("findings", "Findings", ("Rule", "Level", "What"), rows)


def chosen_table(newest: Newest) -> LinkedTable:
    """What somebody set."""
    rows = tuple(
        (
            Cell(short(option_name(key)), paths.option_page(key), is_code=True),
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
            Cell(short(name), paths.deployment_page(name), is_code=True),
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
            Cell(short(option_name(key)), paths.option_page(key), is_code=True),
            Cell(f"{sum(key in one.chosen for one in material.newest.values()):,}"),
            Cell(f"{len(material.by_option[key]):,}"),
        )
        for key in keys
    )
    columns = ("Option", "Set in deployments", "Changed by snapshots")
    return LinkedTable(f"letter-{letter or 'other'}", letter.upper() or "Other", columns, rows)
