"""Ask what a snapshot asks, in its own way and as many at a time, and forget the answers.

    python -m tests.benchmarks.asking URL FILE

The file has a path on each line, which begins with the name of a deployment.
"""

import os
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from confaudit.sources.http_target import ApiTarget
from confaudit.transport.client import Client
from confaudit.workflows.snapshot import PARALLEL


def ask(url: str, paths: list[str]) -> None:
    """Ask one deployment."""
    with Client(ApiTarget(url, token=os.environ["CODER_SESSION_TOKEN"])) as client:
        for path in paths:
            client.get(path)


def main(url: str, file: Path) -> None:
    wanted: dict[str, list[str]] = defaultdict(list)
    for line in file.read_text().splitlines():
        name, _, path = line.lstrip("/").partition("/")
        wanted[name].append(path)
    with ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(ask, (f"{url}/{name}" for name in wanted), wanted.values()))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
