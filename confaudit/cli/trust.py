"""confaudit trust."""

from pathlib import Path

import click

from confaudit.cli.commands import Command
from confaudit.cli.parameters import dry_run_option, option, place_options
from confaudit.cli.setup import fold_setup
from confaudit.core.text.wording import visible
from confaudit.workflows import trust as workflow
from confaudit.workflows.setup import Setup


@click.command("trust", cls=Command)
@option("--always", is_flag=True, help="Whatever it will ask, here and below.")
@option("--revoke", is_flag=True, help="Trust it no more.")
@dry_run_option
@place_options
@fold_setup
def command(setup: Setup, always: bool, revoke: bool, dry_run: bool) -> None:
    """Agree to what confaudit.yaml asks of this machine.

    It can name commands to run, files with tokens and servers to send these to,
    and may have come with somebody else's checkout. So it gets none of that
    before you agree, once, to what this prints: as this user, in this folder.
    What changes has to be agreed to anew. What `confaudit init` writes and what
    --config names is trusted. `confaudit help trust` tells more.

    \b
    Examples:
      confaudit trust
      confaudit trust --dry-run
    """
    if always and revoke:
        raise click.UsageError("Give --always or --revoke, not both.")
    found = workflow.asked(setup.loaded)
    click.echo(f"{_shown(setup.loaded.folder)} asks for")
    for one in found:
        state = "" if setup.gate.trusts(one) else "new: "
        click.echo(f"  {state}{visible(one.sentence)}")
    if not dry_run:
        click.echo(_done(setup, always=always, revoke=revoke))


def _done(setup: Setup, *, always: bool, revoke: bool) -> str:
    """Keep what was decided, and say so."""
    folder = setup.user_folder or Path()
    if revoke:
        return f"not trusted any more [{_shown(workflow.withdraw(setup.loaded, folder))}]"
    if always:
        kept = _shown(workflow.agree_for_good(setup.loaded, folder))
        return f"trusted, and whatever it will ask [{kept}]"
    return f"trusted as it is now [{_shown(workflow.agree(setup.loaded, folder))}]"


def _shown(path: Path) -> str:
    return visible(str(path))
