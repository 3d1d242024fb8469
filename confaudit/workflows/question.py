"""What somebody asks of a history."""

from collections.abc import Sequence

from confaudit.core.changes.selection import Selection
from confaudit.core.history.question import Question
from confaudit.core.model import Cause
from confaudit.workflows.setup import Setup


def question(
    setup: Setup, names: Sequence[str], causes: frozenset[Cause] = frozenset()
) -> tuple[Question, tuple[str, ...]]:
    """What names mean, and what those that are misspelt were taken to mean.

    Raises:
        ConfigError: no option, leaf or endpoint is called so, or several could be meant.
    """
    if not names:
        return Question(selection=Selection(causes)), ()
    from confaudit.core.history.asked import asked  # needs all releases to know a name

    return asked(names, causes, setup.catalog())
