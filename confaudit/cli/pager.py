"""Output on a terminal goes through the user's pager, the way git does it."""

import os
import shlex
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from subprocess import Popen

_LESS: Final = {"LESS": "FRX", "LV": "-c"}
"""As git sets them where the user does not: leave what fits on one screen, keep colours."""


def page(parts: Iterable[bytes]) -> bool:
    """Show a text through the pager; False: nobody wants one, or it cannot run.

    Parts are taken as the pager takes them, and no more of them once it has ended.
    CONFAUDIT_PAGER names it, then PAGER, else it is less; empty or `cat` means none.
    """
    command = _command()
    if not command or command == ["cat"] or not _is_screen():
        return False
    import subprocess  # most output goes to no screen

    # ^C is the pager's as soon as it runs. A handler, unlike SIG_IGN, is not passed on to it.
    ours = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        pager = subprocess.Popen(  # noqa: S603 - the user's own command, no shell
            command, stdin=subprocess.PIPE, env=_LESS | os.environ
        )
    except OSError:
        signal.signal(signal.SIGINT, ours)
        return False
    try:
        _feed(pager, parts)
    finally:
        pager.wait()
        signal.signal(signal.SIGINT, ours)
    return True


def _feed(pager: "Popen[bytes]", parts: Iterable[bytes]) -> None:
    """Write to a pager until it has enough, which is no failure."""
    if pager.stdin is None:
        raise TypeError("a pager is started with a pipe")
    with suppress(BrokenPipeError), pager.stdin as pipe:
        pipe.writelines(parts)


def _command() -> list[str]:
    named = (os.environ.get(name) for name in ("CONFAUDIT_PAGER", "PAGER"))
    try:
        return shlex.split(next((name for name in named if name is not None), "less"))
    except ValueError:  # a quotation without an end
        return []


def _is_screen() -> bool:
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
