"""Files a user asked for: written aside and renamed, so that none is ever half written."""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError


def write_text(path: Path, text: str) -> None:
    """Write a file as a whole; a link is replaced, as a stranger may have made it.

    Raises:
        ConfigError: the folder does not exist or may not be written to.
    """
    _write(path, [text])


def _write(path: Path, parts: Iterable[str]) -> None:
    with telling(path):
        if _is_written_into(path):
            with path.open("w", encoding="utf-8") as file:
                file.writelines(parts)
        else:
            _replace(path, parts)


def write_named(path: Path, text: str) -> None:
    """Write a file that a user named: a link stays, and what it leads to is written.

    Raises:
        ConfigError: as `write_text` does.
    """
    write_parts(path, [text])


def write_parts(path: Path, parts: Iterable[str]) -> None:
    """The same of a text that comes bit by bit.

    Raises:
        ConfigError: as `write_text` does.
    """
    _write(path if _is_written_into(path) else Path(os.path.realpath(path)), parts)


def make_folder(path: Path) -> None:
    """Make a folder where there is none yet.

    Raises:
        ConfigError: the folder it is to lie in does not exist or may not be written to.
    """
    with telling(path):
        path.mkdir(exist_ok=True)


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Say in a sentence why a file cannot be written.

    Raises:
        ConfigError: it cannot.
    """
    try:
        yield
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise ConfigError(
            f"cannot write {visible(str(path))}: {error.strerror}",
            "free some space and run again" if is_full else "check the folder and its permissions",
        ) from error


def _is_written_into(path: Path) -> bool:
    """Whether there is a device, a pipe, or what has no name any more: none can be replaced."""
    return path.exists() and not Path(os.path.realpath(path)).is_file()


def _replace(path: Path, parts: Iterable[str]) -> None:
    import tempfile  # most reports go to standard output

    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(parts)
        os.chmod(aside, path.stat().st_mode if path.exists() else 0o666 & ~_umask())  # noqa: PTH101
        os.replace(aside, path)  # noqa: PTH105
    except BaseException:
        os.unlink(aside)  # noqa: PTH108
        raise


def _umask() -> int:
    """The process's umask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
