"""The kinds of rows of the table: what is measured, against what, and what it ought to be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import ClassVar, NamedTuple, TypeAlias

from tests.benchmarks.timing import Cost, Job

Costs: TypeAlias = Mapping[Job, Sequence[Cost]]


class Figure(NamedTuple):
    """What was found."""

    value: float
    """What is held against the goal."""
    wall: float | None = None
    """The same on the wall, where that is another."""


@dataclass(frozen=True)
class Ratio:
    """One job against another that does the like of it."""

    title: str
    goal: float
    job: Job
    peer: Job | None
    """None where it is not on this machine."""
    unit: str = ""

    @property
    def jobs(self) -> tuple[Job, ...]:
        return (self.job, self.peer) if self.peer else ()

    def figure(self, costs: Costs) -> Figure | None:
        """The median of the rounds; None without the peer."""
        if self.peer is None:
            return None
        pairs = [*zip(costs[self.job], costs[self.peer], strict=True)]
        return Figure(
            median(ours.cpu / theirs.cpu for ours, theirs in pairs),
            median(ours.wall / theirs.wall for ours, theirs in pairs),
        )


@dataclass(frozen=True)
class Seconds:
    """What one job takes beyond another that does only what does not count.

    Of processors alone: on the wall both wait for somebody else.
    """

    title: str
    goal: float
    job: Job
    rest: Job
    unit: str = "s"

    @property
    def jobs(self) -> tuple[Job, ...]:
        return self.job, self.rest

    def figure(self, costs: Costs) -> Figure:
        """The median of the rounds."""
        pairs = [*zip(costs[self.job], costs[self.rest], strict=True)]
        return Figure(median(all_of_it.cpu - rest.cpu for all_of_it, rest in pairs))


@dataclass(frozen=True)
class Amount:
    """What is no time, and is measured once, after all jobs."""

    title: str
    goal: float
    unit: str
    measure: Callable[[], float]
    jobs: ClassVar[tuple[Job, ...]] = ()

    def figure(self, _: Costs) -> Figure:
        return Figure(self.measure())


Row: TypeAlias = Ratio | Seconds | Amount
