"""The last snapshots of several deployments, of which one that cannot be read hides no other."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from confaudit.errors import SourceError

_Loaded = TypeVar("_Loaded")


def readable(
    names: Iterable[str], load: Callable[[str], _Loaded]
) -> tuple[dict[str, _Loaded], dict[str, SourceError]]:
    """What can be loaded, by name, and why the rest cannot."""
    found: dict[str, _Loaded] = {}
    failed: dict[str, SourceError] = {}
    for name in names:
        try:
            found[name] = load(name)
        except SourceError as error:
            failed[name] = error
    return found, failed


def why(error: SourceError) -> str:
    """A note on what was not looked at."""
    return f"{error.message}; {error.hint}." if error.hint else f"{error.message}."
