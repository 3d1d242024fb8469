"""confaudit verify."""

import click

from confaudit.cli.arguments import INPUT, VERSION
from confaudit.cli.commands import Command, Section
from confaudit.cli.operator_files import input_options
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import deployment_option, now_option, option, setup_options
from confaudit.cli.setup import fold_setup
from confaudit.cli.thresholds import strict_option, threshold_options
from confaudit.core.judge.threshold import Threshold
from confaudit.core.report.exits import exit_code
from confaudit.workflows.operator_files import GivenFiles
from confaudit.workflows.setup import Setup
from confaudit.workflows.verify import VerifyRequest, verify_upgrade


@click.command("verify", cls=Command)
@click.argument("snapshots", nargs=-1, type=INPUT, metavar="[BEFORE [AFTER]]")
@option(
    "--from",
    "source",
    type=VERSION,
    default="",
    metavar="VERSION",
    command="verify",
    section=Section.INPUTS,
    help="The release of BEFORE, if it does not say.",
)
@option(
    "--to",
    "target",
    type=VERSION,
    default="",
    metavar="VERSION",
    command="verify",
    section=Section.INPUTS,
    help="The release of AFTER, if it does not say.",
)
@deployment_option
@input_options
@threshold_options("any", strict_option)
@now_option
@output_options
@setup_options
@fold_setup
def command(
    setup: Setup,
    snapshots: tuple[str, ...],
    source: str,
    target: str,
    deployment: str,
    files: GivenFiles,
    threshold: Threshold,
    rendering: Rendering,
) -> int:
    """Check after an upgrade whether it did what was predicted.

    Predicts from BEFORE and the files what the release of AFTER makes of them.
    A difference that nobody is known to have made is open, and makes it fail.
    Both are any input of `confaudit diff`; AFTER is the live deployment if not
    given. With neither it is the last snapshot and the live deployment; if both
    are of one release, or none is set up, the last upgrade in the history.

    \b
    Examples:
      confaudit verify
      confaudit verify HEAD~1 HEAD
      confaudit verify before.json live:prod -i values.yaml
    """
    if len(snapshots) > 2:
        raise click.UsageError("Give at most two snapshots.")
    before, after = (*snapshots, "", "")[:2]
    request = VerifyRequest(before, after, source, target, files, deployment)
    report = verify_upgrade(setup, request)
    write(report, rendering, threshold)
    return exit_code(report, threshold)
