"""confaudit secrets."""

import click

from confaudit.cli.lazy import Group
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import place_options
from confaudit.cli.setup import fold_setup
from confaudit.core.report.exits import exit_code
from confaudit.core.report.states import SOMEBODY_HAS_TO_ACT
from confaudit.workflows.secrets_scan import scan as scan_all
from confaudit.workflows.setup import Setup


@click.group("secrets", cls=Group)
def command() -> None:
    """Look for secrets that older snapshots still hold.

    Secrets are taken out before anything is stored, by rules that grow. What
    older ones left, or somebody wrote there by hand, stays in git's history.
    """


@command.command("scan")
@output_options
@place_options
@fold_setup
def scan(setup: Setup, rendering: Rendering) -> int:
    """Look through the whole history for what today's rules would take out.

    Reads every file of a snapshot that any branch, tag or stash leads to, once.
    Tells where a secret is and since when, never what it is, and how to clean
    up: rotate it, then rewrite the history. Exits with 1 when there is one.

    \b
    Examples:
      confaudit secrets scan
      confaudit secrets scan -f md -o secrets.md
    """
    report = scan_all(setup)
    write(report, rendering, SOMEBODY_HAS_TO_ACT)
    return exit_code(report, SOMEBODY_HAS_TO_ACT)
