"""confaudit rules."""

from pathlib import Path

import click

from confaudit.cli.arguments import RULE, File
from confaudit.cli.lazy import Group
from confaudit.cli.parameters import place_options
from confaudit.cli.setup import fold_setup
from confaudit.cli.tried import tell
from confaudit.core.judge.finding import Rule
from confaudit.core.text.wording import visible
from confaudit.workflows.examples import try_examples
from confaudit.workflows.rules import all_rules, find_rule, rules_table, titled
from confaudit.workflows.setup import Setup


@click.group("rules", cls=Group)
def command() -> None:
    """Show the rules of the audit, or one of them; test your own.

    Their ids are permanent: filters and dashboards may refer to them.
    """


@command.command("list")
@place_options
@fold_setup
def list_rules(setup: Setup) -> None:
    """List every rule and advisory as a Markdown table."""
    click.echo(rules_table(all_rules(setup).values()))


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
