"""The services of compose files, and which of them extend one another."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from confaudit.core.given import Elsewhere
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.yaml_nodes import Mapping, Scalar, entries, follow, get, text_at


class Service(Struct, frozen=True):
    """A service as one file has it."""

    file: OperatorFile
    name: str
    node: Mapping
    line: int


def services(file: OperatorFile) -> list[Service]:
    """Every service of a file."""
    found = [get(root, "services") for root in (file.yaml.roots if file.yaml else ())]
    return [
        Service(file, key.text, service, key.line)
        for mapping in found
        if isinstance(mapping, Mapping)
        for key, node in entries(mapping)
        if isinstance(service := follow(node), Mapping)
    ]


def is_extended(file: OperatorFile, beside: Beside) -> bool:
    """Whether services of another file are made of this one's."""
    others = (one for one in beside.of_form("compose") if one is not file)
    return any(
        beside.is_at(text_at(service.node, "extends", "file"), other, file)
        for other in others
        for service in services(other)
    )


_DEEPEST: Final = 20
"""Services may extend one another in a circle, which compose refuses."""


def extended(service: Service, beside: Beside, depth: int = 0) -> Iterator[Service | Elsewhere]:
    """The services that one is made of, the lowest first, and what of them was not given."""
    extends = get(service.node, "extends")
    if extends is None or depth > _DEEPEST:
        return
    is_name = isinstance(extends, Scalar)
    path = text_at(extends, "file")
    file = beside.at(path, service.file) if path else service.file
    wanted = extends.text if isinstance(extends, Scalar) else text_at(extends, "service")
    found = [one for one in services(file) if one.name == wanted] if file else []
    if not found:
        note = service.file.remark(extends.line, "the service extends another, which is not here")
        yield Elsewhere(f"file/{path}" if not is_name else f"service/{wanted}", note)
    for one in found[-1:]:
        yield from extended(one, beside, depth + 1)
        yield one
