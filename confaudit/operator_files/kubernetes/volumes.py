"""Files that a pod has by its volumes: what a ConfigMap or Secret holds under a path."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from confaudit.operator_files import embedded
from confaudit.operator_files.beside import Beside, Resource
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.kubernetes.providers import texts
from confaudit.yaml_nodes import Node, items_at, text_at


def mounted(
    path: str, container: Node, pod: Node, near: Resource, beside: Beside
) -> OperatorFile | None:
    """The text that a container finds at a path, if what holds it was given."""
    for mount in items_at(container, "volumeMounts"):
        place, part = text_at(mount, "mountPath"), text_at(mount, "subPath")
        name = part if part and path == place else _below(place, path, part)
        volume = text_at(mount, "name")
        volumes = (one for one in items_at(pod, "volumes") if text_at(one, "name") == volume)
        for source in (one for each in volumes for one in _sources(each)):
            if name and (found := _held(name, source, near, beside)):
                return found
    return None


def _below(place: str, path: str, part: str) -> str:
    """The name of a file in a folder; empty when it is none of its files."""
    folder, file = PurePosixPath(place), PurePosixPath(path)
    if not place or folder not in file.parents:
        return ""
    return str(PurePosixPath(part) / file.relative_to(folder))


def _sources(volume: Node) -> Iterator[tuple[str, str, Node]]:
    """The resources whose keys are files of a volume: kind, name, and where they are named."""
    for one in (volume, *items_at(volume, "projected", "sources")):
        for kind, key, of_name in _NAMED:
            if name := text_at(one, key, of_name):
                yield kind, name, one


_NAMED: Final = (
    ("ConfigMap", "configMap", "name"),
    ("Secret", "secret", "secretName"),
    ("Secret", "secret", "name"),
)


def _held(
    name: str, source: tuple[str, str, Node], near: Resource, beside: Beside
) -> OperatorFile | None:
    kind, of, node = source
    resource = beside.resource(kind, of, near.file, near.namespace)
    listed = items_at(node, "configMap", "items") + items_at(node, "secret", "items")
    keys = [text_at(one, "key") for one in listed if text_at(one, "path") == name]
    key = next(iter(keys), "" if listed else name)
    found = texts(resource).get(key) if resource else None
    return embedded.of_scalar(found.text, found.file) if found else None
