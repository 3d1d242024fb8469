"""The story of the sample deployment: what its server answers at three moments.

Knows the layout of `samples/prod`; nothing of HTTP.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any, ClassVar, Final, NamedTuple

from confaudit.core.model import Json
from confaudit.demo import wire
from confaudit.reticent import Reticent

ENVIRONMENT: Final = "coder.env"
"""The file that the server is started with in the end."""


class Response(NamedTuple):
    """What an endpoint answers: HTTP status and JSON body."""

    status: int
    body: Json


class DeploymentState(Reticent, frozen=True):
    """The deployment at one moment, as an Auditor sees it."""

    unsaid: ClassVar = frozenset({"payload", "answers"})

    title: str
    """What happened, in a few words that fit after "prod: "."""
    taken_at: datetime
    """When the demo takes its snapshot (aware)."""
    version: str
    """Build version as the server itself says it: `v2.33.0+b7e41d0`."""
    payload: Mapping[str, Json]
    """Answer of `deployment/config`, NOT redacted."""
    answers: Mapping[str, Response]
    """The other endpoints the server knows, by path below `/api/v2/`."""


def states() -> tuple[DeploymentState, ...]:
    """First snapshot, an operator's changes, an upgrade: each state builds on the one before."""
    chosen: dict[str, wire.Option] = {}
    answers = _answers(_load("endpoints.json"))
    found = []
    for name in ("state-1.json", "state-2.json", "state-3.json"):
        chapter = _load(name)
        chosen = {flag: s for flag, s in chosen.items() if flag not in chapter["unset"]}
        chosen |= chapter["set"]
        answers = answers | _answers(chapter["answers"])
        found.append(_state(chapter, chosen, answers))
    return tuple(found)


def _state(
    chapter: Mapping[str, Any], chosen: Mapping[str, wire.Option], answers: Mapping[str, Response]
) -> DeploymentState:
    build: Any = answers["buildinfo"].body
    return DeploymentState(
        title=chapter["title"],
        taken_at=datetime.fromisoformat(chapter["taken_at"]),
        version=build["version"],
        payload=wire.payload(_load(f"release-{chapter['release']}.json"), chosen),
        answers=answers,
    )


def _answers(listed: Mapping[str, Any]) -> dict[str, Response]:
    return {endpoint: Response(**answer) for endpoint, answer in listed.items()}


def environment() -> str:
    """What stands in `ENVIRONMENT`."""
    return _text(ENVIRONMENT)


def _load(name: str) -> dict[str, Any]:
    sample: dict[str, Any] = json.loads(_text(name))
    return sample


def _text(name: str) -> str:
    return files("confaudit.samples").joinpath("prod", name).read_text(encoding="utf-8")
