"""What is shown of a bug: where it happened, never what it was about."""

import sys
import traceback

import click

from confaudit import __version__
from confaudit.errors import ExitCode


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
