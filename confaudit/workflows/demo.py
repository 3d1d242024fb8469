"""The main job on embedded data: a Coder look-alike, three snapshots over HTTP, diff and report.

Or the look-alike alone, for whoever wants to do all of that by hand.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from confaudit.configfile import Configuration, Loaded
from confaudit.core.report.report import Report
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import DeploymentState, states
from confaudit.demo.storyteller import Storyteller
from confaudit.errors import ConfigError
from confaudit.render import RenderOptions, render
from confaudit.workflows.clock import Clock
from confaudit.workflows.diff import compare
from confaudit.workflows.init import init
from confaudit.workflows.setup import Setup
from confaudit.workflows.snapshot import Outcome, take
from confaudit.workflows.write import write_text

DEPLOYMENT: Final = "prod"


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """What the demo made."""

    folder: Path
    page: Path
    outcomes: tuple[Outcome, ...]
    operator: Report
    """From the first snapshot to the second: what a person did."""


def tell(folder: Path, watch: Callable[[DeploymentState, Outcome], None]) -> DemoOutcome:
    """Play the story into a new folder; nothing is left running.

    Raises:
        ConfigError: the folder holds something already, or the environment orders no time.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is not empty", "name a new folder: --output DIR")
    clock = Clock.of(os.environ)
    init(folder, DEPLOYMENT, "https://coder.example.com", clock)
    story = states()
    with LoopbackCoder(story[0], clock.now()) as coder:
        setup = _setup(folder, coder, clock)
        outcomes: list[Outcome] = []
        for state in story:
            coder.serve(state)
            outcomes += take(setup, [DEPLOYMENT], lock_timeout=10, at=state.taken_at)
            watch(state, outcomes[-1])
    page = folder / "report.html"
    whole = compare(setup, ("HEAD~2", "HEAD"))
    write_text(page, render(whole, "html", RenderOptions()))
    return DemoOutcome(folder, page, tuple(outcomes), compare(setup, ("HEAD~2", "HEAD~1")))


def _setup(folder: Path, coder: LoopbackCoder, clock: Clock) -> Setup:
    """As if the environment named the look-alike; whatever the user has set up stays out of it."""
    return Setup(
        loaded=Loaded(Configuration(), folder / "confaudit.yaml", frozenset()),
        repo=folder,
        timeout=10.0,
        retries=0,
        url=coder.url,
        allow_http=True,
        environ={"CODER_SESSION_TOKEN": coder.token},
        clock=clock,
    )


@contextmanager
def serving(port: int, watch: Callable[[str, str], None]) -> Iterator[Storyteller]:
    """A look-alike on loopback that tells the story from its beginning; see `Storyteller`.

    Raises:
        ConfigError: the port cannot be had, or the environment orders no time.
    """
    try:
        coder = Storyteller(states(), port, Clock.of(os.environ).now(), watch)
    except OSError as error:
        raise ConfigError(
            f"port {port} cannot be listened at: {(error.strerror or '').lower()}",
            "name another one: --port PORT",
        ) from None
    with coder:
        yield coder
