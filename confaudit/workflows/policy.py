"""The policy of a house, read with all that it may speak of."""

from typing import TYPE_CHECKING, Final

from confaudit.workflows.rulebook import rules_without_policy
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.rulebook.policy import PolicyFile

POLICY: Final = "confaudit-policy.yaml"
"""Beside confaudit.yaml."""


def read_policy(setup: Setup, text: bytes, name: str) -> "PolicyFile":
    """A policy that may speak of every rule and of the options of every release known.

    Raises:
        ConfigError: it says what it cannot; names file, line and key.
        CatalogError: an advisory of the operator's own cannot be read.
    """
    from confaudit.catalog.loader import packaged
    from confaudit.rulebook.policy import read

    found = read(text, name, (packaged(), setup.catalog()), rules_without_policy(setup))
    for one in found.tested:
        _ = one.examples  # a slip in one is told
    return found
