"""confaudit git diff-driver."""

from collections.abc import Sequence
from typing import Final

import click

from confaudit.cli.commands import Command
from confaudit.cli.git import show
from confaudit.cli.git_versions import differing_lines
from confaudit.core.text.wording import visible

_ARGUMENTS: Final = 7
"""Path, and of both sides file, blob id and mode; after a move its new path and a description."""


@click.command("diff-driver", cls=Command)
@click.argument("arguments", nargs=-1, metavar="PATH OLD… NEW…")
def command(arguments: tuple[str, ...]) -> None:
    """Show what changed in a file that git hands over.

    Git passes a path, and file, blob id and mode of both sides. A snapshot's
    changes have their causes; `git log` and `git show` need --ext-diff for it.
    """
    show(lambda: _lines(*arguments))


def _lines(path: str = "", *sides: str) -> Sequence[str]:
    if len(sides) < _ARGUMENTS - 1:
        return (f"{visible(path)} (in conflict)",)
    before, after, *moved = sides[0], sides[3], *sides[6:7]
    return differing_lines(before, after, *((moved[0], path) if moved else (path,)))
