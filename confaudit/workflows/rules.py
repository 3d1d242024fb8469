"""The rules: every kind of finding, those of advisories and of changes among them."""

from collections.abc import Iterable
from difflib import get_close_matches

from confaudit.core.judge.finding import Rule
from confaudit.core.judge.rules import RULES
from confaudit.core.judge.rules.changes import CHANGE_RULES
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError
from confaudit.workflows.audit import advisories
from confaudit.workflows.setup import Setup


def all_rules(setup: Setup) -> dict[str, Rule]:
    """Every rule by id: on options, the advisories, the operator's own included, and on changes.

    Raises:
        CatalogError: an advisory of the operator's own cannot be read.
    """
    own = {one.rule.id: one.rule for one in advisories(setup)}
    return {**RULES, **own, **CHANGE_RULES}


def find_rule(name: str, rules: dict[str, Rule]) -> Rule:
    """The rule with this id.

    Raises:
        ConfigError: there is none.
    """
    if name in rules:
        return rules[name]
    close = get_close_matches(name, rules, n=1)
    hint = f"did you mean {close[0]}?" if close else "`confaudit rules list` lists them"
    raise ConfigError(f"there is no rule {visible(name)}", hint)


def rules_table(rules: Iterable[Rule]) -> str:
    """The rules as a Markdown table, as README has it."""
    rows = (f"| `{rule.id}` | {rule.level.word} | {rule.effect} | {rule.title} |" for rule in rules)
    return "\n".join(
        ("| Rule | Level | Effect | What it finds |", "| --- | --- | --- | --- |", *rows)
    )
