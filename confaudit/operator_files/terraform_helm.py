"""Terraform's `helm_release`: its values, its `set` blocks, the version of its chart."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from confaudit.core.given import Form, OperatorSettings
from confaudit.operator_files import helm
from confaudit.operator_files.code import CodeReader, said
from confaudit.operator_files.code_nodes import has_more, is_file, is_open
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.substitution import CODE
from confaudit.operator_files.values_layers import Layer, layered
from confaudit.yaml_nodes import Mapping, Node, Scalar, Sequence, follow, get, text_at, walk

_SETS: Final = frozenset({"set", "set_sensitive", "set_list", "set_wo"})
_PATH: Final = re.compile(r"(?P<key>(?:\\.|[^.\[\]\\])+)|\[(?P<index>\d{1,3})\]")


def read_release(label: str, release: Mapping, code: CodeReader) -> tuple[OperatorSettings, ...]:
    """What a release sets up, one for each server; nothing for charts without a part in Coder."""
    read = [(item, list(_layers(item, code))) for item in _items(get(release, "values"))]
    unseen = tuple(
        code.unseen(item.line, _UNSEEN)
        for item, layers in read
        if not layers or any(has_more(node) for _, node in walk(item))
    )
    own = Layer(Mapping(release.line), code.file, code.form)
    layers = [layer for _, some in read for layer in some]
    seen = helm.Release(
        layered(layers or [own], is_whole=not unseen),
        what=f"helm_release.{label}",
        chart=_known(text_at(release, "chart")),
        version=said(text_at(release, "version")),
        elsewhere=unseen,
    )
    sets = (replace(seen, values=layered([replace(own, root=one)])) for one in _sets(release))
    found = [helm.read_release(one, code.beside) for one in (seen, *sets)]
    return found[0] if len(found) == 1 else (merge(*(one for some in found for one in some)),)


_UNSEEN: Final = "further values come from elsewhere"


def _known(text: str) -> str:
    """A text, or nothing where it is not known."""
    return CODE.read(text).text or ""


def _layers(item: Node, code: CodeReader) -> Iterator[Layer]:
    """The values that one item of the list stands for; none where they are not seen."""
    if isinstance(item, Mapping):
        yield Layer(item, code.file, code.form)
    elif isinstance(item, Scalar) and is_file(item):
        found = code.beside.file(re.sub(r"^\$\{path\.\w+\}/", "", item.text), code.file)
        yield from _documents(found, Form.HELM_VALUES) if found else ()
    elif isinstance(item, Scalar) and not is_open(item):
        code.taken.add(id(item))
        yield from _documents(code.inner(item), code.form)


def _documents(file: OperatorFile, form: Form) -> Iterator[Layer]:
    yield from (Layer(root, file, form) for root in (file.yaml.roots if file.yaml else ()))


def _items(values: Node | None) -> list[Scalar | Sequence | Mapping]:
    node = follow(values)
    known = isinstance(node, Sequence) and not is_open(node)
    items = node.items if known and isinstance(node, Sequence) else [node]
    return [one for one in map(follow, items) if one is not None]


def _sets(release: Mapping) -> Iterator[Node]:
    """What single settings come to, as one more layer of values."""
    root = Mapping(release.line)
    for key, value in release.pairs:
        if isinstance(key, Scalar) and key.text in _SETS:
            for item in _items(value):
                name, node = get(item, "name"), get(item, "value")
                if isinstance(name, Scalar) and node is not None:
                    _put(root, name, node)
    if root.pairs:
        yield root


def _put(root: Mapping, name: Scalar, value: Node) -> None:
    """Put a value where a path like `coder.env[0].name` says."""
    steps = [(match["key"] or "", match["index"]) for match in _PATH.finditer(name.text)]
    here: Node = root
    for number, (key, index) in enumerate(steps):
        is_last = number + 1 == len(steps)
        below = _below(here, key, index)
        if is_last:
            _set(here, key, index, _at(value, name.line), name.line)
        elif below is None:
            in_list = steps[number + 1][1] is not None
            below = Sequence(name.line) if in_list else Mapping(name.line)
            _set(here, key, index, below, name.line)
        here = below or here


def _below(node: Node, key: str, index: str | None) -> Node | None:
    if index is None:
        return get(node, _plain(key))
    if isinstance(node, Sequence) and int(index) < len(node.items):
        return node.items[int(index)]
    return None


def _set(node: Node, key: str, index: str | None, value: Node, line: int) -> None:
    if index is None and isinstance(node, Mapping):
        node.pairs.append((Scalar(line, _plain(key), '"'), value))
    elif index is not None and isinstance(node, Sequence):
        node.items += [Mapping(line) for _ in range(int(index) + 1 - len(node.items))]
        node.items[int(index)] = value


def _at(value: Node, line: int) -> Node:
    """A value that stands where its setting does."""
    node = follow(value)
    return Scalar(line, node.text, '"') if isinstance(node, Scalar) else value


def _plain(key: str) -> str:
    return re.sub(r"\\(.)", r"\1", key)
