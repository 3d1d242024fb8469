"""Rows of snapshots: of one deployment, of a fleet, and what they leave in the repository."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from confaudit.demo.story import Response
from tests.benchmarks.data import Data
from tests.benchmarks.jobs import confaudit, module, shell
from tests.benchmarks.rows import Amount, Ratio, Row, Seconds
from tests.benchmarks.timing import Job
from tests.fleet import Fleet, configuration, names

_TOKEN: Final = "CODER_SESSION_TOKEN"
_PIPELINE: Final = (
    'curl -sf -H "Coder-Session-Token: $CODER_SESSION_TOKEN" "$URL" | jq -S . > config.json'
    " && git add config.json && { git diff --cached --quiet || git commit -qm snapshot; }"
)
_AT_ONCE: Final = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "gc.autoDetach",
    "GIT_CONFIG_VALUE_0": "false",
}
"""Have git tidy up before it ends, not in the background."""
_PATH: Final = "api/v2/deployment/config"


class _Heard(Fleet):
    """A fleet that knows what it was asked."""

    def __init__(self, fleet: Sequence[str]) -> None:
        super().__init__(fleet)
        self.asked: list[str] = []

    def answer(self, path: str, token: str | None) -> Response:
        self.asked.append(path)
        return super().answer(path, token)

    def change(self, deployments: Sequence[str]) -> None:
        """Have sessions of some last longer than before."""
        for name in deployments:
            self.hours[name] += 1

    def write_asked(self, file: Path) -> None:
        """Tell what was asked since `asked` was cleared."""
        file.write_text("\n".join(self.asked))


def _set_up(server: Fleet, fleet: Sequence[str], folder: Path) -> Job:
    """Have a folder take snapshots of a fleet; its first run records all of them."""
    if not folder.exists():
        _init(folder)
    text = configuration(fleet, f"{server.url}/{{}}", _TOKEN)
    (folder / "confaudit.yaml").write_text(text)
    token = {_TOKEN: server.token}
    return confaudit(folder, "snapshot", "--config", "confaudit.yaml", **token)


def _init(folder: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)


@contextmanager
def snapshot(_: Data, folder: Path) -> Iterator[list[Row]]:
    """One deployment, against a pipeline that asks less, checks nothing and removes no secret."""
    ours, theirs = folder / "ours", folder / "theirs"
    with _Heard(["prod"]) as server:
        unchanged = _set_up(server, ["prod"], ours)
        changed = replace(unchanged, prepare=lambda: server.change(["prod"]))
        _init(theirs)
        needs = ("curl", "jq", "git")
        known = {_TOKEN: server.token, "URL": f"{server.url}/prod/{_PATH}"}
        plain = shell(theirs, _PIPELINE, needs, known)
        again = shell(theirs, _PIPELINE, needs, known)
        yield [
            Ratio("`snapshot`, changed ÷ `curl \\| jq -S \\| git`", 5, changed, plain),
            Ratio("`snapshot`, unchanged ÷ `curl \\| jq -S \\| git`", 5, unchanged, again),
        ]


@contextmanager
def fleet(data: Data, folder: Path) -> Iterator[list[Row]]:
    """Many deployments, less what it takes to ask them the same and to forget the answers."""
    repository, asked = folder / "repository", folder / "asked"
    shutil.copytree(data.fleet(), repository)
    everybody = names(data.scale.deployments)
    few = everybody[: data.scale.fleet_changed]
    with _Heard(everybody) as server:
        first = _set_up(server, everybody, repository)
        unchanged = replace(first, prepare=server.asked.clear)
        changed = replace(unchanged, prepare=lambda: server.change(few))
        asking = module(folder, "asking", server.url, asked)
        asking = replace(
            asking,
            environ={_TOKEN: server.token},
            prepare=lambda: server.write_asked(asked),
        )
        many = "`snapshot` of 500"
        yield [
            Seconds(f"{many}, unchanged, answers at hand", 5, unchanged, asking),
            Seconds(f"{many}, 20 changed, answers at hand", 7, changed, asking),
        ]


@contextmanager
def repository(data: Data, folder: Path) -> Iterator[list[Row]]:
    """What lies on the disk, once the tool itself has tidied up."""
    place = folder / "repository"

    def measure() -> float:
        shutil.copytree(data.kept(), place)
        _loosen(place)
        with Fleet(["prod"]) as server:
            snapshot = _set_up(server, ["prod"], place)
            replace(snapshot, environ={**snapshot.environ, **_AT_ONCE}).run()
        return sum(file.stat().st_size for file in (place / ".git").rglob("*")) / 1e6

    yield [Amount("repository of 10,000 snapshots, 1 in 5 changed", 12, "MB", measure)]


def _loosen(place: Path) -> None:
    """Have every object lie by itself, as commits leave it."""
    packs = place / ".git" / "packs"
    (place / ".git/objects/pack").rename(packs)
    for pack in packs.glob("*.pack"):
        with pack.open("rb") as stream:
            command = ["git", "-C", place, "unpack-objects", "-q"]
            subprocess.run(command, stdin=stream, check=True)
    shutil.rmtree(packs)
