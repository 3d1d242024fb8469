"""Every failure a user can meet, and the exit codes: importable from every room."""

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process reports to its caller; the same for every command and format."""

    OK = 0
    """Ran fully; nothing at or above the threshold."""
    FOUND = 1
    """Ran fully; differences or findings at or above the threshold."""
    USAGE = 2
    """Usage or configuration error."""
    INCOMPLETE = 3
    """Nothing to work on; with --strict also: knowledge incomplete."""
    UNREACHABLE = 4
    """The Coder API, the git remote, Coder's releases, where a comment or a notification goes: not
    reached, or refused."""
    BUG = 70
    """A bug in confaudit (sysexits' EX_SOFTWARE)."""
    INTERRUPTED = 130
    """Interrupted by the user."""
    TERMINATED = 143
    """Terminated by the system."""


class ConfauditError(Exception):
    """An expected failure: one sentence, what to do next, and the exit code it leads to.

    Both are printed after a colon, so they start small and end without a stop.
    Neither text may contain anything read from a payload: messages reach logs and terminals.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(ConfauditError):
    """confaudit.yaml or the environment says something that cannot be meant."""


class SourceError(ConfauditError):
    """An input cannot be read as a Coder configuration."""


class DamagedError(SourceError):
    """A stored snapshot is not what confaudit wrote; the next one need not build on it."""


class ApiError(ConfauditError):
    """The Coder API could not be reached, or refused to answer."""

    exit_code = ExitCode.UNREACHABLE


class MirrorError(ConfauditError):
    """Where Coder's releases are published could not be reached, or refused."""

    exit_code = ExitCode.UNREACHABLE


class ForgeError(ConfauditError):
    """Where a pull request is hosted could not be reached, or refused to answer."""

    exit_code = ExitCode.UNREACHABLE


class NotifyError(ConfauditError):
    """A notification could not be delivered."""

    exit_code = ExitCode.UNREACHABLE

    def __init__(self, message: str, hint: str = "", wait_seconds: float = 0) -> None:
        super().__init__(message, hint)
        self.wait_seconds = wait_seconds
        """How long the other side asks to be left alone; 0 where it does not say."""


class StoreError(ConfauditError):
    """The git repository of snapshots cannot do what was asked."""


class RemoteError(StoreError):
    """The git remote could not be reached, or refused the push."""

    exit_code = ExitCode.UNREACHABLE


class NothingToDo(ConfauditError):  # noqa: N818 - not an error, yet it ends the command
    """There is nothing to work on: no deployment, no snapshot, no option."""

    exit_code = ExitCode.INCOMPLETE


class TemplateError(ConfauditError):
    """A user's template does not exist or cannot be rendered."""


class CatalogError(ConfauditError):
    """A catalogue of releases cannot be read."""


_MOST_SHOWN = 40


def suggest(word: str, known: Sequence[str]) -> str:
    """A hint for a word that is none of the known ones: the nearest, else all of them."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"known: {', '.join(known)}" if len(known) < _MOST_SHOWN else "check its spelling"
