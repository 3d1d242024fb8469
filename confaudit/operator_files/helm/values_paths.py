"""Single values by their paths, `coder.env[0].value`, as `helm --set` and its kin put them."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct, field

from confaudit.patterns import regex
from confaudit.yaml_nodes import MAX_DEPTH, Mapping, Node, Scalar, entries, follow
from confaudit.yaml_nodes import Sequence as List

Step = str | int
"""A key, or a place in a list."""

_STEP: Final = regex(r"(?P<key>(?:\\.|[^.\[\]\\])+)\.?|\[(?P<index>\d{1,3})\]\.?")
_TYPED: Final = regex(r"true|false|null|0|-?[1-9][0-9]*")


def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a path; none if it is no path."""
    found: list[Step] = []
    done = 0
    for match in _STEP.finditer(path):
        if match.start() != done:
            break
        key, index = match["key"], match["index"]
        found.append(int(index) if key is None else re.sub(r"\\(.)", r"\1", key))
        done = match.end()
    return tuple(found) if done == len(path) and len(found) <= MAX_DEPTH else ()


def typed(text: str, line: int) -> Scalar:
    """A value as `--set` reads it: what looks like a number or a switch is one."""
    return Scalar(line, text, "" if _TYPED.fullmatch(text) else '"')


class Change(Struct):
    """One value to be put at the end of a path; all that leads there is copied, nothing changed."""

    value: Node
    copies: list[tuple[Node, Node | None]] = field(default_factory=list)
    """What was made, with what it is a copy of, if anything."""

    def of(self, node: Node | None, steps: Sequence[Step]) -> Node:
        """A node with the value in it."""
        if not steps:
            return self.value
        node, (step, *rest) = follow(node), steps
        made = (
            self._list(node, step, rest) if isinstance(step, int) else self._map(node, step, rest)
        )
        self.copies.append((made, node))
        return made

    def _list(self, node: Node | None, index: int, rest: Sequence[Step]) -> List:
        items = [*node.items] if isinstance(node, List) else []
        items += [Mapping(self.value.line) for _ in range(index + 1 - len(items))]
        items[index] = self.of(items[index], rest)
        return List(node.line if node else self.value.line, items)

    def _map(self, node: Node | None, key: str, rest: Sequence[Step]) -> Mapping:
        found = [*entries(node)] if isinstance(node, Mapping) else []
        name, below = next(
            ((one, value) for one, value in found if one.text == key), (self._name(key), None)
        )
        value = self.of(below, rest)
        pairs = [(name, value) if one is name else (one, old) for one, old in found]
        if below is None:
            pairs.append((name, value))
        return Mapping(node.line if node else self.value.line, [*pairs])

    def _name(self, key: str) -> Scalar:
        name = Scalar(self.value.line, key, '"')
        self.copies.append((name, None))
        return name
