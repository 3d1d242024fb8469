"""Where two documents differ."""

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any, TypeAlias

from confaudit.core import tree
from confaudit.core.model import MISSING, Json, Missing, Value

Document: TypeAlias = dict[str, Json]
Pair: TypeAlias = tuple[Value, Value]
"""What stands at a place before and after."""
Finder: TypeAlias = Callable[[Document, Document], Iterator[tree.Path]]
"""Says where two documents differ: `differing`, or `unequal`."""


def differing(before: Document, after: Document) -> Iterator[tree.Path]:
    """Paths at which two documents differ, as deepdiff sees them; possibly deep inside lists.

    The guards, each a default that would hide changes: keys that start with `__` are compared
    (Coder has an option named `__Host Prefix Cookies`), and a section that changed a lot is not
    folded into one change.
    """
    pruned = strict_prune(before, after)
    if pruned is None:
        return
    from confaudit.core.changes.engine import engine  # most documents are equal

    found: Mapping[str, Any] = engine()(
        *pruned,
        view="tree",
        ignore_private_variables=False,
        threshold_to_diff_deeper=0,
        verbose_level=2,
    )
    for levels in found.values():
        for level in levels:
            yield tuple(str(key) for key in level.path(output_format="list"))


def unequal(before: Json, after: Json) -> Iterator[tree.Path]:
    """The same without deepdiff, for whoever compares so often that its costs would show."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        if not strictly_equal(before, after):
            yield ()
    elif before is not after:
        for key in before.keys() | after.keys():
            if not (key in before and key in after):
                yield (key,)
            elif before[key] is not after[key]:
                for below in unequal(before[key], after[key]):
                    yield (key, *below)


def strict_prune(before: Json, after: Json) -> tuple[Json, Json] | None:
    """Reduce two documents to where they differ; None when they are equal.

    deepdiff pays for every leaf whether or not it changed. Unlike `==` this tells True from 1.
    Lists stay whole.
    """
    if before is after:
        return None
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return None if strictly_equal(before, after) else (before, after)
    left = {key: before[key] for key in before.keys() - after.keys()}
    right = {key: after[key] for key in after.keys() - before.keys()}
    for key in before.keys() & after.keys():
        if (pruned := strict_prune(before[key], after[key])) is not None:
            left[key], right[key] = pruned
    return (left, right) if left or right else None


def strictly_equal(a: Json, b: Json) -> bool:
    """Whether two documents are equal; True is not 1, and 1 is not 1.0."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(strictly_equal(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(strictly_equal, a, b))
    return type(a) is type(b) and a == b


def changed_leaves(
    before: Document, after: Document, find: Finder, known: Container[str] = ()
) -> dict[tree.Path, Pair]:
    """Every leaf that differs, with its two values; a section on one side is taken apart.

    `known` are dotted paths that are leaves whatever they hold.
    """
    found: dict[tree.Path, Pair] = {}
    for path in find(before, after):
        top = _leaf_above(path, before, after, known)
        found.update(_take_apart(top, tree.get(before, top), tree.get(after, top), known))
    return found


def _leaf_above(
    path: tree.Path, before: Document, after: Document, known: Container[str]
) -> tree.Path:
    """Climb down a path until it reaches a leaf on either side: lists are compared as wholes."""
    for end in range(1, len(path)):
        top = path[:end]
        if tree.dotted(top) in known or not (
            tree.is_section(tree.get(before, top)) and tree.is_section(tree.get(after, top))
        ):
            return top
    return path


def _take_apart(
    top: tree.Path, before: Value, after: Value, known: Container[str]
) -> Iterator[tuple[tree.Path, Pair]]:
    """A section on either side becomes its leaves; what is no section is one leaf."""
    if tree.dotted(top) in known or not (tree.is_section(before) or tree.is_section(after)):
        yield top, (before, after)
        return
    left, right = _below(top, before, known), _below(top, after, known)
    for path in left.keys() | right.keys():
        yield path, (left.get(path, MISSING), right.get(path, MISSING))


def _below(top: tree.Path, value: Value, known: Container[str]) -> dict[tree.Path, Json]:
    if isinstance(value, Missing):
        return {}
    if isinstance(value, dict) and tree.is_section(value):
        return dict(tree.leaves(value, known, top))
    return {top: value}
