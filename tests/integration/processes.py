"""Processes beside a test: interruptible however the suite was started, and gone when it ends."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from multiprocessing.reduction import DupFd
from typing import Any, Final

DEADLINE = 60
"""Seconds after which something will not happen any more, on a busy machine as well."""

_started: list[subprocess.Popen[Any]] = []
_forked: list[ForkServerProcess] = []


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


LOADED: Final = multiprocessing.get_context("forkserver")
"""Makes processes that have the program in memory: to load it is most of what a command takes."""
LOADED.set_forkserver_preload(["tests.integration.warm"])


def start_loaded(
    arguments: Sequence[str], terminal: int, environ: Mapping[str, str]
) -> ForkServerProcess:
    """Start the program on a terminal in a session of its own, loaded already."""
    process = LOADED.Process(
        target=_run, args=(arguments, DupFd(terminal), dict(environ)), daemon=True
    )
    process.start()
    _forked.append(process)
    return process


def _run(arguments: Sequence[str], terminal: Any, environ: Mapping[str, str]) -> None:
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run_with(arguments, environ, [terminal.detach()] * 3)


def run_with(arguments: Sequence[str], environ: Mapping[str, str], given: Sequence[int]) -> None:
    """Be the program in this process, with these descriptors as its streams; it ends with it."""
    from confaudit.cli.main import run

    os.environ.clear()
    os.environ.update(environ)
    for stream, descriptor in enumerate(given):
        os.dup2(descriptor, stream)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(stream, mode) for stream, mode in enumerate("rww")
    )
    sys.exit(run(arguments))


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
    while _forked:
        fork = _forked.pop()
        if fork.is_alive():
            fork.kill()  # perhaps it leads no group yet
            with suppress(ProcessLookupError):
                os.killpg(fork.pid, signal.SIGKILL)
        fork.join()


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for a condition, and fail when it does not come."""
    last = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < last, "it did not happen"
        time.sleep(0.01)
