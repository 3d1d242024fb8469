"""Nested JSON objects seen as leaves with dotted paths."""

import json
from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from confaudit.core.model import MISSING, Json, Value
from confaudit.core.secret import is_secret
from confaudit.patterns import regex

Path: TypeAlias = tuple[str, ...]

_PLAIN: Final = regex(r"[^.\[\]\"]+")


@lru_cache(maxsize=4096)  # the same few hundred leaves come with every snapshot
def dotted(path: Path) -> str:
    """Join a path as Coder's users write it; a key that holds a dot is bracketed."""
    parts = [
        key if _PLAIN.fullmatch(key) else f"[{json.dumps(key, ensure_ascii=False)}]" for key in path
    ]
    return "".join(part if part.startswith("[") else f".{part}" for part in parts).removeprefix(".")


def is_section(value: Value) -> bool:
    """Whether a value has leaves below it: an object that is neither empty nor a secret marker."""
    return isinstance(value, dict) and bool(value) and not is_secret(value)


def leaves(
    tree: Mapping[str, Json], known: Container[str] = (), prefix: Path = ()
) -> Iterator[tuple[Path, Json]]:
    """Walk the leaves of a tree; `known` names dotted paths that are leaves though objects."""
    for key, value in tree.items():
        path = (*prefix, key)
        if isinstance(value, dict) and is_section(value) and dotted(path) not in known:
            yield from leaves(value, known, path)
        else:
            yield path, value


def get(tree: Mapping[str, Json], path: Path) -> Value:
    """The value at a path, MISSING where there is none."""
    value: Value = dict(tree)
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return MISSING
        value = value[key]
    return value


def grow(pairs: Mapping[Path, Json]) -> dict[str, Json]:
    """Build the tree that has these leaves."""
    tree: dict[str, Json] = {}
    for path, value in pairs.items():
        section = tree
        for key in path[:-1]:
            below = section.setdefault(key, {})
            if not isinstance(below, dict):
                below = section[key] = {}
            section = below
        section[path[-1]] = value
    return tree
