"""The largest report we promise to keep usable."""

from typing import Final

from msgspec.structs import replace

from confaudit.core.model import MISSING, Cause, Change, ChangeKind, Subject
from confaudit.core.report.report import Report
from tests.golden.sample_changes import option
from tests.golden.sample_reports import EMPTY, caused, judged, leaf

CHANGES: Final = 5_000
_CAUSES: Final = tuple(Cause)


def large_report(changes: int = CHANGES) -> Report:
    """A diff of explained changes: every option there is, and leaves nothing explains."""
    return replace(EMPTY, judged=judged(changes=tuple(map(_change, range(changes)))))


def _change(number: int) -> Change:
    cause = _CAUSES[number % len(_CAUSES)]
    return caused(_option(number) if number < 300 else _leaf(number), cause, "the release adds it")


def _option(number: int) -> Change:
    name = f"some-option-{number}"
    return option(name, ChangeKind.CHANGED, number, number + 1, group=f"Group {number % 20}")


def _leaf(number: int) -> Change:
    before = MISSING if number % 7 == 0 else f"https://a{number}.example.com"
    path = f"section{number % 30}.some_option_name_{number}"
    return leaf(Subject.CONFIG, path, before, f"https://b{number}.example.com")
