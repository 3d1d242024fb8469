"""A snapshot every second of a server that keeps changing, for as long as one likes.

    python -m tests.soak [SECONDS]

prints once a minute how much memory a run takes and how large the repository is, and in the end
whether every change is there.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import DeploymentState, states
from tests.writers import COMMAND, environment, git, say

_OPTION: Final = "session-duration"
_HOUR: Final = 3_600_000_000_000
_A_MINUTE: Final = 60
_CHANGES: Final = 3
"""One snapshot of so many finds something new."""


class Measured(Struct, frozen=True):
    """What a run left behind."""

    number: int
    memory: int
    """Peak of this run, or of a larger one before it, in KiB."""
    size: int
    """Of the folder .git, in KiB."""


class Soak(Struct, frozen=True):
    """What became of all runs."""

    exits: frozenset[int]
    values: tuple[int, ...]
    """What each commit has for the option, the oldest first."""
    expected: tuple[int, ...]
    fsck: str
    measured: tuple[Measured, ...]
    complaints: tuple[str, ...]


def soak(folder: Path, seconds: float, pause: float = 1.0) -> Soak:
    """Take snapshots for so many seconds."""
    repo = folder / "repo"
    git(folder, "init", "-q", "-b", "main", str(repo))
    with LoopbackCoder(states()[0]) as server:
        runs = [*_runs(repo, server, seconds, pause)]
    values = [_value(repo, commit) for commit in git(repo, "rev-list", "--reverse", "HEAD").split()]
    return Soak(
        exits=frozenset(run.returncode for run, _ in runs),
        values=tuple(values),
        expected=tuple(range(1, (len(runs) - 1) // _CHANGES + 2)),
        fsck=git(repo, "fsck", "--no-dangling", "--no-progress"),
        measured=tuple(measured for _, measured in runs),
        complaints=tuple(run.stderr for run, _ in runs if run.stderr),
    )


def _runs(
    repo: Path, server: LoopbackCoder, seconds: float, pause: float
) -> Iterator[tuple[subprocess.CompletedProcess[str], Measured]]:
    own = environment() | {"CODER_URL": server.url, "CODER_SESSION_TOKEN": server.token}
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        begun = time.monotonic()
        server.serve(_state(number // _CHANGES + 1))
        command = (COMMAND, "snapshot", "prod", "--repo", str(repo), "--no-config")
        done = subprocess.run(command, capture_output=True, text=True, env=own, check=False)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        yield done, Measured(number, memory, _size(repo / ".git"))
        number += 1
        time.sleep(max(0.0, pause - (time.monotonic() - begun)))


def _state(hours: int) -> DeploymentState:
    """The server with an option set to so many hours."""
    first = states()[0]
    payload: Any = json.loads(json.dumps(first.payload))
    option = next(one for one in payload["options"] if one["flag"] == _OPTION)
    option |= {"value": hours * _HOUR, "value_source": "env"}
    return replace(first, payload=payload)


def _value(repo: Path, commit: str) -> int:
    told = json.loads(git(repo, "show", f"{commit}:deployments/prod/settings.json"))
    return int(told["settings"][_OPTION]["value"]) // _HOUR


def _size(folder: Path) -> int:
    paths = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return sum(path.lstat().st_blocks for path in paths if path.exists()) // 2


def main(seconds: float = 3600.0) -> int:
    with tempfile.TemporaryDirectory() as folder:
        found = soak(Path(folder), seconds)
    for one in found.measured[::_A_MINUTE]:
        say(f"run {one.number}: {one.memory:,} KiB of memory, {one.size:,} KiB in .git")
    say(f"{len(found.measured)} runs, exits {sorted(found.exits)}, fsck: {found.fsck or 'clean'}")
    say(f"{len(found.values)} commits of {len(found.expected)} changes")
    for said in sorted({*found.complaints}):
        say(f"  said: {said}")
    is_well = found.exits == {0} and found.values == found.expected and not found.fsck
    return int(not is_well)


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
