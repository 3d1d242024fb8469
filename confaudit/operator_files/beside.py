"""What was given together: what a file points to is looked up here, and so belongs to it."""

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from pathlib import PurePosixPath
from typing import ClassVar, Final

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.given import Elsewhere, Form
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.kubernetes.made_secrets import made_secrets
from confaudit.reticent import Reticent
from confaudit.yaml_nodes import Mapping, Node, Scalar, follow, get, items_at, text_at


class KeyText(Struct, frozen=True):
    """A text that a tool puts into a ConfigMap or Secret, where it found it."""

    file: OperatorFile
    key: Scalar
    text: Scalar
    form: Form


class Origin(Struct, frozen=True):
    """Where a part of a resource stands."""

    file: OperatorFile
    form: Form


class Resource(Reticent, frozen=True):
    """A document of a Kubernetes manifest, or what a tool made of several."""

    unsaid: ClassVar = frozenset({"origins"})

    file: OperatorFile
    node: Node
    layers: tuple["Resource", ...] = ()
    """The documents that it was made of, the lowest first; empty where it is as it was written."""
    origins: dict[int, Origin] = field(default_factory=dict)
    """By identity, where that of its nodes stands that is not in its own file."""
    unseen: tuple[Elsewhere, ...] = ()
    """What would add more, and was not given."""
    former: frozenset[str] = frozenset()
    """The names it had before a tool gave it another."""
    mirrors: frozenset[str] = frozenset()
    """What a tool calls Coder's own image in it."""

    def origin(self, node: Node) -> Origin:
        """Where a part of it stands."""
        form = Form.TEXT if self.file.templated else Form.KUBERNETES
        return self.origins.get(id(follow(node))) or Origin(self.file, form)

    def provides(self, kind: str, name: str) -> bool:
        """Whether it is the resource of that name, or makes it."""
        if self.kind.casefold() == kind.casefold():
            return name == self.name or name in self.former
        made = made_secrets(self.kind, self.node) if kind == "Secret" else ()
        return any(one.name == name for one in made)

    @property
    def group(self) -> str:
        """`apps`, `serving.knative.dev`; empty for Kubernetes' own `v1`."""
        return text_at(self.node, "apiVersion").rpartition("/")[0]

    @property
    def kind(self) -> str:
        """`Deployment`, `ConfigMap` and so on."""
        return text_at(self.node, "kind")

    @property
    def name(self) -> str:
        """`metadata.name`; empty when there is none."""
        return text_at(self.node, "metadata", "name")

    @property
    def owner(self) -> tuple[str, str]:
        """Kind and name of what it was made for; empty where an operator made it."""
        owners = items_at(self.node, "metadata", "ownerReferences")
        return next(((text_at(one, "kind"), text_at(one, "name")) for one in owners), ("", ""))

    @property
    def namespace(self) -> str:
        """Empty where the manifest leaves it to whoever applies it."""
        return text_at(self.node, "metadata", "namespace")


_HELD: Final = (
    ("items",),
    ("objects",),
    ("spec", "forProvider", "manifest"),
    ("spec", "workload", "manifests"),
    ("spec", "manifests"),
)
"""Where a resource has others: a List, OpenShift's Template, Crossplane's Object, and works that
are sent to other clusters."""


def resources(file: OperatorFile) -> Iterator[Resource]:
    """The documents of a manifest, those that one has inside one by one."""
    for root in file.yaml.roots if file.yaml else ():
        found = (node for path in _HELD for node in _held(root, *path))
        held = [node for node in found if _is_resource(node)]
        is_list = text_at(root, "kind").endswith("List")
        for node in held if held or is_list else [root]:
            if _is_resource(node):
                yield Resource(file, node)


def _held(root: Node, *path: str) -> Sequence[Node]:
    found = get(root, *path)
    return [found] if isinstance(found, Mapping) else items_at(root, *path)


def _is_resource(node: Node) -> bool:
    return bool(text_at(node, "apiVersion") and text_at(node, "kind"))


class Beside:
    """The files given together, by form, and which of them something points to.

    Whatever is found here is taken: it is part of what points to it, and stands no longer for
    itself.
    """

    def __init__(
        self,
        files: Iterable[tuple[OperatorFile, str]] = (),
        *,
        is_one: bool = False,
        around: "Beside | None" = None,
    ) -> None:
        self._files: Final = tuple(files)
        self._around: Final = around
        """What lies beside the file that has all of these inside."""
        self.is_one: Final = is_one
        """Whether somebody said that all files are of one deployment."""
        self._taken: dict[int, OperatorFile] = {}
        self._log: list[OperatorFile] = []
        self._resources: tuple[Resource, ...] | None = None
        self._built: tuple[Resource, ...] = ()

    def within(self, built: Iterable[Resource]) -> "Beside":
        """The same, where a tool has made these resources of what was given."""
        inner = copy(self)
        inner._built = tuple(built)
        return inner

    @property
    def files(self) -> tuple[OperatorFile, ...]:
        """All of them, whatever they are."""
        return tuple(file for file, _ in self._files)

    def of_form(self, form: str) -> tuple[OperatorFile, ...]:
        """The files of a form, in the order they were given."""
        return tuple(file for file, name in self._files if name == form)

    def file(self, path: str, near: OperatorFile) -> OperatorFile | None:
        """The file that `near` means by a path, if it was given."""
        best = self.find(path, near)
        return self.take(best) if best else None

    def find(self, path: str, near: OperatorFile) -> OperatorFile | None:
        """The same, if it may turn out to belong to something else; see `take`."""
        wanted = PurePosixPath(path).name
        found = [file for file, _ in self._files if PurePosixPath(file.path).name == wanted]
        exact = _joined(near, path)

        def fit(one: OperatorFile) -> tuple[bool, bool, int]:
            here = posixpath.normpath(one.path) == exact
            return here, _ends_with(one.path, path), _closeness(one, near)

        others = (one for one in found if one is not near)
        may_be = (one for one in others if _ends_with(one.path, path) or self._may_mean(one, near))
        best = max(may_be, key=fit, default=None)
        if best is None and self._around:
            return self._around.find(path, replace(near, written_to=""))
        return best

    def at(self, path: str, near: OperatorFile) -> OperatorFile | None:
        """The file at a path as seen from the folder of `near`, if it was given."""
        exact = _joined(near, path)
        found = [one for one, _ in self._files if posixpath.normpath(one.path) == exact]
        return self.take(found[0]) if found else None

    @staticmethod
    def is_at(path: str, near: OperatorFile, file: OperatorFile) -> bool:
        """Whether a file is the one at a path as seen from the folder of `near`."""
        return bool(path) and posixpath.normpath(file.name) == _joined(near, path)

    def in_folder(self, path: str, near: OperatorFile, form: str) -> tuple[OperatorFile, ...]:
        """The files of a form in a folder as seen from that of `near`. Takes none."""
        folder = PurePosixPath(_joined(near, path))
        return tuple(one for one in self.of_form(form) if _folder(one) == folder)

    def above(self, file: OperatorFile, form: str) -> tuple[OperatorFile, ...]:
        """The files of a form in a file's folder, else in the nearest one above. Takes none."""
        if self.is_one:
            return self.of_form(form)
        here = _folder(file)
        for folder in (here, *here.parents):
            found = tuple(one for one in self.of_form(form) if _folder(one) == folder)
            if found:
                return found
        return ()

    def resource(
        self, kind: str, name: str, near: OperatorFile, namespace: str = ""
    ) -> Resource | None:
        """The Kubernetes resource that `near` means, if it was given or made."""
        built = [one for one in self._built if one.provides(kind, name)]
        if built:
            return self.use(max(built, key=lambda one: one.name == name))
        found = (
            one
            for one in (*resources(near), *self._all_resources())
            if one.provides(kind, name)
            and (not namespace or one.namespace in ("", namespace))
            and self._may_mean(one.file, near)
            and not (self._built and self.has_taken(one.file))  # it was built, and left out
        )
        best = max(found, key=lambda one: _closeness(one.file, near), default=None)
        return self.use(best) if best else None

    def use(self, resource: Resource) -> Resource:
        """Say that a resource belongs to what is being read."""
        for one in (resource, *resource.layers):
            self._taken[id(one.node)] = one.file
            self._log.append(one.file)
        return resource

    def take(self, file: OperatorFile) -> OperatorFile:
        """Say that a file belongs to what is being read."""
        if self._around and not any(one is file for one, _ in self._files):
            return self._around.take(file)
        self._taken[id(file)] = file
        self._log.append(file)
        return file

    def has_taken(self, thing: OperatorFile | Node) -> bool:
        """Whether something points to a file, or to a document in one."""
        return id(thing) in self._taken

    @property
    def taken(self) -> Sequence[OperatorFile]:
        """The files that something points to, whole or in part, each time that it does."""
        return tuple(self._log)

    @staticmethod
    def lies_beside(file: OperatorFile, near: OperatorFile) -> bool:
        """Whether two files lie in one folder."""
        return _folder(file) == _folder(near)

    def _all_resources(self) -> tuple[Resource, ...]:
        if self._resources is None:
            manifests = self.of_form("kubernetes")
            self._resources = tuple(one for file in manifests for one in resources(file))
        return self._resources

    def _may_mean(self, file: OperatorFile, near: OperatorFile) -> bool:
        """Whether a file of that name may be meant: not the one of another deployment's folder."""
        here, there = _folder(near), _folder(file)
        if self.is_one or here == there or here in there.parents or there in here.parents:
            return True
        return not any(_folder(one) == there for one, _ in self._files if one is not file)


ALONE: Final = Beside()
"""For a file that is read without any other. Nothing is ever found in it."""


def _joined(near: OperatorFile, path: str) -> str:
    """A path as seen from the folder of a file."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(near.path), path))


def _folder(file: OperatorFile) -> PurePosixPath:
    return PurePosixPath(posixpath.normpath(posixpath.dirname(file.path) or "."))


def _ends_with(name: str, path: str) -> bool:
    """Whether a file's name ends with a path that has folders in it."""
    wanted = [part for part in PurePosixPath(path).parts if part not in (".", "..", "/")]
    return len(wanted) > 1 and list(PurePosixPath(name).parts[-len(wanted) :]) == wanted


def _closeness(file: OperatorFile, near: OperatorFile) -> int:
    """How many folders two files share, and more than any for being the same file."""
    if file.path == near.path:
        return 1000
    ours, theirs = _folder(near).parts, _folder(file).parts
    shared = posixpath.commonprefix([ours, theirs])
    return 2 * len(shared) - len(theirs)
