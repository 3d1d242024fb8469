"""confaudit site."""

from pathlib import Path

import click

from confaudit.cli.commands import Command
from confaudit.cli.parameters import now_option, place_options, templates_option
from confaudit.cli.setup import fold_setup
from confaudit.core.text.wording import visible
from confaudit.workflows.setup import Setup


@click.command("site", cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@templates_option
@now_option
@place_options
@fold_setup
def command(setup: Setup, folder: Path, templates: Path | None) -> None:
    """Write the history as a static site.

    An overview, and a page for each deployment, each option and each snapshot
    that changed something; feeds, and a search that needs no server. It can be
    read from the disk, or be put under any path of a web server.

    DIR is new, empty, or a site already: then only what changed is written,
    and pages of what is gone are removed.

    \b
    Examples:
      confaudit site public
      confaudit site public --repo ../snapshots
    """
    from confaudit.workflows.site import site

    done = site(setup, folder, templates)
    told = f"{len(done.written):,} pages written, {done.kept:,} as they were"
    gone = f", {len(done.removed):,} removed" if done.removed else ""
    click.echo(f"{visible(str(folder))}: {told}{gone}")
