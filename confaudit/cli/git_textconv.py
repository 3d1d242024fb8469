"""confaudit git textconv."""

import click

from confaudit.cli.commands import Command
from confaudit.cli.git import show
from confaudit.core.coder.releases import Catalog
from confaudit.workflows.git_lines import lines_of, read_version


@click.command("textconv", cls=Command)
@click.argument("file")
def command(file: str) -> None:
    """Print a file as lines, one option each.

    Of a snapshot's file every option and what set it, of an operator's file
    what its settings come to. Secrets are never shown, nor is what else stands
    in the file: `git diff --no-textconv` shows the text.
    """
    show(lambda: lines_of(file, read_version(file, file) or b"", _catalog))


def _catalog() -> Catalog:
    from confaudit.cli.setup import read_setup  # a snapshot needs no setup

    return read_setup().catalog()
