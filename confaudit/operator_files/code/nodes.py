"""What code comes to, as the nodes that YAML is read into: maps, lists and texts with their lines.

Nothing is computed. What only the tool that runs the code can tell stays open, and a map or list
that has more than can be seen says so.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import field

from confaudit.operator_files.templates import OPAQUE
from confaudit.yaml_nodes import Mapping, Node, Scalar, follow, walk
from confaudit.yaml_nodes import Sequence as List

MAX_DEPTH: Final = 100

_TEXT: Final = '"'
_OPEN: Final = "$"
_FILE: Final = "@"


class Applied(List, eq=False):
    """What a function that we do not know makes of its arguments."""


class Conditional(Mapping, eq=False):
    """A map that is there on a condition."""


class Attributes(Mapping, eq=False):
    """A map that grows while code is read, and finds at once what it has."""

    _places: dict[str, int] = field(default_factory=dict)
    """By key, which of the pairs counts: of several the last."""

    def value(self, key: str) -> Node | None:
        """What a key has so far."""
        place = self._places.get(key)
        return None if place is None else self.pairs[place][1]

    def add(self, key: Node, value: Node) -> None:
        """One more pair."""
        if isinstance(key, Scalar):
            self._places[key.text] = len(self.pairs)
        self.pairs.append((key, value))

    def extend(self, more: Iterable[tuple[Node, Node]]) -> None:
        """More pairs."""
        for key, value in more:
            self.add(key, value)

    def below(self, key: Scalar) -> "Attributes":
        """The map that a key has, so that it can grow; a new one where it has none."""
        found = self.value(key.text)
        if isinstance(found, Attributes):
            return found
        new = Attributes(key.line)
        if isinstance(found, Mapping):
            new.extend(joined_maps([found], found.line).pairs)
            self.pairs[self._places[key.text]] = (key, new)
        else:
            self.add(key, new)
        return new


class Allowance:
    """How much may stand where names are used: names for names for names multiply."""

    def __init__(self, most: int = 1_000_000) -> None:
        self._left = most

    def grants(self, size: int) -> bool:
        """Whether there is room for something of a size; if so, it takes that room."""
        self._left -= size
        return self._left >= 0


_LETTERS: Final = 16
"""Of a text, that take the room of one entry of a list."""


def size_of(node: Node) -> int:
    """How much room a text, a list or a map takes, without what is in it."""
    if isinstance(node, Scalar):
        return 1 + len(node.text) // _LETTERS
    if isinstance(node, Mapping):
        return 1 + len(node.pairs)
    return 1 + len(node.items) if isinstance(node, List) else 1


def whole_size(node: Node) -> int:
    """How much room it takes with all that is in it."""
    return sum(size_of(one) for _, one in walk(node))


def text(value: str, line: int) -> Scalar:
    """A string."""
    return Scalar(line, value, _TEXT)


def block(value: str, line: int) -> Scalar:
    """A text of several lines, which begins on `line`."""
    return Scalar(line, value, "|")


def literal(value: str, line: int) -> Scalar:
    """A number, `true`, `false` or `null`."""
    return Scalar(line, value, "")


def expression(what: str, line: int, prefix: str = "") -> Scalar:
    """Something that is not known here; `prefix` is the text it begins with."""
    name = f"${{{what}}}" if re.fullmatch(r"[\w.-]+", what) else OPAQUE
    return Scalar(line, prefix + name, _OPEN)


def file_text(path: str, line: int) -> Scalar:
    """The text of a file."""
    return Scalar(line, path, _FILE)


def more(line: int) -> tuple[Node, Node]:
    """A pair that stands for whatever else a map may have."""
    return expression("", line), expression("", line)


def moved(node: Node, line: int) -> Node:
    """The same, standing where its name is used: it is written in another file."""
    node = follow(node) or node
    if isinstance(node, Scalar):
        return Scalar(line, node.text, _TEXT if node.style == "|" else node.style)
    if isinstance(node, List):
        return type(node)(line, [moved(item, line) for item in node.items])
    if isinstance(node, Mapping):
        pairs = [(moved(key, line), moved(value, line)) for key, value in node.pairs]
        return type(node)(line, pairs)
    return node


def is_open(node: Node | None) -> bool:
    """Whether nobody can tell from here what it is."""
    node = follow(node)
    return isinstance(node, Applied) or (isinstance(node, Scalar) and node.style == _OPEN)


def is_file(node: Node | None) -> bool:
    """Whether it is the text of a file, named by its path."""
    return isinstance(node, Scalar) and node.style == _FILE


def has_more(node: Node | None) -> bool:
    """Whether a map or list has entries that cannot be seen."""
    node = follow(node)
    if isinstance(node, Mapping):
        return any(is_open(key) for key, _ in node.pairs)
    if isinstance(node, List) and not isinstance(node, Applied):
        return any(is_open(item) for item in node.items)
    return False


def joined_maps(maps: Sequence[Node], line: int) -> Mapping:
    """Maps as one, the later over the earlier."""
    pairs: list[tuple[Node, Node]] = []
    for one in map(follow, maps):
        if isinstance(one, Conditional):
            pairs += [(key, on_condition(value)) for key, value in one.pairs]
        elif isinstance(one, Mapping):
            pairs += one.pairs
        else:
            pairs.append(more(line))
    return Mapping(line, pairs)


def joined_lists(lists: Iterable[Node], line: int) -> List:
    """Lists as one."""
    items: list[Node] = []
    for one in map(follow, lists):
        known = isinstance(one, List) and not isinstance(one, Applied)
        items += one.items if known and isinstance(one, List) else [expression("", line)]
    return List(line, items)


def joined_texts(parts: Sequence[Node], between: str, line: int) -> Node:
    """Texts as one; open where one is that comes first."""
    known = [part for part in map(follow, parts) if isinstance(part, Scalar)]
    if len(known) < len(parts) or any(map(is_file, known)):
        return expression("", line, known[0].text if known and known[0] is parts[0] else "")
    return text(between.join(part.text for part in known), line)


def on_condition(node: Node, name: str = "_") -> Node:
    """The same as a default: there unless something that is not seen says otherwise."""
    found = follow(node)
    if isinstance(found, Mapping):
        return Conditional(found.line, found.pairs)
    if not isinstance(found, Scalar) or is_open(found) or is_file(found):
        return expression(name, node.line)
    plain = not re.search(r"[{}\n]", found.text) and found.text != "null"
    return text(f"${{{name}:-{found.text}}}", found.line) if plain else expression(name, node.line)


Names = Callable[[str], str | None]
"""What a name stands for, as text that may itself have things to fill in; None: not known."""


def filled_in(value: str, names: Names) -> str:
    """A text with what is known of its `${…}`."""

    def found(match: re.Match[str]) -> str:
        known = names(match["name"]) if match["name"] else None
        return match[0] if known is None else known

    return re.sub(r"\$\$\{|\$\{\s*(?P<name>[\w.-]+)\s*\}", found, value)
