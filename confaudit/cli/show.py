"""confaudit show."""

import click

from confaudit.cli.arguments import SNAPSHOT
from confaudit.cli.commands import Command
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import deployment_option, place_options
from confaudit.cli.setup import fold_setup
from confaudit.cli.thresholds import threshold_options
from confaudit.core.judge.threshold import Threshold
from confaudit.core.report.exits import exit_code
from confaudit.workflows.setup import Setup
from confaudit.workflows.show import show


@click.command("show", cls=Command)
@click.argument("revision", type=SNAPSHOT, default="", metavar="[REV[:NAME]]")
@deployment_option
@threshold_options("never")
@output_options
@place_options
@fold_setup
def command(
    setup: Setup, revision: str, deployment: str, threshold: Threshold, rendering: Rendering
) -> int:
    """Tell what a commit brought: who made it, what changed, and why.

    Of the last commit that changed a snapshot if none is given. With a
    deployment it is the commit that recorded its snapshot as it is in REV. An
    upgrade is held against what was predicted for it; of a first snapshot all
    is told that is set.

    \b
    Examples:
      confaudit show
      confaudit show HEAD~3
      confaudit show v2:prod -o change.html
    """
    report = show(setup, revision, deployment)
    write(report, rendering, threshold)
    return exit_code(report, threshold)
