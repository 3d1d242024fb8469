"""The rows of the tables that a history makes: of entries, of snapshots, of what was found."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final, TypeAlias

from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.coder.support import support
from confaudit.core.history.entry import Entry
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.judge import Judged
from confaudit.core.model import EXPLICIT, MISSING, Change, Json, Snapshot, Value, ValueSource
from confaudit.core.secret import is_secret, is_secret_option
from confaudit.core.text.wording import exact, human, visible

Cell: TypeAlias = str | int | bool | datetime | date | None
Row: TypeAlias = Mapping[str, Cell]
"""By column."""


def snapshot_row(entry: Entry, place: int, brought_by: str) -> Row:
    """The row of a snapshot, with the merge that brought it, if one did."""
    return {
        "deployment": entry.deployment,
        "commit_id": entry.commit,
        "place": place,
        "taken_at": entry.taken_at,
        "author": visible(entry.author),
        "mail": visible(entry.mail),
        "subject": visible(entry.subject),
        "brought_by": brought_by or None,
        "version_before": visible(entry.version_before) or None,
        "version": visible(entry.version) or None,
        "is_first": entry.is_first,
        "is_upgrade": entry.is_upgrade,
        "is_removed": entry.is_removed,
        "is_by_hand": entry.is_by_hand,
        "trouble": visible(entry.trouble) or None,
    }


def change_rows(entry: Entry) -> Iterator[Row]:
    """A row for each change of a snapshot."""
    for number, change in enumerate(entry.changes, 1):
        yield {
            "deployment": entry.deployment,
            "commit_id": entry.commit,
            "number": number,
            "subject": change.subject.value,
            "name": visible(change.key),
            "kind": change.kind.value,
            "cause": str(change.cause),
            "evidence": visible(change.evidence),
            "type": visible(change.type) or None,
            **_values(change),
            "source_before": _source(change.source_before),
            "source_after": _source(change.source_after),
            "was": visible(change.was) or None,
            "is_reordered": change.is_reordered,
        }


def _values(change: Change) -> Row:
    return {
        "value_before": _json(change.before),
        "value_after": _json(change.after),
        "text_before": _text(change.before, change.type),
        "text_after": _text(change.after, change.type),
    }


def option_rows(snapshot: Snapshot) -> Iterator[Row]:
    """A row for each option of a snapshot, by name."""
    for key, setting in sorted(snapshot.settings.items()):
        spec = snapshot.declared[key]
        yield {
            "deployment": snapshot.deployment,
            "name": visible(key),
            "value": _json(setting.value),
            "text": _text(setting.value, spec.type),
            "source": _source(setting.source),
            "is_set": setting.source in EXPLICIT,
            "title": visible(spec.name),
            "env": visible(spec.env) or None,
            "yaml_path": visible(spec.yaml_path) or None,
            "type": visible(spec.type) or None,
            "default_text": None if spec.default is None else visible(spec.default),
            "section": visible(spec.group) or None,
            "is_hidden": spec.hidden,
            "is_secret": is_secret_option(spec),
            "is_deprecated": bool(spec.use_instead),
        }


def finding_rows(judged: Judged) -> Iterator[Row]:
    """A row for each finding, those that people decided not to count behind the others."""
    for finding in judged.shown:
        yield _finding_row(finding)
    for one in judged.suppressed:
        reason = visible(one.reason or one.by)
        yield {**_finding_row(one.finding), "is_counted": False, "reason": reason}


def _finding_row(finding: Finding) -> Row:
    return {
        "deployment": finding.deployment,
        "fingerprint": finding.fingerprint,
        "rule": finding.rule.id,
        "control": finding.rule.control or None,
        "level": finding.severity.word,
        "effect": finding.rule.effect.value,
        "subject": visible(finding.subject),
        "message": visible(finding.message),
        "affects": finding.affects.value,
        "because": visible(finding.because),
        "fix": visible(" ".join(finding.todo)),
        "is_counted": True,
        "reason": None,
    }


def deployment_row(newest: Snapshot) -> Row:
    """The row of a deployment, as its newest snapshot tells."""
    return {
        **_NOTHING_TOLD,
        "name": newest.deployment,
        "identity": visible(newest.identity) or None,
        "version": visible(newest.version) or None,
        "commit_id": newest.commit,
        "taken_at": newest.taken_at,
    }


def untold_row(name: str, trouble: str = "") -> Row:
    """The row of a deployment that has no snapshot any more, or one that cannot be read."""
    told = visible(trouble) or None
    return {**_NOTHING_TOLD, "name": name, "is_removed": not told, "trouble": told}


_NOTHING_TOLD: Final[Row] = {
    "identity": None,
    "version": None,
    "commit_id": None,
    "taken_at": None,
    "is_removed": False,
    "trouble": None,
}


def release_rows(catalog: Catalog) -> Iterator[Row]:
    """A row for each release that is known, the oldest first."""
    for place, release in enumerate(catalog.releases, 1):
        yield {
            "version": release.version,
            "place": place,
            "line": Version.parse(release.version).line_name,
            "released_on": date.fromisoformat(release.date) if release.date else None,
            "is_esr": release.esr,
            "support": support(Version.parse(release.version), catalog.releases).value,
            "options": len(release.options),
        }


# --- cells --------------------------------------------------------------------------------------


def _json(value: Value) -> str | None:
    return None if value is MISSING else exact(_told(value))


def _text(value: Value, option_type: str) -> str | None:
    return None if value is MISSING else human(_told(value), option_type)


def _source(source: ValueSource | None) -> str | None:
    return None if source is None else source.value


def _told(value: Json) -> Json:
    """A value of which secrets are set or not, and nothing else."""
    if isinstance(value, list):
        return [_told(one) for one in value]
    if not isinstance(value, dict):
        return value
    if is_secret(value):
        return {"secret_set": value["secret_set"]}
    return {key: _told(one) for key, one in value.items()}
