"""confaudit verify."""

import click

from confaudit.cli.operator_files import input_options
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import (
    deployment_option,
    fold_setup,
    now_option,
    option,
    setup_options,
)
from confaudit.cli.thresholds import strict_option, threshold_options
from confaudit.core.judge.judge import Threshold
from confaudit.core.report.exits import exit_code
from confaudit.workflows.operator_files import GivenFiles
from confaudit.workflows.setup import Setup
from confaudit.workflows.verify import VerifyRequest, verify_upgrade


@click.command("verify")
@click.argument("snapshots", nargs=-1, metavar="[BEFORE [AFTER]]")
@option(
    "--from",
    "source",
    default="",
    metavar="VERSION",
    help="The release of BEFORE, if it does not say.",
)
@option(
    "--to",
    "target",
    default="",
    metavar="VERSION",
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

    Predicts from BEFORE, and from the files that set the server up, what the
    release of AFTER makes of them, and compares that with AFTER. A difference
    is explained when somebody or something is known to have made it; what is
    left is open, and makes the command fail.

    Both are any input of `confaudit diff`; AFTER is the live deployment if not
    given, BEFORE its last snapshot. A VERSION may also be a line, as in 2.34,
    latest or stable.

    \b
    Examples:
      confaudit verify
      confaudit verify HEAD~1 HEAD
      confaudit verify before.json live:prod -i values.yaml
    """
    if len(snapshots) > 2:
        raise click.UsageError("Give at most two snapshots.")
    before, after = (*snapshots, "", "")[:2]
    live = f"live:{deployment}" if deployment else "live"
    request = VerifyRequest(before, after or live, source, target, files, deployment)
    report = verify_upgrade(setup, request)
    write(report, rendering, threshold)
    return exit_code(report, threshold)
