"""confaudit policy."""

from pathlib import Path

import click

from confaudit.cli.arguments import File
from confaudit.cli.lazy import Group
from confaudit.cli.parameters import place_options
from confaudit.cli.setup import fold_setup
from confaudit.cli.tried import tell
from confaudit.workflows.examples import try_policies
from confaudit.workflows.setup import Setup


@click.group("policy", cls=Group)
def command() -> None:
    """Test the policy of the house.

    It stands in confaudit-policy.yaml and says what is forbidden and required
    here, how bad findings are, and what may differ between deployments. Every
    audit goes by it.
    """


@command.command("test")
@click.argument("files", nargs=-1, type=File(dir_okay=False, path_type=Path), metavar="[FILE]…")
@place_options
@fold_setup
def run_tests(setup: Setup, files: tuple[Path, ...]) -> int:
    """Run the tests that stand beside the rules of the house.

    A FILE is a policy; without one it is the confaudit-policy.yaml beside
    confaudit.yaml. Exit code 1: a test fails.
    """
    return tell(try_policies(setup, files))
