"""confaudit catalog releases."""

from datetime import datetime

import click

from confaudit.cli.catalog import catalog_options
from confaudit.cli.commands import Command, Section
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import option
from confaudit.core.coder.releases import Catalog
from confaudit.core.judge.threshold import NEVER_REACHED
from confaudit.workflows import catalog as workflow


@click.command("releases", cls=Command)
@option(
    "--line",
    metavar="LINE",
    default="",
    section=Section.INPUTS,
    help="Only this release line, such as 2.34.",
)
@option(
    "--since",
    metavar="LINE",
    default="",
    section=Section.INPUTS,
    help="Only from this line or version on.",
)
@output_options
@catalog_options
def command(catalog: Catalog, now: datetime, line: str, since: str, rendering: Rendering) -> None:
    """List the releases of Coder that are known.

    Each with its date, how many options it declares, and how many it added
    and removed: a patch release against the one before it, the first release
    of a line against the first of the line before.

    \b
    Examples:
      confaudit catalog releases --since 2.30
      confaudit catalog releases --line 2.34 -f json
    """
    write(workflow.releases(catalog, now, line, since), rendering, NEVER_REACHED)
