"""confaudit git install."""

from pathlib import Path

import click

from confaudit.cli.commands import Command
from confaudit.cli.parameters import option, repo_option
from confaudit.workflows.git_install import install


@click.command("install", cls=Command)
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...")
@option("--print", "is_dry", is_flag=True, help="Only print what there is to do.")
@option(
    "--global/--local",
    "is_global",
    default=False,
    help="Configure git for you, or in this repository.  [default: this repository]",
)
@repo_option("this folder", default=Path())
def command(patterns: tuple[str, ...], is_dry: bool, is_global: bool, repo: Path) -> None:
    """Make git show configurations by confaudit.

    Writes .gitattributes and git's configuration, keeps what is there, and
    prints what it did as shell commands. Snapshots are shown so, and the
    operators' files that a PATTERN of .gitattributes names.

    \b
    Examples:
      confaudit git install
      confaudit git install 'values*.yaml' coder.env --print
    """
    done = install(repo, patterns, is_global=is_global, is_dry=is_dry)
    for line in done:
        click.echo(line)
    if not done:
        click.echo("Nothing to do: git is configured already.")
