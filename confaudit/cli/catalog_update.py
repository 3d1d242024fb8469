"""confaudit catalog update."""

from collections.abc import Iterator
from pathlib import Path

import click

from confaudit.cli.arguments import VERSION
from confaudit.cli.catalog_import import account
from confaudit.cli.commands import Command, Section
from confaudit.cli.parameters import (
    catalog_output,
    config_options,
    dry_run_option,
    network_options,
    option,
)
from confaudit.cli.setup import fold_setup
from confaudit.core.text.wording import plural, visible
from confaudit.errors import ExitCode
from confaudit.workflows.catalog_import import Imported
from confaudit.workflows.catalog_update import Skipped, UpdateRequest, update
from confaudit.workflows.setup import Setup


@click.command("update", cls=Command)
@option(
    "--to",
    "target",
    type=VERSION,
    default="",
    metavar="VERSION",
    command="catalog update",
    section=Section.INPUTS,
    help="The last to learn, a line or stable.  [default: latest]",
)
@option(
    "--catalog-url",
    default="",
    metavar="URL|FOLDER",
    section=Section.INPUTS,
    help="Where their files are.  [default: the public repository]",
)
@option(
    "--catalog-releases",
    default="",
    metavar="URL|FILE",
    section=Section.INPUTS,
    help="The list of them.  [default: releases.json beside the files]",
)
@catalog_output(
    "catalog update",
    "A catalogue to extend.  [default: a file each in coder-releases beside confaudit.yaml]",
)
@dry_run_option
@config_options
@network_options
@fold_setup
def command(
    setup: Setup,
    target: str,
    catalog_url: str,
    catalog_releases: str,
    output: Path | None,
    dry_run: bool,
) -> int:
    """Learn the releases of Coder that the catalogue lacks.

    Fetches what declares their options, codersdk/deployment.go, from the public
    repository, a mirror of it or a folder, or their docs pages where that cannot
    be read, and tells of each release what is new. Releases before 2.0 and
    pre-releases are left out. Each file holds one release, to be reviewed and
    committed. Exits with 1 where some had to be skipped, and with 3 where all had.

    \b
    Examples:
      confaudit catalog update
      confaudit catalog update --to 2.38 --dry-run
      confaudit catalog update --catalog-url /media/usb/coder
    """
    learnt = skipped = 0
    for one in update(setup, UpdateRequest(target, catalog_url, catalog_releases, output, dry_run)):
        learnt += isinstance(one, Imported)
        skipped += isinstance(one, Skipped)
        for line in _told(one):
            click.echo(visible(line), err=isinstance(one, Skipped))
    click.echo(_sum(learnt, skipped))
    if not skipped:
        return ExitCode.OK
    return ExitCode.FOUND if learnt else ExitCode.INCOMPLETE


def _told(one: Imported | Skipped) -> Iterator[str]:
    if isinstance(one, Skipped):
        yield f"Coder {one.version} is skipped: {one.reason}"
    else:
        yield from account(one)
        yield f"{'wrote' if one.written else 'would write'} {one.path}"


def _sum(learnt: int, skipped: int) -> str:
    if not learnt and not skipped:
        return "No release is missing."
    left_out = f", {skipped} skipped" if skipped else ""
    return f"{plural(learnt, 'release')} learnt{left_out}."
