"""A folder named in place of files: those below it that may set a server up.

Nobody named them one by one, so what they are not is no trouble: it is counted.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path, PurePath
from stat import S_ISREG
from typing import Final

from msgspec import Struct

from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError, SourceError
from confaudit.opening import open_now
from confaudit.operator_files import OperatorFile, decode, open_file
from confaudit.operator_files.file import MAX_BYTES
from confaudit.operator_files.neighbours import may_set_up, related, speaks
from confaudit.store.layout import deployment_of

_MOST_FILES: Final = 5_000
"""That may set a server up by their names. A repository with two hundred deployments has fewer."""
_MOST_BYTES: Final = 256 * 1024 * 1024
"""In all of them."""
_SKIPPED: Final = ("node_modules", "venv", "__pycache__")
"""Folders of what others made; those with a dot in front are skipped as well."""


class Below(Struct, frozen=True):
    """What lies below some folders."""

    files: tuple[OperatorFile, ...] = ()
    """Those that speak of Coder, and what belongs to such."""
    mute: frozenset[str] = frozenset()
    """The names of those that do not speak of Coder themselves."""
    notes: tuple[str, ...] = ()
    """Which were skipped, in whole sentences."""


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder, whatever else can be said of it."""
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name that no file can have
        return False


def expanded(paths: Iterable[Path]) -> Below:
    """The files at some paths, in their order; a folder stands for those below it.

    Raises:
        ConfigError: there are too many in a folder.
        SourceError: a file that is named cannot be read.
    """
    parts = [_below(path) if is_folder(path) else Below((open_file(path),)) for path in paths]
    return Below(
        tuple(file for part in parts for file in part.files),
        frozenset(name for part in parts for name in part.mute),
        tuple(note for part in parts for note in part.notes),
    )


def _below(folder: Path) -> Below:
    """The files below a folder that may set a server up, in the order of their paths.

    Within a repository those that git does not ignore. No symbolic link is followed.
    """
    counting = (name for name in _names(folder) if _may_count(folder, name))
    names = [*islice(counting, _MOST_FILES + 1)]
    if len(names) > _MOST_FILES:
        raise _too_much(folder, f"more than {_MOST_FILES} files that may set a server up")
    contents = _contents(folder, sorted(names))
    near = related(contents)
    files: list[OperatorFile] = []
    notes: list[str] = []
    for name in (name for name in contents if name in near):
        try:
            files.append(decode(contents[name], str(folder / name)))
        except SourceError as fault:
            notes.append(f"{fault.message}.")
    mute = frozenset(visible(str(folder / name)) for name in near if not speaks(contents[name]))
    return Below(tuple(files), mute, tuple(notes))


def _names(folder: Path) -> Iterable[str]:
    from confaudit.store.unignored import unignored  # it runs git: only where there is a folder

    return unignored(folder) or _walked(folder)


def _walked(folder: Path) -> Iterator[str]:
    """The names of all that is no folder, as they come; however deep folders are nested."""
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        for entry in _entries(folder / inside):
            name = f"{inside}{entry.name}"
            if not entry.is_dir(follow_symlinks=False):
                yield name
            elif not (entry.name in _SKIPPED or entry.name.startswith(".")):
                waiting.append(f"{name}/")


def _entries(folder: Path) -> Sequence[os.DirEntry[str]]:
    """What is in a folder; nothing where the system does not let us look."""
    try:
        with os.scandir(folder) as entries:
            return [*entries]
    except OSError:
        return ()


def _may_count(folder: Path, name: str) -> bool:
    """Whether it may set a server up, by its name; a snapshot in git is no operator's file."""
    parts = PurePath(folder.absolute(), name).parts
    return may_set_up(name) and not deployment_of("/".join(parts[-3:]))


def _contents(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    size = 0
    top = folder.resolve()
    for name in names:
        data = _content(top, name)
        if data is None:
            continue
        contents[name] = data
        size += len(data)
        if size > _MOST_BYTES:
            raise _too_much(folder, f"more than {_MOST_BYTES // 1024**2} MiB of such files")
    return contents


def _content(top: Path, name: str) -> bytes | None:
    """The bytes of a regular file, as far as they are read; None for whatever else there is."""
    place = top / name
    try:
        if not S_ISREG(place.lstat().st_mode) or place.resolve() != place:
            return None
        with open_now(place) as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return None


def _too_much(folder: Path, what: str) -> ConfigError:
    return ConfigError(
        f"the folder {visible(str(folder))} holds {what}", "name a folder in it, or the files"
    )
