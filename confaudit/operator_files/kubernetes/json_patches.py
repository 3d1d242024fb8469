"""JSON patches by themselves: what they add, where what they change is not here."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from msgspec.structs import replace

from confaudit.core.given import Elsewhere
from confaudit.operator_files.beside import Resource
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.kubernetes.edits import DoesNotFit, steps_of
from confaudit.yaml_nodes import Mapping, Node, Scalar, Sequence, follow, get, text_at

_Grown: TypeAlias = "dict[str, _Grown] | Node"

_OPERATIONS: Final = frozenset({"add", "replace", "remove", "move", "copy", "test"})


def is_json_patch(node: Node) -> bool:
    """Whether it is a list of operations."""
    items = node.items if isinstance(node, Sequence) else []
    return bool(items) and all(text_at(one, "op") in _OPERATIONS for one in items)


def sketches(file: OperatorFile) -> Iterator[Resource]:
    """The resources that the JSON patches in a file are for, as far as they tell."""
    for root in file.yaml.roots if file.yaml else ():
        if is_json_patch(root) and (found := sketch(Resource(file, root))):
            note = file.remark(root.line, "what this patch changes is not here")
            yield replace(found, unseen=(Elsewhere("file/kustomization", note),))


def sketch(patch: Resource, target: Node | None = None) -> Resource | None:
    """A resource that has nothing but what a JSON patch puts into it; None of another patch."""
    operations = patch.node
    if not isinstance(operations, Sequence):
        return None
    grown: dict[str, _Grown] = {}
    for one in map(follow, operations.items):
        value = get(one, "value")
        if one and value and text_at(one, "op") in ("add", "replace"):
            _grow(grown, one, value)
    known: dict[str, _Grown] = {
        "apiVersion": _text("v1", operations),
        "kind": _text(text_at(target, "kind") or _kind(grown), operations),
        "metadata": {"name": _text(text_at(target, "name"), operations)},
    }
    return Resource(patch.file, _node({**grown, **known}, operations))


def _kind(grown: "dict[str, _Grown]") -> str:
    """What has such parts."""
    spec = grown.get("spec")
    if isinstance(spec, dict) and spec.keys() & {"values", "chart", "chartRef"}:
        return "HelmRelease"
    return "ConfigMap" if "data" in grown else "Secret" if "stringData" in grown else "Deployment"


def _grow(grown: "dict[str, _Grown]", operation: Node, value: Node) -> None:
    """Put a value at its path, where a place behind all others is a new one each time."""
    try:
        *path, last = steps_of(operation, "path")
    except DoesNotFit:
        return
    for step in path:
        below = grown.setdefault(step, {})
        if not isinstance(below, dict):
            return
        grown = below
    grown[f"{len(grown)}" if last == "-" else last] = value


def _node(grown: _Grown, at: Node, key: str = "") -> Node:
    """What has grown at a key; of a variable that was there before the name is not known."""
    if not isinstance(grown, dict):
        return grown
    if grown and all(step.isdecimal() for step in grown):
        items = [_node(one, at) for one in grown.values()]
        return Sequence(at.line, [one for one in items if key != "env" or get(one, "name")])
    pairs = [(step, _node(one, at, step)) for step, one in grown.items()]
    return Mapping(at.line, [(_text(step, one), one) for step, one in pairs])


def _text(text: str, at: Node) -> Scalar:
    return Scalar(at.line, text, "'")
