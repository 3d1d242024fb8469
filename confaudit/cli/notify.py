"""confaudit notify."""

import click

from confaudit.cli.arguments import NOTIFICATION
from confaudit.cli.commands import Command
from confaudit.cli.parameters import deployment_option, dry_run_option, place_options
from confaudit.cli.setup import fold_setup
from confaudit.errors import ConfauditError, ExitCode
from confaudit.workflows.notify import Trial, Undelivered, trials
from confaudit.workflows.setup import Setup


@click.command("notify", cls=Command)
@click.argument("names", nargs=-1, type=NOTIFICATION, metavar="[NAME]...")
@deployment_option
@dry_run_option
@place_options
@fold_setup
def command(setup: Setup, names: tuple[str, ...], deployment: str, dry_run: bool) -> int:
    """Try the notifications of confaudit.yaml, all or those named.

    Sends what the newest change in the repository makes of each, marked as a
    test, whether or not its conditions hold. With --dry-run it prints what would
    be sent. Exits with 4 when one cannot be delivered.

    \b
    Examples:
      confaudit notify
      confaudit notify chat --dry-run -d prod
    """
    codes = [_tried(one, dry_run) for one in trials(setup, names, deployment)]
    return max(codes)


def _tried(trial: Trial | Undelivered, dry_run: bool) -> int:
    if isinstance(trial, Undelivered):
        return _explained(trial)
    try:
        if dry_run:
            click.echo(f"{trial.sentence}\n\n{trial.preview()}")
        else:
            trial.send()
            click.echo(f"delivered to {trial.sentence}")
    except ConfauditError as error:
        return _explained(Undelivered(trial.name, error))
    return ExitCode.OK


def _explained(failure: Undelivered) -> int:
    click.echo(f"confaudit: {failure.sentence}", err=True)
    if failure.error.hint:
        click.echo(f"hint: {failure.error.hint}", err=True)
    return failure.error.exit_code
