"""How much a template of the user's may take: a pull request may bring it."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

SECONDS: Final = 60.0
"""Processor time; the largest page that browsers show takes a tenth of it."""
_AGAIN_SECONDS: Final = 1.0
"""Time until it is told once more, where what was raised got lost."""
MEMORY: Final = 1 << 30
"""Bytes beyond what the process has already."""
LETTERS: Final = 100_000_000
"""Of what it makes."""


class TooLong(Exception):  # noqa: N818 - a reason to stop
    """Its time is over."""


@contextmanager
def limited() -> Iterator[None]:
    """Let what is done here take no more than that.

    Raises:
        TooLong, MemoryError: it does.
    """
    with _in_time(), _in_memory():
        yield


@contextmanager
def _in_time() -> Iterator[None]:
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS, _AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooLong


@contextmanager
def _in_memory() -> Iterator[None]:
    """What the system does not tell cannot be limited: elsewhere than on Linux time has to do."""
    before, most = resource.getrlimit(resource.RLIMIT_AS)
    statm = Path("/proc/self/statm")
    if statm.exists():
        wanted = int(statm.read_text().split()[0]) * resource.getpagesize() + MEMORY
        unlimited = resource.RLIM_INFINITY
        known = [one for one in (before, most, wanted) if one != unlimited]
        resource.setrlimit(resource.RLIMIT_AS, (min(known), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))
