"""Pushes snapshots to a git remote which others, people or confaudit elsewhere, push to as well.

Knows that snapshots never conflict: each replaces the folder of its own deployment. Nothing that
git says about a remote is repeated, as addresses may hold passwords.
"""

import os
import re
from typing import Final

from confaudit.core.text.wording import visible
from confaudit.errors import NothingToDo, RemoteError, StoreError
from confaudit.patterns import regex
from confaudit.store.branch import Branch
from confaudit.store.command import Git, GitResult
from confaudit.store.identity import Signature, people
from confaudit.store.layout import (
    ATTRIBUTES,
    ATTRIBUTES_TEXT,
    deployment_in,
    deployment_of,
    listed,
)
from confaudit.store.log import Commit, FileChange
from confaudit.store.objects import Objects, changes_between
from confaudit.store.remote_talk import is_locked, talk, trouble, will_stay
from confaudit.store.snapshots import Snapshots

_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 5.0
"""Seconds between attempts, of which a random part is waited: hosts of one cron start together."""

_BEHIND = regex(
    rb"^!.*\[(rejected|remote rejected\] \((cannot lock|failed to update|incorrect old))", re.M
)
"""`git push --porcelain` when the remote branch has moved, which fetching can mend."""


class _Moved(RemoteError):  # noqa: N818 - what happened, and a reason to try again
    """The remote branch has commits ours does not build on."""


class Remote:
    """One remote of a repository, and the branch of it that has the name of ours."""

    def __init__(
        self, git: Git, objects: Objects, branch: Branch, snapshots: Snapshots, name: str
    ) -> None:
        self._git = git
        self._objects = objects
        self._branch = branch
        self._snapshots = snapshots
        self._history = snapshots.history
        self._name = name  # shown as it is: git allows nothing odd in it
        self._tracking = f"refs/remotes/{name}/{branch.name}"
        known = os.fsdecode(git.run("remote").out).splitlines()
        if name not in known:
            raise StoreError(
                f"{git.where} has no git remote called '{visible(name)}'",
                f"it has: {visible(listed(known))}"
                if known
                else "add one: git remote add NAME URL",
            )

    def push(self, seconds: float) -> None:
        """Push the branch; when the remote has moved on, first put our snapshots on top of it.

        As others may move it meanwhile, no further attempt is made after so many seconds.
        """
        from tenacity import (
            Retrying,
            retry_if_exception_type,
            stop_after_delay,
            wait_random_exponential,
        )

        if not self._branch.tip():
            raise NothingToDo("there is no snapshot to push", "take one with `confaudit snapshot`")
        attempts = Retrying(
            retry=retry_if_exception_type(_Moved),
            stop=stop_after_delay(seconds),
            wait=wait_random_exponential(multiplier=_FIRST_PAUSE, max=_LONGEST_PAUSE),
            reraise=True,
        )
        for attempt in attempts:
            with attempt:
                if attempt.retry_state.attempt_number > 1:
                    self._catch_up()
                self._send()

    def _send(self) -> None:
        ref = self._branch.ref
        options = ("--porcelain", "--no-follow-tags", "--no-recurse-submodules")
        answer = talk(self._git, "push", *options, self._name, f"{ref}:{ref}")
        if _BEHIND.search(answer.out) and not will_stay(answer):
            raise self._locked() if is_locked(answer) else self._moved()
        if answer.code:
            raise self._failure(answer)

    def _catch_up(self) -> None:
        """Fetch, and move our branch to the fetched commit with our snapshots on top."""
        known = self._history.commit_id(self._tracking)
        # Into FETCH_HEAD alone: where the remote was tells whether its history was rewritten.
        fetch = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--refmap=")
        answer = talk(self._git, *fetch, self._name, self._branch.ref)
        if answer.code:
            raise self._failure(answer)
        fetched = self._history.commit_id("FETCH_HEAD")
        if known and self._history.merge_base(known, fetched) != known:
            raise StoreError(
                f"the history of the git remote '{self._name}' was rewritten",
                "make a fresh clone, lest commits that were removed there come back",
            )
        old = self._branch.tip()
        new = fetched
        for commit in self._unpushed(fetched, old):
            new = self._replay(commit, new)
        if not self._branch.check_out(old, new):
            raise self._moved()

    def _unpushed(self, fetched: str, tip: str) -> list[Commit]:
        """Our commits the remote lacks, oldest first.

        Raises:
            StoreError: some of them are not snapshots alone, and a person must decide.
        """
        commits = list(self._history.log([f"{fetched}..{tip}"]))[::-1]
        foreign = sum(not self._is_ours(commit) for commit in commits)
        if foreign:
            raise StoreError(
                f"the git remote '{self._name}' has moved on, and {foreign} of the commits here"
                " that it lacks were not made by confaudit",
                f"bring both together, say with `git pull --rebase {self._name}"
                f" {visible(self._branch.name)}`, and push again",
            )
        return commits

    def _is_ours(self, commit: Commit) -> bool:
        """Whether a commit is nothing but the snapshot of one deployment."""
        deployment = deployment_in(commit.message)
        return (
            bool(deployment)
            and len(commit.parents) <= 1
            and all(
                deployment_of(change.path) == deployment or self._is_beside(change)
                for change in commit.changes
            )
        )

    def _is_beside(self, change: FileChange) -> bool:
        """Whether it is what the first snapshot brings along."""
        ours = self._objects.entry(ATTRIBUTES_TEXT.encode())
        return change.path == ATTRIBUTES and change.before is None and change.after == ours

    def _replay(self, commit: Commit, onto: str) -> str:
        """The same snapshot on top of another commit, which stays the tip if it has it already."""
        deployment = deployment_in(commit.message)
        wanted = self._snapshots.files(commit.id, deployment)
        changes = {**changes_between(self._snapshots.files(onto, deployment), wanted)}
        if not self._history.entry(onto, ATTRIBUTES):
            changes |= {one.path: one.after for one in commit.changes if self._is_beside(one)}
        if not changes:
            return onto
        author = Signature(f"{commit.author} <{commit.mail}>", commit.date)
        signed = people(self._git)._replace(author=author)
        tree = self._objects.write_tree(self._history.tree_of(onto), changes)
        replayed = self._objects.write_commit(tree, onto, commit.message, signed)
        self._objects.store()
        return replayed

    def _moved(self) -> _Moved:
        return _Moved(
            f"others keep committing, here or to the git remote '{self._name}', and ours did not"
            " get in",
            "run again, or raise --push-timeout; the snapshots are committed here",
        )

    def _locked(self) -> _Moved:
        return _Moved(
            f"the git remote '{self._name}' keeps its branch locked",
            "run again; when nobody pushes, a push that was killed left a *.lock file among the"
            " refs there. The snapshots are committed here",
        )

    def _failure(self, answer: GitResult) -> RemoteError:
        return RemoteError(
            f"the git remote '{self._name}' {trouble(answer)}",
            "the snapshots are committed here; try `git push"
            f" {self._name} {visible(self._branch.name)}` in {self._git.where}",
        )
