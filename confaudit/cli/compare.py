"""confaudit compare."""

import click

from confaudit.cli.arguments import COMPARED
from confaudit.cli.commands import Command
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import now_option, setup_options
from confaudit.cli.setup import fold_setup
from confaudit.cli.thresholds import threshold_options
from confaudit.core.judge.threshold import Threshold
from confaudit.core.report.exits import exit_code
from confaudit.workflows.compare import compare_all
from confaudit.workflows.setup import Setup


@click.command("compare", cls=Command)
@click.argument("inputs", nargs=-1, type=COMPARED, metavar="[INPUT]...")
@threshold_options("never")
@now_option
@output_options
@setup_options
@fold_setup
def command(
    setup: Setup, inputs: tuple[str, ...], threshold: Threshold, rendering: Rendering
) -> int:
    """Tell where deployments differ from each other.

    An INPUT is the name of a deployment, for its last snapshot, or any input of
    `confaudit diff`; without one it is every deployment that has a snapshot. Of
    each option is told what most have, and who deviates; apart from that what
    differs between replicas of one deployment, what the policy of the house
    expects, and what comes of the release or host alone. A difference that is
    not expected is a warning for --fail-on.

    \b
    Examples:
      confaudit compare
      confaudit compare prod staging live:dev
      confaudit compare prod prod@{yesterday} saved.json -o parity.html
    """
    report = compare_all(setup, inputs)
    write(report, rendering, threshold)
    return exit_code(report, threshold)
