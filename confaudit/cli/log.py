"""confaudit log."""

from datetime import datetime

import click

from confaudit.cli.arguments import OPTION
from confaudit.cli.commands import Command, Section
from confaudit.cli.output import Rendering, output_options, stream, write
from confaudit.cli.parameters import Bound, deployment_option, option, place_options
from confaudit.cli.setup import fold_setup
from confaudit.cli.thresholds import cause_option
from confaudit.core.judge.threshold import NEVER_REACHED
from confaudit.core.model import Cause
from confaudit.workflows.log import LogRequest, log, log_report
from confaudit.workflows.setup import Setup


@click.command(
    "log", cls=Command, context_settings={"ignore_unknown_options": True}
)  # --flag is a name
@click.argument("names", nargs=-1, type=OPTION, metavar="[OPTION]...")
@deployment_option
@option(
    "--since",
    type=Bound(is_start=True),
    metavar="TIME",
    command="log",
    section=Section.INPUTS,
    help="Only snapshots of this time or later.",
)
@option(
    "--until",
    type=Bound(is_start=False),
    metavar="TIME",
    command="log",
    section=Section.INPUTS,
    help="Only snapshots of this time or earlier.",
)
@option(
    "--max-count",
    "-n",
    type=click.IntRange(min=1),
    metavar="N",
    section=Section.INPUTS,
    help="The newest N.",
)
@cause_option
@option(
    "--patch",
    "-p",
    is_flag=True,
    section=Section.OUTPUT,
    help="Tell in text what each change was.",
)
@output_options
@place_options
@fold_setup
def command(
    setup: Setup,
    names: tuple[str, ...],
    deployment: str,
    since: datetime | None,
    until: datetime | None,
    max_count: int | None,
    causes: tuple[str, ...],
    patch: bool,
    rendering: Rendering,
) -> None:
    """Tell which snapshots changed what, and by whose doing.

    Newest first, of all deployments or that of -d; an upgrade is called one.
    OPTION is any name of an option in any release, or a glob over names: then
    only what changed it is told, under whatever name. Nothing makes it fail.

    \b
    Examples:
      confaudit log
      confaudit log -p --cause operator --since 2026-01-01
      confaudit log session-duration '*oidc*' -d prod -o history.html
    """
    wanted = frozenset(map(Cause, causes))
    told = log(setup, LogRequest(names, deployment, since, until, wanted, max_count))
    for name in told.taken:
        click.echo(f"confaudit: taken to mean {name}", err=True)
    if rendering.is_plain and told.is_any:
        for note in told.notes:
            click.echo(f"confaudit: {note}", err=True)
        stream(told.entries, rendering, in_full=patch)
    else:
        write(log_report(setup, told), rendering, NEVER_REACHED, in_full=patch)
