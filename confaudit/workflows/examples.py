"""The examples that stand beside advisories and rules of the house, tried."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from confaudit.errors import ConfigError, NothingToDo
from confaudit.opening import label
from confaudit.workflows.policy import POLICY, read_policy
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.rulebook.examples import Tested


class Tried(Struct, frozen=True):
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
        hint = "name a file of advisories; `confaudit help advisories` has one to begin with"
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
        hint = "name a file; `confaudit help policy` has one to begin with"
        raise NothingToDo(f"there is no {POLICY} beside confaudit.yaml", hint)
    texts = {label(path): read_bytes(path, ConfigError) for path in files or [own]}
    read = [read_policy(setup, text, name) for name, text in texts.items()]
    return tried(setup, [one for file in read for one in file.tested])
