"""Options that several commands share. Every option has an environment twin: CONFAUDIT_<FLAG>."""

import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import click

from confaudit.cli.arguments import DEPLOYMENT, VERSION
from confaudit.cli.choices import Choice
from confaudit.cli.commands import Section, SectionedOption, flag_twin
from confaudit.sources import SOURCES
from confaudit.workflows.clock import Clock

Decorator: TypeAlias = Callable[[Any], Any]

KINDS: Final = tuple(SOURCES)
"""Kinds of input for --as."""


def option(
    flag: str, *more: Any, envvar: str = "", command: str = "", **settings: Any
) -> Decorator:
    """A click option whose environment twin is named after its flag.

    `command` names the command in which alone the flag means what it does: the twin then carries
    its name, as one variable has one meaning.
    """
    twin = envvar or flag_twin(flag, command)
    return click.option(flag, *more, cls=SectionedOption, envvar=twin, **settings)


def stack(options: Sequence[Decorator]) -> Decorator:
    """One decorator that adds several options, listed by --help in this order."""

    def decorate(command: Any) -> Any:
        for add in reversed(options):
            command = add(command)
        return command

    return decorate


kinds_option: Final = option(
    "--as",
    "kinds",
    multiple=True,
    type=Choice(KINDS),
    metavar="KIND",
    section=Section.INPUTS,
    help=f"What an input is, by position: {', '.join(KINDS)}.",
)

deployment_option: Final = option(
    "--deployment",
    "-d",
    type=DEPLOYMENT,
    metavar="NAME",
    default="",
    section=Section.INPUTS,
    help="Which deployment, if several.",
)


def version_option(default: str) -> Decorator:
    """Add --version to a command that asks for the release in use; `default` says who tells it."""
    return option(
        "--version",
        "version",
        type=VERSION,
        default="",
        metavar="VERSION",
        section=Section.INPUTS,
        help=f"The release in use.  [default: {default}]",
    )


def catalog_output(command: str, help_text: str) -> Decorator:
    """Add --output to a command that writes what it learnt of releases."""
    return option(
        "--output",
        "-o",
        type=click.Path(dir_okay=False, path_type=Path),
        command=command,
        metavar="FILE",
        section=Section.OUTPUT,
        help=help_text,
    )


def repo_option(where: str, **settings: Any) -> Decorator:
    """Add --repo; `where` says which folder it is without."""
    return option(
        "--repo",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="FOLDER",
        section=Section.REPOSITORY,
        help=f"Repository.  [default: {where}]",
        **settings,
    )


def url_option(**settings: Any) -> Decorator:
    """Add --url, whose twin is Coder's own."""
    return option(
        "--url",
        envvar="CODER_URL",
        metavar="URL",
        section=Section.CONNECTION,
        help="Access URL of the deployment.",
        **settings,
    )


dry_run_option: Final = option(
    "--dry-run", is_flag=True, section=Section.OUTPUT, help="Tell, and change nothing."
)
config_options: Final = stack(
    (
        option(
            "--config",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            section=Section.REPOSITORY,
            help="confaudit.yaml.  [default: the nearest]",
        ),
        option(
            "--no-config",
            is_flag=True,
            section=Section.REPOSITORY,
            beside="--config",
            help="None.",
        ),
    )
)
timeout_option: Final = option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SEC",
    section=Section.CONNECTION,
    help="For all tries [30].",
)
network_options: Final = stack(
    (
        timeout_option,
        option(
            "--retries",
            type=click.IntRange(0, 20),
            metavar="N",
            section=Section.CONNECTION,
            beside="--timeout",
            help="Further tries [4].",
        ),
    )
)
place_options: Final = stack((repo_option("where confaudit.yaml is"), config_options))
"""For commands that ask no server."""
server_options: Final = stack(
    (
        place_options,
        url_option(),
        option(
            "--token-file",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            section=Section.CONNECTION,
            help="Its token.  [default: CODER_SESSION_TOKEN]",
        ),
        option(
            "--allow-http",
            is_flag=True,
            section=Section.CONNECTION,
            help="Send the token over unencrypted HTTP.",
        ),
    )
)
"""For commands that ask a server."""
setup_options: Final = stack((server_options, network_options))
"""The same, and how patient they are."""


class Moment(click.ParamType[datetime]):
    """A point in time: ISO 8601; without an offset it is UTC."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """Parse the text of the command line."""
        if isinstance(value, datetime):
            return value
        try:
            time = datetime.fromisoformat(value)
            return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is no time such as 2026-01-05 or 2026-01-05T11:44:06Z", param, ctx
            )


class Bound(click.ParamType[datetime]):
    """One end of a span of time, also in words; a day counts as a whole."""

    name = "time"

    def __init__(self, *, is_start: bool) -> None:
        self._is_start = is_start

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """Parse the text of the command line."""
        from confaudit.core.history.words import moment

        if isinstance(value, datetime):
            return value
        found = moment(value, Clock.of(os.environ).now(), is_start=self._is_start)
        return found or self.fail(
            f"{value!r} is no time such as 2026-01-05, yesterday or '2 weeks ago'", param, ctx
        )


now_option: Final = option(
    "--now",
    type=Moment(),
    metavar="DATE",
    section=Section.JUDGEMENT,
    help="Judge as on this day.  [default: today]",
)
"""For every command that judges."""

templates_option: Final = option(
    "--templates",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    section=Section.OUTPUT,
    help="Yours, in place of the built-in ones.",
)
"""For every command that writes pages."""


def wants_color(color: str, stream: Any = None) -> bool:
    """Decide about colour: --color, then NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, TERM, terminal."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    target = stream or sys.stdout
    return os.environ.get("TERM") != "dumb" and bool(target.isatty())
