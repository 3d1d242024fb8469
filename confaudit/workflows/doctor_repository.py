"""Whether snapshots can be written to the repository, and pushed to its remote."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from confaudit.core.health.check import Check, failed, ok, skipped, warning
from confaudit.core.health.setting import git_check
from confaudit.core.text.wording import listing_some, plural, visible
from confaudit.errors import RemoteError, StoreError
from confaudit.workflows.exposure import privacy
from confaudit.workflows.repository_checks import REMOTE_SECONDS, configuration_check, no_remote
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store.remote_view import RemoteView
    from confaudit.store.survey import Survey


def repository_checks(setup: Setup) -> Iterator[Check]:
    """What there is to say of git, the repository, and its remote; nothing is changed there."""
    from confaudit.store.command import NoRepository
    from confaudit.store.survey import Survey, git_version

    try:
        yield git_check(git_version())
    except StoreError as error:
        yield failed("git", error.message, error.hint)
        return
    try:
        survey = Survey.of(setup.repo)
    except NoRepository as error:
        yield _to_be_made(setup, error)
        return
    except StoreError as error:
        yield failed("repository", error.message, error.hint)
        return
    yield from _local(setup, survey)
    yield from _remote(setup)


def _to_be_made(setup: Setup, error: StoreError) -> Check:
    from confaudit.store.survey import can_be_made

    if can_be_made(setup.repo):
        return ok("repository", "the first snapshot will make it")
    return failed("repository", error.message, "name a folder you may write to with --repo")


def _local(setup: Setup, survey: "Survey") -> Iterator[Check]:
    if survey.is_writable:
        yield ok("repository", visible(str(survey.root)))
    else:
        yield failed(
            "repository",
            f"this user may not write in {visible(str(survey.root))}",
            "check the owner and the permissions of the repository",
        )
    yield privacy(survey.root)
    yield _branch(setup)
    yield _person(survey)
    yield configuration_check(setup)
    yield _work_tree(setup, survey)
    yield from _committed_tokens(setup, survey)
    yield _lock(survey)


def _branch(setup: Setup) -> Check:
    if branch := _view(setup).branch:
        return ok("branch", visible(branch))
    return failed(
        "branch",
        "none is checked out, so a commit would be lost",
        "finish the rebase or bisect there, or run `git switch main`",
    )


def _person(survey: "Survey") -> Check:
    if survey.has_person:
        return ok("identity", "commits carry the name that git is configured for")
    return ok("identity", "git has no user.name and user.email: commits carry confaudit's")


def _work_tree(setup: Setup, survey: "Survey") -> Check:
    tip = setup.snapshots().history.commit_id("HEAD")
    if not tip:
        return skipped("work tree", "there is no commit yet")
    try:
        snapshots, others = survey.changed(tip)
    except StoreError as error:
        return failed("work tree", error.message, error.hint)
    if snapshots:
        return warning(
            "work tree",
            f"snapshots were changed by hand: {visible(listing_some(snapshots, 'file', 2))}",
            "look at `git status`: the next snapshot writes over them",
        )
    if others:
        return ok("work tree", f"{plural(len(others), 'other file')} changed, which stays so")
    return ok("work tree", "clean")


def _committed_tokens(setup: Setup, survey: "Survey") -> Iterator[Check]:
    """Token files that the repository holds: whoever may clone it has the token."""
    history, root = setup.snapshots().history, survey.root.resolve()
    tip = history.commit_id("HEAD")
    for one in setup.configuration.deployments.values():
        path = (setup.loaded.folder / one.token_file).resolve()
        if one.token_file and tip and path.is_relative_to(root):
            place = path.relative_to(root).as_posix()
            if history.entry(tip, place):
                yield failed(
                    "token file",
                    f"{visible(place)} is committed, so the history has the token",
                    "revoke the token, and `git rm` the file; .gitignore keeps the next one out",
                )


def _lock(survey: "Survey") -> Check:
    if holder := survey.holder():
        return warning("lock", holder, "wait for it, or end it if it hangs")
    return ok("lock", "free")


def _view(setup: Setup) -> "RemoteView":
    from confaudit.store.remote_view import RemoteView

    return RemoteView(setup.repo, setup.configuration.remote)


def _remote(setup: Setup) -> Iterator[Check]:
    remote = _view(setup)
    if not remote.exists:
        yield no_remote(setup)
        return
    name = visible(remote.name)
    try:
        remote.newest(REMOTE_SECONDS)
        yield ok("remote", f"{name} answers")
    except RemoteError as error:
        yield failed("remote", error.message, error.hint)
        return
    yield _push(setup, remote)


def _push(setup: Setup, remote: "RemoteView") -> Check:
    if not (remote.branch and setup.snapshots().history.commit_id("HEAD")):
        return skipped("push", "there is no commit to push yet")
    try:
        remote.try_push(REMOTE_SECONDS)
    except RemoteError as error:
        return failed("push", error.message, error.hint)
    return ok("push", f"{visible(remote.name)} would take it, as far as it tells beforehand")
