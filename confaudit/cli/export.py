"""confaudit export."""

from datetime import datetime
from pathlib import Path

import click

from confaudit.cli.commands import Command, Section
from confaudit.cli.parameters import (
    Bound,
    deployment_option,
    now_option,
    option,
    place_options,
)
from confaudit.cli.setup import fold_setup
from confaudit.core.text.wording import amount, visible
from confaudit.workflows.setup import Setup


@click.command("export", cls=Command)
@option(
    "--sqlite",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    section=Section.OUTPUT,
    help="Write one SQLite database.",
)
@option(
    "--parquet",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    section=Section.OUTPUT,
    help="Write a Parquet file for each table.  [needs pyarrow]",
)
@option(
    "--csv",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    section=Section.OUTPUT,
    help="Write a CSV file for each table.",
)
@deployment_option
@option(
    "--since",
    type=Bound(is_start=True),
    metavar="TIME",
    command="export",
    section=Section.INPUTS,
    help="Only snapshots of this time or later, and their changes.",
)
@option(
    "--until",
    type=Bound(is_start=False),
    metavar="TIME",
    command="export",
    section=Section.INPUTS,
    help="Only snapshots of this time or earlier, and their changes.",
)
@now_option
@place_options
@fold_setup
def command(
    setup: Setup,
    sqlite: Path | None,
    parquet: Path | None,
    csv: Path | None,
    deployment: str,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Write the history as tables, for SQL, DuckDB or a spreadsheet.

    Six of them: deployments, snapshots, changes, options, findings, releases.
    An earlier export is replaced as a whole, and nothing else is. Secrets are
    set or not set. `confaudit help export` tells of each column, and has
    queries to start with.

    \b
    Examples:
      confaudit export --sqlite history.db
      confaudit export --csv tables --since 2026-01-01
    """
    from confaudit.workflows.export import ExportRequest, export

    given = {"sqlite": sqlite, "parquet": parquet, "csv": csv}
    places = {kind: place for kind, place in given.items() if place}
    if not places:
        raise click.UsageError("Say where to write: --sqlite FILE, --parquet or --csv FOLDER.")
    if Path("-") in places.values():
        raise click.UsageError("Tables are files, and cannot go to standard output.")
    counts = export(setup, ExportRequest(places, deployment, since, until))
    told = ", ".join(amount(count, name) for name, count in counts.items())
    for place in places.values():
        click.echo(f"{visible(str(place))}: {told}")
