"""What applies a kustomization, and changes what it comes to: Flux's Kustomization, Argo's app."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from confaudit.operator_files.beside import Beside, Resource, resources
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.version import image_parts
from confaudit.yaml_nodes import Mapping, Node, Scalar, Sequence, get, items_at, text_at


class Overlay(Struct, frozen=True):
    """Changes of the shape that a kustomization has, from somewhere else."""

    root: Node
    resource: Resource


def overlays(file: OperatorFile, beside: Beside) -> tuple[Overlay, ...]:
    """What was given that applies the kustomization in a file with changes of its own."""
    folder = PurePosixPath(file.path).parent.parts
    manifests = beside.of_form("kubernetes")
    found = (one for manifest in manifests for one in resources(manifest))
    told = ((one, *each) for one in found for each in _of(one))
    return tuple(
        Overlay(root, one)
        for one, path, root in told
        if (parts := PurePosixPath(path).parts) and folder[-len(parts) :] == parts
    )


def _of(resource: Resource) -> Iterator[tuple[str, Node]]:
    """The folders that it applies, and what it changes there."""
    spec = get(resource.node, "spec")
    if resource.group == "kustomize.toolkit.fluxcd.io" and spec:
        yield text_at(spec, "path"), spec
    elif resource.kind == "Application":
        sources = [*items_at(spec, "sources"), get(spec, "source")]
        for source in sources:
            if change := get(source, "kustomize"):
                yield text_at(source, "path"), _with_images(change)


def _with_images(change: Node) -> Node:
    """The same with its images as a kustomization has them: Argo writes each as one text."""
    images = items_at(change, "images")
    texts = Sequence(change.line, [_image(one) for one in images if isinstance(one, Scalar)])
    others = [(key, value) for key, value in _pairs(change) if key.text != "images"]
    return Mapping(change.line, [*others, (_text("images", change), texts)])


def _pairs(node: Node) -> list[tuple[Scalar, Node]]:
    pairs = node.pairs if isinstance(node, Mapping) else []
    return [(key, value) for key, value in pairs if isinstance(key, Scalar)]


def _image(item: Scalar) -> Mapping:
    """`image:tag`, or `image=other:tag`."""
    old, is_other, new = item.text.partition("=")
    name, tag = image_parts(new or old)
    told = {
        "name": image_parts(old)[0],
        "newName": name if is_other else "",
        "newTag": tag,
        "digest": item.text.partition("@")[2],
    }
    return Mapping(item.line, [(_text(key, item), _text(text, item)) for key, text in told.items()])


def _text(text: str, at: Node) -> Scalar:
    return Scalar(at.line, text, "'")
