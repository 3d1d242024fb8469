"""The table, in Markdown."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from typing import Final

from tests.benchmarks.rows import Figure, Row

HEAD: Final = ("| | processors | wall | goal | |", "|---|---|---|---|---|")


def line(row: Row, figure: Figure | None) -> str:
    """One row of the table."""
    cells = ("peer not here", "", goal(row), "") if figure is None else _cells(row, figure)
    return f"| {' | '.join((row.title, *cells))} |".replace("  ", " ")


def _cells(row: Row, figure: Figure) -> tuple[str, ...]:
    wall = "" if figure.wall is None else _number(figure.wall, row.unit)
    met = "met" if figure.value <= row.goal else "NOT met"
    return _number(figure.value, row.unit), wall, goal(row), met


def goal(row: Row) -> str:
    """What the figure is to be at most."""
    return _number(row.goal, row.unit)


def _number(value: float, unit: str) -> str:
    digits = f"{value:.0f}" if value >= 20 else f"{value:.2f}".removesuffix("0").removesuffix(".0")
    return f"{digits} {unit}".rstrip()


def machine(rounds: int) -> str:
    """Where, when and how often it was measured."""
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout
    version = git.removeprefix("git version ").split()[0]
    today = datetime.now(UTC).date()
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, git {version}, {today}, "
        f"median of {rounds} rounds"
    )
