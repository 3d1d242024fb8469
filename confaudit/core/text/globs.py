"""Globs over names, as the shell has them. Each is compiled once, however often it is asked."""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from functools import lru_cache


def fits(text: str, glob: str) -> bool:
    """Whether a glob means a text; letter case matters."""
    return _matcher(glob)(text) is not None


def fits_any(text: str, globs: Iterable[str]) -> bool:
    """Whether one of the globs means a text; letter case matters."""
    return any(fits(text, glob) for glob in globs)


def means_one(glob: str, names: Iterable[str]) -> bool:
    """Whether a glob means one of an option's names, whatever its case and the dashes of a flag."""
    return any(map(_matcher(glob.lstrip("-"), re.IGNORECASE), names))


@lru_cache(maxsize=1 << 14)
def _matcher(glob: str, flags: int = 0) -> Callable[[str], re.Match[str] | None]:
    """`fnmatch` itself remembers 256 in Python 3.11; the files of a house may hold thousands."""
    return re.compile(translate(glob), flags).match
