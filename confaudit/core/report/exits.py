"""Which exit code a report leads to: the same in every format."""

from confaudit.core.judge.judge import Threshold
from confaudit.core.report.report import Report
from confaudit.errors import ExitCode


def exit_code(report: Report, threshold: Threshold) -> ExitCode:
    """By what the verdict goes by, listed or not."""
    if threshold.is_strict and report.is_incomplete:
        return ExitCode.INCOMPLETE
    return ExitCode.FOUND if threshold.is_reached(report.deciding) else ExitCode.OK
