"""How the deployments stand: known from git, from notes beside it, and from the remote alone."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from confaudit import __version__
from confaudit.core.coder.releases import Catalog
from confaudit.core.health.check import Check, State, worst
from confaudit.core.health.setting import catalog_check
from confaudit.core.health.standing import (
    Standing,
    brief,
    standing_checks,
    support_words,
    version_in,
)
from confaudit.core.model import MISSING, Value
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Report, Table
from confaudit.core.report.states import STATE_COLUMN
from confaudit.core.snapshot.canonical import SERVER, parsed
from confaudit.core.text.wording import listing, plural
from confaudit.errors import ConfigError, NothingToDo, SourceError, StoreError, suggest
from confaudit.workflows.repository_checks import repository_checks
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store.answers import Answer
    from confaudit.store.snapshots import Snapshots


class StatusRequest(Struct, frozen=True):
    """What is asked."""

    names: tuple[str, ...]
    """Deployments; none are all of confaudit.yaml and of the repository."""
    max_age: timedelta
    """How old a snapshot may be."""
    is_offline: bool
    """Whether the remote is left alone."""


def status(setup: Setup, request: StatusRequest) -> Report:
    """The Report on deployments and on the repository that holds their snapshots.

    Raises:
        NothingToDo: there is no deployment at all.
        ConfigError: a name is that of none.
        StoreError: the repository cannot be read.
    """
    standings = _Reading(setup).standings(request.names)
    beside = [*repository_checks(setup, is_offline=request.is_offline)]
    return status_report(standings, beside, setup.catalog(), setup.now(), request.max_age)


def status_report(
    standings: Sequence[Standing],
    beside: Sequence[Check],
    catalog: Catalog,
    now: datetime,
    max_age: timedelta,
) -> Report:
    """The Report on what is known of deployments, and of the repository `beside` them."""
    checks = {one.deployment: [*standing_checks(one, catalog, now, max_age)] for one in standings}
    states = {name: worst(_states(found)) for name, found in checks.items()}
    rows = [_row(one, catalog, now, states[one.deployment]) for one in standings]
    return Report(
        title="Status of deployments",
        kind=ReportKind.STATUS,
        generated_at=now,
        tool_version=__version__,
        statement=_statement(states, beside),
        tables=tuple(_tables(rows, checks, beside)),
        notes=tuple(_notes(catalog, now)),
    )


class _Reading:
    """What git and the notes beside it tell."""

    def __init__(self, setup: Setup) -> None:
        from confaudit.store.command import NoRepository

        self._setup = setup
        self._snapshots: Snapshots | None = None
        with suppress(NoRepository):
            self._snapshots = setup.snapshots()
        self._answers = self._read_answers()

    def standings(self, names: Sequence[str]) -> list[Standing]:
        """The deployments that are meant, each as far as it is known."""
        configured = self._setup.configuration.deployments
        held = self._snapshots.deployments() if self._snapshots else ()
        known = sorted({*configured, *held})
        if not known:
            raise NothingToDo("there is no deployment to tell of", "run `confaudit init`")
        for name in names:
            if name not in known:
                raise ConfigError(f"there is no deployment {name!r}", suggest(name, known))
        return [
            self._standing(name, not configured or name in configured) for name in names or known
        ]

    def _standing(self, name: str, is_asked: bool) -> Standing:
        answer = self._answers.get(name)
        committed = self._committed(name)
        times = [time for time in (answer.at if answer else None, committed) if time]
        last = max(times, default=None)
        return Standing(
            deployment=name,
            last_success=last,
            is_from_git=answer is None or answer.at != last,
            token_expires_at=answer.token_expires_at if answer else None,
            version=self._version(name),
            is_asked=is_asked,
        )

    def _read_answers(self) -> Mapping[str, "Answer"]:
        from confaudit.store.answers import Answers

        return Answers(self._snapshots.history.common_dir).last() if self._snapshots else {}

    def _committed(self, name: str) -> datetime | None:
        """When the last change was taken, here or where the remote was last seen."""
        if self._snapshots is None:
            return None
        times = (self._snapshots.taken_at(one, name) for one in ("HEAD", self._tracked))
        return max(filter(None, times), default=None)

    @cached_property
    def _tracked(self) -> str:
        """The branch of the remote as it was last seen: others may have pushed there."""
        from confaudit.store.remote_view import RemoteView

        remote = RemoteView(self._setup.repo, self._setup.configuration.remote)
        return f"refs/remotes/{remote.name}/{remote.branch}"

    def _version(self, name: str) -> str:
        """What the newest snapshot says that it ran; empty where there is none to read."""
        if self._snapshots is None or not (tip := self._snapshots.history.commit_id("HEAD")):
            return ""
        files = self._snapshots.regular_files(tip, name)
        entries = {path: one for path, one in files.items() if path.endswith(f"/{SERVER}")}
        with suppress(SourceError, StoreError):
            return next(filter(None, map(_told, self._snapshots.texts(entries).values())), "")
        return ""


def _told(server: str) -> str:
    """The release that a file of server facts names; empty where it names none."""
    facts = parsed(SERVER, server)
    version = str(facts.get("version", "")) if isinstance(facts, dict) else ""
    return version if version_in(version) else ""


_DEPLOYMENTS: Final = (
    Column("deployment", "Deployment", is_code=True),
    STATE_COLUMN,
    Column("last_success", "Last snapshot"),
    Column("age", "Age"),
    Column("token", "Token"),
    Column("release", "Release", is_code=True),
    Column("support", "Support"),
)
_CHECKS: Final = (Column("check", "Repository"), STATE_COLUMN, Column("found", "Found"))
_FINDINGS: Final = (
    Column("about", "About", is_code=True),
    Column("check", "What"),
    Column("found", "Found"),
    Column("advice", "What to do"),
)


def _tables(
    rows: Sequence[Mapping[str, Value]],
    checks: Mapping[str, Sequence[Check]],
    beside: Sequence[Check],
) -> Iterator[Table]:
    yield Table("deployments", "Deployments", _DEPLOYMENTS, tuple(rows))
    told = tuple(
        {"check": one.what, STATE_COLUMN.id: one.state.value, "found": one.found} for one in beside
    )
    yield Table("checks", "Repository", _CHECKS, told)
    everything = [*checks.items(), ("repository", beside)]
    found = tuple(
        {"about": name, "check": one.what, "found": one.found, "advice": one.advice}
        for name, several in everything
        for one in several
        if one.state is not State.OK and one.advice
    )
    if found:
        yield Table("findings", "What to look at", _FINDINGS, found)


def _row(one: Standing, catalog: Catalog, now: datetime, state: State) -> Mapping[str, Value]:
    return {
        "deployment": one.deployment,
        STATE_COLUMN.id: state.value,
        "last_success": _time(one.last_success),
        "age": brief(now - one.last_success) if one.last_success else "never",
        "token_expires_at": _time(one.token_expires_at),
        "token": _left(one.token_expires_at, now),
        "release": one.version or MISSING,
        "support": support_words(one.version, catalog) or MISSING,
    }


def _left(end: datetime | None, now: datetime) -> Value:
    """How long something lasts from now on."""
    if end is None:
        return MISSING
    return brief(end - now) if end > now else "expired"


def _time(moment: datetime | None) -> Value:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else MISSING


def _states(checks: Sequence[Check]) -> Iterator[State]:
    return (one.state for one in checks)


def _statement(states: Mapping[str, State], beside: Sequence[Check]) -> str:
    """Who needs somebody: the deployments, or how many they are, and the repository."""
    troubled = [name for name, state in states.items() if state.is_trouble]
    number, several = len(troubled), plural(len(states), "deployment")
    needing = troubled if number <= _NAMED else [f"{number} of {several}"]
    if worst(_states(beside)).is_trouble:
        needing = [*needing, "the repository"]
    if needing:
        return f"To look at: {listing(needing)}."
    caveat = ", as far as is known" if State.UNKNOWN in states.values() else ""
    return f"{several}: all is well{caveat}."


_NAMED: Final = 3
"""How many deployments a verdict names."""


def _notes(catalog: Catalog, now: datetime) -> Iterator[str]:
    """How far what Coder mends is known."""
    known = catalog_check(catalog, now)
    if known.state is State.UNKNOWN:
        yield f"The catalogue of releases {known.found}; {known.advice}."
