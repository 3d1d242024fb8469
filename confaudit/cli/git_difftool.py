"""confaudit git difftool."""

import click

from confaudit.cli.commands import Command
from confaudit.cli.git import show
from confaudit.cli.git_versions import differing_lines


@click.command("difftool", cls=Command)
@click.argument("before")
@click.argument("after")
@click.argument("path", required=False, default="")
def command(before: str, after: str, path: str) -> None:
    """Show what differs between two files.

    PATH is what both are versions of. After `confaudit git install` this is
    `git difftool --tool=confaudit`.
    """
    show(lambda: differing_lines(before, after, path or after))
