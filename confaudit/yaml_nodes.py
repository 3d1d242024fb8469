"""YAML as nodes that know their lines.

Built from events, without recursion and without constructing values: duplicates, aliases and the
text of every scalar stay visible, aliases never multiply, and depth cannot end the process.
"""

from collections import deque
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

from msgspec import Struct

MAX_NODES: Final = 1_000_000
MAX_MERGED: Final = 200_000
"""Pairs that all merge keys of a text may add up to: chains of them grow squared, or worse."""
MAX_DEPTH: Final = 200


_NO_BREAKS: Final = dict.fromkeys(map(ord, "\x85\u2028\u2029"), " ")
"""YAML 1.1 ends a line at these, no editor does: line numbers are for people."""


class YamlFault(Exception):  # noqa: N818 - found and handled within this package
    """The text is no YAML, or more than anybody writes; the message follows a file's name."""

    def __init__(self, line: int, problem: str = "is not valid YAML") -> None:
        super().__init__(f"{problem} at line {line + 1}")
        self.line = line
        """From 0: where that showed."""


class Scalar(Struct, eq=False):
    """A scalar's own text."""

    line: int
    """From 0, like every line in this module."""
    text: str
    style: str
    """`""` plain, `'` and `"` quoted, `|` and `>` block."""
    tag: str = ""
    """Its own tag (`!Ref`, `!vault`), by which some program makes something else of the text."""

    @property
    def plain(self) -> bool:
        """Whether it may be something else than text."""
        return not self.style


class Sequence(Struct, eq=False):
    """A list."""

    line: int
    items: list["Node"] = []


class Mapping(Struct, eq=False):
    """A map; every pair as written, duplicates and merge keys included."""

    line: int
    pairs: list[tuple["Node", "Node"]] = []
    read: "_Read | None" = None
    """What `entries` and `get` found in it, kept: it does not change once it was looked into."""


class Alias(Struct, frozen=True, eq=False):
    """A place that repeats an anchored node."""

    line: int
    target: "Node"


Node: TypeAlias = Scalar | Sequence | Mapping | Alias


class _Read(Struct, eq=False):
    """The pairs of a map whose keys are scalars."""

    entries: "tuple[tuple[Scalar, Node], ...]"
    by_key: "dict[str, Node]"
    """Of duplicates the last."""


def fault_of(text: str) -> int | None:
    """The line (from 0) at which a text stops being YAML; None when it is YAML."""
    try:
        compose(text)
    except YamlFault as fault:
        return fault.line
    return None


def compose(text: str, deepest: int = MAX_DEPTH) -> tuple[Node, ...]:
    """The documents of a text that are not empty.

    Raises:
        YamlFault: it is no YAML, nests deeper than `deepest`, or has too many nodes.
    """
    import yaml

    builder = _Builder(deepest)
    text = text.translate(_NO_BREAKS)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _fault(error, text) from None
    except yaml.reader.ReaderError as error:
        raise YamlFault(text.encode()[: error.position].count(b"\n")) from None
    except (yaml.YAMLError, UnicodeError, ValueError):
        raise YamlFault(0) from None
    return tuple(builder.roots)


def _fault(error: Any, text: str) -> YamlFault:
    """Where the parser stopped: a text that breaks off does so in its last line."""
    line = min(error.problem_mark.line, text.count("\n")) if error.problem_mark else 0
    too_deep = "nesting depth" in (error.problem or "")  # the parser's own limit
    return YamlFault(line, "nests too deeply") if too_deep else YamlFault(line)


def resolve(scalar: Scalar) -> bool | int | float | str | None:
    """What YAML 1.1 makes of a scalar; dates and whatever else JSON lacks stay their text."""
    return _resolved(scalar.text) if scalar.plain else scalar.text


_LONGEST_NUMBER: Final = 100
"""Nobody means a number by more signs, and reading one takes time that grows squared."""


@lru_cache(maxsize=1024)
def _resolved(text: str) -> bool | int | float | str | None:
    import yaml

    if len(text) > _LONGEST_NUMBER:
        return text

    tag = _resolver().resolve(yaml.ScalarNode, text, (True, False))
    if tag.rpartition(":")[2] not in ("bool", "int", "float", "null"):
        return text
    loader: Any = yaml.SafeLoader("")
    try:
        found: bool | int | float | None = loader.construct_object(yaml.ScalarNode(tag, text))
    except (ValueError, OverflowError):  # as `0b` or `0x_`, which only look like numbers
        return text
    return found


@cache
def _resolver() -> Any:
    """What tells text from the rest: far cheaper to have than a loader, and of no state."""
    import yaml

    return yaml.resolver.Resolver()


class _Builder:
    """Puts events together; `open` are the collections that have not ended."""

    def __init__(self, deepest: int) -> None:
        self.roots: list[Node] = []
        self._deepest = deepest
        self.count = 0
        self._open: list[tuple[Sequence | Mapping, list[Node]]] = []
        self._anchors: dict[str, Node] = {}
        self._merged = 0
        self._sizes: dict[int, int] = {}
        """Of the maps that merge others, what they may come to."""

    def take(self, event: Any) -> None:
        line = event.start_mark.line
        kind = type(event).__name__
        if kind == "ScalarEvent":
            self._add(Scalar(line, event.value, event.style or "", _own(event.tag)), event.anchor)
        elif kind == "AliasEvent":
            self._add(self._alias(event.anchor, line), None)
        elif kind == "SequenceStartEvent":
            self._begin(Sequence(line), event.anchor)
        elif kind == "MappingStartEvent":
            self._begin(Mapping(line), event.anchor)
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            self._end()
        elif kind == "DocumentStartEvent":
            self._anchors.clear()

    def _alias(self, anchor: str, line: int) -> Alias:
        if anchor not in self._anchors:
            raise YamlFault(line)
        return Alias(line, self._anchors[anchor])

    def _begin(self, node: Sequence | Mapping, anchor: str | None) -> None:
        self._add(node, anchor)
        self._open.append((node, []))
        if len(self._open) > self._deepest:
            raise YamlFault(node.line, "nests too deeply")

    def _end(self) -> None:
        node, children = self._open.pop()
        if isinstance(node, Sequence):
            node.items.extend(children)
        else:
            node.pairs.extend(zip(children[::2], children[1::2], strict=True))
            self._merge(node)

    def _merge(self, node: Mapping) -> None:
        """Count what merge keys add to a map, before anybody puts it together."""
        if not any(key and _merges(key) for key, _ in map(_keyed, node.pairs)):
            return
        merged = sum(self._sizes.get(id(one), len(one.pairs)) for one in _merged_into(node))
        self._merged += merged
        self._sizes[id(node)] = merged + len(node.pairs)
        if self._merged > MAX_MERGED:
            raise YamlFault(node.line, "has too many parts")

    def _add(self, node: Node, anchor: str | None) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise YamlFault(node.line, "has too many parts")
        if anchor:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1][1].append(node)
        elif not (isinstance(node, Scalar) and node.plain and not node.text):
            self.roots.append(node)


def _own(tag: str | None) -> str:
    """A tag that is none of YAML's own; `!` alone says that it is text."""
    return tag if tag and tag.startswith("!") and tag != "!" else ""


def follow(node: Node | None) -> Scalar | Sequence | Mapping | None:
    """The node itself, or the one that an alias repeats."""
    while isinstance(node, Alias):
        node = node.target
    return node


def entries(mapping: Mapping) -> tuple[tuple[Scalar, Node], ...]:
    """The pairs whose keys are scalars: own ones as written, merged ones they do not override."""
    return _read(mapping).entries


def _read(mapping: Mapping) -> _Read:
    if mapping.read is None:
        found = tuple(_entries(mapping))
        mapping.read = _Read(found, {key.text: value for key, value in found})
    return mapping.read


def _entries(mapping: Mapping) -> Iterator[tuple[Scalar, Node]]:
    seen: set[str] = set()
    pending, visited = deque([mapping]), {id(mapping)}
    while pending:
        here = pending.popleft()
        own = [(key, value) for key, value in map(_keyed, here.pairs) if key]
        yield from ((key, value) for key, value in own if key.text not in seen and not _merges(key))
        seen |= {key.text for key, _ in own}
        for merged in _merged_into(here):
            if id(merged) not in visited:
                visited.add(id(merged))
                pending.append(merged)


def _merged_into(mapping: Mapping) -> Iterator[Mapping]:
    """The maps that its merge keys name."""
    for key, value in map(_keyed, mapping.pairs):
        if key and _merges(key):
            yield from _sources(value)


def _keyed(pair: tuple[Node, Node]) -> tuple[Scalar | None, Node]:
    key = follow(pair[0])
    return (key if isinstance(key, Scalar) else None), pair[1]


def _merges(key: Scalar) -> bool:
    return key.plain and key.text == "<<"


def _sources(value: Node) -> Iterator[Mapping]:
    node = follow(value)
    for one in node.items if isinstance(node, Sequence) else [node]:
        target = follow(one)
        if isinstance(target, Mapping):
            yield target


def get(node: Node | None, *path: str) -> Scalar | Sequence | Mapping | None:
    """What stands at a path of keys; of duplicates the last."""
    found = follow(node)
    for key in path:
        if not isinstance(found, Mapping):
            return None
        found = follow(_read(found).by_key.get(key))
    return found


def text_at(node: Node | None, *path: str) -> str:
    """The text of the scalar at a path, empty when there is none; null is none."""
    found = get(node, *path)
    return found.text if isinstance(found, Scalar) and resolve(found) is not None else ""


def items_at(node: Node | None, *path: str) -> list[Scalar | Sequence | Mapping]:
    """The items of the list at a path."""
    found = get(node, *path)
    followed = map(follow, found.items) if isinstance(found, Sequence) else ()
    return [item for item in followed if item is not None]


_Placed: TypeAlias = tuple[tuple[str, ...], Node]
"""A node, and the keys that lead to it."""


def walk(root: Node) -> Iterator[tuple[tuple[str, ...], Scalar | Sequence | Mapping]]:
    """Every node once, however often it is repeated, with the keys that lead to it."""
    levels: list[Iterator[_Placed]] = [iter([((), root)])]
    visited: set[int] = set()
    while levels:
        path, place = next(levels[-1], ((), None))
        if place is None:
            levels.pop()
        elif (node := follow(place)) is not None and id(node) not in visited:
            visited.add(id(node))
            yield path, node
            if not isinstance(node, Scalar):
                levels.append(_below(path, node))


def _below(path: tuple[str, ...], node: Node) -> Iterator[_Placed]:
    if isinstance(node, Sequence):
        yield from ((path, item) for item in node.items)
    elif isinstance(node, Mapping):
        yield from (((*path, key.text), value) for key, value in entries(node))


def nodes(root: Node) -> Iterator[Scalar | Sequence | Mapping]:
    """Every node once, keys included."""
    pending: list[Node] = [root]
    seen = set[int]()
    while pending:
        node = follow(pending.pop())
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, Mapping):
            pending += [part for pair in node.pairs for part in pair]
        elif isinstance(node, Sequence):
            pending += node.items
