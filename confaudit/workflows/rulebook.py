"""What the rulebook holds, and the operator's own advisories, read for one run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from confaudit.core.judge.finding import Rule
from confaudit.core.judge.governance import GOVERNANCE_RULES
from confaudit.core.judge.rules import RULES
from confaudit.core.judge.rules.changes import CHANGE_RULES, CONTROL_RESTORED
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.core.judge.advisories import Advisory


def advisories(setup: Setup) -> "Sequence[Advisory]":
    """The advisories that come with confaudit, and the operator's own beside confaudit.yaml.

    Those that come with it speak of options of the packaged catalogue, in whose place a release
    learnt from documents may stand that does not tell them.

    Raises:
        CatalogError: one cannot be read.
    """
    from confaudit.catalog.loader import packaged
    from confaudit.rulebook.advisories import USER_FILE, load

    own = setup.loaded.folder / USER_FILE
    return load([own] if own.is_file() else [], packaged(), setup.catalog())


def controls(setup: Setup, about: frozenset[str] | None = None) -> "Sequence[Advisory]":
    """The controls that come with confaudit; those that speak `about` something, if it is told."""
    from confaudit.catalog.loader import packaged
    from confaudit.rulebook.advisories import load_controls

    return load_controls(packaged(), setup.catalog(), about=about)


def rules_without_policy(setup: Setup) -> dict[str, Rule]:
    """Every rule by id: on options, advisories and the operator's own, controls, and on changes.

    Raises:
        CatalogError: an advisory of the operator's own cannot be read.
    """
    written = {one.rule.id: one.rule for one in (*advisories(setup), *controls(setup))}
    restored = {CONTROL_RESTORED.id: CONTROL_RESTORED}
    return {**RULES, **written, **CHANGE_RULES, **restored, **GOVERNANCE_RULES}
