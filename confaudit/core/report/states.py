"""Reports on how things are: rows of their tables tell states, and the worst one counts."""

from collections import Counter
from typing import Final

from confaudit.core.health.check import State, worst
from confaudit.core.judge.threshold import Threshold
from confaudit.core.model import Level
from confaudit.core.report.report import Column, Report

STATE_COLUMN: Final = Column("state", "State")
SOMEBODY_HAS_TO_ACT: Final = Threshold(Level.WARNING)
"""From where on commands fail that tell states."""


def states(report: Report) -> Counter[State]:
    """How many rows are in each state."""
    cells = (row.get(STATE_COLUMN.id) for table in report.tables for row in table.rows)
    return Counter(State(cell) for cell in cells if isinstance(cell, str))


def worst_state(report: Report) -> State:
    """What verdict, colour and exit code go by."""
    return worst(states(report))
