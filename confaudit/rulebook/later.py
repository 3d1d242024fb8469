"""Conditions that are read when they are first asked: few are, as what decides comes first."""

from collections.abc import Callable

from confaudit.core.judge.conditions import Condition, Item
from confaudit.core.upgrade.known import Conclusion
from confaudit.core.upgrade.situation import Situation


class Later:
    """A condition that is not read yet."""

    __slots__ = ("_condition", "_read")

    def __init__(self, read: Callable[[], Condition]) -> None:
        """Take what reads it."""
        self._read = read
        self._condition: Condition | None = None

    def __call__(self, situation: Situation, item: Item | None) -> Conclusion:
        """What it says."""
        if self._condition is None:
            self._condition = self._read()
        return self._condition(situation, item)
