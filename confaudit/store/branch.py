"""The branch that is checked out, with its index and work tree: how it moves to a new commit."""

import logging
import time
from contextlib import suppress
from pathlib import Path

from confaudit.errors import StoreError
from confaudit.patterns import regex
from confaudit.store.command import Git, GitResult
from confaudit.store.history import History
from confaudit.store.objects import Changes, Objects

_log = logging.getLogger(__name__)

_INDEX_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds between attempts while another git process holds the index; git itself never waits."""

_IN_THE_WAY = regex(r"not uptodate|overwritten|would be lost|resolve your current index")


_REF = regex(r"ref: (refs/heads/(?!\.invalid).+)\n?")


def checked_out(git: Git, head: Path) -> str:
    """The branch that is checked out, empty where none is; `head` is the file that says so."""
    with suppress(OSError, UnicodeDecodeError):
        if found := _REF.fullmatch(head.read_text("utf-8")):
            return found[1]
    return git.ask("symbolic-ref", "--quiet", "HEAD").line


class Branch:
    """The checked-out branch of a work tree; it may have no commit yet."""

    def __init__(self, git: Git, objects: Objects, history: History, head: Path) -> None:
        self._git = git
        self._objects = objects
        self._history = history
        self.ref = checked_out(git, head)
        if not self.ref:
            raise StoreError(
                f"no branch is checked out in {git.where}, so a commit would be lost",
                "finish the rebase or bisect there, or run `git switch main`",
            )

    @property
    def name(self) -> str:
        """The branch as people write it."""
        return self.ref.removeprefix("refs/heads/")

    def tip(self) -> str:
        """Id of its newest commit, empty before the first."""
        return self._history.commit_id(self.ref)

    def advance(self, old: str, new: str, reason: str) -> bool:
        """Point the branch at another commit, unless somebody moved it since it was at `old`."""
        answer = self._git.ask("update-ref", "-m", reason, self.ref, new, old)
        if answer.code and self.tip() == old:  # nobody moved it: git cannot write there
            raise self._git.failure("update-ref", answer)
        return answer.code == 0

    def stage(self, changes: Changes) -> None:
        """Bring the index up to date with a commit just made; what else is staged stays so.

        An index that cannot be written costs a warning only: the commit exists, and the next
        snapshot finds the difference and tries again.
        """
        update = ("update-index", "-z", "--index-info")
        answer = self._with_index(*update, stdin=self._objects.index_info(changes))
        if answer.code:
            _log.warning(
                "the snapshot is committed, but the git index of %s could not be updated;"
                " the next snapshot tries again",
                self._git.where,
            )

    def check_out(self, old: str, new: str) -> bool:
        """Move branch, index and work tree from one commit to another, all or nothing.

        As `git switch` would: staged changes, dirty and untracked files stay, and when the new
        commit has other contents for one of them nothing happens. Not `git merge --ff-only`,
        because the new commit need not descend from the old one; not `git reset --keep`, because
        it would unstage.

        Returns:
            False when somebody moved the branch meanwhile.

        Raises:
            StoreError: the work tree has changes that are in the way.
        """
        self._with_index("update-index", "-q", "--refresh")  # read-tree trusts its time stamps
        answer = self._with_index("read-tree", "-m", "-u", old, new)
        if _IN_THE_WAY.search(answer.err):
            raise StoreError(
                f"the commits of others cannot be checked out in {self._git.where}:"
                " files changed there are in the way",
                "commit, stash or remove them (see `git status`), then push again",
            )
        if answer.code:
            raise self._git.failure("read-tree", answer)
        moved = False
        try:
            moved = self.advance(old, new, "confaudit: snapshots put on top of fetched commits")
        finally:
            if not moved:
                self._with_index("read-tree", "-m", "-u", new, old)
        return moved

    def _with_index(self, *command: str, stdin: bytes | None = None) -> GitResult:
        """Run a command that writes the index, waiting a little for whoever holds it."""
        answer = self._git.ask(*command, stdin=stdin)
        for seconds in _INDEX_WAITS:
            if "index.lock" not in answer.err:
                break
            time.sleep(seconds)
            answer = self._git.ask(*command, stdin=stdin)
        return answer
