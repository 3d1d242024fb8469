"""Take snapshots: ask the deployments, record what changed, one commit each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from confaudit.configfile import Deployment
from confaudit.core.health.standing import EXPIRES_SOON
from confaudit.core.model import RawDeployment, Snapshot, StoredFiles
from confaudit.core.snapshot.canonical import encode
from confaudit.core.snapshot.commit_message import commit_message, replacement_message
from confaudit.errors import ConfauditError, DamagedError, SourceError, StoreError
from confaudit.sources.api import ApiReading
from confaudit.workflows.exposure import warn
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.core.report.report import Report
    from confaudit.store.commits import Recorded
    from confaudit.store.repository import Repository, Taken

PARALLEL: Final = 8
"""Deployments asked at the same time."""
AHEAD: Final = 2 * PARALLEL
"""Deployments asked, or heard and not looked at yet; the answers of one take half a MiB."""
TOGETHER: Final = 16
"""Deployments that are recorded together, at most, while the answers of others are at hand."""


class Status(StrEnum):
    """What became of one deployment."""

    RECORDED = "recorded"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class Outcome(Struct, frozen=True):
    """What became of one deployment, for people and for the exit code."""

    deployment: str
    status: Status
    summary: str = ""
    """The commit's subject."""
    commit: str = ""
    error: ConfauditError | None = None
    warning: str = ""


class _Heard(Struct, frozen=True):
    """What there is to record of a deployment, free of secrets."""

    name: str
    after: Snapshot
    """As of when the server was asked."""
    failed: Mapping[str, str]
    """Endpoints that could not be read this time, and why."""
    token_expires_at: datetime | None = None


Watcher: TypeAlias = Callable[[Outcome], None]
"""Told of every outcome as soon as there is one."""


def take(
    setup: Setup,
    names: Sequence[str],
    lock_timeout: float,
    watch: Watcher = lambda _: None,
    at: datetime | None = None,
) -> tuple[Outcome, ...]:
    """Snapshot live deployments, several at a time; one that fails never stops the others.

    `at` is the time to record in place of the clock's.

    Raises:
        ConfigError, NothingToDo: which deployments to ask is not clear.
        StoreError: the repository cannot be used.
    """
    deployments = setup.deployments(names)
    repository = setup.repository(create=True)
    warn(setup, repository, deployments.values())
    loader, turns = Loader(setup), _Turns(repository, lock_timeout)
    outcomes = []
    for group in _answers(loader, deployments):
        for outcome in _settle(turns, loader, group, at):
            outcomes.append(outcome)
            watch(outcome)
    if any(outcome.commit for outcome in outcomes):
        turns.maintain()
    return tuple(sorted(outcomes, key=lambda outcome: outcome.deployment))


class _Turns:
    """The lock of a repository, held while something is written and never while a server is asked.

    Who waited for it in vain does not wait again for each further deployment.
    """

    def __init__(self, repository: "Repository", seconds: float) -> None:
        self._repository = repository
        self._seconds = seconds

    @contextmanager
    def take(self) -> Iterator["Repository"]:
        """The repository, which nobody else changes meanwhile.

        Raises:
            StoreError: another process held it too long.
        """
        seconds, self._seconds = self._seconds, 0
        with self._repository.lock(seconds):
            self._seconds = seconds
            yield self._repository

    def maintain(self) -> None:
        """Keep git fast; what another process keeps us from, that or the next one does."""
        with suppress(StoreError), self.take() as repository:
            repository.maintain()


def _answers(
    loader: Loader, deployments: Mapping[str, Deployment]
) -> Iterator[list[_Heard | Outcome]]:
    """Every deployment's answer, those together that arrive while others are looked at.

    None waits for one that has yet to arrive, and an interrupt for none.
    """
    pool, waiting = ThreadPoolExecutor(PARALLEL), iter(deployments.items())

    def ask(most: int) -> dict[Future[ApiReading], str]:
        return {pool.submit(loader.ask, *entry): entry[0] for entry in islice(waiting, most)}

    try:
        asked = ask(AHEAD)
        group: list[_Heard | Outcome] = []
        while asked:
            future = wait(asked, return_when=FIRST_COMPLETED).done.pop()
            group.append(_heard(loader, asked.pop(future), future))
            asked |= ask(1)
            if len(group) == TOGETHER or not any(map(Future.done, asked)):
                yield group
                group = []
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _heard(loader: Loader, name: str, answer: Future[ApiReading]) -> _Heard | Outcome:
    try:
        reading = answer.result()
        found = _cleaned(loader, name, reading.deployment)
        return replace(found, token_expires_at=reading.token_expires_at)
    except ConfauditError as error:
        return Outcome(name, Status.FAILED, error=error)


def _cleaned(loader: Loader, name: str, raw: RawDeployment | StoredFiles) -> _Heard:
    failed = raw.failed if isinstance(raw, RawDeployment) else {}
    return _Heard(name, replace(loader.clean(raw), deployment=name), failed)


def _settle(
    turns: _Turns, loader: Loader, group: Sequence[_Heard | Outcome], at: datetime | None
) -> list[Outcome]:
    """Record a group in one turn."""
    failed = [one for one in group if isinstance(one, Outcome)]
    heard = [one for one in group if isinstance(one, _Heard)]
    try:
        with turns.take() as repository:
            return failed + _recorded(repository, loader, heard, at)
    except ConfauditError as error:
        return failed + [Outcome(one.name, Status.FAILED, error=error) for one in heard]


def _recorded(
    repository: "Repository", loader: Loader, heard: Sequence[_Heard], at: datetime | None
) -> list[Outcome]:
    now = loader.setup.now()
    current = [one for one in heard if at or not _is_overtaken(repository, one, now)]
    recorded = _store(repository, loader, current, at or now)
    for one in current:
        if not recorded[one.name].error:
            _note(repository, one.name, at or now, one)
    return [
        _outcome(one.name, recorded.get(one.name), _expiry(one.token_expires_at, now))
        for one in heard
    ]


def _outcome(name: str, recorded: "Recorded | None", warning: str) -> Outcome:
    """What became of one, of which nothing was to be recorded where it was overtaken."""
    if recorded is None or not (recorded.commit or recorded.error):
        return Outcome(name, Status.UNCHANGED, warning=warning)
    if recorded.error:
        return Outcome(name, Status.FAILED, error=recorded.error)
    subject = recorded.message.partition("\n")[0]
    return Outcome(name, Status.RECORDED, subject, recorded.commit, warning=warning)


def _is_overtaken(repository: "Repository", one: _Heard, now: datetime) -> bool:
    """Whether another process asked later and was heard sooner: its snapshot is the newer one.

    One that asked in the future had a clock that was wrong.
    """
    asked_at, last = one.after.taken_at, repository.answers.last_of(one.name)
    return bool(asked_at and last and last.asked_at and asked_at < last.asked_at <= now)


def _expiry(expires_at: datetime | None, now: datetime) -> str:
    """A cron job's token dies silently: an Owner's after at most seven days since 2.24."""
    if expires_at is None or expires_at - now > EXPIRES_SOON:
        return ""
    when = expires_at.strftime("%Y-%m-%d %H:%M UTC")
    return f"the session token expires on {when}; create a new one with `coder tokens create`"


def record(
    setup: Setup,
    name: str,
    argument: str,
    kind: str | None,
    at: datetime | None,
    lock_timeout: float,
) -> Outcome:
    """Record any input as a snapshot of `name`, as of `at`, else as of when it was taken.

    Raises:
        SourceError: the input cannot be read, or is older than the newest snapshot and no time
            was ordered.
        StoreError: the repository cannot be used.
    """
    loader = Loader(setup)
    raw = loader.read(argument, kind)
    one = _cleaned(loader, name, raw)
    repository = setup.repository(create=True)
    warn(setup, repository, ())
    with repository.lock(lock_timeout):
        taken_at = at or raw.taken_at or setup.now()
        if at is None:
            _refuse_the_past(repository, name, taken_at)
        recorded = _store(repository, loader, [one], taken_at)[name]
        if recorded.error:
            raise recorded.error
        _note(repository, name, taken_at)
        if recorded.commit:
            repository.maintain()
        return _outcome(name, recorded, "")


def _note(repository: "Repository", name: str, at: datetime, heard: _Heard | None = None) -> None:
    """Remember that there was a snapshot: git does not tell where nothing changed."""
    from confaudit.store.answers import Answer

    answer = Answer(at=at)
    if heard:
        asked_at, expires_at = heard.after.taken_at, heard.token_expires_at
        answer = Answer(at=at, asked_at=asked_at, token_expires_at=expires_at)
    repository.answers.note(name, answer)


def _refuse_the_past(repository: "Repository", name: str, at: datetime) -> None:
    with suppress(DamagedError):
        newest = repository.latest(name)
        if newest and newest.taken_at and at < newest.taken_at:
            raise SourceError(
                f"the input was taken on {at:%Y-%m-%d %H:%M}, before the newest snapshot of {name}"
                f" ({newest.taken_at:%Y-%m-%d %H:%M} UTC)",
                "give --at TIME to record it all the same",
            )


def _store(
    repository: "Repository", loader: Loader, heard: Iterable[_Heard], at: datetime
) -> "dict[str, Recorded]":
    """What became of each, by its name."""
    from confaudit.store.commits import Recorded

    failed, taken = {}, []
    for one in heard:
        try:
            taken.append(_taken(repository, loader, one, at))
        except ConfauditError as error:
            failed[one.name] = Recorded(error=error)
    made = repository.record(taken)
    return failed | {one.deployment: done for one, done in zip(taken, made, strict=True)}


def _taken(repository: "Repository", loader: Loader, one: _Heard, at: datetime) -> "Taken":
    """Most snapshots are the one before, byte by byte: that one is read only where it is not so."""
    from confaudit.store.repository import Taken

    before = cache(lambda: _newest(loader, repository, one.name))
    after = _carry_over(before(), one.after, one.failed) if one.failed else one.after
    return Taken(one.name, encode(after), lambda: _message(repository, loader, before(), after), at)


def _newest(loader: Loader, repository: "Repository", name: str) -> Snapshot | None:
    """The snapshot before; one that is damaged, as by a merge, does not keep others from coming."""
    with suppress(DamagedError):
        if repository.has(name):
            return loader.clean(repository.contents("HEAD", name))
    return None


def _message(
    repository: "Repository", loader: Loader, before: Snapshot | None, after: Snapshot
) -> str:
    if before is None and repository.has(after.deployment):  # it is damaged
        return replacement_message(after)
    if before is None or encode(before) == encode(after):  # it is only written differently
        return commit_message(before, after, ())
    from confaudit.core.changes.causes import attribute
    from confaudit.core.changes.diff import diff  # only a changed deployment pays for deepdiff
    from confaudit.core.upgrade.verify import verification_line

    catalog = loader.setup.catalog()
    changes = attribute(diff(before, after), before, after, catalog)
    return commit_message(before, after, changes, verification_line(before, after, catalog))


def _carry_over(before: Snapshot | None, after: Snapshot, failed: Mapping[str, str]) -> Snapshot:
    """What could not be read this time stands as it was: an outage is no change."""
    if before is None:
        return after
    kept = {name: before.server[name] for name in failed if name in before.server}
    refused = {name: before.unavailable[name] for name in failed if name in before.unavailable}
    return replace(
        after,
        server={**after.server, **kept},
        unavailable={**after.unavailable, **refused},
    )


def reports(setup: Setup, outcomes: Iterable[Outcome]) -> "Iterator[Report]":
    """What was recorded, a Report for each deployment that changed.

    Raises:
        StoreError: the history cannot be read.
    """
    from confaudit.workflows.show import show  # most snapshots change nothing

    recorded = (one for one in outcomes if one.status is Status.RECORDED)
    return (show(setup, one.commit, one.deployment) for one in recorded)


def push(setup: Setup, remote: str, seconds: float) -> None:
    """Push the snapshots, trying so many seconds while others push as well.

    Raises:
        RemoteError: the remote could not be reached or refused.
        StoreError: the remote's history cannot be joined with ours.
    """
    setup.repository().push(remote, seconds)
