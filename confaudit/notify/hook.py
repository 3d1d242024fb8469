"""A program of the operator's own, which gets the JSON report on standard input."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final

from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError, NotifyError
from confaudit.notify.message import Message
from confaudit.reticent import Reticent

_STDERR: Final = 2


class HookChannel(Reticent, frozen=True):
    """Runs a program, without a shell and in a process group of its own."""

    unsaid: ClassVar = frozenset({"environ"})

    command: Sequence[str]
    folder: Path
    """Where it runs."""
    environ: Mapping[str, str]
    """What it gets beside what a message is about."""
    timeout_seconds: float

    @property
    def where(self) -> str:
        """The program, without its arguments."""
        return visible(self.command[0])

    def check(self) -> None:
        """Make sure that there is such a program."""
        program = self.command[0]
        name = str(self.folder / program) if os.sep in program else program
        if shutil.which(name, path=self.environ.get("PATH")) is None:
            raise ConfigError(f"there is no program {self.where}", "check its path and its mode")

    def preview(self, message: Message) -> str:
        """Its environment and standard input."""
        told = (f"{name}={value}\n" for name, value in _told(message).items())
        return f"{''.join(told)}\n{message.json()}"

    def send(self, message: Message) -> None:
        """Run it; what it prints goes to standard error.

        Raises:
            NotifyError: it cannot be run, fails, or takes too long; then all of it is killed.
        """
        try:
            code = self._run(message)
        except subprocess.TimeoutExpired:
            raise NotifyError(
                f"{self.where} did not end within {self.timeout_seconds:g} s and was killed",
                "let it do less, or allow more time with `timeout`",
            ) from None
        except OSError as error:
            raise NotifyError(
                f"{self.where} could not run ({type(error).__name__})",
                "check its path and its mode",
            ) from None
        if code:
            raise NotifyError(f"{self.where} failed with exit code {code}")

    def _run(self, message: Message) -> int:
        with subprocess.Popen(  # noqa: S603 - the operator's own program, no shell
            self.command,
            stdin=subprocess.PIPE,
            stdout=_STDERR,
            cwd=self.folder,
            env={**self.environ, **_told(message)},
            start_new_session=True,
        ) as process:
            try:
                process.communicate(message.json().encode(), timeout=self.timeout_seconds)
            except BaseException:
                _end(process.pid)
                raise
            return process.returncode


def _end(group: int) -> None:
    """Kill a program and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _told(message: Message) -> Mapping[str, str]:
    """What a message is about; with these a `confaudit show` of the hook means the same."""
    head = message.head
    return {
        "CONFAUDIT_DEPLOYMENT": head.deployment,
        "CONFAUDIT_COMMIT": head.commit,
        "CONFAUDIT_SUBJECT": head.subject,
        "CONFAUDIT_LEVEL": head.level,
    }
