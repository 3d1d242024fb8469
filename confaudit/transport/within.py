"""Something that may take too long, done in a thread that one can let go of.

Nothing else bounds the look-up of a name, the tries of all the addresses that a name has, or a
protocol whose library bounds each wait alone.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

_Found = TypeVar("_Found")


def within(seconds: float, act: Callable[[], _Found]) -> _Found:
    """What comes of something, be it an answer or an error.

    Raises:
        TimeoutError: it takes longer; what is left of it ends with the process.
    """
    done: Future[_Found] = Future()

    def settle() -> None:
        try:
            done.set_result(act())
        except Exception as error:
            done.set_exception(error)

    Thread(target=settle, daemon=True).start()
    return done.result(seconds)
