"""The commands that are measured: ours, our helpers', and the peers' where they are."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.benchmarks.timing import Job

_HERE: Final = Path(sys.executable).parent
CONFAUDIT: Final = _HERE / "confaudit"
_JSONDIFFPATCH: Final = "jsondiffpatch@0.7"


def confaudit(folder: Path, *arguments: str | Path, **environ: str) -> Job:
    """A command of ours."""
    return Job((CONFAUDIT, *arguments), folder, environ)


def python(folder: Path, code: str) -> Job:
    """Python, with a line of code."""
    return Job((sys.executable, "-c", code), folder)


def module(folder: Path, name: str, *arguments: str | Path, told: bool = False) -> Job:
    """A module of this package as a program."""
    command = (sys.executable, "-m", f"tests.benchmarks.{name}", *arguments)
    return Job(command, folder, is_told=told)


def peer(folder: Path, program: str, *arguments: str | Path) -> Job | None:
    """Another's command, beside our Python or on the path."""
    found = shutil.which(program, path=_HERE) or shutil.which(program)
    return Job((found, *arguments), folder) if found else None


def shell(
    folder: Path, script: str, needs: tuple[str, ...], environ: Mapping[str, str]
) -> Job | None:
    """A pipeline of others' commands."""
    if all(map(shutil.which, needs)):
        return Job(("sh", "-c", script), folder, environ)
    return None


def jsondiffpatch(cache: Path, folder: Path, *arguments: str | Path) -> Job | None:
    """The program of npm, from the path or as `fetch_jsondiffpatch` left it."""
    found = shutil.which("jsondiffpatch", path=_programs(cache))
    return Job((found, *arguments), folder) if found else peer(folder, "jsondiffpatch", *arguments)


def fetch_jsondiffpatch(cache: Path) -> None:
    """Have npm bring it into the cache, if there is npm and nobody has it yet."""
    npm = shutil.which("npm")
    if npm and jsondiffpatch(cache, cache) is None:
        command = [npm, "install", "--silent", "--prefix", cache / "npm", _JSONDIFFPATCH]
        (cache / "npm").mkdir()
        subprocess.run(command, stdout=subprocess.DEVNULL)


def _programs(cache: Path) -> Path:
    return cache / "npm/node_modules/.bin"
