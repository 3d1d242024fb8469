"""confaudit catalog show."""

from datetime import datetime

import click

from confaudit.cli.arguments import OPTION
from confaudit.cli.catalog import catalog_options
from confaudit.cli.commands import Command
from confaudit.cli.output import Rendering, output_options, write
from confaudit.core.coder.releases import Catalog
from confaudit.core.judge.threshold import NEVER_REACHED
from confaudit.workflows import catalog as workflow


@click.command(
    "show", cls=Command, context_settings={"ignore_unknown_options": True}
)  # --flag is a name
@click.argument("name", type=OPTION, metavar="OPTION")
@output_options
@catalog_options
def command(catalog: Catalog, now: datetime, name: str, rendering: Rendering) -> None:
    """Tell the life of an option across the releases of Coder.

    When it came, what became of its names, default and type, and to which
    older lines a change was carried back. OPTION is any of its names: flag,
    environment variable, YAML key, config leaf, display name, or nearly so.

    \b
    Examples:
      confaudit catalog show CODER_NOTIFICATIONS_EMAIL_SMARTHOST
      confaudit catalog show oidc.scopes -f md
    """
    report, found = workflow.show(catalog, now, name)
    if not found.is_exact:
        click.echo(f"confaudit: taken to mean {found.name}", err=True)
    write(report, rendering, NEVER_REACHED)
