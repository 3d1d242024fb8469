"""Rows of what reads a history, against git's own and against reading all of it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.data import Data
from tests.benchmarks.jobs import confaudit, module, peer
from tests.benchmarks.memory import most
from tests.benchmarks.rows import Amount, Ratio, Row
from tests.long_history import FOLDER

_LOG = ("log", "-d", "prod")


@contextmanager
def history(data: Data, folder: Path) -> Iterator[list[Row]]:
    """10,000 commits, each a snapshot with one to five numbers edited.

    What the first `log` finds is kept for all after it, so that jobs come in the order of rows. The
    one option was never set to anything else, which takes longest.
    """
    repository = folder / "repository"
    shutil.copytree(data.long(), repository)
    log, again = (confaudit(repository, *_LOG) for _ in "12")
    log = replace(log, prepare=lambda: _forget(repository))
    reading = module(repository, "reading", FOLDER)
    git_log = peer(repository, "git", "log", "-p", "-U0", "--format=%H", "--", FOLDER)
    git_blame = peer(repository, "git", "blame", "-s", "HEAD", "--", f"{FOLDER}/settings.json")
    blame = confaudit(repository, "blame", "-d", "prod")
    of_one = confaudit(repository, "blame", "-d", "prod", "access-url")
    yield [
        Ratio("`log` ÷ parsing each file once", 0.7, log, reading),
        Ratio("`log` ÷ `git log -p -U0`", 1.3, log, git_log),
        Ratio("`log` again ÷ parsing each file once", 0.15, again, reading),
        Ratio("`blame` ÷ `git blame`", 2, blame, git_blame),
        Ratio("`blame` of one option ÷ `git blame`", 1, of_one, git_blame),
        Amount("memory of `log`", 80, "MiB", lambda: _first(repository)),
    ]


def _forget(repository: Path) -> None:
    shutil.rmtree(repository / ".git" / "confaudit", ignore_errors=True)


def _first(repository: Path) -> float:
    _forget(repository)
    return most(repository, *_LOG)
