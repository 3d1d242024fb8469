"""confaudit demo."""

import shutil
from pathlib import Path

import click

from confaudit.cli.help_page import Command, Section
from confaudit.cli.parameters import option, wants_color
from confaudit.errors import ExitCode
from confaudit.render import RenderOptions, render


@click.command("demo", cls=Command)
@option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("confaudit-demo"),
    show_default=True,
    metavar="FOLDER",
    command="demo",
    section=Section.OUTPUT,
    help="New folder for the repository and the report.",
)
def command(output: Path) -> int:
    """Show the main job on embedded data, in a few seconds.

    Starts a look-alike of Coder's API on the loopback interface, snapshots it
    three times over HTTP as the deployment evolves (an operator changes
    settings, then an upgrade), shows what changed and writes the HTML report.
    """
    from confaudit.workflows.demo import tell

    click.echo("Three snapshots of a deployment, taken over HTTP from a look-alike on loopback:")
    made = tell(output, lambda state, outcome: click.echo(f"  {outcome.summary or outcome.error}"))
    failed = next((outcome.error for outcome in made.outcomes if outcome.error), None)
    if failed:
        raise failed
    width = shutil.get_terminal_size((RenderOptions.DEFAULT_WIDTH, 24)).columns
    click.echo("")
    click.echo(f"$ confaudit diff --repo {made.folder} HEAD~2 HEAD~1\n")
    click.echo(render(made.operator, "text", RenderOptions(width, wants_color("auto"))), color=True)
    click.echo(f"repository  {made.folder}")
    click.echo(f"report      {made.page}  (first to last snapshot; open it in a browser)")
    click.echo("\nTry next:")
    click.echo(f"  git -C {made.folder} log --stat")
    click.echo(f"  confaudit diff --repo {made.folder} HEAD~1 HEAD")
    click.echo(f"  confaudit upgrade --repo {made.folder} HEAD --to 2.36.0")
    click.echo("  confaudit init prod --url https://coder.example.com")
    return ExitCode.OK
