"""A change in one line; safe to look at."""

from collections.abc import Mapping
from typing import Final

from confaudit.core.model import Change, ChangeKind, Subject
from confaudit.core.text.wording import option_name, visible
from confaudit.present.inline_diff import middle_out
from confaudit.present.values import Shown, shown

LIMIT: Final = 500
"""Characters of one sentence."""
_KINDS: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "removed",
    ChangeKind.CHANGED: "changed",
    ChangeKind.RENAMED: "renamed",
    ChangeKind.SOURCE: "set from elsewhere",
    ChangeKind.DECLARED: "declared differently",
}


def change_sentence(change: Change) -> str:
    """What a change is about, what it did, and how its cause is known."""
    evidence = f"; {visible(change.evidence)}" if change.evidence else ""
    text = f"{change_name(change)} {_KINDS[change.kind]}: {_values(change)}{evidence}"
    return middle_out(text, LIMIT)


def change_name(change: Change) -> str:
    """An option by its flag; a leaf by its path, with the option that sets it."""
    if change.subject is Subject.OPTION:
        return _short(option_name(change.key))
    name = f"{change.key} ({option_name(change.spec.key)})" if change.spec else change.key
    return _short(name)


def _short(name: str) -> str:
    return middle_out(visible(name), LIMIT // 5)


def _values(change: Change) -> str:
    before = _spelled(shown(change.before, change.source_before, change.type))
    after = _spelled(shown(change.after, change.source_after, change.type))
    if change.kind is ChangeKind.REMOVED:
        return before
    is_one = change.kind is ChangeKind.ADDED or before == after
    return after if is_one else f"{before} → {after}"


def _spelled(value: Shown) -> str:
    return f"{value.lead}{middle_out(value.text, LIMIT // 5)}{value.tail}"
