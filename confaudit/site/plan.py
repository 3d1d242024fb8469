"""Which pages a site has, what each rests on, and how it is made.

What a page rests on is cheap to tell, so that one which is there already is not made again. No page
tells the time of the run: the same repository makes the same site.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from itertools import groupby
from typing import Final

from msgspec import Struct

from confaudit.core.history.entry import Entry
from confaudit.core.model import Level
from confaudit.core.text.wording import listing, option_name, plural, visible
from confaudit.present.charts import strip
from confaudit.present.history import author, events, when
from confaudit.present.history_page import entry_groups
from confaudit.present.tables import shown_table
from confaudit.present.timeline import shown_timelines
from confaudit.render import atom
from confaudit.render.site import Content, Link, LinkedTable, Links, Look, script_data
from confaudit.site import paths
from confaudit.site.material import Material, Newest, options_of, worst
from confaudit.site.tables import (
    chosen_table,
    deviants_table,
    differences_table,
    differing_table,
    entries_table,
    findings_table,
    fleet_table,
    options_table,
    values_table,
)
from confaudit.site.words import short

_ROWS: Final = 100
"""Snapshots that one page lists."""
_VALUE: Final = 2_000
"""Characters of a value on the page of its snapshot."""


class Page(Struct, frozen=True):
    """One file of the site."""

    path: str
    """From the folder of the site."""
    key: str
    """Equal as long as its text is."""
    make: Callable[[], str]


def pages(material: Material) -> Iterator[Page]:
    """Every file of the site."""
    yield from _assets(material)
    yield from _heads(material)
    for name, entries in material.by_deployment.items():
        yield from _of_deployment(material, name, entries)
    for key, entries in material.by_option.items():
        yield _of_option(material, key, entries)
    for entry in material.entries:
        yield _of_snapshot(material, entry)


def _page(
    material: Material, path: str, rests_on: object, make: Callable[[], Content | str]
) -> Page:
    told = repr((material.facts, material.look.digest, rests_on)).encode(errors="backslashreplace")
    return Page(path, sha256(told).hexdigest()[:32], partial(_text, material.look, path, make))


def _text(look: Look, path: str, make: Callable[[], Content | str]) -> str:
    made = make()
    return made if isinstance(made, str) else look.page(made, paths.root_of(path))


def _ids(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """What entries tell follows from these, and from the facts."""
    return [(one.commit, one.deployment) for one in entries]


# --- what all of them share ---------------------------------------------------------------------


def _assets(material: Material) -> Iterator[Page]:
    yield _page(
        material,
        paths.STYLE,
        "style",
        lambda: material.look.static("report.css", "theme.css", "site.css"),
    )
    yield _page(
        material, paths.SCRIPT, "script", lambda: material.look.static("tables.js", "site.js")
    )
    rows = list(_searched(material))
    yield _page(material, paths.INDEX, rows, lambda: script_data("confauditIndex", rows))


def _searched(material: Material) -> Iterator[tuple[str, str, str]]:
    """What can be found: its name, all words to find it by, and its page."""
    for name in material.by_deployment:
        yield short(name), "deployment", paths.deployment_page(name)
    for key in material.by_option:
        values = {one.chosen[key][0] for one in material.newest.values() if key in one.chosen}
        words = " ".join((visible(key), *sorted(values)))
        yield short(option_name(key)), f"option {short(words)}", paths.option_page(key)
    for entry in material.entries:
        words = " ".join((visible(entry.subject), *map(visible, options_of(entry)), author(entry)))
        title = f"{when(entry)} {short(entry.deployment)}"
        yield (
            title,
            f"snapshot {visible(entry.commit[:12])} {short(words)}",
            paths.snapshot_page(entry),
        )


def _heads(material: Material) -> Iterator[Page]:
    fleet = fleet_table(material)
    newest = material.entries[:_ROWS]
    yield _page(
        material, paths.OVERVIEW, (fleet, _ids(newest)), lambda: _overview(material, fleet, newest)
    )
    letters = [
        options_table(letter, keys, material) for letter, keys in _by_letter(material.by_option)
    ]
    yield _page(material, paths.OPTIONS, letters, lambda: _options(letters))
    differences = differences_table(material)
    yield _page(
        material, paths.DIFFERENCES, differences, lambda: _differences(differences, material)
    )
    yield _page(material, paths.SEARCH, "search", _search)
    about = atom.Feed("All deployments", "site", paths.FEED, paths.OVERVIEW)
    yield _page(
        material, paths.FEED, _ids(newest), lambda: atom.feed(about, newest, paths.snapshot_page)
    )


def _overview(material: Material, fleet: LinkedTable, newest: Sequence[Entry]) -> Content:
    number = plural(len(material.newest), "deployment")
    recent = entries_table("Newest snapshots that changed something", newest)
    return Content(
        title="Deployments",
        verdict=f"{number}: {_found(material.newest.values())}.",
        tone=worst(material.newest.values()),
        tables=(fleet, recent),
        feed=paths.FEED,
    )


def _found(newest: Iterable[Newest]) -> str:
    """In how many deployments what is to be acted on was found."""
    told = [*newest]
    numbers = {
        "that cannot be read": sum(bool(one.trouble) for one in told),
        "with errors": sum(one.count(Level.ERROR) > 0 for one in told),
        "with warnings": sum(one.count(Level.WARNING) > 0 for one in told),
        "with drift": sum(one.drifts > 0 for one in told),
    }
    return (
        listing([f"{n:,} {what}" for what, n in numbers.items() if n])
        or "no errors, warnings or drift"
    )


def _by_letter(keys: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    def letter(key: str) -> str:
        return key[:1].lower() if key[:1].isascii() and key[:1].isalnum() else ""

    ordered = sorted(keys, key=lambda key: (letter(key), key))
    return ((one, list(members)) for one, members in groupby(ordered, letter))


def _options(letters: Sequence[LinkedTable]) -> Content:
    number = sum(len(one.rows) for one in letters)
    return Content(
        title="Options",
        verdict=f"{plural(number, 'option')} that somebody set, or that changed.",
        tables=tuple(letters),
        contents=(Links("Letters", tuple(Link(one.title, f"#{one.anchor}") for one in letters)),),
    )


def _differences(table: LinkedTable, material: Material) -> Content:
    number = len(table.rows)
    verb = "differs" if number == 1 else "differ"
    between = plural(len(material.newest), "deployment")
    told = f"{plural(number, 'option') if number else 'No option'} {verb} between {between}."
    return Content(title="Differences", verdict=told, tables=(table,) if number else ())


def _search() -> Content:
    return Content(
        title="Search", verdict="Find an option, a deployment or a snapshot.", is_search=True
    )


# --- deployments --------------------------------------------------------------------------------


def _of_deployment(material: Material, name: str, entries: Sequence[Entry]) -> Iterator[Page]:
    """Its page with the newest snapshots, its feed, and a page for each hundred earlier ones.

    These are counted from the oldest, so that they stay when newer ones come.
    """
    earlier = (len(entries) - 1) // _ROWS
    newest = material.newest.get(name)
    shown = entries[: len(entries) - earlier * _ROWS]
    links = tuple(
        Link(f"Snapshots {(n - 1) * _ROWS + 1:,} to {n * _ROWS:,}", paths.earlier_page(name, n))
        for n in range(earlier, 0, -1)
    )
    yield _page(
        material,
        paths.deployment_page(name),
        (_ids(entries), newest),
        lambda: _deployment(name, entries, shown, newest, links),
    )
    for number in range(1, earlier + 1):
        first = len(entries) - number * _ROWS
        part = entries[first : first + _ROWS]
        make = partial(_earlier, name, number, part)
        yield _page(material, paths.earlier_page(name, number), _ids(part), make)
    yield _feed(material, name, entries[:_ROWS])


def _feed(material: Material, name: str, entries: Sequence[Entry]) -> Page:
    path = paths.deployment_feed(name)
    page = paths.deployment_page(name)
    about = atom.Feed(name, f"deployment {name}", path.rpartition("/")[2], page.rpartition("/")[2])

    def page_of(entry: Entry) -> str:
        return paths.root_of(path) + paths.snapshot_page(entry)

    return _page(material, path, _ids(entries), lambda: atom.feed(about, entries, page_of))


def _deployment(
    name: str,
    entries: Sequence[Entry],
    shown: Sequence[Entry],
    newest: Newest | None,
    earlier: tuple[Link, ...],
) -> Content:
    told = newest or Newest()
    tables = (
        findings_table(told),
        differing_table(told),
        entries_table("Snapshots that changed something", shown),
        chosen_table(told),
    )
    return Content(
        title=short(name),
        verdict=_standing(newest, entries),
        tone=worst((told,)),
        timelines=shown_timelines(entries, None),
        tables=tuple(one for one in tables if one.rows),
        links=(Links("Earlier snapshots", earlier),),
        feed=paths.deployment_feed(name),
    )


def _standing(newest: Newest | None, entries: Sequence[Entry]) -> str:
    if newest is None:
        return f"Removed {when(entries[0])}."
    if newest.trouble:
        return f"The newest snapshot cannot be read: {short(newest.trouble)}."
    release = f"Coder {short(newest.release)}" if newest.release else "An unknown release"
    return f"{release}, last changed {when(entries[0])}, {plural(len(newest.findings), 'finding')}."


def _earlier(name: str, number: int, entries: Sequence[Entry]) -> Content:
    return Content(
        title=short(name),
        verdict=f"Snapshots {(number - 1) * _ROWS + 1:,} to {number * _ROWS:,}",
        tables=(entries_table("Snapshots that changed something", entries),),
        trail=(Link(short(name), paths.deployment_page(name)),),
    )


# --- options and snapshots ----------------------------------------------------------------------


def _of_option(material: Material, key: str, entries: Sequence[Entry]) -> Page:
    tables = (values_table(key, material), deviants_table(material, key))
    make = partial(_option, material, key, entries, tables)
    return _page(material, paths.option_page(key), (_ids(entries), tables), make)


def _option(
    material: Material, key: str, entries: Sequence[Entry], tables: Sequence[LinkedTable]
) -> Content:
    life = material.life(key)
    changed = entries_table("Snapshots that changed it", entries[:_ROWS])
    return Content(
        title=short(option_name(key)),
        verdict=life.headline if life else "No release is known to have it.",
        timelines=shown_timelines(entries, None),
        tables=tuple(one for one in (*tables, changed) if one.rows),
        strip=strip(life.lives, key, whole=True) if life else None,
        plain=tuple(shown_table(one, _VALUE) for one in life.tables) if life else (),
        trail=(Link("Options", paths.OPTIONS),),
    )


def _of_snapshot(material: Material, entry: Entry) -> Page:
    make = partial(_snapshot, material, entry)
    return _page(material, paths.snapshot_page(entry), (entry.commit, entry.deployment), make)


def _snapshot(material: Material, entry: Entry) -> Content:
    said = [*events(entry), material.verdict(entry) if entry.is_upgrade else ""]
    changes = plural(len(entry.changes), "change") if entry.changes else ""
    return Content(
        title=f"{short(entry.deployment)}, {when(entry)}",
        verdict="; ".join(filter(None, (*said, changes))),
        facts=(
            ("Commit", visible(entry.commit)),
            ("Author", author(entry)),
            ("Subject", short(entry.subject)),
        ),
        groups=entry_groups((entry,), _VALUE),
        links=(Links("Options", tuple(map(_option_link, options_of(entry)))),),
        trail=(Link(short(entry.deployment), paths.deployment_page(entry.deployment)),),
    )


def _option_link(key: str) -> Link:
    return Link(short(option_name(key)), paths.option_page(key))
