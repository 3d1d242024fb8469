"""confaudit catalog: its subcommands, each in a module of its own, and the options they share."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from confaudit.cli.lazy import LazyGroup
from confaudit.cli.parameters import option, read_setup, stack

COMMANDS: Final = {
    "releases": ("catalog_releases", "List the releases of Coder that are known."),
    "show": ("catalog_show", "Tell the life of an option across the releases."),
    "diff": ("catalog_diff", "Compare what two releases declare."),
    "import": ("catalog_import", "Learn a release that confaudit does not know."),
}


@click.group("catalog", cls=LazyGroup, table=COMMANDS)
def command() -> None:
    """Ask what is known about Coder's releases and their options.

    The catalogue that comes with confaudit, and over it the user's own, which
    lie in the folder coder-releases beside confaudit.yaml.
    """


_OPTIONS: Final = (
    option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Configuration file.  [default: the nearest confaudit.yaml]",
    ),
    option("--no-config", is_flag=True, help="Look for no configuration file."),
)


def catalog_options(command: Callable[..., Any]) -> Any:
    """Add the options and hand the command the Catalog and the time in their place."""

    @functools.wraps(command)
    def with_catalog(config: Path | None, no_config: bool, **values: Any) -> Any:
        setup = read_setup(
            repo=None,
            config=config,
            no_config=no_config,
            url=None,
            token_file=None,
            allow_http=False,
            timeout=None,
            retries=None,
        )
        return command(catalog=setup.catalog(), now=setup.now(), **values)

    return stack(_OPTIONS)(with_catalog)
