"""confaudit diff."""

import click

from confaudit.cli.arguments import INPUT
from confaudit.cli.commands import Command
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import deployment_option, kinds_option, now_option, setup_options
from confaudit.cli.setup import fold_setup
from confaudit.cli.thresholds import selection_options, threshold_options
from confaudit.core.changes.selection import Selection
from confaudit.core.judge.threshold import Threshold
from confaudit.core.report.exits import exit_code
from confaudit.workflows.diff import compare
from confaudit.workflows.setup import Setup


@click.command("diff", cls=Command)
@click.argument("inputs", nargs=-1, type=INPUT, metavar="[BEFORE [AFTER]]")
@kinds_option
@deployment_option
@selection_options
@threshold_options("never")
@now_option
@output_options
@setup_options
@fold_setup
def command(
    setup: Setup,
    inputs: tuple[str, ...],
    kinds: tuple[str, ...],
    deployment: str,
    selection: Selection,
    threshold: Threshold,
    rendering: Rendering,
) -> int:
    """Compare two configurations and report what changed.

    With one input, that against the live deployment; with none, its last
    snapshot against the live deployment.

    \b
    An input is any of:
      live, live:NAME, URL    the deployment itself
      REV[:NAME]              a snapshot in git: HEAD~1, v3:prod
      FOLDER                  a snapshot as files
      FILE or -               a saved API answer, a support bundle, or the
                              "General" page of Coder's API docs

    \b
    Examples:
      confaudit diff
      confaudit diff HEAD~1 HEAD
      confaudit diff staging.json live:prod -o report.html
    """
    if len(inputs) > 2:
        raise click.UsageError("Give at most two inputs.")
    report = compare(setup, inputs, kinds, deployment, selection)
    write(report, rendering, threshold)
    return exit_code(report, threshold)
