"""A finding in one line, for formats that have room for no more; safe to look at."""

from collections.abc import Iterable, Mapping
from typing import Final

from confaudit.core.judge.exceptions import ExceptionEntry, Lapsed
from confaudit.core.judge.finding import Finding, Origin
from confaudit.core.judge.judge import Suppressed, SuppressedBy
from confaudit.core.model import Change, ChangeKind, Subject
from confaudit.core.text.wording import option_name, visible
from confaudit.present.inline_diff import middle_out
from confaudit.present.values import Shown, shown

_LIMIT: Final = 500
"""Characters of one sentence."""


def sentence(finding: Finding) -> str:
    """What a finding says; of a change also what it is about, which no message tells."""
    if finding.change:
        return change_sentence(finding.change)
    return middle_out(visible(finding.message or finding.rule.id), _LIMIT)


def change_sentence(change: Change) -> str:
    """What a change is about, what it did, and how its cause is known."""
    evidence = f"; {visible(change.evidence)}" if change.evidence else ""
    text = f"{change_name(change)} {_KINDS[change.kind]}: {_values(change)}{evidence}"
    return middle_out(text, _LIMIT)


def suppression(suppressed: Suppressed) -> str:
    """Why a finding is not listed: `ignored: migrating`, `there before`."""
    words = WAYS[suppressed.by]
    return f"{words}: {visible(suppressed.reason)}" if suppressed.reason else words


def remarks(finding: Finding, lapsed: Iterable[Lapsed]) -> tuple[str, ...]:
    """What people wrote beside a finding, and that its exceptions which `lapsed` hold no longer.

    First of all that an upgrade does not bring it.
    """
    already = (ORIGINS[Origin.TODAY],) if finding.origin is Origin.TODAY else ()
    ended = (f"its exception {one.why}, {one.entry.where}" for one in lapsed)
    return tuple(map(visible, (*already, *finding.remarks, *ended)))


ORIGINS: Final[Mapping[Origin, str]] = {
    Origin.UPGRADE: "by this upgrade",
    Origin.TODAY: "so already today",
}
"""Whether an upgrade brings a finding, in words."""


def idle(entry: ExceptionEntry) -> str:
    """That an exception is about nothing that was found."""
    return visible(f"The exception of {entry.where} is about nothing that was found.")


WAYS: Final[Mapping[SuppressedBy, str]] = {
    SuppressedBy.FILTER: "hidden by a filter",
    SuppressedBy.OFF: "off",
    SuppressedBy.IGNORE: "ignored",
    SuppressedBy.ACCEPT: "accepted",
    SuppressedBy.EXPECTED: "expected to differ",
    SuppressedBy.BEFORE: "there before",
}
"""What becomes of a finding that is not listed, in a word or two."""
_KINDS: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "removed",
    ChangeKind.CHANGED: "changed",
    ChangeKind.RENAMED: "renamed",
    ChangeKind.SOURCE: "set from elsewhere",
    ChangeKind.DECLARED: "declared differently",
}


def change_name(change: Change) -> str:
    """An option by its flag; a leaf by its path, with the option that sets it."""
    if change.subject is Subject.OPTION:
        return _short(option_name(change.key))
    name = f"{change.key} ({option_name(change.spec.key)})" if change.spec else change.key
    return _short(name)


def _short(name: str) -> str:
    return middle_out(visible(name), _LIMIT // 5)


def _values(change: Change) -> str:
    before = _spelled(shown(change.before, change.source_before, change.type))
    after = _spelled(shown(change.after, change.source_after, change.type))
    if change.kind is ChangeKind.REMOVED:
        return before
    is_one = change.kind is ChangeKind.ADDED or before == after
    return after if is_one else f"{before} → {after}"


def _spelled(value: Shown) -> str:
    return f"{value.lead}{middle_out(value.text, _LIMIT // 5)}{value.tail}"
