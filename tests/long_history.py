"""A repository with a long history: 10,000 commits, each a snapshot that changed.

The snapshots are those of the sample deployment, one to five numbers edited at a time. Packed as
`git gc` leaves it, which is what a cron job comes to.
"""

import random
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from confaudit import catalog
from confaudit.core import tree
from confaudit.core.model import Json, RawDeployment, Setting, Snapshot, ValueSource
from confaudit.core.snapshot.canonical import encode
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from confaudit.demo.story import DeploymentState, states

COMMITS: Final = 10_000
FOLDER: Final = "deployments/prod"
_START: Final = 1_600_000_000
_HOUR: Final = 3600
_NUMBERS: Final = ("int", "duration")


def build(folder: Path, commits: int = COMMITS) -> None:
    """Make the repository in a new folder; takes half a minute."""
    write(folder, _stream(commits))


def write(folder: Path, stream: Iterable[str]) -> None:
    """Make a repository, as `git gc` leaves it, of what git fast-import reads."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    with subprocess.Popen(
        ["git", "-C", str(folder), "fast-import", "--quiet"], stdin=subprocess.PIPE, text=True
    ) as importer:
        if importer.stdin is None:
            raise SystemExit("no pipe")
        importer.stdin.writelines(stream)
    if importer.returncode:
        raise SystemExit("git fast-import failed")
    _git(folder, "repack", "-qadf")
    _git(folder, "commit-graph", "write", "--reachable", "--changed-paths", "--no-progress")
    _git(folder, "checkout", "-qf", "main")


def _git(folder: Path, *command: str) -> None:
    subprocess.run(["git", "-C", str(folder), *command], check=True)


def _stream(commits: int) -> Iterator[str]:
    chance = chosen_by(1)
    snapshot = sample()
    for number in range(commits):
        snapshot = edited(snapshot, chance) if number else snapshot
        yield from commit(number, snapshot)


def commit(number: int, snapshot: Snapshot) -> Iterator[str]:
    """One commit with a snapshot, an hour after the one before it, for git fast-import."""
    message = f"commit {number}\n\nConfaudit-Deployment: {snapshot.deployment}\n"
    yield f"commit refs/heads/main\ncommitter Ann <a@x> {_START + number * _HOUR} +0000\n"
    yield f"data {len(message)}\n{message}"
    for name, text in encode(snapshot).items():
        yield file(f"deployments/{snapshot.deployment}/{name}", text)


def file(path: str, text: str) -> str:
    """A file of the commit before, for git fast-import."""
    return f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"


def chosen_by(seed: int) -> random.Random:
    """The same choices each time."""
    return random.Random(seed)  # noqa: S311 - nothing depends on nobody guessing them


def sample() -> Snapshot:
    """The sample deployment as it is in the end."""
    return snapshot_of(states()[-1])


def snapshot_of(state: DeploymentState) -> Snapshot:
    """The sample deployment at one moment of its story."""
    version = state.version.lstrip("v").partition("+")[0]
    raw = RawDeployment(payload=state.payload, version=version, deployment="prod")
    return normalise(redact(raw), catalog.load(Path("/nonexistent")).nearest(version))


def edited(snapshot: Snapshot, chance: random.Random) -> Snapshot:
    """One to five numbers set to others, in the options and in the config tree."""
    keys = [key for key, one in snapshot.declared.items() if one.type in _NUMBERS]
    settings, config = dict(snapshot.settings), dict(snapshot.config)
    for key in chance.sample(keys, chance.randint(1, 5)):
        value = chance.randrange(1_000_000) * 1_000_000_000
        settings[key] = Setting(value, ValueSource.ENV)
        path = tuple(snapshot.declared[key].json_path.split("."))
        if tree.get(config, path) is not tree.MISSING:
            config = _with(config, path, value)
    return replace(snapshot, settings=settings, config=config)


def _with(config: Mapping[str, Json], path: tuple[str, ...], value: Json) -> dict[str, Json]:
    name, *rest = path
    below = config.get(name)
    inner = _with(below, tuple(rest), value) if rest and isinstance(below, dict) else value
    return {**config, name: inner}
