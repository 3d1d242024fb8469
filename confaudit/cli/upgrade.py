"""confaudit upgrade."""

from pathlib import Path

import click

from confaudit.cli.arguments import INPUT, VERSION, File
from confaudit.cli.commands import Command, Section
from confaudit.cli.operator_files import input_options
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import deployment_option, now_option, option, setup_options
from confaudit.cli.setup import fold_setup
from confaudit.cli.thresholds import glob_options, strict_option, threshold_options
from confaudit.core.changes.selection import Selection
from confaudit.core.judge.threshold import Threshold
from confaudit.core.report.exits import exit_code
from confaudit.errors import ConfigError
from confaudit.workflows.operator_files import GivenFiles
from confaudit.workflows.setup import Setup
from confaudit.workflows.upgrade import UpgradeRequest, upgrade


@click.command("upgrade", cls=Command)
@click.argument("snapshot", default="", type=INPUT, metavar="[SNAPSHOT]")
@option(
    "--to",
    "target",
    required=True,
    type=VERSION,
    metavar="VERSION",
    command="upgrade",
    section=Section.INPUTS,
    help="Release, line, latest or stable.",
)
@option(
    "--from",
    "source",
    default="",
    type=VERSION,
    metavar="VERSION",
    command="upgrade",
    section=Section.INPUTS,
    help="The release in use.  [default: as inputs say]",
)
@deployment_option
@input_options
@option(
    "--target-yaml",
    type=File(dir_okay=False, path_type=Path),
    metavar="FILE",
    section=Section.INPUTS,
    help="What its `coder server --write-config` prints.",
)
@option(
    "--write-fixed",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    section=Section.OUTPUT,
    help="Write copies of the files, old names replaced.",
)
@glob_options
@threshold_options("error", strict_option)
@now_option
@output_options
@setup_options
@fold_setup
def command(
    setup: Setup,
    snapshot: str,
    target: str,
    source: str,
    deployment: str,
    files: GivenFiles,
    selection: Selection,
    threshold: Threshold,
    target_yaml: Path | None,
    write_fixed: Path | None,
    rendering: Rendering,
) -> int:
    """Say beforehand what a release will do to this configuration.

    What would stop the server, what changes under you, and what to do about it.
    SNAPSHOT is any input of `confaudit diff`; without it and without files it is
    the last snapshot. Files tell more than a snapshot, and are enough alone.

    \b
    Examples:
      confaudit upgrade --to stable
      confaudit upgrade live:prod --to 2.36.0 -i values.yaml
    """
    if write_fixed and files.is_rendered:
        raise ConfigError(
            "--write-fixed copies the files as they lie, and --render reads what comes of them",
            "leave one of them out",
        )
    request = UpgradeRequest(target, source, snapshot, files, deployment, target_yaml)
    report = upgrade(setup, request, selection, write_fixed)
    write(report, rendering, threshold)
    return exit_code(report, threshold)
