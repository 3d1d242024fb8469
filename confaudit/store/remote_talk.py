"""How git talks to a remote: without asking a person, and with a limit of time.

Nothing that git says about a remote is repeated, as addresses may hold passwords.
"""

import os
import re
from typing import Final

from confaudit.store.command import Git, GitResult

PATIENCE_SECONDS: Final = 120.0
"""A remote silent for so long will stay so, and runs of cron must not pile up."""

_LASTING: Final = (
    (r"No space left|[Qq]uota exceeded", "has no space left to take the push"),
    (
        r"Read-only file system|insufficient permission|Permission denied\)?$"
        r"|unable to create temporary (object directory|file)|cannot lock ref.*Permission denied",
        "cannot be written: its folder is read-only, or belongs to another user there",
    ),
)
"""What keeps a remote from taking a push, however often one tries."""
_FAILURES: Final = (
    *_LASTING,
    (
        r"\[remote rejected\].*(hook|protected|declined|denied|refus|prohibited)",
        "refused the push: a hook or a protected branch forbids it",
    ),
    (r"\[remote rejected\]", "failed to take the push: look at git's own messages there"),
    (
        r"could not read (Username|Password)|Authentication failed|Permission denied"
        r"|Host key verification|error: 40[13]|terminal prompts disabled",
        "refused access: the credentials are missing or wrong",
    ),
    (
        r"not appear to be a git repository|[Rr]epository .*not found|error: 404",
        "has no git repository at its address",
    ),
)


def talk(git: Git, *command: str, seconds: float | None = None) -> GitResult:
    """Run a command of git that asks a remote; after so many seconds it is killed (code < 0).

    Raises:
        StoreError: git is not installed.
    """
    env = {"GIT_TERMINAL_PROMPT": "0", "GCM_INTERACTIVE": "never"}
    if not _has_own_ssh(git):
        env["GIT_SSH_COMMAND"] = "ssh -oBatchMode=yes -oConnectTimeout=30"
    return git.ask(*command, env=env, timeout_seconds=seconds or PATIENCE_SECONDS)


def _has_own_ssh(git: Git) -> bool:
    """Whether the user chose how to call ssh; the variable would override that."""
    chosen = os.environ.keys() & {"GIT_SSH", "GIT_SSH_COMMAND"}
    return bool(chosen) or git.ask("config", "--get", "core.sshCommand").code == 0


def trouble(answer: GitResult) -> str:
    """What is the matter with a remote, as a sentence about it goes on."""
    found = (what for pattern, what in _FAILURES if re.search(pattern, _said(answer), re.M))
    return next(found, "could not be reached")


def will_stay(answer: GitResult) -> bool:
    """Whether the remote cannot take a push, however often one tries."""
    return any(re.search(pattern, _said(answer), re.M) for pattern, _ in _LASTING)


def is_locked(answer: GitResult) -> bool:
    """Whether somebody holds the lock of what the remote is to change, or left it there."""
    return bool(re.search(r"\.lock': File exists", _said(answer)))


def _said(answer: GitResult) -> str:
    return answer.err + answer.out.decode(errors="replace")
