"""The command group: lazy commands, and the one boundary where errors become exit codes."""

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Final

import click

from confaudit import __version__
from confaudit.cli.commands import debug_option
from confaudit.cli.environment import mistaken
from confaudit.cli.lazy import LazyGroup
from confaudit.cli.streams import ReaderLeft, explain
from confaudit.errors import ConfauditError, ExitCode

COMMANDS: Final = {
    "snapshot": ("snapshot", "Record the configuration of deployments in git."),
    "diff": ("diff", "Compare two configurations and report what changed."),
    "catalog": ("catalog", "Ask what is known about Coder's releases and their options."),
    "upgrade": ("upgrade", "Say beforehand what a release will do to this configuration."),
    "lint": ("lint", "Find what is dead or wrong in the files that set the server up."),
    "check": ("check", "Hold deployments against the hardening pack and your policy."),
    "review": ("review", "Review what a change brings to the deployments that it touches."),
    "verify": ("verify", "Check after an upgrade whether it did what was predicted."),
    "rules": ("rules", "Show the rules of the audit, or one of them; test your own."),
    "ignore": ("ignore", "Say which findings do not count, why, and until when."),
    "policy": ("policy", "Test the policy of the house."),
    "convert": ("convert", "Show a saved JSON report again, in any format."),
    "comment": ("comment", "Say a report on a pull request, in one comment that is kept."),
    "explain": ("explain", "Tell the story of one option between two configurations."),
    "compare": ("compare", "Tell where deployments differ from each other."),
    "log": ("log", "Tell which snapshots changed what, and by whose doing."),
    "export": ("export", "Write the history as tables, for SQL, DuckDB or a spreadsheet."),
    "site": ("site", "Write the history as a static site."),
    "blame": ("blame", "Tell since when each option is what it is, and who made it so."),
    "show": ("show", "Tell what a commit brought: who made it, what changed, and why."),
    "demo": ("demo", "Show the main job on embedded data, in a few seconds."),
    "git": ("git", "Make git show configurations by confaudit."),
    "notify": ("notify", "Try the notifications of confaudit.yaml, all or those named."),
    "status": ("status", "Tell when deployments were last seen, and what may go wrong."),
    "doctor": ("doctor", "Check a setup before cron does."),
    "secrets": ("secrets", "Look for secrets that older snapshots still hold."),
    "init": ("init", "Set up a repository of snapshots, or add a deployment to it."),
    "trust": ("trust", "Agree to what confaudit.yaml asks of this machine."),
    "config": ("config", "Show confaudit's own configuration, or its JSON Schema."),
    "schema": ("schema", "Print the JSON Schema of the JSON report, or of a file."),
    "completion": ("completion", "Print the completion script for a shell."),
    "help": ("help", "Tell what there is to know beside the options of a command."),
}
"""Command → the module of `confaudit.cli` that holds it, and its line in --help."""


EPILOG: Final = """\b
Exit codes (`confaudit help` lists what else there is to read):
  0    ran fully; nothing at or above the threshold
  1    ran fully; differences at or above --fail-on
  2    usage or configuration error
  3    nothing to work on
  4    Coder, the git remote or a service could not be reached, or refused
  70   a bug in confaudit, please report it; 130 interrupted, 143 terminated"""


@click.group(
    cls=LazyGroup,
    params=[debug_option()],
    table=COMMANDS,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def group() -> None:
    """Snapshot, diff and audit the configuration of self-hosted Coder deployments."""
    for name, meant in mistaken(os.environ):
        click.echo(f"confaudit: no option reads {name}; did you mean {meant}?", err=True)


_COMPLETION: Final = "_CONFAUDIT_COMPLETE"
"""The variable by which a shell asks for completions."""


class _Terminated(BaseException):
    """SIGTERM arrived; a BaseException so that no handler of failures swallows it."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; nothing else ends the process."""
    signal.signal(signal.SIGTERM, _terminate)
    if _COMPLETION in os.environ:
        from confaudit.cli import bash

        bash.register()
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
        return code
    except ConfauditError as error:
        return explain(error)
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except _Terminated:
        return ExitCode.TERMINATED
    except ReaderLeft:
        return ExitCode.OK
    except Exception as error:  # the last boundary
        from confaudit.cli.crash import circumstance, report_crash

        fault = circumstance(error)
        return explain(fault) if fault else report_crash(error)


def _run(arguments: list[str]) -> int:
    try:
        result = group.main(arguments, prog_name="confaudit", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    return result if isinstance(result, int) else ExitCode.OK


def _terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated
