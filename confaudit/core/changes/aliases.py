"""Options that set the same config leaf are one setting: their changes are told as one.

Coder renames an option by adding the new name beside the old one, which becomes an alias
(coder/coder#25061). From 2.18 on both report the value source of either (coder/coder#15480), so
which name an operator used cannot be told from a payload.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from confaudit.core.changes.diff import facet_changes
from confaudit.core.changes.owners import current_name, owners
from confaudit.core.model import Change, ChangeKind, OptionSpec, Snapshot, Subject

_STRONGEST: Final = (
    ChangeKind.CHANGED,
    ChangeKind.SOURCE,
    ChangeKind.ADDED,
    ChangeKind.DECLARED,
)


def join(changes: Sequence[Change], before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Replace the changes of aliases by one change of the setting, renames included."""
    old, new = owners(before.declared), owners(after.declared)
    groups: dict[str, list[Change]] = {}
    for change in changes:
        leaf = change.path if change.subject is Subject.OPTION else ""
        if len({*old.get(leaf, ()), *new.get(leaf, ())}) > 1:
            groups.setdefault(leaf, []).append(change)
        else:
            yield change
    for leaf, group in groups.items():
        yield from _setting(group, old.get(leaf, {}), new.get(leaf, {}))


def _setting(
    group: list[Change], old: Mapping[str, OptionSpec], new: Mapping[str, OptionSpec]
) -> Iterator[Change]:
    """One change for a setting; a name that went away while another stayed is told beside it."""
    by_key = {change.key: change for change in group}
    current = current_name(new)
    if current and old and _is(by_key.get(current), ChangeKind.ADDED):
        yield _renamed(by_key, current_name(old), current, old, new)
        return
    gone = [change for change in group if change.kind is ChangeKind.REMOVED]
    kept = [change for change in group if change.kind is not ChangeKind.REMOVED]
    yield from gone
    if kept and _agree(kept):
        yield _merged(kept, current, new)
    else:
        yield from kept


def _is(change: Change | None, kind: ChangeKind) -> bool:
    return change is not None and change.kind is kind


def _renamed(
    by_key: Mapping[str, Change],
    was: str,
    now: str,
    old: Mapping[str, OptionSpec],
    new: Mapping[str, OptionSpec],
) -> Change:
    """The new name with the old one's past: a rename and a moved default are one story."""
    added, past = by_key[now], by_key.get(was)
    return replace(
        added,
        kind=ChangeKind.RENAMED,
        before=past.before if past else added.after,
        source_before=past.source_before if past else added.source_after,
        was=was,
        also=tuple(sorted(new.keys() - {now})),
        facets=facet_changes(old[was], new[now]),
    )


def _agree(changes: list[Change]) -> bool:
    """Before 2.18 each alias could have a value of its own."""
    values = [(change.before, change.after) for change in changes]
    return all(value == values[0] for value in values)


def _merged(changes: list[Change], current: str, members: Mapping[str, OptionSpec]) -> Change:
    strongest = min(changes, key=lambda change: _STRONGEST.index(change.kind))
    named = next((change for change in changes if change.key == current), strongest)
    return replace(
        named,
        kind=strongest.kind,
        source_before=strongest.source_before,
        source_after=strongest.source_after,
        also=tuple(sorted(members.keys() - {named.key})),
    )
