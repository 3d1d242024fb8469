"""What files are called in titles: by no more of their paths than tells them apart."""

from collections.abc import Collection, Sequence
from typing import TypeAlias


def telling(names: Sequence[str]) -> tuple[str, ...]:
    """Names of files without the folders that nobody needs to tell one from the others.

    A file alone is called as it was given, of an absolute path by its last two parts. What is no
    path of a file on a disk stays as it is.
    """
    paths = {name: _parts(name) for name in names if _is_on_disk(name)}
    shown = {name: _shortest(name, parts, paths.values()) for name, parts in paths.items()}
    return tuple(shown.get(name, name) for name in names)


def _is_on_disk(name: str) -> bool:
    """Whether it has folders that may go: a pipe of the shell has none, nor has an address."""
    return "/" in name and "://" not in name and not name.startswith(("/dev/fd/", "/dev/std"))


_Parts: TypeAlias = tuple[str, ...]


def _parts(path: str) -> _Parts:
    return tuple(part for part in path.split("/") if part not in ("", "."))


def _shortest(path: str, parts: _Parts, all_of_them: Collection[_Parts]) -> str:
    """The end of a path that no other path ends with."""
    others = [one for one in all_of_them if one != parts]
    if not others:
        return "/".join(parts[-2:]) if path.startswith("/") else path
    lengths = range(1, len(parts))
    ends = (parts[-length:] for length in lengths)
    end = next((end for end in ends if all(one[-len(end) :] != end for one in others)), parts)
    return "/".join(end)
