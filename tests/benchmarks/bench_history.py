"""What the history costs as whole processes, against git's own and against reading all of it.

    python tests/benchmarks/bench_history.py [FOLDER]

10,000 commits, each a snapshot with one to five numbers edited; a repository of `long_history` in
the folder is used if there is one, else one is built, which takes two minutes. Wall time of whole
processes, and their CPU time with that of git, which tells more where others work; the median of
rounds that take turns. Memory is Python's own, without git's.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.long_history import FOLDER, build

ROUNDS = 7
CONFAUDIT = str(Path(sys.executable).with_name("confaudit"))
LOG = (CONFAUDIT, "log", "-d", "prod")
BLAME = (CONFAUDIT, "blame", "-d", "prod")
READ_ALL = (sys.executable, __file__, "--read-all")
GIT_LOG = ("git", "log", "-p", "-U0", "--format=%H", "--", FOLDER)
GIT_BLAME = ("git", "blame", "-s", "HEAD", "--", f"{FOLDER}/settings.json")


class Run(NamedTuple):
    seconds: float
    cpu: float
    """Seconds, those of the processes that it started among them."""


def run(folder: Path, command: Sequence[str]) -> Run:
    """One process, whose output goes nowhere."""
    began = time.monotonic()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Run(time.monotonic() - began, usage.ru_utime + usage.ru_stime)


def peak(folder: Path, command: Sequence[str]) -> float:
    """The most memory of Python that a command takes, in MiB; Linux tells it."""
    measuring = (sys.executable, __file__, "--peak", *command[1:])
    done = subprocess.run(
        measuring, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True
    )
    return int(done.stderr.split()[-1]) / 1024


def tell_peak() -> None:
    """Run confaudit in this process, then write its peak in KiB to standard error."""
    from confaudit.cli.main import run

    run(sys.argv[2:])
    (line,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    sys.stderr.write(line)


def read_all() -> None:
    """Read and parse each distinct file of the snapshots once: one log, one reader of objects."""
    raw = ("--raw", "--no-abbrev", "--no-renames", "-z", "--format=%H")
    log = subprocess.run(["git", "log", *raw, "--", FOLDER], capture_output=True, check=True).stdout
    found = re.findall(rb":\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) \w", log)
    ids = [one for one in dict.fromkeys(sum(found, ())) if one.strip(b"0")]
    reader = subprocess.Popen(
        ["git", "cat-file", "--batch", "--buffer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    asked, answers = reader.stdin, reader.stdout
    if asked is None or answers is None:
        raise SystemExit("no pipes")
    writer = threading.Thread(
        target=lambda: (asked.write(b"".join(one + b"\n" for one in ids)), asked.close())
    )
    writer.start()
    for _ in ids:
        size = int(answers.readline().split()[2])
        json.loads(answers.read(size + 1))
    writer.join()
    reader.wait()


def forget(folder: Path) -> None:
    shutil.rmtree(folder / ".git" / "confaudit", ignore_errors=True)


def measure(folder: Path) -> dict[str, list[Run]]:
    """Each job, in turns; the log once without what it remembers, then with it."""
    jobs = {
        "read all": READ_ALL,
        "git log": GIT_LOG,
        "git blame": GIT_BLAME,
        "log": LOG,
        "log again": LOG,
        "blame": BLAME,
        "blame one": (*BLAME, "session-duration"),
        "blame oldest": (*BLAME, "access-url"),
        "blame anew": BLAME,
        "blame oldest anew": (*BLAME, "access-url"),
    }
    found: dict[str, list[Run]] = {name: [] for name in jobs}
    for _ in range(ROUNDS + 1):
        for name, command in jobs.items():
            if name == "log" or name.endswith("anew"):
                forget(folder)
            found[name].append(run(folder, command))
    return {name: runs[1:] for name, runs in found.items()}


RATIOS = (
    ("log ÷ reading all", "log", "read all", 0.7),
    ("log ÷ git log -p -U0", "log", "git log", 1.3),
    ("log again ÷ reading all", "log again", "read all", 0.15),
    ("log again ÷ git log -p -U0", "log again", "git log", 1.3),
    ("blame ÷ git blame", "blame", "git blame", 2.0),
    ("blame of one, set lately ÷ git blame", "blame one", "git blame", 1.0),
    ("blame of one, as it always was ÷ git blame", "blame oldest", "git blame", 1.0),
    ("blame, no log kept ÷ git blame", "blame anew", "git blame", 2.0),
    ("the same, of one as it always was", "blame oldest anew", "git blame", 1.0),
)
MOST_MEBIBYTES = 80


def main(folder: Path) -> None:
    if not (folder / ".git").exists():
        build(folder)
    found = measure(folder)
    for name, one, other, goal in RATIOS:
        pairs = [*zip(found[one], found[other], strict=True)]
        ratio = median(mine.seconds / theirs.seconds for mine, theirs in pairs)
        cpu = median(mine.cpu / theirs.cpu for mine, theirs in pairs)
        met = "met" if ratio <= goal else "NOT met"
        sys.stdout.write(f"{name:44} {ratio:6.2f}   CPU {cpu:6.2f}   goal {goal:4}   {met}\n")
    for name, runs in found.items():
        seconds, cpu = (median(getattr(run, one) for run in runs) for one in Run._fields)
        sys.stdout.write(f"{name:18} {seconds:6.2f} s, {cpu:6.2f} s of CPU\n")
    forget(folder)
    for name, command in (("log", LOG), ("log again", LOG), ("log as JSON", (*LOG, "-f", "json"))):
        sys.stdout.write(f"{name:18} {peak(folder, command):4.0f} MiB, goal {MOST_MEBIBYTES}\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--read-all"]:
        read_all()
    elif sys.argv[1:2] == ["--peak"]:
        tell_peak()
    elif sys.argv[1:]:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(Path(place) / "repository")
