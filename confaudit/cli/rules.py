"""confaudit rules."""

import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from confaudit.cli.arguments import RULE, File
from confaudit.cli.choices import Choice
from confaudit.cli.commands import Section
from confaudit.cli.lazy import Group
from confaudit.cli.output import show_text
from confaudit.cli.parameters import option, place_options
from confaudit.cli.setup import fold_setup
from confaudit.cli.tried import tell
from confaudit.core.judge.finding import Rule
from confaudit.core.text.wording import visible
from confaudit.workflows.examples import try_examples
from confaudit.workflows.rules import (
    all_rules,
    find_rule,
    rules_columns,
    rules_json,
    rules_table,
    titled,
)
from confaudit.workflows.setup import Setup


@click.group("rules", cls=Group)
def command() -> None:
    """Show the rules of the audit, or one of them; test your own.

    Their ids are permanent: filters and dashboards may refer to them.
    """


@command.command("list")
@option(
    "--format",
    "-f",
    "format_",
    type=Choice(("text", "md", "json")),
    metavar="FORMAT",
    default="text",
    command="rules list",
    section=Section.OUTPUT,
    help="text, md or json.  [default: text]",
)
@place_options
@fold_setup
def list_rules(setup: Setup, format_: str) -> None:
    """List every rule and advisory.

    As text a line for each, in columns; as Markdown a table.
    """
    rules = [*all_rules(setup).values()]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    lists: dict[str, Callable[[Sequence[Rule]], str]] = {
        "md": rules_table,
        "json": rules_json,
        "text": partial(rules_columns, width=width),
    }
    show_text(f"{lists[format_](rules)}\n")


@command.command("show")
@click.argument("rule_id", type=RULE, metavar="ID")
@place_options
@fold_setup
def show_rule(setup: Setup, rule_id: str) -> None:
    """Tell what a rule finds, why that matters and what to do."""
    click.echo(_rule_text(find_rule(rule_id, all_rules(setup))))


@command.command("test")
@click.argument("files", nargs=-1, type=File(dir_okay=False, path_type=Path), metavar="[FILE]…")
@place_options
@fold_setup
def run_tests(setup: Setup, files: tuple[Path, ...]) -> int:
    """Run the tests that advisories of your own carry with them.

    A FILE holds advisories; without one it is the coder-advisories.yaml
    beside confaudit.yaml. Exit code 1: a test fails.
    """
    return tell(try_examples(setup, files))


def _rule_text(rule: Rule) -> str:
    head = f"{rule.id}: {titled(rule)}\n{rule.level.word}, {rule.effect}"
    reference = f"See {visible(rule.reference)}." if rule.reference else ""
    return "\n\n".join(filter(None, (head, visible(rule.why), visible(rule.fix), reference)))
