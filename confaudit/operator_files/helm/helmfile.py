"""helmfile.yaml: releases of charts, each with values of its own and files of values."""

from collections.abc import Iterator
from typing import Final

from confaudit.core.given import Form, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm import values_file
from confaudit.operator_files.helm.values import Stack
from confaudit.operator_files.helm.values_paths import typed
from confaudit.operator_files.reader import Reader
from confaudit.yaml_nodes import Mapping, Node, Scalar, get, items_at, text_at


def recognise(file: OperatorFile) -> bool:
    """Whether it lists releases that name their charts."""
    return any(True for _ in _releases(file))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the releases of Coder's chart, and others that run its server."""
    return tuple(one for release in _releases(file) for one in _read(release, file, beside))


def _releases(file: OperatorFile) -> Iterator[Mapping]:
    for root in file.yaml.roots if file.yaml else ():
        for one in items_at(root, "releases"):
            if isinstance(one, Mapping) and text_at(one, "chart") and not get(root, "kind"):
                yield one


def _read(release: Mapping, file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    if text_at(release, "installed") == "false":
        return ()
    chart = text_at(release, "chart")
    stack = Stack(file, Form.HELMFILE, beside, values_file.is_coders(chart))
    for key in ("values", "secrets"):
        for item in items_at(release, key):
            _add(item, stack)
    for item in items_at(release, "set"):
        _set(item, stack)
    return stack.read(
        values_file.Release(
            stack.result(release),
            what=f"release {text_at(release, 'name')}",
            chart=chart,
            version=text_at(release, "version"),
            namespace=text_at(release, "namespace"),
        )
    )


def _add(item: Node, stack: Stack) -> None:
    if isinstance(item, Scalar):
        stack.add_file(item)
    else:
        stack.add_own(item)


def _set(item: Node, stack: Stack) -> None:
    path, value = text_at(item, "name"), get(item, "value")
    if isinstance(value, Scalar):
        stack.set(path, typed(value.text, value.line))
    elif text_at(item, "file"):
        stack.miss(f"file/{text_at(item, 'file')}", item, f"the file {text_at(item, 'file')}")


READER: Final = Reader(recognise, read)
