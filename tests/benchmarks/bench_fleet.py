"""What a fleet costs: 500 deployments, 10,000 commits, and a look-alike of Coder for each.

    python tests/benchmarks/bench_fleet.py [FOLDER]

A repository of `fleet` in the folder is used if there is one, else one is built, which takes two
minutes; it is only read, and snapshots are taken in a copy. Wall time and processor time of whole
processes with all their children, once each; memory is that of the largest of them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fleet import DEPLOYMENTS, Fleet, build, configuration, names

CONFAUDIT = str(Path(sys.executable).with_name("confaudit"))
CHANGED = 20
READERS = {
    "log": ("log",),
    "log again": ("log",),
    "log of one": ("log", "-d", "d250"),
    "blame of one": ("blame", "-d", "d250"),
    "status": ("status", "--offline"),
    "check": ("check",),
    "compare": ("compare",),
    "export": ("export", "--sqlite", "{}/fleet.sqlite"),
}


class Cost(NamedTuple):
    seconds: float
    cpu_seconds: float
    mebibytes: float


def run(folder: Path, *arguments: str, **environ: str) -> Cost:
    """One command, whose output goes nowhere."""
    began = time.monotonic()
    with subprocess.Popen(
        (CONFAUDIT, *arguments),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **environ},
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    used = usage.ru_utime + usage.ru_stime
    return Cost(time.monotonic() - began, used, usage.ru_maxrss / 1024)


def tell(what: str, cost: Cost, deployments: int = 0) -> None:
    each = f", {1000 * cost.cpu_seconds / deployments:.0f} ms a deployment" if deployments else ""
    sys.stdout.write(
        f"{what:22} {cost.seconds:6.2f} s, of processors {cost.cpu_seconds:6.2f} s{each},"
        f" {cost.mebibytes:.0f} MiB\n"
    )
    sys.stdout.flush()


def snapshots(folder: Path) -> None:
    """All of which all changed, none, and a few."""
    fleet = names(DEPLOYMENTS)
    with Fleet(fleet) as server:
        text = configuration(fleet, f"{server.url}/{{}}", "CODER_SESSION_TOKEN")
        (folder / "confaudit.yaml").write_text(text)
        known = {"CODER_SESSION_TOKEN": server.token}
        tell("snapshot, all changed", run(folder, "snapshot", **known), DEPLOYMENTS)
        tell("snapshot, unchanged", run(folder, "snapshot", **known), DEPLOYMENTS)
        server.hours |= dict.fromkeys(fleet[:CHANGED], 9)
        tell(f"snapshot, {CHANGED} changed", run(folder, "snapshot", **known), DEPLOYMENTS)


def main(folder: Path) -> None:
    if not (folder / ".git").exists():
        build(folder)
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "repository"
        shutil.copytree(folder, copy)
        snapshots(copy)
        shutil.rmtree(folder / ".git/confaudit", ignore_errors=True)
        for name, words in READERS.items():
            tell(name, run(folder, *(word.format(place) for word in words)))


if __name__ == "__main__":
    if sys.argv[1:]:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(Path(place) / "repository")
