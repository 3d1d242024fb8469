"""Parts of a text, by where they begin and end."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
Rule: TypeAlias = Callable[[str], Iterator[Span]]


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same parts in order, those that overlap as one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif begin < end:
            found.append((begin, end))
    return tuple(found)
