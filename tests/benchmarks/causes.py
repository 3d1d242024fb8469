"""Rows of explaining what changed, over all pairs of consecutive releases.

    python -m tests.benchmarks.causes (diff | explained) RELEASES

tells the seconds of comparing the defaults of each release with those of the next, without and
with causes.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.data import Data
from tests.benchmarks.jobs import module
from tests.benchmarks.rows import Ratio, Row


@contextmanager
def causes(data: Data, folder: Path) -> Iterator[list[Row]]:
    """In processes that have read the catalogue before."""
    diff, explained = (
        module(folder, "causes", kind, str(data.scale.releases), told=True) for kind in _JOBS
    )
    yield [
        Ratio("216 upgrades compared and explained ÷ compared", 2, explained, diff),
    ]


def main(kind: str, releases: int) -> None:
    from confaudit.catalog.loader import packaged
    from confaudit.core.coder.defaults import default_snapshot

    catalog = packaged()
    snapshots = [default_snapshot(catalog.release(one)) for one in catalog.versions[-releases:]]
    job = _JOBS[kind]
    job(snapshots[:2])  # loads what it takes
    began, on_the_wall = time.process_time(), time.monotonic()
    job(snapshots)
    cost = {"cpu": time.process_time() - began, "wall": time.monotonic() - on_the_wall}
    json.dump(cost, sys.stdout)


def _compared(snapshots: Sequence[Any]) -> None:
    from confaudit.core.changes.diff import diff

    for before, after in pairwise(snapshots):
        diff(before, after)


def _explained(snapshots: Sequence[Any]) -> None:
    from confaudit.catalog.loader import packaged
    from confaudit.core.changes.causes import attribute
    from confaudit.core.changes.diff import diff

    for before, after in pairwise(snapshots):
        attribute(diff(before, after), before, after, packaged())


_JOBS: Final[dict[str, Callable[[Sequence[Any]], None]]] = {
    "diff": _compared,
    "explained": _explained,
}

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
