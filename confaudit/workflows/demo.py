"""The main jobs on embedded data: a Coder look-alike, three snapshots over HTTP, diff and audits.

Or the look-alike alone, for whoever wants to do all of that by hand.
"""

import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from confaudit.configfile import Configuration, Loaded
from confaudit.core.changes.selection import Selection
from confaudit.core.model import Cause
from confaudit.core.report.report import Report
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import ENVIRONMENT, DeploymentState, environment, states
from confaudit.demo.storyteller import Storyteller
from confaudit.errors import ConfigError
from confaudit.render import RenderOptions, render
from confaudit.workflows.clock import Clock
from confaudit.workflows.diff import compare
from confaudit.workflows.init import init
from confaudit.workflows.lint import lint
from confaudit.workflows.operator_files import GivenFiles
from confaudit.workflows.setup import Setup
from confaudit.workflows.snapshot import Outcome, take
from confaudit.workflows.upgrade import UpgradeRequest, upgrade
from confaudit.workflows.write import write_text

DEPLOYMENT: Final = "prod"
WHOLE: Final = ("HEAD~2", "HEAD")
"""From the first snapshot to the last."""
BY_PEOPLE: Final = Selection(frozenset({Cause.OPERATOR, Cause.UNKNOWN}))
RELEASE: Final = "2.34.5"
"""What the story upgrades to."""


class Scene(Struct, frozen=True):
    """A job, how a user would ask for it, and what comes of it."""

    sentence: str
    command: str
    """What a user would type."""
    report: Report
    format: str
    page: Path | None = None
    """Where all of it stands as a page."""
    has_marks: bool = False
    """Whether it marks changes by their kind."""


class DemoOutcome(Struct, frozen=True):
    """What the demo made."""

    folder: Path
    outcomes: tuple[Outcome, ...]
    scenes: tuple[Scene, ...]


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
    write_text(folder / ENVIRONMENT, environment())
    return DemoOutcome(folder, tuple(outcomes), tuple(_scenes(setup, folder)))


def _scenes(setup: Setup, folder: Path) -> Iterator[Scene]:
    """What can be asked of the snapshots and the file, in the order of the story."""
    repo, file = shlex.quote(str(folder)), folder / ENVIRONMENT
    causes = " ".join(f"--cause {cause}" for cause in sorted(BY_PEOPLE.causes))
    yield Scene(
        "What people changed, from the first snapshot to the last:",
        f"confaudit diff --repo {repo} {' '.join(WHOLE)} {causes}",
        compare(setup, WHOLE, selection=BY_PEOPLE),
        "text",
        _page(folder / "report.html", compare(setup, WHOLE)),
        has_marks=True,
    )
    audit = upgrade(setup, UpgradeRequest(RELEASE, snapshot="HEAD~1"))
    yield Scene(
        "What an audit would have said before that upgrade:",
        f"confaudit upgrade --repo {repo} HEAD~1 --to {RELEASE} --format concise",
        audit,
        "concise",
        _page(folder / "upgrade.html", audit),
    )
    yield Scene(
        "What is wrong in the file that starts the server:",
        f"confaudit lint {shlex.quote(str(file))} --version {RELEASE} --format concise",
        lint(setup, GivenFiles([file]), RELEASE),
        "concise",
    )


def _page(path: Path, report: Report) -> Path:
    write_text(path, render(report, "html", RenderOptions()))
    return path


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
