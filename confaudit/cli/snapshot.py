"""confaudit snapshot."""

import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from confaudit.cli.arguments import CONFIGURED, INPUT
from confaudit.cli.choices import Choice
from confaudit.cli.commands import Command, Section
from confaudit.cli.parameters import KINDS, Moment, option, setup_options
from confaudit.cli.progress import progress
from confaudit.cli.setup import fold_setup
from confaudit.errors import ConfauditError, ExitCode
from confaudit.workflows import snapshot as workflow
from confaudit.workflows.setup import Setup
from confaudit.workflows.shard import Shard
from confaudit.workflows.snapshot import Outcome, Status

if TYPE_CHECKING:
    from confaudit.core.report.report import Report


class ShardType(click.ParamType[Shard]):
    """K/N: one of N shares."""

    name = "shard"

    def convert(self, value: Any, param: Any, ctx: Any) -> Shard:
        """Parse the text of the command line."""
        if isinstance(value, Shard):
            return value
        found = re.fullmatch(r"([1-9]\d{0,4})/([1-9]\d{0,4})", value, re.ASCII)
        shard = Shard(*map(int, found.groups())) if found else None
        if shard is None or shard.number > shard.of:
            self.fail(f"{value!r} is no share such as 1/3, 2/3 or 3/3", param, ctx)
        return shard


@click.command("snapshot", cls=Command)
@click.argument("names", nargs=-1, type=CONFIGURED, metavar="[NAME]...")
@option(
    "--from",
    "source",
    type=INPUT,
    metavar="SOURCE",
    command="snapshot",
    section=Section.INPUTS,
    help="Record this input instead of asking the API.",
)
@option(
    "--as",
    "kind",
    type=Choice(KINDS),
    metavar="KIND",
    command="snapshot",
    section=Section.INPUTS,
    help=f"What SOURCE is: {', '.join(KINDS)}.",
)
@option(
    "--at",
    type=Moment(),
    metavar="TIME",
    section=Section.INPUTS,
    help="When SOURCE was taken; also allows to go back in time.",
)
@option(
    "--shard",
    type=ShardType(),
    metavar="K/N",
    default="1/1",
    section=Section.INPUTS,
    help="Ask the K-th of N shares of the deployments alone.",
)
@option(
    "--push/--no-push",
    default=None,
    section=Section.REPOSITORY,
    help="Push to the remote afterwards.",
)
@option(
    "--remote",
    metavar="NAME",
    section=Section.REPOSITORY,
    help="The git remote to push to.  [default: origin]",
)
@option(
    "--push-timeout",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    section=Section.REPOSITORY,
    help="Try again while others push.  [default: 60]",
)
@option(
    "--lock-timeout",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    section=Section.REPOSITORY,
    help="Wait for another confaudit at work.  [default: 60]",
)
@option(
    "--report",
    "is_reporting",
    is_flag=True,
    command="snapshot",
    section=Section.OUTPUT,
    help="Print what changed, as `confaudit show` tells it; else nothing.",
)
@option(
    "--notify/--no-notify",
    "is_notifying",
    default=True,
    section=Section.OUTPUT,
    help="Send the notifications.  [default: notify]",
)
@option(
    "--verbose",
    "-v",
    is_flag=True,
    section=Section.OUTPUT,
    help="Say what was done, even when nothing changed.",
)
@setup_options
@fold_setup
def command(
    setup: Setup,
    names: tuple[str, ...],
    source: str | None,
    kind: str | None,
    at: datetime | None,
    shard: Shard,
    push: bool | None,
    remote: str | None,
    push_timeout: float | None,
    lock_timeout: float | None,
    is_reporting: bool,
    is_notifying: bool,
    verbose: bool,
) -> int:
    """Record the configuration of deployments in git.

    Asks every deployment that confaudit.yaml names, or the NAMEs given, removes
    all secrets, and makes one commit for each that changed. Nothing changed: no
    commit, no output, exit code 0, as cron likes it.

    \b
    Examples:
      confaudit snapshot
      confaudit snapshot prod --push --report
      confaudit snapshot prod --from bundle.zip --at 2026-01-05
    """
    wait = setup.configuration.lock_timeout if lock_timeout is None else lock_timeout
    if source is None:
        _refuse_without_source(kind, at)
        outcomes = _take(setup, shard.share(setup.deployments(names)), wait)
    else:
        outcomes = (workflow.record(setup, _one(names), source, kind, at, wait),)
    for outcome in outcomes:
        _tell(outcome, verbose, is_reported=is_reporting)
    _summarise(outcomes)
    if is_reporting:
        _report(setup, outcomes, is_notifying=is_notifying)
    elif is_notifying:
        _notify(setup, outcomes)
    if setup.configuration.push if push is None else push:
        patience = setup.configuration.push_timeout if push_timeout is None else push_timeout
        workflow.push(setup, remote or setup.configuration.remote, patience)
    failed = any(outcome.status is Status.FAILED for outcome in outcomes)
    return _exit_code(outcomes) if failed else ExitCode.OK


def _take(setup: Setup, names: tuple[str, ...], lock_timeout: float) -> tuple[Outcome, ...]:
    if not names:  # a share may be empty
        return ()
    with progress(len(names)) as advance:
        return workflow.take(setup, names, lock_timeout, advance)


def _refuse_without_source(kind: str | None, at: datetime | None) -> None:
    if kind or at:
        raise click.UsageError("--as and --at speak of the input that --from names.")


def _one(names: tuple[str, ...]) -> str:
    if len(names) != 1:
        raise click.UsageError("--from needs the NAME of one deployment.")
    return names[0]


def _report(setup: Setup, outcomes: tuple[Outcome, ...], *, is_notifying: bool) -> None:
    """What changed, one deployment after the other; each report serves the notifications too."""
    printed = _printed(workflow.reports(setup, outcomes))
    if is_notifying and setup.configuration.notifications:
        from confaudit.workflows.notify import tell  # only whoever has notifications pays for it

        _complain(tell(setup, printed))
    deque(printed, maxlen=0)  # those that nobody is told of


def _printed(reports: "Iterable[Report]") -> "Iterator[Report]":
    """The same once they are printed: cron mails what is."""
    from confaudit.cli.output import text_of  # most snapshots report nothing

    for number, report in enumerate(reports):
        click.echo("\n" * bool(number) + text_of(report), nl=False, color=True)
        yield report


def _notify(setup: Setup, outcomes: tuple[Outcome, ...]) -> None:
    """A line for each notification that failed, which is no failure of the snapshot."""
    if setup.configuration.notifications:
        from confaudit.workflows.notify import announce  # only whoever has any pays for it

        _complain(announce(setup, outcomes))


def _complain(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        click.echo(f"confaudit: {sentence}", err=True)


def _tell(outcome: Outcome, verbose: bool, *, is_reported: bool) -> None:
    """A commit and trouble are worth a line; that nothing changed only when asked."""
    if outcome.error:
        click.echo(f"confaudit: {outcome.deployment}: {outcome.error.message}", err=True)
        if outcome.error.hint:
            click.echo(f"hint: {outcome.error.hint}", err=True)
    if outcome.warning:
        click.echo(f"confaudit: {outcome.deployment}: warning: {outcome.warning}", err=True)
    if outcome.status is Status.RECORDED and not is_reported and (verbose or sys.stdout.isatty()):
        click.echo(f"{outcome.summary} [{outcome.commit[:10]}]")
    if outcome.status is Status.UNCHANGED and verbose:
        click.echo(f"{outcome.deployment}: unchanged")


def _summarise(outcomes: tuple[Outcome, ...]) -> None:
    """When one of several failed, say how each fared."""
    if len(outcomes) > 1 and any(outcome.error for outcome in outcomes):
        fared = ", ".join(f"{outcome.deployment} {outcome.status}" for outcome in outcomes)
        click.echo(f"result: {fared}", err=True)


def _exit_code(outcomes: tuple[Outcome, ...]) -> int:
    """An outage outweighs the rest, so that a cron wrapper can tell it from a wrong setting."""
    errors: list[ConfauditError] = [o.error for o in outcomes if o.error]
    return max(error.exit_code for error in errors)
