"""The commit message of a snapshot: a subject a person can read, the changes, git trailers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from confaudit.core.model import Cause, Change, ChangeKind, Snapshot
from confaudit.core.text.wording import human, listing, visible

MOST_LINES: Final = 50
"""Changes listed in a commit's body; the files themselves hold the rest."""


def commit_message(
    before: Snapshot | None, after: Snapshot, changes: Sequence[Change], verdict: str = ""
) -> str:
    """Tell what a snapshot brings; `before` is the deployment's previous one, if any.

    `verdict` is one line on how an upgrade went.
    """
    subject = f"{after.deployment}: {_summary(before, after, changes)}"
    return _message(
        subject, verdict, "\n".join(_lines(changes)), "\n".join(_trailers(after, changes))
    )


def replacement_message(after: Snapshot) -> str:
    """Tell of a snapshot that comes after one which cannot be read."""
    subject = f"{after.deployment}: replaces a damaged snapshot"
    return _message(subject, "\n".join(_trailers(after, ())))


def _message(*parts: str) -> str:
    return "\n\n".join(filter(None, parts)) + "\n"


def _summary(before: Snapshot | None, after: Snapshot, changes: Sequence[Change]) -> str:
    """What a snapshot is, or what it changed and by whose doing: names as far as there is room."""
    if before is None:
        return f"first snapshot, {f'Coder {after.version}' if after.version else _NO_VERSION}"
    room = _LONGEST - len(f"{after.deployment}: ")
    if before.version != after.version and before.version and after.version:
        upgrade = f"upgraded {before.version} → {after.version}"
        return ", ".join(filter(None, (upgrade, _by_operator(changes, room - len(upgrade) - 2))))
    return _changed(changes, room) or "no setting changed"


def _by_operator(changes: Sequence[Change], room: int) -> str:
    """An upgrade's own changes are many and expected: those beside them are worth the subject."""
    return _changed([change for change in changes if change.cause is Cause.OPERATOR], room)


def _changed(changes: Sequence[Change], room: int) -> str:
    """What changed, by the cause that matters most; how many did otherwise."""
    ordered = sorted(changes, key=_weight)
    leading = [change for change in ordered if _weight(change) == _weight(ordered[0])]
    if not leading:
        return ""
    happened = _happened(leading[0])
    if others := len(changes) - len(leading):
        happened += f", {others} more otherwise"
    return f"{_some([*map(_name, leading)], room - len(happened) - 1)} {happened}"


def _weight(change: Change) -> int:
    """What a person may have done comes first, what means nothing last."""
    return _CAUSES.index(change.cause) + len(_CAUSES) * change.is_reordered


def _happened(change: Change) -> str:
    return "in another order" if change.is_reordered else _BY[change.cause]


def _some(names: Sequence[str], room: int) -> str:
    """The first names, at least one, and how many more there are."""
    for shown in range(min(len(names), _MOST_NAMES), 1, -1):
        text = _first(names, shown)
        if len(text) <= room:
            return text
    return _first(names, 1)


def _first(names: Sequence[str], shown: int) -> str:
    more = len(names) - shown
    return f"{', '.join(names[:shown])} and {more} more" if more else listing(names)


def _name(change: Change) -> str:
    name = visible(change.key)
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


_NO_VERSION: Final = "unknown Coder version"
_LONGEST: Final = 72
"""Characters of a subject that lists of commits show whole; a long name alone may take more."""
_LONGEST_NAME: Final = 60
_MOST_NAMES: Final = 5
_CAUSES: Final = (Cause.OPERATOR, Cause.UNKNOWN, Cause.RELEASE, Cause.COMPUTED, None)
_BY: Final[Mapping[Cause | None, str]] = {
    Cause.OPERATOR: "changed by the operator",
    Cause.UNKNOWN: "changed for an unknown cause",
    Cause.RELEASE: "changed by the release",
    Cause.COMPUTED: "computed anew",
    None: "changed",
}


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
    if after.identity:
        yield f"Confaudit-Deployment-Id: {visible(after.identity)}"
    found = Counter(change.cause for change in changes)
    yield f"Confaudit-Changes: {', '.join(f'{found[c]} {c}' for c in Cause)}"
