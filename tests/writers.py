"""Several machines, or processes, that take snapshots and push them at the same time.

    python -m tests.writers [WRITERS [SNAPSHOTS]]

runs the real command in as many processes, first in a clone for each, then all in one repository,
and prints what became of it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from msgspec import Struct

COMMAND: Final = str(Path(sys.executable).with_name("confaudit"))


class Race(Struct, frozen=True):
    """What became of the snapshots."""

    exits: Counter[int]
    """How often each exit code came."""
    recorded: Counter[str]
    """The commits of each deployment on the remote's branch."""
    fsck: str
    """What `git fsck` complains about, of all repositories; empty for nothing."""
    locks: tuple[str, ...]
    """Files of locks that were left."""
    seconds: float
    complaints: tuple[str, ...] = ()
    """What the commands said on standard error."""


def race(folder: Path, writers: int, snapshots: int, *, in_clones: bool) -> Race:
    """Let writers take snapshots, each of its own deployment, and push them to one remote."""
    hub = folder / "hub.git"
    git(folder, "init", "-q", "--bare", "-b", "main", str(hub))
    places = [folder / f"clone-{n}" for n in range(writers)] if in_clones else [folder / "shared"]
    for place in places:
        git(folder, "init", "-q", "-b", "main", str(place))
        git(place, "remote", "add", "origin", str(hub))
    began = time.monotonic()
    with ThreadPoolExecutor(writers) as pool:
        jobs = [
            pool.submit(_write, folder, places[n % len(places)], f"d{n}", snapshots)
            for n in range(writers)
        ]
        done = [one for job in jobs for one in job.result()]
    seconds = time.monotonic() - began
    told = git(hub, "log", "--format=%(trailers:key=Confaudit-Deployment,valueonly,separator=)")
    repositories = (hub, *places)
    return Race(
        exits=Counter(one.returncode for one in done),
        recorded=Counter(filter(None, told.split("\n"))),
        fsck="".join(git(one, "fsck", "--no-dangling", "--no-progress") for one in repositories),
        locks=tuple(
            str(path)
            for one in repositories
            for path in one.rglob("*.lock")
            if path.stat().st_size or path.name != "confaudit.lock"
        ),
        seconds=seconds,
        complaints=tuple(one.stderr for one in done if one.stderr),
    )


def _write(
    folder: Path, place: Path, name: str, snapshots: int
) -> Sequence[subprocess.CompletedProcess[str]]:
    source = folder / f"{name}.json"
    found = []
    for number in range(snapshots):
        source.write_text(json.dumps(payload(number)))
        command = (COMMAND, "snapshot", name, "--from", str(source), "--push", "--repo", str(place))
        found.append(
            subprocess.run(
                (*command, "--no-config"),
                capture_output=True,
                text=True,
                env=environment(),
                check=False,
            )
        )
    return found


def payload(number: int) -> dict[str, object]:
    """An answer of Coder's API with one option, another one each time."""
    option = {
        "name": "Session Duration",
        "flag": "session-duration",
        "env": "CODER_SESSION_DURATION",
        "value": (number + 1) * 3_600_000_000_000,
        "value_source": "env",
    }
    return {"config": {}, "options": [option]}


def environment() -> dict[str, str]:
    """That of a person, whose git is known."""
    own = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "CODER_"))
    }
    who = {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ann",
        "GIT_AUTHOR_EMAIL": "ann@x.example",
    }
    return own | who


def git(folder: Path, *arguments: str) -> str:
    """What git prints, standard error included."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
        check=True,
    )
    return done.stdout.rstrip("\n")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(writers: int = 8, snapshots: int = 25) -> None:
    for in_clones in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            found = race(Path(folder), writers, snapshots, in_clones=in_clones)
        where = "in clones" if in_clones else "in one repository"
        say(f"{writers} writers {where}, {snapshots} snapshots each, {found.seconds:.0f} s:")
        say(f"  exits {dict(found.exits)}, commits on the remote {found.recorded.total()}")
        say(f"  fsck: {found.fsck or 'clean'}; locks left: {len(found.locks)} {found.locks}")
        for said in sorted({*found.complaints}):
            say(f"  said: {said}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
