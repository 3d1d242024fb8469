"""A finding in one line, for formats that have room for no more; safe to look at."""

from collections.abc import Iterable, Mapping
from typing import Final

from confaudit.core.judge.exceptions import ExceptionEntry, Lapsed
from confaudit.core.judge.finding import Finding, Origin
from confaudit.core.judge.judge import Suppressed, SuppressedBy
from confaudit.core.text.wording import visible
from confaudit.present.change_sentences import LIMIT, change_sentence
from confaudit.present.inline_diff import middle_out


def sentence(finding: Finding) -> str:
    """What a finding says; of a change also what it is about, which no message tells."""
    if finding.change:
        return change_sentence(finding.change)
    return middle_out(visible(finding.message or finding.rule.id), LIMIT)


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
