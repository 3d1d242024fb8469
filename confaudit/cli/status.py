"""confaudit status."""

from datetime import timedelta
from typing import Any, Final

import click

from confaudit.cli.arguments import DEPLOYMENT
from confaudit.cli.commands import Command, Section
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import now_option, option, place_options
from confaudit.cli.setup import fold_setup
from confaudit.core.report.exits import exit_code
from confaudit.core.report.states import SOMEBODY_HAS_TO_ACT
from confaudit.workflows.setup import Setup

_NANOSECONDS: Final = 1_000
"""In a microsecond."""


class _Age(click.ParamType[timedelta]):
    """A duration as Coder's settings have it: `26h`, `2d`, `90m`."""

    name = "duration"

    def convert(self, value: Any, param: Any, ctx: Any) -> timedelta:
        """Parse the text of the command line."""
        from confaudit.core.coder.go import RefusedError, duration

        if isinstance(value, timedelta):
            return value
        try:
            age = timedelta(microseconds=duration(value) / _NANOSECONDS)
        except RefusedError:
            self.fail(f"{value!r} is no duration such as 90m, 26h or 2d", param, ctx)
        if age <= timedelta():
            self.fail("nothing is so young; give more than 0", param, ctx)
        return age


@click.command("status", cls=Command)
@click.argument("names", nargs=-1, type=DEPLOYMENT, metavar="[NAME]...")
@option(
    "--max-age",
    type=_Age(),
    default="26h",
    metavar="TIME",
    show_default=True,
    section=Section.JUDGEMENT,
    help="How old the last snapshot may be: 90m, 26h, 2d.",
)
@now_option
@option(
    "--offline",
    is_flag=True,
    section=Section.REPOSITORY,
    help="Do not ask the git remote.",
)
@output_options
@place_options
@fold_setup
def command(
    setup: Setup,
    names: tuple[str, ...],
    max_age: timedelta,
    offline: bool,
    rendering: Rendering,
) -> int:
    """Tell when deployments were last seen, and what may go wrong.

    Of every deployment, or the NAMEs given: how old its last snapshot is,
    until when its token lasts, and whether its release is one that is known
    and that Coder still mends. Of the repository: whether confaudit.yaml is
    committed, the remote answers, and every snapshot is there. No server is
    asked. Exits with 1 when somebody has to act. `-f prometheus` writes metrics.

    \b
    Examples:
      confaudit status --max-age 2h
      confaudit status -f prometheus -o /var/lib/node_exporter/confaudit.prom
    """
    from confaudit.workflows.status import StatusRequest, status

    report = status(setup, StatusRequest(names, max_age, offline))
    write(report, rendering, SOMEBODY_HAS_TO_ACT)
    return exit_code(report, SOMEBODY_HAS_TO_ACT)
