"""Kustomizations: which manifests make up a deployment, and what is changed in them.

Nothing is written out: patches are laid over the resources that they change, generators add texts
to ConfigMaps and Secrets, and images are renamed where somebody asks for them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Final

from confaudit.core.given import Elsewhere, OperatorSettings
from confaudit.errors import SourceError
from confaudit.operator_files import embedded
from confaudit.operator_files.beside import Beside, Resource, resources
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm import releases
from confaudit.operator_files.kubernetes import generators, manifests
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.yaml_nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    entries,
    get,
    items_at,
    text_at,
)

_KEYS: Final = frozenset(
    {"bases", "components", "configMapGenerator", "secretGenerator", "helmCharts"}
    | {"patches", "patchesStrategicMerge", "patchesJson6902", "namePrefix", "nameSuffix"}
)
"""By which it is known without an apiVersion, besides a list of `resources` that are paths."""


def recognise(file: OperatorFile) -> bool:
    """Whether it is a kustomization or a component of one."""
    return _root(file) is not None


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read what a kustomization comes to, unless another one has it as a part."""
    others = (one for one in beside.of_form("kustomization") if one is not file)
    if any(file in _folders(other, beside) for other in others):
        return ()
    build = _Build(beside)
    build.add(file)
    view = beside.within(build.resources)
    servers = (*manifests.servers(build.resources, view), *build.released)
    if not any(one.forms for one in servers):
        servers = (*servers, *manifests.unused(build.resources, view))
        servers = tuple(merge(_told(file), one) if one.forms else one for one in servers)
        build.orphans += build.missing
    more = OperatorSettings(elsewhere=(*build.elsewhere, *build.orphans))
    return tuple(merge(one, more) if one.forms else one for one in servers)


def silence(file: OperatorFile) -> SourceError:
    """Why nothing was read of a file."""
    return SourceError(
        f"{file.name} is a kustomization: it says what makes up a deployment, and nothing of that "
        "sets up Coder's server",
        "give its resources and patches as well",
    )


def _told(file: OperatorFile) -> OperatorSettings:
    """The version of an image that whoever runs it has elsewhere."""
    for entry in items_at(_root(file), "images"):
        if any(is_coder_image(text_at(entry, key)) for key in ("name", "newName")):
            version, hint = version_of(text_at(entry, "newTag"))
            return OperatorSettings(version=version, version_hint=hint)
    return OperatorSettings()


def _root(file: OperatorFile) -> Mapping | None:
    root = file.yaml.roots[0] if file.yaml and file.yaml.roots else None
    if not isinstance(root, Mapping):
        return None
    version = text_at(root, "apiVersion")
    if version or get(root, "kind"):
        return root if version.startswith("kustomize.config.k8s.io/") else None
    keys = {key.text for key, _ in entries(root)}
    paths = items_at(root, "resources")
    is_list = bool(paths) and all(isinstance(one, Scalar) for one in paths)
    return root if is_list or _KEYS & keys else None


def _folders(file: OperatorFile, beside: Beside) -> Iterator[OperatorFile]:
    """The kustomizations that one has as its parts."""
    for path in _paths(file, "resources", "bases", "components"):
        yield from beside.in_folder(path.text, file, "kustomization")


def _paths(file: OperatorFile, *keys: str) -> Iterator[Scalar]:
    for key in keys:
        for item in items_at(_root(file), key):
            if isinstance(item, Scalar):
                yield item


@dataclass(slots=True)
class _Build:
    """What kustomizations come to so far."""

    beside: Beside
    resources: list[Resource] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    """What changes resources and was not given or not understood."""
    missing: list[Elsewhere] = field(default_factory=list)
    """Resources that were not given: others may do without."""
    orphans: list[Elsewhere] = field(default_factory=list)
    """Patches of resources that were not given."""
    released: list[OperatorSettings] = field(default_factory=list)
    """What charts come to that are written out in place."""
    visited: set[int] = field(default_factory=set)

    def add(self, file: OperatorFile) -> None:
        """Take in what one kustomization says."""
        if id(file) in self.visited:
            return
        self.visited.add(id(file))
        for path in _paths(file, "resources", "bases"):
            self._add_path(path, file)
        self.resources = generators.generate(_root(file), file, self.beside, self.resources)
        self.released += releases.kustomize_charts(_root(file), file, self.beside)
        for path in _paths(file, "components"):
            self._add_component(path, file)
        for patch in _patches(file):
            self._add_patch(patch, file)
        if change := _image_change(_root(file)):
            self.resources = [_with_image(one, change) for one in self.resources]
        if filled_in := get(_root(file), "replacements"):
            note = file.remark(filled_in.line, "replacements fill in values, which is not read")
            self.elsewhere.append(Elsewhere("file/replacements", note))

    def _add_path(self, path: Scalar, file: OperatorFile) -> None:
        beside = self.beside
        if found := beside.at(path.text, file):
            self.resources += resources(found)
        elif parts := beside.in_folder(path.text, file, "kustomization"):
            inner = _Build(beside, visited=self.visited)
            inner.add(beside.take(parts[0]))
            self.resources += inner.resources
            self.released += inner.released
            self.elsewhere += inner.elsewhere
            self.missing += inner.missing
            self.orphans += inner.orphans
        elif manifests := beside.in_folder(path.text, file, "kubernetes"):
            self.resources += [one for part in manifests for one in resources(beside.take(part))]
        else:
            self.missing.append(_not_here(path, file, "a resource of the kustomization"))

    def _add_component(self, path: Scalar, file: OperatorFile) -> None:
        """A component changes what its kustomization has so far."""
        parts = self.beside.in_folder(path.text, file, "kustomization")
        if parts:
            self.add(self.beside.take(parts[0]))
        else:
            self.elsewhere.append(_not_here(path, file, "a component of the kustomization"))

    def _add_patch(self, patch: "_Patch", file: OperatorFile) -> None:
        inner = patch.text(self.beside, file)
        if inner is None:
            self.elsewhere.append(_not_here(patch.source, file, "a patch of the kustomization"))
            return
        for root in inner.yaml.roots if inner.yaml else ():
            if isinstance(root, Sequence):
                self.elsewhere += _json_patch(root, inner)
            else:
                self._lay_over(Resource(inner, root), patch.target)

    def _lay_over(self, patch: Resource, target: Node | None) -> None:
        meant = [one for one in self.resources if _is_meant(one, patch, target)]
        if text_at(patch.node, "$patch") == "delete":
            self.resources = [one for one in self.resources if one not in meant]
        elif meant:
            self.resources = [
                replace(one, patches=(*one.patches, patch)) if one in meant else one
                for one in self.resources
            ]
        else:
            note = "what this patch changes is not here"
            resource = f"{patch.kind.lower()}/{patch.name}"
            self.orphans.append(Elsewhere(resource, patch.file.remark(patch.node.line, note)))
            self.resources.append(patch)


@dataclass(frozen=True, slots=True)
class _Patch:
    source: Scalar
    """A path, or the patch itself."""
    target: Node | None = None

    def text(self, beside: Beside, file: OperatorFile) -> OperatorFile | None:
        """The patch; None when it stands in a file that was not given."""
        if "\n" in self.source.text.strip() or ": " in self.source.text:
            return embedded.of_scalar(self.source, file)
        return beside.at(self.source.text, file)


def _patches(file: OperatorFile) -> Iterator[_Patch]:
    for key in ("patchesStrategicMerge", "patches", "patchesJson6902"):
        for item in items_at(_root(file), key):
            source = item if isinstance(item, Scalar) else get(item, "path") or get(item, "patch")
            if isinstance(source, Scalar):
                yield _Patch(source, get(item, "target"))


def _is_meant(resource: Resource, patch: Resource, target: Node | None) -> bool:
    """Whether a patch is for a resource: by its target, else by the name that it has itself."""
    if target is None:
        return resource.kind == patch.kind and resource.name == patch.name
    kind, name = text_at(target, "kind"), text_at(target, "name")
    return kind in ("", resource.kind) and (not name or _matches(name, resource.name))


def _matches(pattern: str, name: str) -> bool:
    """Of regular expressions those that people write here: `.*` and `a|b`."""
    options = pattern.strip("^$()").replace(".*", "*").split("|")
    return any(fnmatchcase(name, one) for one in options)


_TOUCHES: Final = ("/containers", "/data", "/stringData", "/values")
"""Where settings stand."""


def _json_patch(operations: Sequence, file: OperatorFile) -> Iterator[Elsewhere]:
    for operation in operations.items:
        path = text_at(operation, "path")
        if any(one in path for one in _TOUCHES) or path in ("", "/spec"):
            note = file.remark(operation.line, "a JSON patch changes settings, and is not read")
            yield Elsewhere("file/patch", note)


def _not_here(path: Scalar, file: OperatorFile, what: str) -> Elsewhere:
    return Elsewhere(f"file/{path.text}", file.remark(path.line, f"{what} is not here"))


def _image_change(root: Node | None) -> Callable[[str], str] | None:
    changes = {text_at(one, "name"): one for one in items_at(root, "images")}

    def change(image: str) -> str:
        repository, tag = image_parts(image)
        entry = changes.get(repository)
        if entry is None:
            return image
        name = text_at(entry, "newName") or repository
        if digest := text_at(entry, "digest"):
            return f"{name}@{digest}"
        return ":".join(filter(None, (name, text_at(entry, "newTag") or tag)))

    return change if changes else None


def _with_image(resource: Resource, change: Callable[[str], str]) -> Resource:
    before = resource.image
    return replace(resource, image=lambda image: change(before(image)))


READER: Final = Reader(recognise, read, silence=silence)
