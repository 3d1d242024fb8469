"""confaudit config."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import click
from click.core import ParameterSource

from confaudit.cli.choices import Choice
from confaudit.cli.commands import Section, flag_twin
from confaudit.cli.environment import is_twin
from confaudit.cli.lazy import Group
from confaudit.cli.parameters import network_options, option, place_options
from confaudit.cli.setup import fold_setup
from confaudit.configfile import Configuration, said, schema
from confaudit.patterns import regex
from confaudit.sources.input import visible
from confaudit.workflows.setup import Setup


class _Setting(NamedTuple):
    value: Any
    source: str
    """Who says so."""


@click.group("config", cls=Group)
def command() -> None:
    """Show confaudit's own configuration, or its JSON Schema."""


@command.command("show")
@option(
    "--format",
    "-f",
    "format_",
    type=Choice(("yaml", "json")),
    metavar="FORMAT",
    default="yaml",
    command="config show",
    section=Section.OUTPUT,
    help="yaml or json.  [default: yaml]",
)
@place_options
@network_options
@click.pass_context
@fold_setup
def show(context: click.Context, setup: Setup, format_: str) -> None:
    """Print every setting in effect, and where it came from.

    As YAML that confaudit.yaml may hold, with the source of each value beside
    it, or as JSON. Credentials in URLs and commands are taken out.
    """
    found = {name: _effective(context, setup, name) for name in Configuration.__struct_fields__}
    if format_ == "json":
        settings = {name: one._asdict() for name, one in found.items()}
        click.echo(json.dumps({"repository": str(setup.repo), "settings": settings}, indent=2))
        return
    click.echo(f"# repository: {visible(str(setup.repo))}")
    for name, one in found.items():
        for line in _as_yaml(name, one):
            click.echo(line)


def _effective(context: click.Context, setup: Setup, name: str) -> _Setting:
    """Command line, environment, file, default: the first that speaks."""
    twin = flag_twin(name)
    if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
        return _Setting(context.params[name], "command line")
    if is_twin(twin) and twin in os.environ:
        return _Setting(_typed(os.environ[twin]), f"environment, {twin}")
    value = _visible(said(getattr(setup.configuration, name)))
    return _Setting(value, setup.loaded.place(name) if name in setup.loaded.given else "default")


def _typed(text: str) -> Any:
    """A number, true or false as what it is."""
    is_plain = re.fullmatch(r"true|false|-?\d+(\.\d+)?", text)
    return json.loads(text) if is_plain else visible(text)


def _visible(value: Any) -> Any:
    """A value of JSON with every text in it safe to look at, without credentials in URLs."""
    if isinstance(value, Mapping):
        return {name: _visible(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_visible(one) for one in value]
    return visible(value) if isinstance(value, str) else value


def _as_yaml(name: str, setting: _Setting) -> Iterator[str]:
    value = setting.value
    if not (isinstance(value, Mapping) and value):
        yield f"{name}: {_scalar(value)}  # {visible(setting.source)}"
        return
    yield f"{name}:  # {visible(setting.source)}"
    for key, below in value.items():
        yield f"  {_scalar(key)}:"
        yield from (
            f"    {field}: {_scalar(one)}{_unset(field, one)}" for field, one in below.items()
        )


def _unset(field: str, value: Any) -> str:
    """A remark on a variable that should hold a secret, and is not there."""
    return "  # not set" if field.endswith("_env") and value not in os.environ else ""


_BARE: Final = regex(r"(?!(?i:true|false|yes|no|on|off|null|y|n)$)[A-Za-z/][\w./@-]*(:[\w./@-]+)*")
"""Texts that YAML takes for nothing else."""


def _scalar(value: Any) -> str:
    is_bare = isinstance(value, str) and _BARE.fullmatch(value)
    return str(value) if is_bare else json.dumps(value)  # whatever JSON is, is YAML


@command.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of confaudit.yaml."""
    click.echo(json.dumps(schema(), indent=2))
