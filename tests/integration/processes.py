"""Processes beside a test: interruptible however the suite was started, and gone when it ends."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

DEADLINE = 60
"""Seconds after which something will not happen any more, on a busy machine as well."""

_started: list[subprocess.Popen[Any]] = []


def start(command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:
    """Start a process in a session of its own, to which SIGINT means what it means in a terminal.

    A shell script's background jobs ignore it, and so do their children.
    """
    ours = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        process = subprocess.Popen(command, start_new_session=True, **options)
    finally:
        signal.signal(signal.SIGINT, ours)
    _started.append(process)
    return process


def end_all() -> None:
    """Kill what was started and all that it started."""
    while _started:
        process = _started.pop()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for a condition, and fail when it does not come."""
    last = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < last, "it did not happen"
        time.sleep(0.01)
