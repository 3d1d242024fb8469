"""confaudit config."""

import json
import os

import click
from click.core import ParameterSource

from confaudit.cli.lazy import Group
from confaudit.cli.parameters import network_options, place_options
from confaudit.cli.setup import fold_setup
from confaudit.configfile import Configuration, schema
from confaudit.sources.input import visible
from confaudit.workflows.setup import Setup


@click.group("config", cls=Group)
def command() -> None:
    """Show confaudit's own configuration, or its JSON Schema."""


@command.command("show")
@place_options
@network_options
@click.pass_context
@fold_setup
def show(context: click.Context, setup: Setup) -> None:
    """Print every setting in effect, and where it came from."""
    click.echo(f"repository: {setup.repo}")
    for name in Configuration.__struct_fields__:
        value, origin = _effective(context, setup, name)
        click.echo(f"{name}: {visible(str(value))}  ({origin})")


def _effective(context: click.Context, setup: Setup, name: str) -> tuple[object, str]:
    """Command line, environment, file, default: the first that speaks."""
    twin = f"CONFAUDIT_{name.upper()}"
    if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
        return context.params[name], "command line"
    if twin in os.environ:
        return os.environ[twin], f"environment, {twin}"
    value = getattr(setup.configuration, name)
    shown = ", ".join(value) or "none" if isinstance(value, dict) else value
    return shown, str(setup.loaded.path) if name in setup.loaded.given else "default"


@command.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of confaudit.yaml."""
    click.echo(json.dumps(schema(), indent=2))
