"""confaudit schema."""

import json

import click

from confaudit.render.json_v1 import schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the JSON report.

    The format is versioned: new fields raise the minor version, anything that
    would break a reader raises the major one.
    """
    click.echo(json.dumps(schema(), indent=2))
