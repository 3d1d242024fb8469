"""Rows of a review of a pull request, against what it rests on."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.benchmarks import jobs
from tests.benchmarks.data import Data
from tests.benchmarks.rows import Ratio, Row

_AUDIT: Final = "upgrade --exit-zero --no-config --to 2.34.5 --from 2.29.5 -i prod.yaml"
_VALUES: Final = """coder:
  image: {{tag: v{version}}}
  env:
    - {{name: CODER_ACCESS_URL, value: "https://coder.example.com"}}
    - {{name: CODER_OIDC_ISSUER_URL, value: "https://id.example.com"}}
    - {{name: CODER_SESSION_DURATION, value: "{hours}h"}}
"""


@contextmanager
def review(data: Data, folder: Path) -> Iterator[list[Row]]:
    """A thousand commits lie between the two revisions, and three files differ."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    stream = "".join(_history(data.scale.commits // 10)).encode()
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=stream, check=True)
    subprocess.run(["git", "checkout", "-qf", "main"], cwd=folder, check=True)
    ours = jobs.confaudit(folder, "review", "--exit-zero", "--no-config", "base..main")
    parts = f"{jobs.CONFAUDIT} {_AUDIT} && git diff base..main && git diff base..main"
    yield [
        Ratio(
            "`review` ÷ `upgrade` and twice `git diff`",
            1.1,
            ours,
            jobs.shell(folder, parts, ("git",), {}),
        )
    ]


def _history(commits: int) -> Iterator[str]:
    """A stream for git fast-import: every commit touches a log that sets up nothing."""
    for number in range(commits + 1):
        is_last = number == commits
        yield f"commit refs/heads/main\ncommitter A <a@example.com> {number} +0000\ndata 1\nc\n"
        yield _file("log.txt", f"{number}\n" * 20)
        if number == 0 or is_last:
            version, hours = ("2.34.5", 24) if is_last else ("2.29.5", 8)
            yield _file("prod.yaml", _VALUES.format(version=version, hours=hours))
            yield _file("README.md", f"{number}\n")
        if number == 0:
            yield "reset refs/heads/base\nfrom refs/heads/main\n"


def _file(name: str, text: str) -> str:
    return f"M 100644 inline {name}\ndata {len(text)}\n{text}\n"
