"""Reports on how things are: rows of their tables tell states, and the worst one counts."""

from collections import Counter

from confaudit.core.health.check import State, worst
from confaudit.core.report.report import Column, Report
from confaudit.errors import ExitCode

STATE_COLUMN = Column("state", "State")


def states(report: Report) -> Counter[State]:
    """How many rows are in each state."""
    cells = (row.get(STATE_COLUMN.id) for table in report.tables for row in table.rows)
    return Counter(State(cell) for cell in cells if isinstance(cell, str))


def worst_state(report: Report) -> State:
    """What verdict, colour and exit code go by."""
    return worst(states(report))


def state_exit_code(report: Report) -> ExitCode:
    """Whether somebody has to act."""
    return ExitCode.FOUND if worst_state(report).is_trouble else ExitCode.OK
