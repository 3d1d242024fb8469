"""What processes cost, in turns."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
_NOT_OURS: Final = ("CODER_", "CONFAUDIT_", "GIT_", "PYTHONDONTWRITEBYTECODE")
"""What would make a process do other work than it does for a user, or compile itself each time."""
_SOMEBODY: Final = {
    f"GIT_{role}_{what}": text
    for role in ("AUTHOR", "COMMITTER")
    for what, text in (("NAME", "Ann"), ("EMAIL", "ann@example.com"))
}


class Cost(NamedTuple):
    """What one run took, in seconds."""

    cpu: float
    """Of all processors, that of the processes that it started and waited for among them."""
    wall: float


@dataclass(frozen=True, eq=False)
class Job:
    """A process to run. Two jobs that look the same are two all the same."""

    command: Sequence[str | Path]
    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], object] = lambda: None
    """What comes before each run, and does not count."""
    is_told: bool = False
    """Whether it says itself what the part cost that counts, as JSON on standard output."""
    told: dict[str, float] = field(default_factory=dict)
    """What it said in its last run."""

    def run(self) -> Cost:
        """Run it once; what else it writes goes nowhere.

        Raises:
            SystemExit: it ended otherwise than with 0, or 1 for what it found.
        """
        self.prepare()
        began = time.monotonic()
        with self._started() as process:
            said = process.stdout.read() if process.stdout else b"{}"
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(map(str, self.command))} ended with {process.returncode}")
        self.told.update(json.loads(said))
        used = Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began)
        return Cost(self.told["cpu"], self.told["wall"]) if self.is_told else used

    def _started(self) -> subprocess.Popen[bytes]:
        kept = {name: v for name, v in os.environ.items() if not name.startswith(_NOT_OURS)}
        return subprocess.Popen(
            self.command,
            cwd=self.folder,
            env={**kept, **_SOMEBODY, "PYTHONPATH": str(ROOT), **self.environ},
            stdout=subprocess.PIPE if self.is_told else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def take_turns(jobs: Iterable[Job], rounds: int) -> dict[Job, list[Cost]]:
    """What each job took in each round; a slow moment hits all.

    One more round comes first and only warms up, unless it is all there is.
    """
    costs: dict[Job, list[Cost]] = {job: [] for job in jobs}
    for _ in range(rounds + 1):
        for job, taken in costs.items():
            taken.append(job.run())
    return {job: taken[1:] or taken for job, taken in costs.items()}
