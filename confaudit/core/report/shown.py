"""What one commit brought: a report on each deployment that it touched, and all of them as one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.judge.judge import joined
from confaudit.core.model import EXPLICIT, MISSING, Snapshot, Value
from confaudit.core.report.audited import Audited
from confaudit.core.report.combined import shared_notes
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Report, Table
from confaudit.core.text.wording import moment, option_name, plural, readable, visible


class Recorded(Struct, frozen=True):
    """A commit, as its reports tell it."""

    id: str
    at: datetime | None
    author: str
    subject: str
    merge: str
    """The merge that brought it, empty where none did."""

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return self.id[:12]


def commit_part(report: Report, deployment: str, releases: Sequence[str]) -> Report:
    """A report as one on what a commit brought to a deployment."""
    audited = Audited(deployment, ("snapshot",), tuple(dict.fromkeys(filter(None, releases))))
    return replace(report, kind=ReportKind.SHOW, audited=audited)


def commit_report(parts: Sequence[Report], commit: Recorded) -> Report:
    """The parts as one report; a single one is the whole."""
    table = _table("Commit", [_row(part, commit) for part in parts])
    first = parts[0]
    if len(parts) == 1:
        title = f"What {commit.name} brought to {visible(first.deployment)}"
        return replace(first, title=title, tables=(table, *first.tables))
    return _joined(
        f"What {commit.name} brought to {plural(len(parts), 'deployment')}", table, parts
    )


def as_one(reports: Sequence[Report]) -> Report:
    """Reports on what a commit each brought to a deployment each, as one; a single one is it."""
    if len(reports) == 1:
        return reports[0]
    table = _table("Commits", [row for one in reports for row in one.tables[0].rows])
    parts = [replace(one, tables=one.tables[1:]) for one in reports]
    return _joined(f"What changed in {plural(len(parts), 'deployment')}", table, parts)


def _table(title: str, rows: Sequence[Mapping[str, Value]]) -> Table:
    """The commits, without columns that none of them has something in."""
    columns = (one for one in _COLUMNS if any(row[one.id] is not MISSING for row in rows))
    return Table("deployments", title, tuple(columns), tuple(rows))


def _joined(title: str, table: Table, parts: Sequence[Report]) -> Report:
    first = parts[0]
    return Report(
        kind=ReportKind.SHOW,
        title=title,
        generated_at=first.generated_at,
        tool_version=first.tool_version,
        judged=joined(part.judged for part in parts),
        rules=tuple({rule.id: rule for part in parts for rule in part.rules}.values()),
        tables=(table,),
        notes=shared_notes(parts),
        statement=_statement(parts),
        parts=tuple(parts),
    )


def _statement(parts: Sequence[Report]) -> str:
    changes = sum(len(part.changes) for part in parts)
    return f"{plural(changes, 'change')} in {plural(len(parts), 'deployment')}."


_COLUMNS: Final = (
    Column("deployment", "Deployment", is_code=True),
    Column("release", "Coder", is_code=True),
    Column("at", "When"),
    Column("author", "Author"),
    Column("subject", "Subject"),
    Column("commit", "Commit", is_code=True),
    Column("merge", "Merged by", is_code=True),
)


def _row(part: Report, commit: Recorded) -> Mapping[str, Value]:
    releases = part.audited.releases if part.audited else ()
    return {
        "deployment": part.deployment,
        "release": " → ".join(releases) or MISSING,
        "at": moment(commit.at) if commit.at else MISSING,
        "author": commit.author,
        "subject": commit.subject,
        "commit": commit.name,
        "merge": commit.merge[:12] or MISSING,
    }


_SET: Final = (
    Column("option", "Option", is_code=True),
    Column("value", "Value", is_code=True),
    Column("source", "Set by"),
)


def set_table(snapshot: Snapshot) -> Table:
    """All that somebody has set."""
    rows = tuple(
        {
            "option": option_name(key),
            "value": readable(setting.value, snapshot.declared[key].type),
            "source": setting.source,
        }
        for key, setting in snapshot.settings.items()
        if setting.source in EXPLICIT
    )
    return Table("options", "Options that are set", _SET, rows)
