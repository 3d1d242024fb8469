"""What was made of the objects seen last, for those too large to be looked up by their contents."""

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

_Asked = TypeVar("_Asked")
_Found = TypeVar("_Found")


def for_the_same(most: int) -> "Callable[[Callable[[_Asked], _Found]], Callable[[_Asked], _Found]]":
    """Have a function remember what it answered for the last `most` objects.

    An object is known by its identity, so that it must not change: a comparison asks of one several
    times, and a walk through a history comes to the same one again with the next step.
    """

    def remembering(function: Callable[[_Asked], _Found]) -> Callable[[_Asked], _Found]:
        known: deque[tuple[_Asked, _Found]] = deque(maxlen=most)

        @wraps(function)
        def remembered(asked: _Asked) -> _Found:
            for one, found in tuple(known):
                if one is asked:
                    return found
            known.append((asked, found := function(asked)))
            return found

        return remembered

    return remembering
