"""A repository of a fleet: 500 deployments, 10,000 commits, each a snapshot that changed.

    python -m tests.fleet FOLDER

Each deployment begins as the sample does, has its own URL, one to five numbers edited at a time,
and an upgrade later on. It takes two minutes, and lies as `git gc` leaves it.
"""

import sys
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from random import Random
from typing import Any, Final

from msgspec.structs import replace

from confaudit.core.model import Json, Setting, Snapshot
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import Response, states
from tests.long_history import COMMITS, chosen_by, commit, edited, file, snapshot_of, write
from tests.story import HOUR

DEPLOYMENTS: Final = 500
_UPGRADED: Final = 0.05
"""How likely it is that a change of a deployment is the upgrade."""


def names(deployments: int) -> tuple[str, ...]:
    """What the deployments are called."""
    return tuple(f"d{number:03}" for number in range(deployments))


def configuration(fleet: Sequence[str], url: str, token_env: str) -> str:
    """The confaudit.yaml of a fleet; `url` has braces for the name of a deployment."""
    rows = (f"  {one}: {{url: {url.format(one)}, token_env: {token_env}}}\n" for one in fleet)
    return "".join(("deployments:\n", *rows))


def build(folder: Path, deployments: int = DEPLOYMENTS, commits: int = COMMITS) -> None:
    """Make the repository in a new folder."""
    write(folder, _stream(names(deployments), commits))


def _stream(fleet: Sequence[str], commits: int) -> Iterator[str]:
    """First one snapshot of each deployment, then of any that changed."""
    chance, first, last = chosen_by(1), snapshot_of(states()[0]), snapshot_of(states()[-1])
    held: dict[str, Snapshot] = {}
    for number in range(commits):
        name = fleet[number] if number < len(fleet) else chance.choice(fleet)
        before = held.get(name)
        held[name] = _changed(before, last, chance) if before else _first(first, name)
        yield from commit(number, held[name])
        if number == 0:
            text = configuration(fleet, "https://{}.example.com", "CODER_SESSION_TOKEN")
            yield file("confaudit.yaml", text)


def _first(snapshot: Snapshot, name: str) -> Snapshot:
    url = replace(snapshot.settings["access-url"], value=f"https://{name}.example.com")
    return replace(snapshot, deployment=name, settings={**snapshot.settings, "access-url": url})


def _changed(before: Snapshot, last: Snapshot, chance: Random) -> Snapshot:
    """The next snapshot: mostly edited, once with the release that the sample ends with."""
    if before.version != last.version and chance.random() < _UPGRADED:
        return _upgraded(before, last)
    return edited(before, chance)


def _upgraded(before: Snapshot, to: Snapshot) -> Snapshot:
    """What was set stays set, where the release still has it."""
    kept: dict[str, Setting] = {key: s for key, s in before.settings.items() if key in to.settings}
    return replace(to, deployment=before.deployment, settings={**to.settings, **kept})


class Fleet(LoopbackCoder):
    """Many deployments at one address, each below its name."""

    def __init__(self, fleet: Sequence[str]) -> None:
        super().__init__(states()[0])
        self.hours = dict.fromkeys(fleet, 8)
        """How long a session lasts, of each."""

    def answer(self, path: str, token: str | None) -> Response:
        """As the deployment whose name the path begins with."""
        name, _, rest = path.lstrip("/").partition("/")
        found = super().answer(f"/{rest}", token)
        if rest != "api/v2/deployment/config" or found.status != HTTPStatus.OK:
            return found
        return Response(found.status, self._own(name))

    def _own(self, name: str) -> dict[str, Json]:
        """The configuration of one, which has its own address and length of sessions."""
        payload: Any = self.state.payload
        own = {
            "access-url": f"https://{name}.example.com",
            "session-duration": self.hours[name] * HOUR,
        }
        options = [{**o, "value": own.get(o["flag"], o.get("value"))} for o in payload["options"]]
        return {**payload, "options": options}


if __name__ == "__main__":
    build(Path(sys.argv[1]))
