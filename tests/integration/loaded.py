"""A `confaudit` for shells and git that is loaded already, which is most of what a run of it takes.

It hands its arguments, folder, variables and streams to the test run, which forks a process for it
off one that has everything in memory.
"""

import json
import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from multiprocessing.reduction import DupFd
from pathlib import Path
from threading import Thread
from typing import Any, Final

from tests.integration.processes import LOADED, run_with

_PROGRAM: Final = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
    door.connect({door!r})
    said = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)])
    socket.send_fds(door, [said.encode()], [0, 1, 2])
    sys.exit(int(door.recv(8)))
"""
_MOST: Final = 1 << 18


@contextmanager
def program(folder: Path) -> Iterator[Path]:
    """The path of the program, in a folder of its own."""
    path = folder / "confaudit"
    path.write_text(_PROGRAM.format(python=sys.executable, door=str(folder / "door")))
    path.chmod(0o755)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.bind(str(folder / "door"))
        door.listen()
        Thread(target=_serve, args=(door,), daemon=True).start()
        yield path
        door.shutdown(socket.SHUT_RDWR)


def _serve(door: socket.socket) -> None:
    with suppress(OSError):  # it is closed
        while True:
            Thread(target=_answer, args=(door.accept()[0],), daemon=True).start()


def _answer(caller: socket.socket) -> None:
    with caller:
        said, streams, *_ = socket.recv_fds(caller, _MOST, 3)
        process = LOADED.Process(target=_run, args=(*json.loads(said), [*map(DupFd, streams)]))
        process.start()
        if process.sentinel not in wait([process.sentinel, caller]):
            process.terminate()  # as the caller was
        process.join()
        for stream in streams:
            os.close(stream)
        with suppress(BrokenPipeError):
            caller.send(str(process.exitcode).encode())


def _run(
    arguments: Sequence[str], folder: str, environ: Mapping[str, str], streams: Sequence[Any]
) -> None:
    os.chdir(folder)
    run_with(arguments, environ, [one.detach() for one in streams])
