"""How much a change matters, once its cause is known."""

from typing import Final

from confaudit.core.model import Cause, Change, ChangeKind, Level, Subject, Value, ValueSource

EXPLICIT: Final = frozenset({ValueSource.FLAG, ValueSource.ENV, ValueSource.YAML})
"""Sources of what somebody has set."""


def level(change: Change) -> Level:
    """How much a change matters: what is in effect, by whoever's doing, more than what is declared.

    What follows from something else is worth a glance; so is what a release adds or declares.
    """
    effective = change.kind in (ChangeKind.CHANGED, ChangeKind.RENAMED) and not is_same(
        change.before, change.after
    )
    lost = change.kind is ChangeKind.REMOVED and change.source_before in EXPLICIT
    if change.cause is Cause.OPERATOR or effective or lost:
        quiet = change.cause is Cause.COMPUTED or _is_release_fact(change)
        return Level.INFO if quiet else Level.WARNING
    return Level.INFO


def _is_release_fact(change: Change) -> bool:
    """What the server says of its own build is the upgrade itself."""
    return change.subject is Subject.SERVER and change.cause is Cause.RELEASE


def is_same(before: Value, after: Value) -> bool:
    """Whether two values are one, by type too: to Python `True` equals 1."""
    return before == after and type(before) is type(after)
