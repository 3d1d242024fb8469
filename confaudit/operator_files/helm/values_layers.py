"""Values that Helm lays one over the other: maps are merged, everything else is replaced.

The merge happens on the nodes, once, so that what is read of it is read as of one file, and every
node still knows which file it stands in.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Mapping_
from typing import ClassVar, Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.given import Form, Position, ReplacedList
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm.values_paths import Change, steps_of
from confaudit.operator_files.settings import unique
from confaudit.reticent import Reticent
from confaudit.yaml_nodes import (
    MAX_DEPTH,
    Mapping,
    Node,
    entries,
    follow,
    get,
    items_at,
    nodes,
    text_at,
)


class Layer(Reticent, frozen=True):
    """Values as one place has them."""

    unsaid: ClassVar = frozenset({"owners"})

    root: Node
    file: OperatorFile
    form: Form
    is_secret: bool = False
    """Whether it is kept as a secret, so that only names of it may be shown."""
    parts: tuple["Layer", ...] = ()
    """What a tool made it of before Helm saw it, the lowest first."""
    owners: Mapping_[int, "Layer"] = {}
    """By identity, in which of these, or where else, a node of it stands."""

    @property
    def dialect(self) -> Form:
        """Its form, unless only lines of it are safe to change."""
        return Form.TEXT if self.file.templated else self.form


class Values(Reticent, frozen=True):
    """What layers come to."""

    unsaid: ClassVar = frozenset({"_owners"})

    root: Node
    layers: tuple[Layer, ...]
    """The lowest first, one at least."""
    is_whole: bool = True
    """Whether all layers are seen here."""
    _owners: Mapping_[int, Layer] = {}
    """By identity, what each key and value of a map stands in; nothing where one layer is all."""

    @classmethod
    def of(cls, layer: Layer) -> "Values":
        """What one layer comes to."""
        return cls(layer.root, layer.parts or (layer,), _owners=layer.owners)

    def layer_of(self, node: Node) -> Layer:
        """The layer that a key or value stands in; of a map that was merged, the last."""
        return self._owners.get(id(follow(node)), self.layers[-1])

    def at(self, node: Node) -> Position:
        """Where a key or value stands."""
        return self.layer_of(node).file.at(node.line)

    def under(self, layer: Layer) -> "Values":
        """With one more layer over these."""
        owners = {**self._known(), **_owned(layer)}
        root = _Merge(layer, owners).of(self.root, layer.root)
        return replace(
            self, root=root, layers=(*self.layers, *(layer.parts or (layer,))), _owners=owners
        )

    def with_set(self, path: str, value: Node, layer: Layer) -> "Values":
        """With one value set by a path such as `coder.env[0].value`, as `helm --set` does it."""
        steps = steps_of(path)
        if not steps:
            return self
        owners = {**self._known(), **{id(node): layer for node in nodes(value)}}
        made = Change(value)
        root = made.of(self.root, steps)
        owners |= {id(new): owners.get(id(old), layer) for new, old in made.copies}
        return replace(self, root=root, _owners=owners)

    def _known(self) -> Mapping_[int, Layer]:
        return self._owners or _owned(self.layers[0])


def layered(layers: Sequence[Layer], *, is_whole: bool = True) -> Values:
    """Lay values one over the other, the lowest first; there is one layer at least."""
    first, *others = layers
    values = Values(first.root, (first,), is_whole)
    for layer in others:
        values = values.under(layer)
    return values


def _owned(layer: Layer) -> dict[int, Layer]:
    return {id(node): layer.owners.get(id(node), layer) for node in nodes(layer.root)}


class _Merge(Struct):
    """One layer over what is below it. What aliases repeat is merged once."""

    layer: Layer
    owners: dict[int, Layer]
    done: dict[tuple[int, int], Mapping] = {}

    def of(self, lower: Node, upper: Node, depth: int = 0) -> Node:
        below, above = follow(lower), follow(upper)
        if not isinstance(below, Mapping) or not isinstance(above, Mapping) or depth > MAX_DEPTH:
            return upper
        both = (id(below), id(above))
        if both not in self.done:
            self.done[both] = self._maps(below, above, depth)
        return self.done[both]

    def _maps(self, below: Mapping, above: Mapping, depth: int) -> Mapping:
        pairs: dict[str, tuple[Node, Node]] = {key.text: (key, one) for key, one in entries(below)}
        for key, value in entries(above):
            under = pairs.get(key.text)
            pairs[key.text] = (key, self.of(under[1], value, depth + 1) if under else value)
        found = Mapping(above.line, [*pairs.values()])
        self.owners[id(found)] = self.layer
        return found


LISTS: Final = ("env", "envFrom")
"""What a container is given in lists, whose items do not arrive where a later list comes."""


def replaced_lists(values: Values, path: Sequence[str]) -> Iterator[ReplacedList]:
    """Which variables of a container, at a path of keys, are in a lower layer only."""
    for key in LISTS:
        arriving = get(values.root, *path, key)
        if arriving is None:
            continue
        has = {name for name, _ in _named(values.root, *path, key)}
        upper = values.layer_of(arriving)
        for layer in values.layers:
            lost = [(n, p) for n, p in _named(layer.root, *path, key) if n not in has]
            if lost and layer is not upper:
                yield ReplacedList(
                    key=".".join((*path, key)),
                    names=unique(sorted(name for name, _ in lost)),
                    positions=tuple(layer.file.at(node.line) for _, node in lost),
                    by=values.at(arriving),
                )


_NAMES: Final = {
    "": ("name",),
    "ConfigMap ": ("configMapRef", "name"),
    "Secret ": ("secretRef", "name"),
}
"""Where an item has its name, and what that is the name of."""


def _named(root: Node, *path: str) -> Iterator[tuple[str, Node]]:
    """The items of a list of variables, or of where they come from, by name."""
    for item in items_at(root, *path):
        for prefix, keys in _NAMES.items():
            if name := text_at(item, *keys):
                yield f"{prefix}{name}", item
