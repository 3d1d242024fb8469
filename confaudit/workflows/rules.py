"""The rules: every kind of finding, those of advisories and of changes among them."""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from textwrap import wrap
from typing import Final

from confaudit.core.judge.finding import Rule
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError
from confaudit.workflows.house import house
from confaudit.workflows.rulebook import rules_without_policy
from confaudit.workflows.setup import Setup


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
    from confaudit.render.markdown import words

    where = f"See {rule.reference}." if rule.reference else ""
    head = f"{titled(rule)} ({rule.level.word}, {rule.effect})."
    texts = filter(None, (head, rule.why, rule.fix, where))
    return "\n\n".join(words(text) for text in texts)


def rules_columns(rules: Iterable[Rule], width: int = 0) -> str:
    """The rules in columns: a line each, or as many as make it no wider than `width` characters."""
    head = ("RULE", "LEVEL", "EFFECT", "WHAT IT FINDS")
    rows = [head, *((rule.id, rule.level.word, rule.effect, titled(rule)) for rule in rules)]
    widths = [max(map(len, column)) for column in [*zip(*rows, strict=True)][:-1]]
    left = sum(widths) + 2 * len(widths)
    lines = []
    for *cells, title in rows:
        padded = "".join(f"{cell:{size + 2}}" for cell, size in zip(cells, widths, strict=True))
        parts = wrap(title, max(width - left, _NARROWEST)) if width else [title]
        lines.append(padded + f"\n{' ' * left}".join(parts))
    return "\n".join(lines)


_NARROWEST: Final = 20
"""Characters of a title on one line."""


def rules_json(rules: Iterable[Rule]) -> str:
    """The rules as a JSON list."""
    return json.dumps([_as_json(rule) for rule in rules], indent=2)


def _as_json(rule: Rule) -> dict[str, str]:
    texts = {"title": rule.title, "why": rule.why, "fix": rule.fix}
    about = {"control": rule.control, "reference": rule.reference}
    shown = {name: visible(text) for name, text in (texts | about).items() if text}
    return {"id": rule.id, "level": rule.level.word, "effect": str(rule.effect), **shown}


def _in_a_cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def titled(rule: Rule) -> str:
    """What a rule finds, with the control that it checks, if it does; safe to look at."""
    return visible(f"{rule.title} ({rule.control})" if rule.control else rule.title)
