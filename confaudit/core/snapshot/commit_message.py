"""The commit message of a snapshot: a subject a person can read, the changes, git trailers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from confaudit.core.model import Cause, Change, ChangeKind, Snapshot, Subject
from confaudit.core.text.wording import agreeing, human, plural, visible

MOST_LINES: Final = 50
"""Changes listed in a commit's body; the files themselves hold the rest."""


def commit_message(
    before: Snapshot | None, after: Snapshot, changes: Sequence[Change], verdict: str = ""
) -> str:
    """Tell what a snapshot brings; `before` is the deployment's previous one, if any.

    `verdict` is one line on how an upgrade went.
    """
    subject = f"{after.deployment}: {_summary(before, after, changes)}"
    body = list(_lines(changes))
    trailers = "\n".join(_trailers(after, changes))
    parts = (subject, verdict, "\n".join(body), trailers)
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(before: Snapshot | None, after: Snapshot, changes: Sequence[Change]) -> str:
    version = f"Coder {after.version}" if after.version else "unknown Coder version"
    if before is None:
        return f"first snapshot, {version}"
    if before.version != after.version and before.version and after.version:
        return f"upgraded {before.version} → {after.version}, {_by_operator(changes)}"
    counted = [_counted(changes, subject) for subject in Subject]
    order = sum(change.is_reordered for change in changes)
    parts = (*counted, f"{plural(order, 'list')} in another order" if order else "")
    return ", ".join(part for part in parts if part) or "no setting changed"


def _by_operator(changes: Sequence[Change]) -> str:
    """An upgrade's own changes are many and expected: those beside them are worth the subject."""
    count = sum(c.subject is Subject.OPTION and c.cause is Cause.OPERATOR for c in changes)
    return f"{plural(count, 'option')} changed by the operator"


_NOUNS: Final = {
    Subject.OPTION: ("option", "options"),
    Subject.CONFIG: ("config leaf", "config leaves"),
    Subject.SERVER: ("server fact", "server facts"),
}


def _counted(changes: Sequence[Change], subject: Subject) -> str:
    count = sum(change.subject is subject and not change.is_reordered for change in changes)
    return f"{count} {agreeing(count, *_NOUNS[subject])} changed" if count else ""


def _lines(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes[:MOST_LINES]:
        yield f"- {visible(change.key)}: {_change_line(change)}"
    if len(changes) > MOST_LINES:
        yield f"- … and {len(changes) - MOST_LINES} more"


def _change_line(change: Change) -> str:
    before, after = human(change.before, change.type), human(change.after, change.type)
    match change.kind:
        case ChangeKind.ADDED:
            return f"added, {after}"
        case ChangeKind.REMOVED:
            return f"removed, was {before}"
        case ChangeKind.RENAMED:
            value = after if before == after else f"{before} → {after}"
            return f"renamed from {visible(change.was)}, {value}"
        case ChangeKind.CHANGED:
            return f"{after}, in another order" if change.is_reordered else f"{before} → {after}"
        case ChangeKind.SOURCE:
            return (
                f"set by {change.source_before or 'nothing'} → {change.source_after or 'nothing'}"
            )
        case ChangeKind.DECLARED:
            return "declared differently: " + ", ".join(facet.facet for facet in change.facets)


def _trailers(after: Snapshot, changes: Sequence[Change]) -> Iterator[str]:
    yield f"Confaudit-Deployment: {after.deployment}"
    if after.version:
        yield f"Confaudit-Coder-Version: {visible(after.version)}"
    info = after.server.get("buildinfo")
    identity = info.get("deployment_id") if isinstance(info, dict) else None
    if isinstance(identity, str) and identity:
        yield f"Confaudit-Deployment-Id: {visible(identity)}"
    found = Counter(change.cause for change in changes)
    yield f"Confaudit-Changes: {', '.join(f'{found[c]} {c}' for c in Cause)}"
