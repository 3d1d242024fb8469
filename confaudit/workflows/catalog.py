"""Questions to the catalogue of Coder's releases, each answered by a Report."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from itertools import groupby
from typing import Any, Final

from msgspec.structs import replace

from confaudit import __version__
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.coder.releases import Catalog, Release, Version
from confaudit.core.coder.support import channels
from confaudit.core.judge.judge import judge
from confaudit.core.judge.rules.changes import DECLARATION_CHANGE, change_findings
from confaudit.core.lifecycle.declarations import declared_changes
from confaudit.core.lifecycle.lifecycle import (
    Event,
    EventKind,
    Life,
    default_words,
    event_word,
    life,
)
from confaudit.core.lifecycle.lives import lives
from confaudit.core.lifecycle.lookup import Found, find
from confaudit.core.model import MISSING, Value
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Report, Side, Table, side
from confaudit.core.text.wording import listing, option_name, plural, visible
from confaudit.errors import ConfigError, NothingToDo
from confaudit.workflows.versions import about, version_by_word

# --- releases -----------------------------------------------------------------------------------

_RELEASES: Final = (
    Column("release", "Release", is_code=True),
    Column("date", "Date"),
    Column("line", "Line"),
    Column("marks", "Marks"),
    Column("options", "Options"),
    Column("added", "Added"),
    Column("removed", "Removed"),
)


def releases(catalog: Catalog, now: datetime, line: str = "", since: str = "") -> Report:
    """List the releases known, of one line (`2.34`) or from a line or version on.

    Raises:
        ConfigError: There is no such line, or a text is neither line nor version.
        NothingToDo: No release fits both.
    """
    known = catalog.releases
    wanted, oldest = _line(line, known), _start(since)
    rows = [
        row
        for release, row in zip(known, _release_rows(known), strict=True)
        if wanted in (None, _line_of(release)) and Version.parse(release.version) >= oldest
    ]
    if not rows:
        raise NothingToDo("no release fits", f"the newest one known is {known[-1].version}")
    lines = len({row["line"] for row in rows})
    return _report(
        now,
        ReportKind.CATALOG_RELEASES,
        "Releases of Coder",
        statement=f"{plural(len(rows), 'release')} in {plural(lines, 'line')}.",
        tables=(Table("releases", "Releases", _RELEASES, tuple(rows)),),
        notes=(f"The catalogue ends with {known[-1].version}{_of(known[-1].date)}.",),
    )


def _release_rows(known: Sequence[Release]) -> Iterator[Mapping[str, Value]]:
    marks = channels(known)
    for release, before in zip(known, _predecessors(known), strict=True):
        own = release.options.keys()
        earlier = before.options.keys() if before else own
        yield {
            "release": release.version,
            "date": release.date,
            "line": _line_name(release),
            "marks": [mark.value for mark in marks[_line_of(release)]],
            "options": len(own),
            "added": len(own - earlier) if before else MISSING,
            "removed": len(earlier - own - release.unsure.keys()) if before else MISSING,
        }


def _predecessors(known: Sequence[Release]) -> Iterator[Release | None]:
    """The release before in its line; a line starts from where the line before it did."""
    start: Release | None = None
    for _, line in groupby(known, _line_of):
        before, start = start, None
        for release in line:
            yield before
            before, start = release, start or release


def _line_of(release: Release) -> tuple[int, int]:
    return Version.parse(release.version).line


def _line_name(release: Release) -> str:
    return Version.parse(release.version).line_name


def _line(text: str, known: Sequence[Release]) -> tuple[int, int] | None:
    if not text:
        return None
    lines = {_line_name(release): _line_of(release) for release in known}
    if text.removeprefix("v") not in lines:
        raise ConfigError(
            f"{visible(text)} is no release line known",
            f"a line is two numbers; the newest are {listing(list(lines)[-3:])}",
        )
    return lines[text.removeprefix("v")]


def _start(text: str) -> Version:
    """The first version that counts: of a line its first release."""
    if not text:
        return Version(0, 0, 0)
    try:
        return Version.parse(text if text.count(".") > 1 else f"{text}.0")
    except ValueError:
        raise ConfigError(
            f"{visible(text)} is no version of Coder", "give a line or a version: 2.34 or 2.34.5"
        ) from None


# --- show ---------------------------------------------------------------------------------------

_EVENTS: Final = (
    Column("release", "Release", is_code=True),
    Column("date", "Date"),
    Column("event", "Event"),
    Column("what", "What"),
)
_BACKPORTS: Final = Column("backports", "Backported to", is_code=True)
_FACTS: Final = (Column("fact", "Fact"), Column("value", "Value", is_code=True))


def show(catalog: Catalog, now: datetime, name: str) -> tuple[Report, Found]:
    """Tell the life of an option, called by any of its names or a close misspelling.

    Raises:
        ConfigError: No option is called so, or several could be meant.
    """
    known = catalog.releases
    found = find(name, known)
    story = life(found.key, known)
    name = f" ({story.spec.name})" if story.spec.name else ""
    report = _report(
        now,
        ReportKind.CATALOG_SHOW,
        f"{found.name}{name}, Coder {known[0].version} to {known[-1].version}",
        statement=_standing(story),
        tables=(life_table(story.events), facts_table(story, known)),
        lives=lives([found.key], catalog),
    )
    return report, found


def _standing(story: Life) -> str:
    """Where the option stands today, in one sentence."""
    by_kind = {event.kind: event for event in story.events}  # of each kind the newest
    if story.is_removed:
        *_, last = (one for one in story.events if one.kind in _ENDS)
        return f"{_ENDS[last.kind].format(_when(last))}."
    instead = listing([option_name(key) for key in story.spec.use_instead] or [""])
    if not story.spec.use_instead:
        return f"In every release since {_when(by_kind[EventKind.INTRODUCED])}."
    if event := by_kind.get(EventKind.SUPERSEDED):
        return f"Superseded by {instead} in {_when(event)}; both names work."
    if event := by_kind.get(EventKind.DEPRECATED):
        return f"Deprecated in {_when(event)}: use {instead} instead."
    return f"Deprecated from the start: use {instead} instead."


_ENDS: Final = {
    EventKind.REMOVED: "Removed in {}",
    EventKind.UNTOLD: "Removed or hidden in {}, which is not known",
}


def _of(date: str) -> str:
    return f" of {date}" if date else ""


def _dated(version: str, date: str) -> str:
    """A release learnt from a server may have no date."""
    return f"{version} ({date})" if date else version


def _when(event: Event) -> str:
    *backports, version = event.versions
    also = f" and, backported, {listing(backports)}" if backports else ""
    return f"{_dated(version, event.date)}{also}"


def life_table(events: Sequence[Event]) -> Table:
    """What releases did to an option, one row an event."""
    rows: tuple[Mapping[str, Value], ...] = tuple(
        {
            "release": event.versions[-1],
            "date": event.date,
            "event": event_word(event.kind),
            "what": event.what,
            "backports": list(event.versions[:-1]),
        }
        for event in events
    )
    columns = (*_EVENTS, _BACKPORTS) if any(row["backports"] for row in rows) else _EVENTS
    return Table("events", "Life", columns, rows)


def facts_table(story: Life, known: Sequence[Release]) -> Table:
    """What an option is today, or was in the last release that had it."""
    spec = story.spec
    release = next(found for found in known if found.version == story.release)
    facts: Mapping[str, Value] = {
        "Flag": f"--{spec.flag}" if spec.flag else "",
        "Variable": spec.env,
        "YAML key": spec.yaml_path,
        "Config leaf": spec.json_path,
        "Type": spec.type,
        "Default": default_words(spec, release),
        "Secret": "yes" if spec.secret else "",
        "Hidden": "yes" if spec.hidden else "",
        "Aliases": [option_name(key) for key in story.aliases],
    }
    rows: tuple[Mapping[str, Value], ...] = tuple(
        {"fact": fact, "value": value} for fact, value in facts.items() if value
    )
    title = f"{'Last seen in' if story.is_removed else 'Today, in'} {story.release}"
    return Table("facts", title, _FACTS, rows)


# --- diff ---------------------------------------------------------------------------------------


def compare(catalog: Catalog, now: datetime, before: str, after: str) -> Report:
    """Compare what two releases declare; names of one setting that changed are one rename.

    Raises:
        ConfigError: The catalogue lacks one of the versions, or the line that a word names.
    """
    old, new = _release(before, catalog), _release(after, catalog)
    return _report(
        now,
        ReportKind.CATALOG_DIFF,
        f"Coder {old.version} → {new.version}",
        before=_side(old),
        after=_side(new),
        judged=judge(change_findings(declared_changes(old, new))),
        rules=(DECLARATION_CHANGE,),
        notes=(*about(old, catalog), *about(new, catalog)),
    )


def _side(release: Release) -> Side:
    label = f"released {release.date}" if release.date else ""
    return replace(side(default_snapshot(release)), label=label)


def _release(version: str, catalog: Catalog) -> Release:
    found = catalog.release(version_by_word(version, catalog.versions) or version)
    if found is None:
        near = listing(_near(version, catalog.versions))
        raise ConfigError(
            f"the catalogue has no release {visible(version)}",
            f"the nearest it has: {near}; `confaudit catalog releases` lists all",
        )
    return found


def _near(version: str, versions: Sequence[str]) -> list[str]:
    """The known neighbours of a version; of what is none, the versions that look like it."""
    try:
        asked = Version.parse(version)
    except ValueError:
        return get_close_matches(version, versions, n=4, cutoff=0.5) or list(versions[-1:])
    older = [known for known in versions if Version.parse(known) < asked]
    newer = [known for known in versions if Version.parse(known) > asked]
    return [*older[-1:], *newer[:1]]


# --- the report ---------------------------------------------------------------------------------


def _report(now: datetime, kind: ReportKind, title: str, **parts: Any) -> Report:
    return Report(title=title, kind=kind, generated_at=now, tool_version=__version__, **parts)
