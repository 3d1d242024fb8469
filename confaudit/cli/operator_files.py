"""--input and its kin: the files that set the server up."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from confaudit.cli.parameters import Decorator, option, stack
from confaudit.workflows.operator_files import KINDS, InputFiles

_FILE: Final = click.Path(dir_okay=False, path_type=Path)

as_option: Final = option(
    "--as",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    metavar="KIND",
    help=f"What a file is, if not what it looks like; by position. One of {', '.join(KINDS)}.",
)
role_options: Final[Sequence[Decorator]] = (
    option(
        "--env-file",
        "env_files",
        multiple=True,
        type=_FILE,
        metavar="FILE",
        help="The server's environment; the .env of a compose file is an --input.",
    ),
    option("--config-file", type=_FILE, metavar="YAML", help="The server's own YAML."),
)
"""Files whose part the operator says, because their content does not."""

_INPUT: Final = option(
    "--input",
    "-i",
    "files",
    multiple=True,
    type=_FILE,
    metavar="FILE",
    help="Env file, Helm values, HelmRelease, compose file, unit, Terraform, Nix, server YAML.",
)


def input_options(command: Callable[..., Any]) -> Any:
    """Add the options; the command gets InputFiles in their place."""
    return stack((_INPUT, as_option, *role_options))(with_files(command))


def with_files(command: Callable[..., Any]) -> Any:
    """Hand a command InputFiles in place of the files it names one by one."""

    @functools.wraps(command)
    def with_input_files(
        files: tuple[Path, ...],
        kinds: tuple[str, ...],
        env_files: tuple[Path, ...],
        config_file: Path | None,
        **values: Any,
    ) -> Any:
        return command(inputs=InputFiles(files, kinds, env_files, config_file), **values)

    return with_input_files
