"""The operator's own secrets, from where confaudit.yaml says they are; no message shows one."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from confaudit.configfile import SecretSource
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError

COMMAND_SECONDS: Final = 30
"""Longest wait for a command that prints a secret."""


def from_file(path: Path, what: str) -> str:
    """The secret that a file holds; `what` names it in messages.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot read the {what} file {visible(str(path))}",
            "check that it exists and may be read",
        ) from error


def from_command(command: str, what: str, folder: Path) -> str:
    """The secret that a command prints, run in a folder without a shell; `what` names it.

    Raises:
        ConfigError: it cannot be run, or fails.
    """
    import subprocess  # most secrets come from elsewhere

    advice = "run it by hand to see what is wrong"
    try:
        words = shlex.split(command)
        done = subprocess.run(  # noqa: S603 - the operator's own command, no shell
            words,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        raise ConfigError(
            f"the {what}_command could not run ({type(error).__name__})", advice
        ) from None
    if done.returncode:
        raise ConfigError(f"the {what}_command failed with exit code {done.returncode}", advice)
    return done.stdout.strip()


def secret_of(source: SecretSource, what: str, folder: Path, environ: Mapping[str, str]) -> str:
    """The secret of a source; `what` names it in messages, files count from a folder.

    Raises:
        ConfigError: it cannot be had, or is empty.
    """
    if source.file:
        found = from_file(folder / source.file, what)
    elif source.command:
        found = from_command(source.command, what, folder)
    else:
        found = environ.get(source.variable, "").strip()
    if not found:
        lacking = f"{source.variable} is not set" if source.variable else f"its {what} is empty"
        raise ConfigError(lacking, f"check where its {what} comes from, in confaudit.yaml")
    return found
