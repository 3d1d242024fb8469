"""The policy of a house, read with all that it may speak of, and its examples tried."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from confaudit.errors import ConfigError, NothingToDo
from confaudit.workflows.house import POLICY
from confaudit.workflows.rules import Tried, rules_without_policy, tried
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.rulebook.policy import PolicyFile


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


def try_policies(setup: Setup, files: Sequence[Path]) -> Tried:
    """Ask the rules of policies what they make of the examples beside them.

    Without a file, the policy beside confaudit.yaml is meant.

    Raises:
        ConfigError: a file cannot be read, or says what it cannot.
        CatalogError: an advisory of the operator's own cannot be read.
        NothingToDo: there is no such file.
    """
    from confaudit.yaml_file import read_bytes

    own = setup.loaded.folder / POLICY
    if not files and not own.is_file():
        hint = "name a file, or see README for one to begin with"
        raise NothingToDo(f"there is no {POLICY} beside confaudit.yaml", hint)
    texts = {str(path): read_bytes(path, ConfigError) for path in files or [own]}
    read = [read_policy(setup, text, name) for name, text in texts.items()]
    return tried(setup, [one for file in read for one in file.tested])
