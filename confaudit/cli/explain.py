"""confaudit explain."""

import click

from confaudit.cli.arguments import INPUT, OPTION
from confaudit.cli.commands import Command
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import deployment_option, kinds_option, setup_options
from confaudit.cli.setup import fold_setup
from confaudit.core.judge.threshold import NEVER_REACHED
from confaudit.workflows.explain import explain_option
from confaudit.workflows.setup import Setup


@click.command(
    "explain", cls=Command, context_settings={"ignore_unknown_options": True}
)  # --flag is a name
@click.argument("name", type=OPTION, metavar="OPTION")
@click.argument("inputs", nargs=-1, type=INPUT, metavar="[BEFORE [AFTER]]")
@kinds_option
@deployment_option
@output_options
@setup_options
@fold_setup
def command(
    setup: Setup,
    name: str,
    inputs: tuple[str, ...],
    kinds: tuple[str, ...],
    deployment: str,
    rendering: Rendering,
) -> None:
    """Tell the story of one option between two configurations.

    What it was and is, who changed it and how that is known, and what the
    releases on the way did to it. OPTION is any of its names, or a changed
    config leaf; the inputs are those of `confaudit diff`. One alone is told
    by itself where there is no deployment to compare it with.

    \b
    Examples:
      confaudit explain CODER_AIBRIDGE_ENABLED HEAD~1 HEAD
      confaudit explain session-duration
    """
    if len(inputs) > 2:
        raise click.UsageError("Give at most two inputs.")
    report, taken = explain_option(setup, name, inputs, kinds, deployment)
    if taken:
        click.echo(f"confaudit: taken to mean {taken}", err=True)
    write(report, rendering, NEVER_REACHED)
