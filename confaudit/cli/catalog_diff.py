"""confaudit catalog diff."""

from datetime import datetime

import click

from confaudit.cli.arguments import VERSION
from confaudit.cli.catalog import catalog_options
from confaudit.cli.commands import Command
from confaudit.cli.output import Rendering, output_options, write
from confaudit.core.coder.releases import Catalog
from confaudit.core.judge.threshold import NEVER_REACHED
from confaudit.workflows import catalog as workflow


@click.command("diff", cls=Command)
@click.argument("before", type=VERSION, metavar="VERSION")
@click.argument("after", type=VERSION, metavar="VERSION")
@output_options
@catalog_options
def command(catalog: Catalog, now: datetime, before: str, after: str, rendering: Rendering) -> None:
    """Compare what two releases of Coder declare.

    What was added, removed, renamed, and where defaults, types, variables,
    YAML keys or config leaves moved; what became hidden, deprecated, secret.
    A VERSION may also be a line, as in 2.34, latest or stable.

    \b
    Examples:
      confaudit catalog diff 2.29.5 2.34.1
      confaudit catalog diff 2.33.0 latest -o upgrade.html
    """
    write(workflow.compare(catalog, now, before, after), rendering, NEVER_REACHED)
