"""confaudit ignore."""

from datetime import datetime

import click

from confaudit.cli.arguments import DEPLOYMENT, OPTION, RULE, File
from confaudit.cli.lazy import Group
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import dry_run_option, now_option, option, place_options
from confaudit.cli.setup import fold_setup
from confaudit.core.judge.exceptions import Decision, ExceptionEntry
from confaudit.core.judge.threshold import NEVER_REACHED
from confaudit.core.text.wording import plural, visible
from confaudit.workflows import ignore as workflow
from confaudit.workflows.setup import Setup


@click.group("ignore", cls=Group)
def command() -> None:
    """Say which findings do not count, why, and until when.

    All of it stands in confaudit-exceptions.yaml beside confaudit.yaml. Lines
    are added and taken out; comments and order stay as people made them.
    """


@command.command("add")
@click.argument("fingerprint", default="", metavar="[FINGERPRINT]")
@option("--reason", default="", metavar="TEXT", help="Why it does not count here.")
@option("--note", default="", metavar="TEXT", help="Let it count, with this beside it.")
@option("--rule", type=RULE, default="*", metavar="GLOB", help="Findings of these rules.")
@option(
    "--option",
    "subject",
    type=OPTION,
    default="*",
    metavar="GLOB",
    help="Findings about these options.",
)
@option(
    "--deployment",
    "-d",
    type=DEPLOYMENT,
    default="*",
    metavar="GLOB",
    command="ignore add",
    help="Only in these deployments.",
)
@option("--owner", default="", metavar="NAME", help="Who answers for it.")
@option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day on which it holds, in UTC.",
)
@option(
    "--until-version",
    default="",
    metavar="VERSION",
    help="The release of Coder from which on it holds no longer.",
)
@now_option
@place_options
@fold_setup
def add(
    setup: Setup,
    fingerprint: str,
    reason: str,
    note: str,
    rule: str,
    subject: str,
    deployment: str,
    owner: str,
    expires: datetime | None,
    until_version: str,
) -> None:
    """Write down that a finding does not count, or what is to stand beside it.

    A FINGERPRINT, which every report shows, accepts the finding as it is: with
    another value it counts again. --rule and --option alone ignore all that
    they are about, whatever the values. --note takes the place of --reason.

    \b
    Examples:
      confaudit ignore add 47a2f56057c6 --reason Moves --expires 2027-05-31
      confaudit ignore add --rule 'start-*' -d staging --reason "A playground"
    """
    if bool(reason) == bool(note):
        raise click.UsageError("Say why with --reason, or what is to stand beside it with --note.")
    made = workflow.add(
        setup,
        ExceptionEntry(
            _decision(fingerprint, note),
            reason or note,
            rule,
            subject,
            deployment,
            fingerprint,
            owner,
            expires.date() if expires else None,
            until_version,
        ),
    )
    click.echo(f"{made.where}: {made.decision.value} {visible(', '.join(made.about))}")
    if not (made.expires or made.until_version):
        click.echo("It has no end: --expires or --until-version gives one.", err=True)


def _decision(fingerprint: str, note: str) -> Decision:
    if note:
        return Decision.ANNOTATE
    return Decision.ACCEPT if fingerprint else Decision.IGNORE


@command.command("list")
@now_option
@output_options
@place_options
@fold_setup
def list_exceptions(setup: Setup, rendering: Rendering) -> None:
    """List all exceptions, and which of them have ended."""
    write(workflow.listing(setup), rendering, NEVER_REACHED)


@command.command("prune")
@option(
    "--report",
    "reports",
    multiple=True,
    type=File(exists=True, dir_okay=False, allow_dash=True),
    metavar="SAVED.json",
    help="Also what this saved report calls ended or about nothing; repeatable.",
)
@dry_run_option
@now_option
@place_options
@fold_setup
def prune(setup: Setup, reports: tuple[str, ...], dry_run: bool) -> None:
    """Take out the exceptions that have expired.

    With them go the comment lines right above each. Of several reports, those
    of all deployments and jobs that you run, an entry has to be about nothing
    in every one.
    """
    gone = workflow.prune(setup, reports, is_dry=dry_run)
    for entry in gone:
        click.echo(f"{entry.where}: {visible(', '.join(entry.about))}: {visible(entry.reason)}")
    click.echo(f"{plural(len(gone), 'exception')} {'to take' if dry_run else 'taken'} out.")
