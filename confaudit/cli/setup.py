"""How command line, environment and confaudit.yaml become the Setup of a command."""

import functools
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from confaudit import configfile
from confaudit.errors import ConfigError
from confaudit.workflows.clock import Clock
from confaudit.workflows.setup import Setup


def read_setup(
    repo: Path | None = None,
    config: Path | None = None,
    no_config: bool = False,
    url: str | None = None,
    token_file: Path | None = None,
    allow_http: bool = False,
    timeout: float | None = None,
    retries: int | None = None,
    now: datetime | None = None,
) -> Setup:
    """Join command line, environment and confaudit.yaml, in this order of precedence."""
    loaded = configfile.load(None if no_config else _config_path(config, repo))
    return Setup(
        loaded=loaded,
        repo=repo or loaded.folder,
        timeout=loaded.configuration.timeout if timeout is None else timeout,
        retries=loaded.configuration.retries if retries is None else retries,
        url=url or "",
        token_file=token_file,
        allow_http=allow_http,
        clock=Clock.of(os.environ, now),
        searched_from=None if config or no_config else repo or Path.cwd(),
        user_folder=user_folder(),
    )


def user_folder() -> Path:
    """Where a user keeps what holds in all folders."""
    return Path(click.get_app_dir("confaudit"))


def _config_path(config: Path | None, repo: Path | None) -> Path | None:
    if config is None:
        return configfile.find(repo or Path.cwd(), user_folder())
    if not config.is_file():
        raise ConfigError(
            f"there is no configuration file {config}", "check --config or CONFAUDIT_CONFIG"
        )
    return config


def fold_setup(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a command its Setup in place of those options that it has of `read_setup`."""

    @functools.wraps(command)
    def with_setup(*context: click.Context, **values: Any) -> Any:
        names = read_setup.__annotations__.keys() - {"return"}
        setup = read_setup(**{name: values.pop(name) for name in names & values.keys()})
        return command(*context, setup=setup, **values)

    return with_setup
