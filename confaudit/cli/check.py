"""confaudit check."""

import click

from confaudit.cli.arguments import INPUT
from confaudit.cli.commands import Command
from confaudit.cli.operator_files import input_options
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import (
    deployment_option,
    kinds_option,
    now_option,
    setup_options,
    version_option,
)
from confaudit.cli.setup import fold_setup
from confaudit.cli.thresholds import glob_options, strict_option, threshold_options
from confaudit.core.changes.selection import Selection
from confaudit.core.judge.threshold import Threshold
from confaudit.core.report.exits import exit_code
from confaudit.workflows.operator_files import GivenFiles
from confaudit.workflows.setup import Setup


@click.command("check", cls=Command)
@click.argument("arguments", nargs=-1, type=INPUT, metavar="[SNAPSHOT|FILE]…")
@version_option("as inputs say")
@kinds_option
@deployment_option
@input_options
@glob_options
@threshold_options("error", strict_option)
@now_option
@output_options
@setup_options
@fold_setup
def command(
    setup: Setup,
    arguments: tuple[str, ...],
    version: str,
    kinds: tuple[str, ...],
    deployment: str,
    files: GivenFiles,
    selection: Selection,
    threshold: Threshold,
    rendering: Rendering,
) -> int:
    """Hold deployments against the hardening pack and your policy.

    A SNAPSHOT is any input of `confaudit diff`, a FILE any of `confaudit
    lint`: what it is shows in its content. Each deployment is checked alone.
    Files given by --input beside a SNAPSHOT are of its deployment. Without
    either, the last snapshot of every deployment is checked.

    \b
    Examples:
      confaudit check live:prod --fail-on warning
      confaudit check values.yaml staging.json -o check.html
    """
    from confaudit.workflows.check import check
    from confaudit.workflows.check_inputs import CheckRequest

    request = CheckRequest(arguments, kinds, files, deployment, version)
    report = check(setup, request, selection)
    write(report, rendering, threshold)
    return exit_code(report, threshold)
