"""Kustomizations: which manifests make up a deployment, and what is changed in them.

Nothing is written out: what kustomize makes of the resources is made of their nodes, each of which
still knows the file that it stands in.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from msgspec import Struct, field

from confaudit.core.given import Elsewhere, OperatorSettings
from confaudit.errors import SourceError
from confaudit.operator_files import embedded
from confaudit.operator_files.beside import Beside, Resource, resources
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm import releases
from confaudit.operator_files.kubernetes import generators, json_patches, manifests
from confaudit.operator_files.kubernetes.applied import Overlay, overlays
from confaudit.operator_files.kubernetes.edits import DoesNotFit
from confaudit.operator_files.kubernetes.providers import PROVIDERS
from confaudit.operator_files.kubernetes.transformers import (
    filled,
    is_meant,
    laid_over,
    operated_on,
    renamed,
    with_images,
)
from confaudit.operator_files.kubernetes.workloads import is_workload
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.version import is_coder_image, version_of
from confaudit.patterns import regex
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
    build.apply(overlays(file, beside))
    build.resources = filled(build.resources, build.variables)
    view = beside.within(build.resources)
    servers = (*manifests.servers(build.resources, view), *build.released)
    if not any(one.forms for one in servers):
        servers = (*servers, *manifests.unused(build.resources, view))
        servers = tuple(merge(_told(_root(file)), one) if one.forms else one for one in servers)
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


def _told(root: Node | None) -> OperatorSettings:
    """The version of an image that whoever runs it has elsewhere."""
    for entry in items_at(root, "images"):
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


_MOST: Final = 1000
"""Kustomizations that one may be made of: two that each have two more and so on would never end."""
_MOST_PATCHES: Final = 300
"""Of one kustomization, and operations of one patch, ten times as many as anybody writes: each
goes through all that those before it made."""


class _Build(Struct):
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
    variables: list[Node] = field(default_factory=list)
    """Entries of `vars`, which all of them share."""
    above: tuple[OperatorFile, ...] = ()
    """The kustomizations that it is a part of."""
    count: list[None] = field(default_factory=list)
    """As long as kustomizations were read for the whole."""

    def add(self, file: OperatorFile) -> None:
        """Take in what one kustomization says, in the order in which kustomize does."""
        self.count.append(None)
        if file in self.above or len(self.count) > _MOST:
            return
        self.above += (file,)
        root = _root(file)
        for path in _paths(file, "resources", "bases"):
            self._add_path(path, file)
        self.resources = generators.generate(root, file, self.beside, self.resources)
        self.released += releases.kustomize_charts(root, file, self.beside)
        for path in _paths(file, "components"):
            self._add_component(path, file)
        self._change(root, file)
        self.variables += items_at(root, "vars")
        self.elsewhere += (*_replacements(file), *_too_many(file))
        self.above = self.above[:-1]

    def apply(self, overlays: tuple[Overlay, ...]) -> None:
        """Make the changes of whatever applies the whole, if it is one thing that does."""
        for one in overlays:
            self.beside.use(one.resource)
            if len(overlays) == 1:
                self._change(one.root, one.resource.file)
            else:
                note = one.resource.file.remark(one.root.line, "this applies the kustomization too")
                self.elsewhere.append(Elsewhere("file/overlay", note))

    def _change(self, root: Node | None, file: OperatorFile) -> None:
        """Make the changes that a kustomization says, or something of its shape."""
        for patch in _patches(root, "patchesStrategicMerge", "patches"):
            self._add_patch(patch, file)
        prefix, suffix = text_at(root, "namePrefix"), text_at(root, "nameSuffix")
        self.resources = renamed(self.resources, prefix, suffix)
        for patch in _patches(root, "patchesJson6902"):
            self._add_patch(patch, file)
        if images := items_at(root, "images")[:_MOST_PATCHES]:
            self.resources = [with_images(one, images) for one in self.resources]
            self.released = [merge(one, _told(root)) for one in self.released]

    def _add_path(self, path: Scalar, file: OperatorFile) -> None:
        beside = self.beside
        if found := beside.at(path.text, file):
            self.resources += resources(found)
        elif parts := beside.in_folder(path.text, file, "kustomization"):
            inner = _Build(beside, above=self.above, count=self.count)
            inner.add(beside.take(parts[0]))
            self.resources += inner.resources
            self.variables += inner.variables
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
            self._apply(Resource(inner, root), patch.target)

    def _apply(self, patch: Resource, target: Node | None) -> None:
        meant = [is_meant(one, patch, target) for one in self.resources]
        if any(meant):
            pairs = zip(self.resources, meant, strict=True)
            patched = (self._patched(one, patch) if is_it else one for one, is_it in pairs)
            self.resources = [one for one in patched if one is not None]
        elif self.released:
            self.elsewhere += _of_a_chart(patch)
        elif target is None or self.missing or not self.resources:
            lone = json_patches.sketch(patch, target) or patch
            note = "what this patch changes is not here"
            resource = f"{lone.kind.lower()}/{lone.name}"
            self.orphans.append(Elsewhere(resource, patch.file.remark(patch.node.line, note)))
            self.resources.append(lone)

    def _patched(self, resource: Resource, patch: Resource) -> Resource | None:
        """A resource as a patch leaves it; one that does not fit does what nobody can tell."""
        if not isinstance(patch.node, Sequence):
            return laid_over(resource, patch)
        if len(patch.node.items) <= _MOST_PATCHES:
            with suppress(DoesNotFit):
                return operated_on(resource, patch.node.items, patch)
        self.elsewhere += _unfit(patch.node, patch.file)
        return resource


class _Patch(Struct, frozen=True):
    source: Scalar
    """A path, or the patch itself."""
    target: Node | None = None

    def text(self, beside: Beside, file: OperatorFile) -> OperatorFile | None:
        """The patch; None when it stands in a file that was not given."""
        if "\n" in self.source.text.strip() or re.search(r"[:{\[]", self.source.text):
            return embedded.of_scalar(self.source, file)
        return beside.at(self.source.text, file)


def _patches(root: Node | None, *keys: str) -> Iterator[_Patch]:
    for key in keys:
        for item in items_at(root, key)[:_MOST_PATCHES]:
            source = item if isinstance(item, Scalar) else get(item, "path") or get(item, "patch")
            if isinstance(source, Scalar):
                yield _Patch(source, get(item, "target"))


_TOUCHES: Final = regex(r"(?:|/spec|.*[/.](?:containers|data|stringData|values|env)\b.*)")
"""Paths to where settings stand."""


def _unfit(operations: Sequence, file: OperatorFile) -> Iterator[Elsewhere]:
    for operation in operations.items:
        if _TOUCHES.fullmatch(text_at(operation, "path")):
            note = "this JSON patch is for something that is not there"
            yield Elsewhere("file/patch", file.remark(operation.line, note))


def _of_a_chart(patch: Resource) -> Iterator[Elsewhere]:
    """What a patch changes that is for none of the resources, where charts make others."""
    if isinstance(patch.node, Sequence):
        paths = [text_at(one, "path") for one in patch.node.items]
        changes = any(map(_TOUCHES.fullmatch, paths))
    else:
        changes = is_workload(patch.node) or patch.kind in PROVIDERS
    if changes:
        note = patch.file.remark(patch.node.line, "this patch is for what a chart makes")
        yield Elsewhere("file/patch", note)


def _too_many(file: OperatorFile) -> Iterator[Elsewhere]:
    for key in ("patches", "patchesStrategicMerge", "patchesJson6902", "images"):
        for item in items_at(_root(file), key)[_MOST_PATCHES:][:1]:
            note = file.remark(item.line, f"no more than {_MOST_PATCHES} entries are read here")
            yield Elsewhere(f"file/{key}", note)


def _replacements(file: OperatorFile) -> Iterator[Elsewhere]:
    """Values that are filled in from elsewhere, where that may be settings."""
    for one in items_at(_root(file), "replacements"):
        targets = items_at(one, "targets")
        paths = [path for target in targets for path in items_at(target, "fieldPaths")]
        if not paths or any(_TOUCHES.fullmatch(_text(path)) for path in paths):
            note = file.remark(one.line, "replacements fill in values, which is not read")
            yield Elsewhere("file/replacements", note)


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _not_here(path: Scalar, file: OperatorFile, what: str) -> Elsewhere:
    return Elsewhere(f"file/{path.text}", file.remark(path.line, f"{what} is not here"))


READER: Final = Reader(recognise, read, silence=silence)
