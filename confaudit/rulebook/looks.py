"""What an advisory looks at, told from how it is written, before its conditions are read."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from confaudit.core.judge.conditions import EACH
from confaudit.yaml_file import Part

_LOOKING: Final = ("subject", "each", "when", "versions", "ends")
"""The keys that say what it looks at."""
_OPEN: Final = ("-", "*")
"""What ends a word that stands for all that begin so."""


def speaks_of(advisory: Part, wanted: Collection[str]) -> bool:
    """Whether one of these words stands in what an advisory looks at, as a key or as a text."""
    written = advisory.children()
    words = {*_words({key: written[key].read(object) for key in _LOOKING if key in written})}
    if not words.isdisjoint(wanted):
        return True
    beginnings = tuple(word.rstrip("*") for word in words if word.endswith(_OPEN))
    return any(word.startswith(beginnings) for word in wanted)


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield key
            if (key, below) != ("option", EACH):
                yield from _words(below)
    elif isinstance(value, list):
        for below in value:
            yield from _words(below)
    elif isinstance(value, str):
        yield value
