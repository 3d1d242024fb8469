"""confaudit init."""

from pathlib import Path

import click

from confaudit.cli.parameters import option
from confaudit.workflows.init import init


@click.command("init")
@click.argument("name", required=False, default="")
@option("--url", envvar="CODER_URL", default="", help="Access URL of the deployment NAME.")
@option(
    "--repo",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder to set up.  [default: this folder]",
)
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
