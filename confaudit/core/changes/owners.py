"""Which options set a config leaf, by what a snapshot declares."""

from collections import deque
from collections.abc import Mapping
from typing import TypeAlias

from confaudit.core.model import OptionSpec

Owners: TypeAlias = Mapping[str, Mapping[str, OptionSpec]]
"""Dotted config leaf → the options that set it, by key."""


_known: deque[tuple[Mapping[str, OptionSpec], Owners]] = deque(maxlen=4)


def owners(declared: Mapping[str, OptionSpec]) -> Owners:
    """The options that set each config leaf.

    Remembered for what was asked last: a comparison asks several times, and a walk through a
    history holds the same declarations from one upgrade to the next.
    """
    for asked, found in tuple(_known):
        if asked is declared:
            return found
    by_leaf: dict[str, dict[str, OptionSpec]] = {}
    for key, spec in declared.items():
        if spec.json_path:
            by_leaf.setdefault(spec.json_path, {})[key] = spec
    _known.append((declared, by_leaf))
    return by_leaf


def current_name(members: Mapping[str, OptionSpec]) -> str:
    """Of the options that set one leaf the one to use today, which does not point to another."""
    return next((key for key, spec in members.items() if not spec.use_instead), "") or next(
        iter(members), ""
    )
