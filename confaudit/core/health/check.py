"""What was looked at, and how it is: the one value that `status` and `doctor` are made of."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import partial
from typing import Final

from msgspec import Struct

from confaudit.core.model import Level


class State(StrEnum):
    """How something is."""

    OK = "ok"
    SKIPPED = "skipped"
    """It was not looked at: something before it failed, or nobody asked for it."""
    UNKNOWN = "unknown"
    """It was looked at, and nothing tells how it is."""
    WARNING = "warning"
    """It works, and will not for long, or not as it should."""
    FAILED = "failed"

    @property
    def level(self) -> Level | None:
        """How much it matters; what is not known is worth a hint, what is well none."""
        return _LEVELS.get(self)

    @property
    def is_trouble(self) -> bool:
        """Whether somebody has to act: a run that found it exits with 1."""
        return self in (State.WARNING, State.FAILED)


_LEVELS: Final = {
    State.UNKNOWN: Level.INFO,
    State.WARNING: Level.WARNING,
    State.FAILED: Level.ERROR,
}
_ORDER: Final = tuple(State)


class Check(Struct, frozen=True):
    """One thing that was looked at."""

    state: State
    what: str
    """In a word or two: `certificate`."""
    found: str
    """How it is, in words that need no head."""
    advice: str = ""
    """What to do; empty where there is nothing to do."""


Verdict = Callable[..., Check]
ok: Final[Verdict] = partial(Check, State.OK)
skipped: Final[Verdict] = partial(Check, State.SKIPPED)
unknown: Final[Verdict] = partial(Check, State.UNKNOWN)
warning: Final[Verdict] = partial(Check, State.WARNING)
failed: Final[Verdict] = partial(Check, State.FAILED)


def worst(states: Iterable[State]) -> State:
    """The state that counts of several; nothing at all is well."""
    return max(states, key=_ORDER.index, default=State.OK)
