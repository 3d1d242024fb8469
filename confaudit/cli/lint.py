"""confaudit lint."""

import click

from confaudit.cli.commands import Command
from confaudit.cli.operator_files import FILE_OR_FOLDER, form_option, role_options, with_files
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import now_option, place_options, stack, version_option
from confaudit.cli.setup import fold_setup
from confaudit.cli.thresholds import glob_options, strict_option, threshold_options
from confaudit.core.changes.selection import Selection
from confaudit.core.judge.threshold import Threshold
from confaudit.core.report.exits import exit_code
from confaudit.errors import ConfigError
from confaudit.workflows.operator_files import GivenFiles
from confaudit.workflows.setup import Setup


@click.command("lint", cls=Command)
@click.argument("files", nargs=-1, type=FILE_OR_FOLDER, metavar="FILE…")
@version_option("as inputs say")
@stack((form_option, *role_options))
@with_files
@glob_options
@threshold_options("error", strict_option)
@now_option
@output_options
@place_options
@fold_setup
def command(
    setup: Setup,
    version: str,
    files: GivenFiles,
    selection: Selection,
    threshold: Threshold,
    rendering: Rendering,
) -> int:
    """Find what is dead or wrong in the files that set the server up.

    Names that no release reads, values that are refused, settings given twice
    or hidden by stronger ones, secrets in clear. A FILE is an env file, Helm
    values, a manifest, a compose file, a systemd unit, Terraform, Nix, what
    `docker inspect` or `env` prints, a script, the server's YAML and more (see
    --form); `-` is standard input. Files of several deployments are audited one
    by one, in one report. VERSION may also be a line, as in 2.34, latest or
    stable.

    \b
    Examples:
      confaudit lint values.yaml
      confaudit lint compose.yaml .env --version 2.33.0
      kubectl get deploy coder -o json | confaudit lint -
    """
    from confaudit.workflows.lint import lint

    if not files:
        raise ConfigError("there is no file to check", "name one or a folder, or give --env-file")
    report = lint(setup, files, version, selection)
    write(report, rendering, threshold)
    return exit_code(report, threshold)
