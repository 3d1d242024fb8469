"""The standard streams as somebody else gave them to us: perhaps closed, full, of few letters."""

import io
import os
import select
import sys
from contextlib import suppress
from typing import Any, Final, TextIO

from confaudit.errors import ConfauditError, ConfigError, ExitCode

_IN: Final = 0
_OUT: Final = 1
_ERR: Final = 2


class OutputError(ConfigError):
    """Standard output takes nothing (any more)."""


class ReaderLeft(Exception):  # noqa: N818 - no error
    """Whoever reads our output (`| head`) has seen enough, which is no failure of ours.

    No OSError: click ends with 1 for that.
    """


def settle() -> None:
    """Make the standard streams of this process such that whatever fails has its sentence.

    A number that is closed would go to the next file that is opened, and that file would get what
    is meant for people. What standard output refuses is an `OutputError`. What standard error
    refuses is lost, as nobody is left to be told. Letters that a stream lacks are spelled out.
    """
    is_closed = [_occupied(descriptor) for descriptor in (_IN, _OUT, _ERR)][_OUT]
    if sys.stdin is None:
        sys.stdin = open(_IN, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as we live
    sys.stdout = _text(_Output(is_closed), sys.stdout)
    sys.stderr = _text(_Errors(), sys.stderr)


def say(text: str) -> int:
    """Write a text and all that was written before; the exit code that comes of it."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except ReaderLeft:
        pass
    except ConfauditError as error:
        return explain(error)
    return ExitCode.OK


def explain(error: ConfauditError) -> int:
    """Tell of a failure on standard error; the exit code it leads to."""
    hint = f"hint: {error.hint}\n" if error.hint else ""
    sys.stderr.write(f"confaudit: {error.message}\n{hint}")
    return error.exit_code


def _let_go() -> None:
    """Drop what standard output has not taken, and all that is still to come."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def _occupied(descriptor: int) -> bool:
    """Make sure that nothing else gets a standard stream's number; whether it was closed."""
    try:
        os.fstat(descriptor)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one
        return True
    return False


def _text(raw: io.RawIOBase, given: TextIO | None) -> TextIO:
    encoding = given.encoding if given else "utf-8"
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=encoding,
        errors="backslashreplace",
        line_buffering=raw.isatty() or isinstance(raw, _Errors),
    )


class _Output(io.FileIO):
    """Standard output."""

    def __init__(self, is_closed: bool) -> None:
        super().__init__(_OUT, "w", closefd=False)
        self._is_closed = is_closed

    def write(self, data: Any) -> int:
        """Write, or say that it cannot be done."""
        if self._is_closed:
            self._is_closed = False  # what is left goes nowhere
            raise OutputError("standard output is closed", "open it, or use -o")
        try:
            while (written := self._attempt(data)) is None:
                select.select([], [self], [])  # whoever started us wants nobody to wait; we do
            return written
        except BrokenPipeError:
            _let_go()
            raise ReaderLeft from None
        except OSError as error:
            _let_go()
            reason = (error.strerror or "").lower()
            raise OutputError(
                f"standard output cannot be written: {reason}", "make room, or use -o"
            ) from None

    def _attempt(self, data: Any) -> int | None:
        """How much could be written; None where nothing could without waiting."""
        return super().write(data)


class _Errors(io.FileIO):
    """Standard error."""

    def __init__(self) -> None:
        super().__init__(_ERR, "w", closefd=False)

    def write(self, data: Any) -> int:
        """Write as much as can be written."""
        with suppress(OSError):
            return super().write(data)
        return memoryview(data).nbytes
