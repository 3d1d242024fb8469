"""The rows by name, in the order of the table."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple, TypeAlias

from tests.benchmarks import (
    browser,
    causes,
    histories,
    linting,
    pages,
    review,
    snapshots,
    starting,
)
from tests.benchmarks.data import Data
from tests.benchmarks.rows import Figure, Row
from tests.benchmarks.timing import take_turns

Rows: TypeAlias = Callable[[Data, Path], AbstractContextManager[list[Row]]]


class Group(NamedTuple):
    """Rows that share what they are measured with, and whose jobs take turns."""

    rows: Rows
    """Sets up in an empty folder what they need, and clears it away."""
    most_rounds: int = 100

    def measured(self, data: Data, rounds: int) -> Iterator[tuple[Row, Figure | None]]:
        """Each row, and what was found; a job of several rows runs once a round."""
        with TemporaryDirectory() as place, self.rows(data, Path(place)) as rows:
            jobs = dict.fromkeys(job for row in rows for job in row.jobs)
            costs = take_turns(jobs, min(rounds, self.most_rounds))
            for row in rows:
                yield row, row.figure(costs)


TABLE: Final[Mapping[str, Group]] = {
    "start": Group(starting.start),
    "diff": Group(starting.diff),
    "upgrade": Group(starting.upgrade),
    "snapshot": Group(snapshots.snapshot),
    "fleet": Group(snapshots.fleet, most_rounds=2),
    "repository": Group(snapshots.repository),
    "page": Group(pages.page),
    "history": Group(histories.history),
}
"""What README has."""
MORE: Final[Mapping[str, Group]] = {
    "size": Group(pages.size),
    "review": Group(review.review),
    "lint": Group(linting.lint),
    "causes": Group(causes.causes),
    "browser": Group(browser.browser),
}
"""What is measured when it is named."""
GROUPS: Final[Mapping[str, Group]] = {**TABLE, **MORE}
