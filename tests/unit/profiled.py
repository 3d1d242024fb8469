"""How much work something is, counted in calls: the same on any machine, however busy."""

import sys
from collections.abc import Callable
from types import FrameType, FunctionType
from typing import Any


def calls(work: Callable[[], object]) -> int:
    """How many functions it calls, ours and Python's own."""
    return _counted(work, lambda _, event: event in ("call", "c_call"))


def calls_of(function: FunctionType, work: Callable[[], object]) -> int:
    """How often it calls one of our functions."""
    code = function.__code__
    return _counted(work, lambda frame, event: event == "call" and frame.f_code is code)


def _counted(work: Callable[[], object], counts: Callable[[FrameType, str], bool]) -> int:
    count = 0

    def watch(frame: FrameType, event: str, _: Any) -> None:
        nonlocal count
        count += counts(frame, event)

    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
