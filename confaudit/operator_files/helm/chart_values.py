"""The values of Coder's Helm chart, key by key: where each stands, and what it holds."""

from collections.abc import Iterator

from msgspec.structs import replace

from confaudit.core.given import ChartValue, Holds, Position
from confaudit.operator_files.helm.values_layers import Values
from confaudit.operator_files.substitution import CLUSTER
from confaudit.operator_files.templates import OPAQUE
from confaudit.yaml_nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    entries,
    follow,
    get,
    resolve,
    text_at,
)


def chart_keys(chart: Mapping, values: Values) -> dict[str, ChartValue]:
    """Every key of maps in maps; what stands in a list is no key of the chart.

    Where layers are missing, the entries of a list that have no name may have one in these.
    """
    found = {path: _value(node, values.at(key)) for path, key, node in _keys(chart)}
    for path, value in found.items():
        if value.holds is Holds.NAMELESS and not values.is_whole:
            found[path] = replace(value, holds=Holds.OPEN)
    return found


def is_on(node: Node | None) -> bool | None:
    """Whether a template's `if` takes a value for true; None where that is filled in."""
    holds = _held(node)
    if isinstance(node, Scalar) and holds is Holds.TEXT:
        return bool(resolve(node))
    return {Holds.NOTHING: False, Holds.OPEN: None}.get(holds, True)


def text_of(node: Node | None) -> str:
    """The text of a value, null is none; opaque where a template without quotes stands for it."""
    if isinstance(node, Mapping) and _held_by_map(node) is Holds.OPEN:
        return OPAQUE
    return text_at(node)


def _keys(chart: Mapping) -> Iterator[tuple[str, Scalar, Node | None]]:
    pending, visited = [("", chart)], {id(chart)}
    while pending:
        path, mapping = pending.pop()
        for key, place in entries(mapping):
            node = follow(place)
            yield f"{path}{key.text}", key, node
            if isinstance(node, Mapping) and id(node) not in visited and key.text != "sops":
                visited.add(id(node))
                pending.append((f"{path}{key.text}.", node))


def _value(node: Node | None, place: Position) -> ChartValue:
    return ChartValue(place, _held(node), is_on(node))


def _held(node: Node | None) -> Holds:
    match node:
        case Sequence():
            return _held_by_list(node)
        case Mapping():
            return _held_by_map(node)
        case Scalar():
            return _held_by_scalar(node)
        case _:
            return Holds.NOTHING


def _held_by_list(node: Sequence) -> Holds:
    items = [follow(item) for item in node.items]
    if any(isinstance(item, Scalar) and _is_open(item) for item in items):
        return Holds.OPEN
    if not items:
        return Holds.NOTHING
    if not all(isinstance(item, Mapping) for item in items):
        return Holds.TEXTS
    return Holds.LIST if all(get(item, "name") for item in items) else Holds.NAMELESS


def _held_by_map(node: Mapping) -> Holds:
    """`{{ x }}` without quotes is a map in a map."""
    if any(isinstance(follow(key), Mapping) for key, _ in node.pairs):
        return Holds.OPEN
    return Holds.MAP if node.pairs else Holds.NOTHING


def _held_by_scalar(node: Scalar) -> Holds:
    if _is_open(node):
        return Holds.OPEN
    return Holds.NOTHING if resolve(node) in (None, "") else Holds.TEXT


def _is_open(node: Scalar) -> bool:
    """Whether a template fills it in from the first letter on: what begins with a text is one."""
    reading = CLUSTER.read(node.text)
    return not reading.known and not reading.prefix
