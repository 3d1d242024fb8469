"""Whether the repository of snapshots, and the remote it is pushed to, are as they should be."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from confaudit.core.health.check import Check, failed, ok, skipped, unknown, warning
from confaudit.core.text.wording import agreeing, plural, visible
from confaudit.errors import ConfauditError, RemoteError, StoreError
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store.remote_view import RemoteView

REMOTE_SECONDS: Final = 10.0
"""How long a remote may take to answer: who asks for a status waits for it."""


def repository_checks(setup: Setup, *, is_offline: bool) -> Iterator[Check]:
    """What there is to say of the repository as a whole."""
    yield configuration_check(setup)
    try:
        setup.snapshots()
    except ConfauditError as error:
        yield failed("repository", error.message, error.hint)
        return
    yield from _remote_checks(setup, is_offline=is_offline)


def configuration_check(setup: Setup) -> Check:
    """Whether confaudit.yaml is committed as it is."""
    path = setup.loaded.path
    if path is None:
        return skipped("confaudit.yaml", "there is none")
    try:
        repository = setup.repository()
    except StoreError:
        return skipped("confaudit.yaml", "there is no repository to commit it to")
    if not path.resolve().is_relative_to(repository.root.resolve()):
        return skipped("confaudit.yaml", "it lies outside of the repository")
    place = path.resolve().relative_to(repository.root.resolve()).as_posix()
    if repository.is_settled(place):
        return ok("confaudit.yaml", "committed as it is")
    return warning(
        "confaudit.yaml", "differs from what is committed", f"commit it: `git add {visible(place)}`"
    )


def _remote_checks(setup: Setup, *, is_offline: bool) -> Iterator[Check]:
    from confaudit.store.remote_view import RemoteView

    remote = RemoteView(setup.repo, setup.configuration.remote)
    if not remote.exists:
        yield no_remote(setup)
        return
    yield skipped("remote", "not asked: offline") if is_offline else _answer(setup, remote)
    yield _pushed(setup, remote.name)


def no_remote(setup: Setup) -> Check:
    """What it means that there is no remote: nothing, unless it is to be pushed to."""
    name = visible(setup.configuration.remote)
    if setup.configuration.push:
        return failed(
            "remote",
            f"confaudit.yaml says push, and there is no git remote '{name}'",
            f"add it: git remote add {name} URL",
        )
    return skipped("remote", f"there is no git remote '{name}': the snapshots are here alone")


def _answer(setup: Setup, remote: "RemoteView") -> Check:
    try:
        newest = remote.newest(REMOTE_SECONDS)
    except RemoteError as error:
        return failed("remote", error.message, error.hint)
    if newest and not setup.snapshots().history.commit_id(newest):
        return unknown(
            "remote",
            f"{visible(remote.name)} has commits that are not here, perhaps newer snapshots",
            "fetch them: `git pull --rebase`",
        )
    return ok("remote", f"{visible(remote.name)} answers")


def _pushed(setup: Setup, remote: str) -> Check:
    from confaudit.store.layout import DEPLOYMENTS

    number, name = setup.snapshots().history.unpushed(remote, DEPLOYMENTS), visible(remote)
    if not number:
        return ok("pushed", f"{name} has every snapshot")
    return warning(
        "pushed",
        f"{plural(number, 'commit')} of snapshots {agreeing(number, 'is', 'are')} not in {name}",
        "push them: `confaudit snapshot --push`",
    )
