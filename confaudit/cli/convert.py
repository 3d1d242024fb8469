"""confaudit convert."""

import click

from confaudit.cli.arguments import File
from confaudit.cli.commands import Command
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.thresholds import strict_option, threshold_options
from confaudit.core.judge.threshold import Threshold
from confaudit.core.report.exits import exit_code
from confaudit.workflows.convert import saved_report


@click.command("convert", cls=Command)
@click.argument(
    "saved", metavar="SAVED.json", type=File(exists=True, dir_okay=False, allow_dash=True)
)
@threshold_options("never", strict_option)
@output_options
def command(saved: str, threshold: Threshold, rendering: Rendering) -> int:
    """Show a saved JSON report again, in any format.

    SAVED.json is what -f json wrote, - standard input. Nothing is read but
    that file: neither the deployment nor the repository need be at hand. With
    the --fail-on of the command that wrote it, it exits as that one did.

    \b
    Examples:
      confaudit diff HEAD~1 HEAD -o report.json
      confaudit convert report.json -o report.html -o report.md
    """
    report = saved_report(saved)
    write(report, rendering, threshold)
    return exit_code(report, threshold)
