"""The rules: every kind of finding, those of advisories and of changes among them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from confaudit.core.judge.finding import Rule
from confaudit.core.judge.governance import GOVERNANCE_RULES
from confaudit.core.judge.hardening import CONTROL_RESTORED
from confaudit.core.judge.rules import RULES
from confaudit.core.judge.rules.changes import CHANGE_RULES
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError, NothingToDo
from confaudit.workflows.audit import advisories
from confaudit.workflows.hardening import controls
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.rulebook.examples import Tested


def all_rules(setup: Setup) -> dict[str, Rule]:
    """Every rule by id, those of the house's policy among them.

    Raises:
        CatalogError: an advisory of the operator's own cannot be read.
        ConfigError: the policy cannot be read.
    """
    from confaudit.workflows.house import house

    return {**rules_without_policy(setup), **house(setup).policy.by_id}


def rules_without_policy(setup: Setup) -> dict[str, Rule]:
    """Every rule by id: on options, advisories and the operator's own, controls, and on changes.

    Raises:
        CatalogError: an advisory of the operator's own cannot be read.
    """
    written = {one.rule.id: one.rule for one in (*advisories(setup), *controls(setup))}
    restored = {CONTROL_RESTORED.id: CONTROL_RESTORED}
    return {**RULES, **written, **CHANGE_RULES, **restored, **GOVERNANCE_RULES}


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
    rows = (
        f"| `{rule.id}` | {rule.level.word} | {rule.effect} | {_in_a_cell(titled(rule))} |"
        for rule in rules
    )
    return "\n".join(
        ("| Rule | Level | Effect | What it finds |", "| --- | --- | --- | --- |", *rows)
    )


def _in_a_cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def titled(rule: Rule) -> str:
    """What a rule finds, with the control that it checks, if it does; safe to look at."""
    return visible(f"{rule.title} ({rule.control})" if rule.control else rule.title)


@dataclass(frozen=True)
class Tried:
    """What came of the tests that the authors of advisories gave along with them."""

    count: int
    """How many tests there are."""
    failures: tuple[str, ...]
    without: tuple[str, ...]
    """Ids of the advisories that have no test."""


def try_examples(setup: Setup, files: Sequence[Path]) -> Tried:
    """Ask the advisories of these files what they make of their own tests.

    Without a file, those of the operator's own beside confaudit.yaml are meant.

    Raises:
        CatalogError: a file cannot be read, or says what it cannot.
        NothingToDo: there is no such file.
    """
    from confaudit.catalog.loader import packaged
    from confaudit.rulebook.advisories import USER_FILE, AdvisoryFile, load_tested

    own = setup.loaded.folder / USER_FILE
    if not files and not own.is_file():
        hint = "name a file of advisories, or see README for one to begin with"
        raise NothingToDo(f"there is no {USER_FILE} beside confaudit.yaml", hint)
    paths = map(AdvisoryFile, files or [own])
    return tried(setup, load_tested(paths, packaged(), setup.catalog()))


def tried(setup: Setup, found: "Sequence[Tested]") -> Tried:
    """What rules make of the examples that stand beside them.

    Raises:
        ConfauditError: of the file's kind: an example cannot be read.
    """
    from confaudit.rulebook.examples import failures

    catalog = setup.catalog()
    return Tried(
        sum(len(one.examples) for one in found),
        tuple(text for one in found for text in failures(one.advisory, one.examples, catalog)),
        tuple(one.advisory.rule.id for one in found if not one.examples),
    )
