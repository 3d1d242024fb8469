"""confaudit rules."""

import click

from confaudit.cli.parameters import fold_setup, setup_options
from confaudit.core.judge.finding import Rule
from confaudit.workflows.rules import all_rules, find_rule, rules_table
from confaudit.workflows.setup import Setup


@click.group("rules")
def command() -> None:
    """Show the rules of the audit, or one of them.

    Their ids are permanent: filters and dashboards may refer to them.
    """


@command.command("list")
@setup_options
@fold_setup
def list_rules(setup: Setup) -> None:
    """List every rule and advisory as a Markdown table."""
    click.echo(rules_table(all_rules(setup).values()))


@command.command("show")
@click.argument("rule_id", metavar="ID")
@setup_options
@fold_setup
def show_rule(setup: Setup, rule_id: str) -> None:
    """Tell what a rule finds, why that matters and what to do."""
    click.echo(_rule_text(find_rule(rule_id, all_rules(setup))))


def _rule_text(rule: Rule) -> str:
    head = f"{rule.id}: {rule.title}\n{rule.level.word}, {rule.effect}"
    reference = f"\n\nSee {rule.reference}." if rule.reference else ""
    return f"{head}\n\n{rule.why}\n\n{rule.fix}{reference}"
