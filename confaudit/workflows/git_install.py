"""Make git show snapshots and operators' files by confaudit."""

import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from confaudit.core.snapshot.canonical import FILES
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError
from confaudit.patterns import regex
from confaudit.store.configure import GitConfiguration
from confaudit.store.discovery import find
from confaudit.store.layout import folder_of
from confaudit.workflows.write import write_text

_SNAPSHOTS: Final = tuple(f"{folder_of('*')}{name}" for name in FILES)
_CACHED: Final = "confaudit"
"""Driver for snapshots, whose lines follow from the file alone, so that git may remember them."""
_FRESH: Final = "confaudit-files"
"""Driver for operators' files, whose lines follow from what is known of releases as well."""
_LAYOUT: Final = 1
"""Of the lines that `git textconv` prints. Git forgets what it remembers when its command is
another one, and this number is a part of that."""

_UNFIT: Final = regex(r"""["\\\s]|[^\x21-\x7e]|\A[-!#]|\A\[attr\]|\A\Z""")
"""What a pattern in .gitattributes may not have, begin with, or be."""


def install(
    folder: Path, patterns: Sequence[str] = (), *, is_global: bool = False, is_dry: bool = False
) -> tuple[str, ...]:
    """Configure git, and return what was left to do for that, as commands of a shell.

    `patterns` name operators' files. What is there already stays. `is_dry` changes nothing.

    Raises:
        StoreError: the folder is in no repository, or git cannot be configured.
        ConfigError: a pattern cannot be one, or .gitattributes cannot be read or written.
    """
    root = find(folder, create=False).root
    configuration = GitConfiguration(root, is_global=is_global)
    settings = configuration.missing(_settings(_program()))
    attributes = root / ".gitattributes"
    text = _read(attributes)
    wanted = [f"{one} diff={_CACHED}" for one in _SNAPSHOTS]
    wanted += [f"{_fit(one)} diff={_FRESH}" for one in patterns]
    lines = [line for line in wanted if line not in text.splitlines()]
    if not is_dry:
        configuration.set(settings)
        if lines:
            start = text if text.endswith("\n") or not text else f"{text}\n"
            write_text(attributes, "".join((start, *(f"{line}\n" for line in lines))))
    commands = (
        shlex.join(("git", "config", configuration.scope, key, value))
        for key, value in settings.items()
    )
    return (*(f"echo {shlex.quote(line)} >> .gitattributes" for line in lines), *commands)


def _program() -> str:
    """How git is to start confaudit: by its name where that is enough.

    -P: git runs it in the work tree, from which no module is to be taken.
    """
    found = shutil.which("confaudit")
    return "confaudit" if found else f"{shlex.quote(sys.executable)} -P -m confaudit"


def _settings(program: str) -> dict[str, str]:
    views = {
        f"diff.{driver}.{key}": value
        for driver in (_CACHED, _FRESH)
        for key, value in (
            ("textconv", f": {_LAYOUT}; {program} git textconv --"),
            ("command", f"{program} git diff-driver --"),
        )
    }
    tool = f'{program} git difftool -- "$LOCAL" "$REMOTE" "$MERGED"'
    return views | {f"diff.{_CACHED}.cachetextconv": "true", "difftool.confaudit.cmd": tool}


def _fit(pattern: str) -> str:
    if _UNFIT.search(pattern):
        raise ConfigError(
            f"'{visible(pattern)}' cannot stand in .gitattributes",
            "write a pattern such as values*.yaml, with ? for a blank",
        )
    return pattern


def _read(attributes: Path) -> str:
    if attributes.is_symlink():
        raise ConfigError(".gitattributes is a symbolic link", "git reads none: make it a file")
    try:
        return attributes.read_bytes().decode() if attributes.exists() else ""
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            ".gitattributes cannot be read", "check that it is UTF-8 text and yours"
        ) from None
