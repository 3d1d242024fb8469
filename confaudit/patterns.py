"""Regular expressions that are compiled when one is first asked for something.

Most commands need few of them, and to compile all takes longer than what most commands do.
"""

import re
from functools import cached_property
from typing import Any, AnyStr, cast


def regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` makes of the same, when it is needed."""
    return cast("re.Pattern[AnyStr]", Lazy(pattern, flags))


class Lazy:
    """Stands for a compiled pattern, and has all that one has."""

    def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
        self.pattern = pattern
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[Any]:
        return re.compile(self.pattern, self._flags)

    def __getattr__(self, name: str) -> Any:
        """What is asked for the first time; then it is at hand, and costs no more than `re`'s."""
        found = getattr(self._compiled, name)
        setattr(self, name, found)
        return found
