"""Reports of a long history, cut where a reader would drown in them."""

from bisect import bisect_right
from itertools import accumulate, islice
from typing import Final

from msgspec.structs import replace

from confaudit.core.report.report import Report
from confaudit.core.text.wording import plural


def newest(report: Report, most: int) -> Report:
    """A history no further back than some number of changes goes; a note says so."""
    sizes = accumulate(1 + len(entry.changes) for entry in report.entries)
    kept = max(1, bisect_right([*sizes], most))
    if kept >= len(report.entries):
        return report
    note = _OLDER.format(f"{kept:,}", plural(len(report.entries), "snapshot"))
    return replace(report, entries=tuple(islice(report.entries, kept)), notes=(*report.notes, note))


_OLDER: Final = (
    "The newest {} of {} are shown here; `-f json` and text have them all, and --until shows what"
    " is older."
)
