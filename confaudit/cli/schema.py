"""confaudit schema."""

import json

import click

from confaudit.cli.choices import Choice
from confaudit.cli.commands import Command
from confaudit.workflows.schema import Document, schema


@click.command("schema", cls=Command)
@click.argument(
    "document", type=Choice([one.value for one in Document]), default=Document.REPORT.value
)
def command(document: str) -> None:
    """Print the JSON Schema of the JSON report, or of a file.

    The format of the report is versioned: new fields raise the minor version,
    anything that would break a reader raises the major one.

    Those of `advisories`, `exceptions` and `policy` are for editors: they
    complete and check coder-advisories.yaml, confaudit-exceptions.yaml and
    confaudit-policy.yaml with them.
    """
    click.echo(json.dumps(schema(Document(document)), indent=2))
