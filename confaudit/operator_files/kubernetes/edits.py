"""What tools change in a resource: each makes a new node, and leaves the old one as it was.

`made` are the new nodes with what each is a copy of, so that all of it still knows where it stands.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct, field

from confaudit.yaml_nodes import Mapping as Map
from confaudit.yaml_nodes import Node, Scalar, entries, follow, get, resolve, text_at
from confaudit.yaml_nodes import Sequence as List

Made: TypeAlias = list[tuple[Node, Node | None]]
"""New nodes, and what each is a copy of; None where a patch is the origin."""

LIST_KEYS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("containers", "initContainers", "env", "volumes"), "name"),
    "volumeMounts": "mountPath",
    "ports": "containerPort",
}
"""Lists of Kubernetes' own kinds that are merged, and by which key of their items."""

_DIRECTIVE: Final = "$patch"


class DoesNotFit(Exception):  # noqa: N818 - found and handled within this room
    """An operation is for something that is not there."""


class StrategicMerge(Struct):
    """A patch laid over what it changes: maps are merged, and the lists that have a key."""

    keys: Mapping[str, str]
    """Of lists that are merged. Of resources that are not Kubernetes' own no list is."""
    made: Made = field(default_factory=list)
    _done: dict[tuple[int, int], Node | None] = field(default_factory=dict)

    def of(self, lower: Node | None, upper: Node, key: str = "") -> Node | None:
        """What comes of both; None where the patch takes it away. `key` is what they stand at."""
        below, above = follow(lower), follow(upper)
        both = (id(below), id(above))
        if both not in self._done:
            self._done[both] = self._merged(below, above, key)
        return self._done[both]

    def _merged(self, below: Node | None, above: Node | None, key: str) -> Node | None:
        if isinstance(above, Map):
            return self._maps(below if isinstance(below, Map) else Map(above.line), above)
        if isinstance(above, List) and key in self.keys:
            return self._lists(below if isinstance(below, List) else List(0), above, self.keys[key])
        return None if isinstance(above, Scalar) and resolve(above) is None else above

    def _maps(self, below: Map, above: Map) -> Node | None:
        directive = text_at(above, _DIRECTIVE)
        if directive == "delete":
            return None
        pairs = {} if directive == "replace" else {k.text: (k, v) for k, v in entries(below)}
        for key, value in entries(above):
            under = pairs.pop(key.text, (key, None))[1]
            found = self.of(under, value, key.text)
            if found is not None and key.text != _DIRECTIVE:
                pairs[key.text] = (key, found)
        return self._new(Map(above.line, [*pairs.values()]))

    def _lists(self, below: List, above: List, key: str) -> Node:
        """The items of the patch come first, those that it does not name after them.

        Of those that have one name the last counts, in the place of the first.
        """
        patch = [item for item in map(follow, above.items) if item is not None]
        own = [item for item in patch if get(item, key) is not None]
        is_whole = any(text_at(item, _DIRECTIVE) == "replace" for item in patch if item not in own)
        under = [] if is_whole else below.items
        named = {text_at(item, key): item for item in under}
        merged = [self.of(named.pop(text_at(item, key), None), item) for item in own]
        return self._new(List(above.line, [one for one in (*merged, *named.values()) if one]))

    def _new(self, node: Node) -> Node:
        self.made.append((node, None))
        return node


class JsonPatch(Struct):
    """Operations that each change what stands at one path."""

    made: Made = field(default_factory=list)

    def apply(self, root: Node, operation: Node) -> Node:
        """What one operation makes of a document.

        Raises:
            DoesNotFit: there is nothing at its path, or it is none that we know.
        """
        path, name = steps_of(operation, "path"), text_at(operation, "op")
        if name == "test":
            return root
        if name in ("add", "replace"):
            return self.put(root, path, get(operation, "value"), is_new=name == "add")
        if name == "remove":
            return self.put(root, path, None)
        raise DoesNotFit  # `move` and `copy`, which hardly anybody writes, may nest without end

    def put(
        self, node: Node, steps: Sequence[str], value: Node | None, is_new: bool = False
    ) -> Node:
        """A copy with a value at the end of a path, or without what is there where it is None.

        Raises:
            DoesNotFit: nothing is there, and it `is_new` neither.
        """
        node, (step, *rest) = follow(node) or node, steps
        if isinstance(node, Map):
            return self._in_map(node, step, rest, value, is_new)
        if isinstance(node, List):
            return self._in_list(node, step, rest, value, is_new)
        raise DoesNotFit

    def _in_map(
        self, node: Map, step: str, rest: Sequence[str], value: Node | None, is_new: bool
    ) -> Node:
        pairs: dict[str, tuple[Node, Node]] = {k.text: (k, v) for k, v in entries(node)}
        if step not in pairs and (rest or value is None):
            raise DoesNotFit
        if rest:
            key, below = pairs[step]
            pairs[step] = (key, self.put(below, rest, value, is_new))
        elif value is None:
            del pairs[step]
        else:
            pairs[step] = (self._new(Scalar(value.line, step, "'"), value), value)
        return self._new(Map(node.line, [*pairs.values()]), node)

    def _in_list(
        self, node: List, step: str, rest: Sequence[str], value: Node | None, is_new: bool
    ) -> Node:
        is_added = is_new and not rest
        index, items = _index(step, len(node.items) - (not is_added)), [*node.items]
        if rest:
            items[index] = self.put(items[index], rest, value, is_new)
        else:
            items[index : index + (not is_added)] = [] if value is None else [value]
        return self._new(List(node.line, items), node)

    def _new(self, node: Node, old: Node) -> Node:
        self.made.append((node, old))
        return node


_MOST_STEPS: Final = 20
"""Twice as many as lead to a variable of a container in a cron job."""


def steps_of(operation: Node, key: str) -> list[str]:
    """The keys and places on the path that an operation has under a key.

    Raises:
        DoesNotFit: it has none, or means the whole document.
    """
    root, *steps = text_at(operation, key).split("/")
    if root or not 0 < len(steps) <= _MOST_STEPS:
        raise DoesNotFit
    return [part.replace("~1", "/").replace("~0", "~") for part in steps]


def _index(step: str, last: int) -> int:
    """The place in a list that a step means; `-` is the one behind all."""
    index = last if step == "-" else int(step) if step.isdecimal() and len(step) < 6 else -1
    if not 0 <= index <= last:
        raise DoesNotFit
    return index


Change: TypeAlias = Callable[[tuple[str, str], str], str]
"""What a text becomes that stands at a path, of which the last two keys are told."""


class Rewrite(Struct):
    """Texts that are changed wherever they stand."""

    change: Change
    made: Made = field(default_factory=list)
    _done: dict[tuple[int, tuple[str, str]], Node] = field(default_factory=dict)

    def of(self, node: Node, path: tuple[str, str] = ("", "")) -> Node:
        """The node, or a copy of it where something is changed in it."""
        target = follow(node) or node
        if (id(target), path) not in self._done:
            self._done[id(target), path] = self._changed(target, path)
        return self._done[id(target), path]

    def _changed(self, node: Node, path: tuple[str, str]) -> Node:
        new: Node = node
        if isinstance(node, Scalar):
            text = self.change(path, node.text)
            new = node if text == node.text else Scalar(node.line, text, "'")
        elif isinstance(node, List):
            items = [self.of(item, path) for item in node.items]
            is_same = all(map(_is_same, items, node.items))
            new = node if is_same else List(node.line, items)
        elif isinstance(node, Map):
            pairs = entries(node)
            values = [self.of(value, (path[1], key.text)) for key, value in pairs]
            if not all(map(_is_same, values, (value for _, value in pairs))):
                keys = (key for key, _ in pairs)
                new = Map(node.line, [*zip(keys, values, strict=True)])
        if new is not node:
            self.made.append((new, node))
        return new


def _is_same(new: Node, old: Node) -> bool:
    return new is follow(old)
