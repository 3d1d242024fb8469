"""Bounds for what a hostile input could keep busy for minutes."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time


@contextmanager
def bounded(seconds: float = 10.0) -> Iterator[None]:
    """Fail what keeps this process busy for longer: a hundred times what it takes.

    Its own time, as that of the clock tells as much of what else the machine does.
    """
    began = process_time()
    try:
        yield
    finally:
        assert process_time() - began < seconds, "it goes on and on"
