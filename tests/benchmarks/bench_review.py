"""What `confaudit review` costs as a whole process, against what it rests on.

    python tests/benchmarks/bench_review.py

A thousand commits lie between the two revisions, and three files differ. The budget is 2.5 times
`git diff` of the same range plus one audit: user and system CPU of whole processes, children
included, median of rounds that take turns.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROUNDS = 9
COMMITS = 1000
COMMAND = str(Path(sys.executable).with_name("confaudit"))
REVIEW = (COMMAND, "review", "--exit-zero", "--no-config", "base..main")
AUDIT = (
    COMMAND,
    "upgrade",
    "--exit-zero",
    "--no-config",
    "--to",
    "2.34.5",
    "--from",
    "2.29.5",
    "-i",
    "prod.yaml",
)
VALUES = """coder:
  image: {{tag: v{version}}}
  env:
    - {{name: CODER_ACCESS_URL, value: "https://coder.example.com"}}
    - {{name: CODER_OIDC_ISSUER_URL, value: "https://id.example.com"}}
    - {{name: CODER_SESSION_DURATION, value: "{hours}h"}}
"""


def history() -> Iterator[str]:
    """A stream for git fast-import: every commit touches a log that sets up nothing."""
    for number in range(COMMITS + 1):
        is_last = number == COMMITS
        yield f"commit refs/heads/main\ncommitter A <a@example.com> {number} +0000\ndata 1\nc\n"
        yield _file("log.txt", f"{number}\n" * 20)
        if number == 0 or is_last:
            version, hours = ("2.34.5", 24) if is_last else ("2.29.5", 8)
            yield _file("prod.yaml", VALUES.format(version=version, hours=hours))
            yield _file("README.md", f"{number}\n")
        if number == 0:
            yield "reset refs/heads/base\nfrom refs/heads/main\n"


def _file(name: str, text: str) -> str:
    return f"M 100644 inline {name}\ndata {len(text)}\n{text}\n"


def seconds(folder: str, *command: str) -> float:
    """CPU of a process and its children."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with status {status}")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
        stream = "".join(history()).encode()
        subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=stream, check=True)
        subprocess.run(["git", "checkout", "-qf", "main"], cwd=folder, check=True)
        jobs = (REVIEW, AUDIT, ("git", "diff", "base..main"))
        rounds = [[seconds(folder, *job) for job in jobs] for _ in range(ROUNDS + 1)]
        review, audit, diff = (median(times) for times in zip(*rounds[1:], strict=True))
    budget = 2.5 * diff + audit
    sys.stdout.write(
        f"review {review:.2f} s; an audit {audit:.2f} s, git diff {diff:.3f} s: "
        f"{review / budget:.2f} of the budget\n"
    )


if __name__ == "__main__":
    main()
