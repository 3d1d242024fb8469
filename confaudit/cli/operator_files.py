"""--input and its kin: the files that set the server up."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from confaudit.cli.arguments import File
from confaudit.cli.choices import Choice
from confaudit.cli.commands import Section
from confaudit.cli.parameters import Decorator, option, stack
from confaudit.workflows.operator_files import FORMS, GivenFiles

_FILE: Final = File(dir_okay=False, path_type=Path)

form_option: Final = option(
    "--form",
    "forms",
    multiple=True,
    type=Choice(FORMS),
    metavar="FORM",
    section=Section.INPUTS,
    help="What a file is, see `confaudit help inputs`.",
)
role_options: Final[Sequence[Decorator]] = (
    option(
        "--env-file",
        "env_files",
        multiple=True,
        type=_FILE,
        metavar="FILE",
        section=Section.INPUTS,
        help="The server's environment (no compose .env).",
    ),
    option(
        "--config-file",
        type=_FILE,
        metavar="YAML",
        section=Section.INPUTS,
        help="The server's own YAML.",
    ),
    option(
        "--together",
        "is_one",
        is_flag=True,
        section=Section.INPUTS,
        help="The files are of one deployment, in this order.",
    ),
    option(
        "--render",
        "is_rendered",
        is_flag=True,
        section=Section.INPUTS,
        help="First run kustomize, helm, docker compose.",
    ),
)
"""Files whose part the operator says, because their content does not."""

FILE_OR_FOLDER: Final = File(path_type=Path)
_INPUT: Final = option(
    "--input",
    "-i",
    "files",
    multiple=True,
    type=FILE_OR_FOLDER,
    metavar="FILE",
    section=Section.INPUTS,
    help="What sets the server up: file, folder, `-`.",
)


def input_options(command: Callable[..., Any]) -> Any:
    """Add the options; the command gets GivenFiles in their place."""
    return stack((_INPUT, form_option, *role_options))(with_files(command))


def with_files(command: Callable[..., Any]) -> Any:
    """Hand a command GivenFiles in place of the files it names one by one."""

    @functools.wraps(command)
    def with_given_files(
        files: tuple[Path, ...],
        forms: tuple[str, ...],
        env_files: tuple[Path, ...],
        config_file: Path | None,
        is_one: bool,
        is_rendered: bool,
        **values: Any,
    ) -> Any:
        given = GivenFiles(files, forms, env_files, config_file, is_one, is_rendered)
        return command(files=given, **values)

    return with_given_files
