"""confaudit blame."""

import click

from confaudit.cli.arguments import OPTION, SNAPSHOT
from confaudit.cli.commands import Command, Section
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import deployment_option, option, place_options
from confaudit.cli.setup import fold_setup
from confaudit.core.judge.threshold import NEVER_REACHED
from confaudit.workflows.origins import origins_report
from confaudit.workflows.setup import Setup


@click.command(
    "blame", cls=Command, context_settings={"ignore_unknown_options": True}
)  # --flag is a name
@click.argument("names", nargs=-1, type=OPTION, metavar="[OPTION]...")
@deployment_option
@option(
    "--at",
    "revision",
    type=SNAPSHOT,
    default="HEAD",
    metavar="REV[:NAME]",
    command="blame",
    section=Section.INPUTS,
    help="The snapshot to tell of.  [default: the last]",
)
@option("--all", "are_all", is_flag=True, section=Section.INPUTS, help="What nobody set as well.")
@output_options
@place_options
@fold_setup
def command(
    setup: Setup,
    names: tuple[str, ...],
    deployment: str,
    revision: str,
    are_all: bool,
    rendering: Rendering,
) -> None:
    """Tell since when each option is what it is, and who made it so.

    With value, value source, cause, the commit and its author, and the merge
    that brought it. OPTION is any name of an option, or a glob over names;
    without one it is all that is set. What was so in the first snapshot
    already may be older than that.

    \b
    Examples:
      confaudit blame
      confaudit blame session-duration '*oidc*' -d prod
      confaudit blame --at HEAD~3 --all -f json
    """
    report, taken = origins_report(setup, names, revision, deployment, are_all=are_all)
    for name in taken:
        click.echo(f"confaudit: taken to mean {name}", err=True)
    write(report, rendering, NEVER_REACHED)
