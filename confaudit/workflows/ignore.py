"""What a house decided about findings: write it down, list it, take out what has ended."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from confaudit import __version__
from confaudit.core.judge.exception_text import item
from confaudit.core.judge.exceptions import ExceptionEntry, Rulings
from confaudit.core.judge.judge import Judged, joined
from confaudit.core.model import Value
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Report, Table
from confaudit.core.text.wording import plural
from confaudit.errors import ConfigError
from confaudit.store.lock import locked
from confaudit.workflows.convert import saved_report
from confaudit.workflows.house import EXCEPTIONS, house, refuse_strange_rule, strange_rules
from confaudit.workflows.setup import Setup
from confaudit.workflows.starters import starter, write_missing
from confaudit.workflows.write import write_text
from confaudit.yaml_file import read_bytes

_NEW: Final = "the new entry"


def add(setup: Setup, entry: ExceptionEntry) -> ExceptionEntry:
    """Write an entry into the file of exceptions, which begins with it where there is none yet.

    Raises:
        ConfigError: the entry says what it cannot, names no rule, has ended, or is there already;
            the file cannot be read or written, or no line can be added to it.
        StoreError: another confaudit changes the files and does not end.
    """
    from confaudit.rulebook.exception_lines import added
    from confaudit.rulebook.exceptions import read

    (new,) = read(_alone(entry).encode(), _NEW)
    folder = setup.loaded.folder
    with locked(folder, setup.configuration.lock_timeout):
        found = house(setup)
        _refuse_in_vain(new, found.rulings)
        refuse_strange_rule(setup, found, new)
        write_missing(folder, starter(EXCEPTIONS))
        text = added(_text(folder), new, EXCEPTIONS)
        write_text(folder / EXCEPTIONS, text)
    return next(one for one in read(text.encode(), EXCEPTIONS) if _same(one, new))


def _alone(entry: ExceptionEntry) -> str:
    return "\n".join((f"{entry.decision.value}:", *(f"  {line}" for line in item(entry))))


def _text(folder: Path) -> str:
    """The file with its own line ends and byte order mark."""
    return read_bytes(folder / EXCEPTIONS, ConfigError).decode()


def _refuse_in_vain(entry: ExceptionEntry, rulings: Rulings) -> None:
    """Refuse an entry that would change nothing."""
    if why := rulings.lapse(entry):
        raise ConfigError(f"it would hold for nothing: it {why}", "give a day that lies ahead")
    for one in rulings.entries:
        if _meaning(one) == _meaning(entry) and not rulings.lapse(one):
            raise ConfigError(f"{one.where} says so already", "change that entry, or take it out")


def _meaning(entry: ExceptionEntry) -> ExceptionEntry:
    """What it decides about what, whoever says so and for how long."""
    return replace(entry, reason="", owner="", expires=None, until_version="", where="")


def _same(one: ExceptionEntry, other: ExceptionEntry) -> bool:
    return replace(one, where="") == replace(other, where="")


def prune(
    setup: Setup, reports: Sequence[str] = (), *, is_dry: bool = False
) -> tuple[ExceptionEntry, ...]:
    """Take out the entries that have expired, and those that saved reports call of no use.

    That is: entries which ended with the release that was audited, or were about nothing in any of
    these reports.

    Raises:
        ConfigError: the file cannot be read or written, or an entry shares its lines with others.
        SourceError: a report cannot be read.
    """
    useless = _useless(joined([saved_report(path).judged for path in reports]))
    if is_dry:
        return _ended(setup, useless)
    from confaudit.rulebook.exception_lines import without

    folder = setup.loaded.folder
    with locked(folder, setup.configuration.lock_timeout):
        gone = _ended(setup, useless)
        if gone:
            write_text(folder / EXCEPTIONS, without(_text(folder), gone, EXCEPTIONS))
    return gone


def _ended(setup: Setup, useless: Collection[ExceptionEntry]) -> tuple[ExceptionEntry, ...]:
    rulings = house(setup).rulings
    return tuple(one for one in rulings.entries if rulings.lapse(one) or one in useless)


def _useless(judged: Judged) -> Collection[ExceptionEntry]:
    return {*judged.unmatched, *(one.entry for one in judged.lapsed)}


_COLUMNS: Final = (
    Column("line", "Line"),
    Column("decision", "Decision"),
    Column("about", "About", is_code=True),
    Column("holds", "Holds"),
    Column("owner", "Owner"),
    Column("reason", "Reason"),
)


def listing(setup: Setup) -> Report:
    """The Report on all entries, those that have ended among them.

    Raises:
        ConfigError: the file cannot be read, or says what it cannot.
    """
    found = house(setup)
    rulings = found.rulings
    ended = sum(bool(rulings.lapse(one)) for one in rulings.entries)
    endless = sum(not (one.expires or one.until_version) for one in rulings.entries)
    rows = tuple(_row(one, rulings) for one in rulings.entries)
    return Report(
        title=f"Exceptions in {EXCEPTIONS}",
        kind=ReportKind.EXCEPTIONS,
        statement=f"{plural(len(rows), 'exception')}, {ended} expired, {endless} without an end.",
        tables=(Table("exceptions", "Exceptions", _COLUMNS, rows),) if rows else (),
        notes=strange_rules(setup, found, ()),
        generated_at=setup.now(),
        tool_version=__version__,
    )


def _row(entry: ExceptionEntry, rulings: Rulings) -> Mapping[str, Value]:
    return {
        "line": int(entry.where.rpartition(":")[2]),
        "decision": entry.decision.value,
        "about": list(entry.about),
        "holds": rulings.lapse(entry) or entry.ends or "without an end",
        "owner": entry.owner,
        "reason": entry.reason,
    }
