"""See the package."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from tests.benchmarks import table
from tests.benchmarks.data import Data
from tests.benchmarks.groups import GROUPS, TABLE
from tests.benchmarks.jobs import fetch_jsondiffpatch

_CACHE: Final = Path.home() / ".cache/confaudit-benchmarks"


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME…]", type=click.Choice([*GROUPS]))
@click.option("--rounds", default=7, show_default=True, type=click.IntRange(1), help="Rounds.")
@click.option(
    "--data",
    "folder",
    default=_CACHE,
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where repositories are kept, which take minutes to make, and the peer from npm.",
)
def main(names: Sequence[str], rounds: int, folder: Path) -> None:
    """Print what confaudit costs beside its goals, as a table in Markdown.

    NAME is one of the groups of rows; without any, those of README are measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fetch_jsondiffpatch(folder.resolve())
    _say(f"{table.machine(rounds)}\n", *table.HEAD)
    for name in names or TABLE:
        for row, figure in GROUPS[name].measured(Data(folder.resolve()), rounds):
            _say(table.line(row, figure))


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
