"""Terraform's `helm_release`: its values, its `set` blocks, the version of its chart."""

import re
from collections.abc import Iterator
from typing import Final

from confaudit.core.given import OperatorSettings
from confaudit.operator_files.code.evaluation import CodeReader, said
from confaudit.operator_files.code.nodes import has_more, is_file, is_open
from confaudit.operator_files.helm.values import Stack
from confaudit.operator_files.helm.values_file import Release, is_coders
from confaudit.operator_files.helm.values_paths import typed
from confaudit.operator_files.substitution import CODE
from confaudit.operator_files.templates import OPAQUE
from confaudit.yaml_nodes import Mapping, Node, Scalar, Sequence, follow, get, text_at, walk

_SETS: Final = ("set", "set_list", "set_sensitive", "set_wo")
"""In the order in which they are applied."""


def read_release(label: str, release: Mapping, code: CodeReader) -> tuple[OperatorSettings, ...]:
    """What a release sets up, one for each server; nothing for charts without a part in Coder."""
    chart = CODE.read(text_at(release, "chart")).text or ""
    stack = Stack(code.file, code.form, code.beside, is_coders(chart))
    for item in _items(get(release, "values")):
        _add(item, stack, code)
    for name, value in _sets(release):
        stack.set(name, value)
    if has_more(release):
        stack.miss("set/dynamic", release, "a dynamic block")
    return stack.read(
        Release(
            stack.result(release),
            what=f"helm_release.{label}",
            chart=chart,
            version=said(text_at(release, "version")),
        )
    )


def _add(item: Node, stack: Stack, code: CodeReader) -> None:
    """The values that one item of the list stands for, or the lack of them."""
    if isinstance(item, Scalar) and is_file(item):
        path = re.sub(r"^\$\{path\.\w+\}/", "", item.text)
        stack.add_file(Scalar(item.line, path, '"'))
    elif isinstance(item, Scalar) and not is_open(item):
        code.taken.add(id(item))
        stack.add_text(code.inner(item), code.form)
    elif isinstance(item, Mapping):
        stack.add_own(item)
    if is_open(item) or any(has_more(node) for _, node in walk(item)):
        stack.miss(code.unseen(item.line, "").resource, item, "an expression")


def _items(values: Node | None) -> list[Scalar | Sequence | Mapping]:
    node = follow(values)
    known = isinstance(node, Sequence) and not is_open(node)
    items = node.items if known and isinstance(node, Sequence) else [node]
    return [one for one in map(follow, items) if one is not None]


def _sets(release: Mapping) -> Iterator[tuple[str, Scalar]]:
    """Single values with their paths; each stands where its path does."""
    blocks = [
        (keyword, item)
        for keyword in _SETS
        for key, value in release.pairs
        if isinstance(key, Scalar) and key.text == keyword
        for item in _items(value)
    ]
    for keyword, item in blocks:
        name, value = get(item, "name"), get(item, "value")
        if not isinstance(name, Scalar) or is_open(name):
            continue
        if is_open(value) and not isinstance(value, Scalar):
            yield name.text, Scalar(name.line, OPAQUE, '"')
        elif isinstance(value, Sequence):
            texts = [one for one in map(follow, value.items) if isinstance(one, Scalar)]
            for index, one in enumerate(texts):
                yield f"{name.text}[{index}]", Scalar(name.line, one.text, '"')
        elif isinstance(value, Scalar):
            is_text = text_at(item, "type") == "string" or keyword != "set"
            text = Scalar(name.line, value.text, '"')
            yield name.text, text if is_text else typed(value.text, name.line)
