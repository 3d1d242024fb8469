"""confaudit init."""

from pathlib import Path

import click

from confaudit.cli.commands import Command
from confaudit.cli.parameters import repo_option, url_option
from confaudit.workflows.init import init


@click.command("init", cls=Command)
@click.argument("name", required=False, default="")
@url_option(default="")
@repo_option("this folder", default=Path())
def command(name: str, url: str, repo: Path) -> None:
    """Set up a repository of snapshots.

    Makes the folder a git repository if it is none, and writes a commented
    confaudit.yaml, files of decisions to fill in with their schemas, and a
    .gitattributes. Files that exist are kept.

    \b
    Example:
      confaudit init prod --url https://coder.example.com
    """
    made = init(repo, name, url if name else "")
    for file in made.written:
        click.echo(f"wrote {made.folder / file}")
    for file in made.kept:
        click.echo(f"kept {made.folder / file}")
    click.echo("Treat the repository as confidential: it describes your deployment.")
    click.echo("Next: edit confaudit.yaml, then run `confaudit snapshot -v`.")
