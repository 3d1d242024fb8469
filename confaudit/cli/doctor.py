"""confaudit doctor."""

import os
from datetime import datetime
from typing import Any

import click

from confaudit.cli.arguments import CONFIGURED
from confaudit.cli.commands import Command
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import now_option, server_options, timeout_option
from confaudit.cli.setup import read_setup
from confaudit.core.report.exits import exit_code
from confaudit.core.report.report import Report
from confaudit.core.report.states import SOMEBODY_HAS_TO_ACT
from confaudit.errors import ConfigError
from confaudit.workflows.clock import Clock


@click.command("doctor", cls=Command)
@click.argument("names", nargs=-1, type=CONFIGURED, metavar="[NAME]...")
@now_option
@output_options
@server_options
@timeout_option
def command(
    names: tuple[str, ...], rendering: Rendering, now: datetime | None, **places: Any
) -> int:
    """Check a setup before cron does.

    Looks at confaudit.yaml, at every deployment or the NAMEs given (address,
    certificate, clock, token, role, release), and at the repository (git, branch,
    changed files, lock, remote, push rights). Reads only, and tells of each how
    it is and what to do. Exits with 1 when something failed or soon will.

    \b
    Examples:
      confaudit doctor
      confaudit doctor prod -f json
    """
    report = _report(names, now, places)
    write(report, rendering, SOMEBODY_HAS_TO_ACT)
    return exit_code(report, SOMEBODY_HAS_TO_ACT)


def _report(names: tuple[str, ...], now: datetime | None, places: dict[str, Any]) -> Report:
    """Of a configuration that cannot be read nothing but that."""
    from confaudit.workflows.doctor import examine, unreadable

    try:
        setup = read_setup(**places, now=now)
    except ConfigError as error:
        return unreadable(error, Clock.of(os.environ, now).now())
    return examine(setup, names)
