"""What a kustomization changes in the resources that it has: patches, images, names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.operator_files.beside import Resource
from confaudit.operator_files.kubernetes.edits import (
    LIST_KEYS,
    JsonPatch,
    Made,
    Rewrite,
    StrategicMerge,
)
from confaudit.operator_files.version import image_parts, is_coder_image
from confaudit.patterns import regex
from confaudit.yaml_nodes import Node, Scalar, get, nodes, text_at


def is_meant(resource: Resource, patch: Resource, target: Node | None) -> bool:
    """Whether a patch is for a resource: by its target, else by the name that it has itself."""
    if target is None:
        return resource.kind == patch.kind and _is_called(patch.name, resource)
    return (
        text_at(target, "kind") in ("", resource.kind)
        and text_at(target, "group") in ("", resource.group)
        and text_at(target, "namespace") in ("", resource.namespace)
        and _is_called(text_at(target, "name") or ".*", resource)
        and all(_has(resource, key, target) for key in ("label", "annotation"))
    )


def _is_called(pattern: str, resource: Resource) -> bool:
    """By any name it has or had. Of regular expressions those that people write: `.*`, `a|b`."""
    options = pattern.strip("^$()").replace(".*", "*").split("|")
    names = (resource.name, *resource.former)
    return any(fnmatchcase(name, one) for one in options for name in names)


def _has(resource: Resource, what: str, target: Node) -> bool:
    """Whether it has the labels or annotations that a target selects by: `a=b,c`."""
    clauses = filter(None, text_at(target, f"{what}Selector").split(","))
    for key, _, wanted in (one.replace("==", "=").partition("=") for one in clauses):
        found = text_at(resource.node, "metadata", f"{what}s", key.strip())
        if found != wanted.strip() if wanted else not found:
            return False
    return True


def laid_over(resource: Resource, patch: Resource) -> Resource | None:
    """A resource with a patch of the same shape; None where that deletes it."""
    is_own = "." not in resource.group or resource.group.endswith(".k8s.io")
    merge = StrategicMerge(LIST_KEYS if is_own else {})
    node = merge.of(resource.node, patch.node)
    if node is None:
        return None
    layers = (*(resource.layers or (resource,)), patch)
    merged = _edited(resource, node, merge.made, patch)
    return called(resource.name, replace(merged, layers=layers))


def called(name: str, resource: Resource) -> Resource:
    """A resource of another name."""
    if name == resource.name or get(resource.node, "metadata", "name") is None:
        return resource
    edit = JsonPatch()
    node = edit.put(resource.node, ("metadata", "name"), Scalar(resource.node.line, name, "'"))
    return _edited(resource, node, edit.made)


def operated_on(resource: Resource, operations: Iterable[Node], patch: Resource) -> Resource:
    """A resource after the operations of a JSON patch.

    Raises:
        DoesNotFit: one of them is for something that is not there.
    """
    edit, node = JsonPatch(), resource.node
    for operation in operations:
        node = edit.apply(node, operation)
    return _edited(resource, node, edit.made, patch)


def _edited(resource: Resource, node: Node, made: Made, patch: Resource | None = None) -> Resource:
    source = patch.origin(patch.node) if patch else resource.origin(node)
    origins = resource.origins  # it grows: no node in it stands anywhere else later
    if patch:
        origins |= {id(one): patch.origin(one) for one in nodes(patch.node)}
    for new, old in made:
        origins[id(new)] = source if old is None else resource.origin(old)
    return replace(resource, node=node)


class _Image(Struct, frozen=True):
    """An entry of `images`."""

    name: str
    entry: Node

    def of(self, image: str) -> str:
        """The image that runs in the place of one."""
        repository, tag = image_parts(image)
        if repository != self.name:
            return image
        name = text_at(self.entry, "newName") or repository
        new, digest = text_at(self.entry, "newTag"), text_at(self.entry, "digest")
        _, at, old = image.partition("@")
        if new or digest:
            tag, at, old = new, "@" if digest else "", digest
        elif suffix := text_at(self.entry, "tagSuffix"):
            tag, at, old = tag + suffix, "", ""
        return f"{name}{f':{tag}' if tag else ''}{at}{old}"


def with_images(resource: Resource, entries: Sequence[Node]) -> Resource:
    """A resource after the images of its containers are renamed."""
    for one in (_Image(text_at(entry, "name"), entry) for entry in entries):
        edit = Rewrite(lambda path, text, one=one: one.of(text) if path in _IMAGES else text)  # type: ignore[misc]
        node = edit.of(resource.node)
        mirrors = _mirrors(edit.made, resource.mirrors)
        resource = replace(_edited(resource, node, edit.made), mirrors=resource.mirrors | mirrors)
    return resource


_IMAGES: Final = frozenset({("containers", "image"), ("initContainers", "image")})


def _mirrors(made: Made, known: frozenset[str]) -> frozenset[str]:
    """What Coder's image is called after it was given another name."""
    pairs = (
        (image_parts(text_at(old))[0], image_parts(text_at(new))[0])
        for new, old in made
        if isinstance(new, Scalar)
    )
    return frozenset(new for old, new in pairs if is_coder_image(old) or old in known)


_REFERENCES: Final[Mapping[tuple[str, str], str]] = {
    ("configMapRef", "name"): "ConfigMap",
    ("configMapKeyRef", "name"): "ConfigMap",
    ("configMap", "name"): "ConfigMap",
    ("secretRef", "name"): "Secret",
    ("secretKeyRef", "name"): "Secret",
    ("secret", "secretName"): "Secret",
}
"""Where a workload names another resource, and of which kind."""
_KEEP_NAMES: Final = frozenset({"Namespace", "CustomResourceDefinition", "APIService"})


def renamed(resources: Sequence[Resource], prefix: str, suffix: str) -> list[Resource]:
    """Resources with something put around the name of each, wherever one of them has it."""
    if not prefix and not suffix:
        return [*resources]
    names = {
        (one.kind, one.name): f"{prefix}{one.name}{suffix}"
        for one in resources
        if one.kind not in _KEEP_NAMES
    }
    return [_renamed(one, names) for one in resources]


def _renamed(resource: Resource, names: Mapping[tuple[str, str], str]) -> Resource:
    edit = Rewrite(lambda path, text: names.get((_REFERENCES.get(path, ""), text), text))
    edited = _edited(resource, edit.of(resource.node), edit.made)
    former = resource.former | {resource.name}
    name = names.get((resource.kind, resource.name), resource.name)
    return replace(called(name, edited), former=former)


_REFERENCE: Final = regex(r"\$\((?P<name>[A-Za-z_]\w*)\)")


def filled(resources: Sequence[Resource], entries: Iterable[Node]) -> list[Resource]:
    """Resources with what `vars` says in the place of `$(NAME)`: `${NAME}` where nobody sees it."""
    values = {text_at(one, "name"): _value(one, resources) for one in entries}

    def fill(match: re.Match[str]) -> str:
        return values.get(match["name"], match[0])

    def one(resource: Resource) -> Resource:
        edit = Rewrite(lambda _, text: _REFERENCE.sub(fill, text))
        return _edited(resource, edit.of(resource.node), edit.made)

    return [*map(one, resources)] if values else [*resources]


def _value(entry: Node, resources: Iterable[Resource]) -> str:
    kind, name = text_at(entry, "objref", "kind"), text_at(entry, "objref", "name")
    path = (text_at(entry, "fieldref", "fieldpath") or "metadata.name").split(".")
    meant = (one for one in resources if one.provides(kind, name))
    return next((text_at(one.node, *path) for one in meant), "") or f"${{{text_at(entry, 'name')}}}"
