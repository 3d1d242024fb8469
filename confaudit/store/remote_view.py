"""A git remote as it is: what it has, what it lacks, and whether it would take a push.

Nothing is changed by looking, here or there.
"""

import os
from pathlib import Path
from typing import Final

from confaudit.core.text.wording import visible
from confaudit.errors import RemoteError
from confaudit.store.command import Git, GitResult
from confaudit.store.remote_talk import talk, trouble

_BEHIND: Final = b"[rejected]"
"""What git says of a push that is allowed, and has to follow a fetch."""


class RemoteView:
    """One remote of a repository, beside the branch that is checked out."""

    def __init__(self, folder: Path, name: str) -> None:
        self._git = Git(folder)
        self.name = name
        self.branch = self._git.ask("symbolic-ref", "--quiet", "--short", "HEAD").line
        """Empty where none is checked out."""

    @property
    def exists(self) -> bool:
        """Whether the repository knows a remote by this name."""
        return self.name in os.fsdecode(self._git.ask("remote").out).splitlines()

    def newest(self, seconds: float) -> str:
        """Id of the newest commit of its branch of our name, empty where it has none.

        Raises:
            RemoteError: it cannot be reached in so many seconds, or refuses.
        """
        ref = f"refs/heads/{self.branch}"
        answer = talk(self._git, "ls-remote", self.name, ref, seconds=seconds)
        if answer.code:
            raise self._failure(answer)
        return answer.line.partition("\t")[0]

    def try_push(self, seconds: float) -> None:
        """Find out whether the branch may be pushed, as far as the remote tells without a push.

        Raises:
            RemoteError: it cannot be reached in so many seconds, or refuses.
        """
        ref = f"refs/heads/{self.branch}"
        options = ("--dry-run", "--porcelain", "--no-follow-tags", "--no-recurse-submodules")
        answer = talk(self._git, "push", *options, self.name, f"{ref}:{ref}", seconds=seconds)
        if answer.code and _BEHIND not in answer.out:
            raise self._failure(answer)

    def _failure(self, answer: GitResult) -> RemoteError:
        return RemoteError(
            f"the git remote '{visible(self.name)}' {trouble(answer)}",
            f"try `git ls-remote {visible(self.name)}` in {self._git.where}",
        )
