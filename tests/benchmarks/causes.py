"""What explaining costs, over all pairs of consecutive releases.

    python -m tests.benchmarks.causes

Ratios within one run, because machines differ and are noisy: each step against the pure walk that
finds the differing leaves, and our pruned use of deepdiff against deepdiff over whole documents.
"""

import sys
import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median

from deepdiff import DeepDiff

from confaudit.catalog import loader
from confaudit.core.changes.causes import attribute
from confaudit.core.changes.diff import diff
from confaudit.core.changes.documents import strict_prune
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.snapshot.canonical import encode

ROUNDS = 3
CATALOG = loader.packaged()
SNAPSHOTS = [default_snapshot(CATALOG.release(version)) for version in CATALOG.versions]
PAIRS = list(pairwise(SNAPSHOTS))
DOCUMENTS = [{k: str(s.value) for k, s in snapshot.settings.items()} for snapshot in SNAPSHOTS]


def seconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def walk() -> None:
    for before, after in pairwise(DOCUMENTS):
        strict_prune(before, after)


def diffs() -> None:
    for before, after in PAIRS:
        diff(before, after)


def explained() -> None:
    for before, after in PAIRS:
        attribute(diff(before, after), before, after, CATALOG)


def encoded() -> None:
    for snapshot in SNAPSHOTS:
        encode(snapshot)


def pruned() -> None:
    before, after = DOCUMENTS[0], DOCUMENTS[-1]
    left, right = strict_prune(before, after) or ({}, {})
    DeepDiff(left, right, threshold_to_diff_deeper=0, ignore_private_variables=False)


def whole() -> None:
    DeepDiff(
        DOCUMENTS[0], DOCUMENTS[-1], threshold_to_diff_deeper=0, ignore_private_variables=False
    )


def main() -> None:
    jobs = {"walk": walk, "encode": encoded, "diff": diffs, "diff + explain": explained}
    jobs |= {"deepdiff, pruned": pruned, "deepdiff, whole": whole}
    times = {name: [] for name in jobs}
    for _ in range(ROUNDS):  # interleaved, so that a slow moment hits all
        for name, job in jobs.items():
            times[name].append(seconds(job))
    took = {name: median(values) for name, values in times.items()}
    sys.stdout.write(f"{len(PAIRS)} pairs, median of {ROUNDS} rounds\n")
    for name in ("encode", "diff", "diff + explain"):
        ratio = took[name] / took["walk"]
        each = took[name] / len(PAIRS) * 1000
        sys.stdout.write(f"{name:16} {ratio:7.1f} x walk   ({each:.1f} ms a pair)\n")
    explaining = took["diff + explain"] / took["diff"]
    pruning = took["deepdiff, whole"] / took["deepdiff, pruned"]
    sys.stdout.write(f"explaining makes a diff {explaining:.2f} x as long\n")
    sys.stdout.write(f"pruning makes deepdiff {pruning:.1f} x as fast (2.0.0 against the newest)\n")


if __name__ == "__main__":
    main()
