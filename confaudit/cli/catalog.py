"""confaudit catalog: its subcommands, each in a module of its own, and the options they share."""

import functools
from collections.abc import Callable
from typing import Any, Final

import click

from confaudit.cli.lazy import LazyGroup
from confaudit.cli.parameters import config_options
from confaudit.cli.setup import fold_setup
from confaudit.workflows.setup import Setup

COMMANDS: Final = {
    "releases": ("catalog_releases", "List the releases of Coder that are known."),
    "show": ("catalog_show", "Tell the life of an option across the releases."),
    "diff": ("catalog_diff", "Compare what two releases declare."),
    "update": ("catalog_update", "Fetch and learn the releases that are missing."),
    "import": ("catalog_import", "Learn a release that confaudit does not know."),
}


@click.group("catalog", cls=LazyGroup, table=COMMANDS)
def command() -> None:
    """Ask what is known about Coder's releases and their options.

    The catalogue that comes with confaudit, and over it the user's own, which
    lie in the folder coder-releases beside confaudit.yaml.
    """


def catalog_options(command: Callable[..., Any]) -> Any:
    """Add the options and hand the command the Catalog and the time in their place."""

    @functools.wraps(command)
    def with_catalog(setup: Setup, **values: Any) -> Any:
        return command(catalog=setup.catalog(), now=setup.now(), **values)

    return config_options(fold_setup(with_catalog))
