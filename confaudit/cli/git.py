"""confaudit git: its subcommands, and how those behave that git itself starts."""

from collections.abc import Callable, Iterable
from typing import Final

import click

from confaudit.cli.crash import report_crash
from confaudit.cli.lazy import LazyGroup
from confaudit.errors import ConfauditError

COMMANDS: Final = {
    "install": ("git_install", "Make git show configurations by confaudit."),
    "textconv": ("git_textconv", "Print a file as lines, one option each."),
    "diff-driver": ("git_diff_driver", "Show what changed in a file that git hands over."),
    "difftool": ("git_difftool", "Show what differs between two files."),
}

_AS_TEXT: Final = "git shows the text with --no-ext-diff --no-textconv"


@click.group("git", cls=LazyGroup, table=COMMANDS)
def command() -> None:
    """Make git show configurations by confaudit.

    `install` is for you; the others are what git starts then. They never
    fail, as git would give up on everything else it has to show.
    """


def show(view: Callable[[], Iterable[str]]) -> None:
    """Print lines for git, which takes any failure for one of its own: it is a line instead."""
    try:
        text = "".join(f"{line}\n" for line in view())
    except ConfauditError as error:
        text = f"confaudit cannot show this: {error.message}; {_AS_TEXT}\n"
    except Exception as error:
        report_crash(error)
        text = f"confaudit cannot show this: a bug ({type(error).__name__})\n"
    click.echo(text.encode(), nl=False, color=True)
