"""What is said of a failure that nobody expected: what the system lacks, else that it is a bug.

Of a bug is shown where it happened, never what it was about.
"""

import errno
import sys
import traceback
from pathlib import Path
from typing import Final

import click

from confaudit import __version__
from confaudit.errors import ConfauditError, ConfigError, ExitCode

_LACKING: Final = {
    errno.ENOSPC: ("there is no space left on the disk", "free some space and run again"),
    errno.EDQUOT: ("the quota of the disk is used up", "free some space and run again"),
    errno.EROFS: ("the disk may only be read", "write elsewhere, or mount it for writing"),
    errno.EIO: ("the disk cannot be read or written", "look at what the system says of it"),
    errno.ENFILE: ("the system has too many files open", "run again when it has less to do"),
    errno.EMFILE: ("too many files are open", "raise the limit: `ulimit -n`"),
    errno.ENOMEM: ("there is not enough memory", "run where there is more"),
    errno.EAGAIN: ("the system starts no more processes", "run again when it has less to do"),
}
"""What the system lacks where it refuses with such a number, and what to do."""


def circumstance(error: Exception) -> ConfauditError | None:
    """What the system lacks, where that is why something failed; None: it is a bug."""
    if isinstance(error, MemoryError):
        return ConfigError(*_LACKING[errno.ENOMEM])
    if not isinstance(error, OSError):
        return None
    if isinstance(error, FileNotFoundError) and _is_nowhere():
        return ConfigError("the current folder is not there any more", "change to one that is")
    if isinstance(error, FileNotFoundError) and "temporary directory" in str(error.strerror):
        return ConfigError("no temporary file can be written", "set TMPDIR to a folder with room")
    lacking = _LACKING.get(error.errno or 0)
    return ConfigError(*lacking) if lacking else None


def _is_nowhere() -> bool:
    try:
        return not Path.cwd().is_dir()
    except FileNotFoundError:
        return True


def report_crash(error: Exception) -> int:
    """Name the place of a bug and how to report it.

    Messages and local variables of an unexpected exception may hold payload text: only types and
    code positions are shown.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "confaudit" in frame.filename] or list(frames)
    place = f" in {ours[-1].name}, line {ours[-1].lineno}" if ours else ""
    click.echo(
        f"confaudit: this is a bug: {type(error).__name__}{place} (confaudit {__version__})",
        err=True,
    )
    context = click.get_current_context(silent=True)
    if "--debug" in sys.argv or (context and context.obj):
        _show_frames(error)
    click.echo("hint: please report it with the output of the same command under --debug", err=True)
    return ExitCode.BUG


def _show_frames(error: BaseException | None) -> None:
    while error is not None:
        click.echo(f"{type(error).__name__} (message withheld)", err=True)
        for line in traceback.format_list(traceback.extract_tb(error.__traceback__)):
            click.echo(line, nl=False, err=True)
        error = error.__cause__ or error.__context__
