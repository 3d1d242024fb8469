"""Since when each option is what it is, as a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from confaudit.core.history.blame import Blamed
from confaudit.core.history.entry import Entry
from confaudit.core.model import MISSING, Value
from confaudit.core.report.report import Column, Table
from confaudit.core.text.wording import moment, option_name, plural, readable, setter

_COLUMNS: Final = (
    Column("option", "Option", is_code=True),
    Column("value", "Value", is_code=True),
    Column("source", "Set by"),
    Column("since", "Since"),
    Column("cause", "Cause"),
    Column("author", "Author"),
    Column("commit", "Commit", is_code=True),
    Column("merge", "Merged by", is_code=True),
)


def origin_table(blamed: Iterable[Blamed], merges: Mapping[str, str]) -> Table:
    """The options, what changed last first; `merges` tells which merge brought a commit."""
    rows = tuple(_row(one, merges) for one in sorted(blamed, key=_age))
    columns = tuple(one for one in _COLUMNS if any(row[one.id] is not MISSING for row in rows))
    return Table("options", "Options", columns, rows)


def _age(blamed: Blamed) -> float:
    return -blamed.since.taken_at.timestamp() if blamed.since.taken_at else 0.0


def _row(blamed: Blamed, merges: Mapping[str, str]) -> Mapping[str, Value]:
    entry, change, setting = blamed.since, blamed.change, blamed.setting
    merge = merges.get(entry.commit, "")
    return {
        "option": option_name(blamed.spec.key),
        "value": readable(setting.value, blamed.spec.type),
        "source": setter(setting.source),
        "since": " ".join(_since(entry)),
        "cause": (change and change.cause) or MISSING,
        "author": entry.author,
        "commit": entry.commit[:12],
        "merge": merge[:12] or MISSING,
    }


def _since(entry: Entry) -> Iterator[str]:
    """A first snapshot, and one that cannot be read, do not show when it began."""
    yield moment(entry.taken_at) if entry.taken_at else "at an unknown time"
    if entry.is_first:
        yield "or earlier"
    if entry.trouble:
        yield "or later"


def origin_notes(blamed: Iterable[Blamed]) -> Iterator[str]:
    """What the history does not tell of them."""
    entries = [one.since for one in blamed]
    if any(entry.is_first for entry in entries):
        yield "What was so in the first snapshot already may be older than that."
    if any(entry.trouble for entry in entries):
        yield "A snapshot that cannot be read hides whether it brought something, or the next one."


def origin_verdict(blamed: Sequence[Blamed]) -> str:
    """How many options there are, and how many of them ever changed."""
    changed = [one for one in blamed if one.change]
    newest = min(changed, key=_age, default=None)
    still = f"{plural(len(blamed), 'option')}, {len(changed):,} changed since the first snapshot"
    if newest is None or newest.since.taken_at is None:
        return f"{still}."
    last = f"{option_name(newest.spec.key)} at {moment(newest.since.taken_at)}"
    return f"{still}, the last one {last}."
