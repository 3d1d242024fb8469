"""Which exit code a report leads to: the same in every format."""

from confaudit.core.judge.threshold import Threshold
from confaudit.core.model import Level
from confaudit.core.report.report import Report
from confaudit.core.report.states import worst_state
from confaudit.core.text.wording import plural
from confaudit.errors import ExitCode


def exit_code(report: Report, threshold: Threshold) -> ExitCode:
    """By what the verdict goes by, listed or not; what could not be read weighs more than that."""
    if is_unreadable(report):
        return ExitCode.USAGE
    if threshold.is_strict and report.is_incomplete:
        return ExitCode.INCOMPLETE
    level = worst_state(report).level if report.kind.tells_states else report.worst
    return ExitCode.FOUND if threshold.is_reached(level) else ExitCode.OK


def is_unreadable(report: Report) -> bool:
    """Whether something that was asked about cannot be read, which is an error.

    What an upgrade leaves out is none: nobody said which release it runs.
    """
    return report.not_audited and not report.kind.is_upgrade


def why_zero(report: Report, threshold: Threshold) -> str:
    """Why a run does not fail though more than hints remain; empty where it fails, or none do."""
    remaining = {level: n for level, n in report.levels.items() if n and level > Level.INFO}
    if not remaining or exit_code(report, threshold) is not ExitCode.OK:
        return ""
    counts = ", ".join(plural(number, level.word) for level, number in remaining.items())
    if threshold.is_waived:
        return f"{counts}; --exit-zero lets this pass."
    return f"{counts}; --fail-on {max(remaining).word} makes this fail."
