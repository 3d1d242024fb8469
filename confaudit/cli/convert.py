"""confaudit convert."""

import click

from confaudit.cli.output import Rendering, output_options, write
from confaudit.workflows.convert import saved_report


@click.command("convert")
@click.argument(
    "saved", metavar="SAVED.json", type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@output_options
def command(saved: str, rendering: Rendering) -> None:
    """Show a saved JSON report again, in any format.

    SAVED.json is what -f json wrote, - standard input. Nothing is read but
    that file: neither the deployment nor the repository need be at hand.

    \b
    Examples:
      confaudit diff HEAD~1 HEAD -o report.json
      confaudit convert report.json -o report.html -o report.md
    """
    write(saved_report(saved), rendering)
