"""The rules: every kind of finding, those of advisories and of changes among them."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from confaudit.core.judge.finding import Rule
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError
from confaudit.render.markdown import words
from confaudit.workflows.house import house
from confaudit.workflows.rulebook import rules_without_policy
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    pass


def all_rules(setup: Setup) -> dict[str, Rule]:
    """Every rule by id, those of the house's policy among them.

    Raises:
        CatalogError: an advisory of the operator's own cannot be read.
        ConfigError: the policy cannot be read.
    """
    return {**rules_without_policy(setup), **house(setup).policy.by_id}


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
    """The rules as a Markdown table."""
    rows = (
        f"| `{rule.id}` | {rule.level.word} | {rule.effect} | {_in_a_cell(titled(rule))} |"
        for rule in rules
    )
    return "\n".join(
        ("| Rule | Level | Effect | What it finds |", "| --- | --- | --- | --- |", *rows)
    )


def rules_page(rules: Iterable[Rule]) -> str:
    """The rules as a page of Markdown, on which each has a heading that is its id."""
    return "\n".join((_PREFACE, *(f"\n## {rule.id}\n\n{_described(rule)}" for rule in rules), ""))


_PREFACE: Final = """\
# Rules

Every rule by its id, which is permanent; `--fail-on` counts the levels. `confaudit rules show ID`
says the same, and knows the rules of your own house as well. This page is made from the rules."""


def _described(rule: Rule) -> str:
    """What is to be known of a rule, in paragraphs."""
    where = f"See {rule.reference}." if rule.reference else ""
    head = f"{titled(rule)} ({rule.level.word}, {rule.effect})."
    texts = filter(None, (head, rule.why, rule.fix, where))
    return "\n\n".join(words(text) for text in texts)


def _in_a_cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def titled(rule: Rule) -> str:
    """What a rule finds, with the control that it checks, if it does; safe to look at."""
    return visible(f"{rule.title} ({rule.control})" if rule.control else rule.title)
