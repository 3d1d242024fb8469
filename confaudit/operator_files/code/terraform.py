"""Terraform: Helm releases, containers of any provider, ConfigMaps, and settings anywhere else.

All files of a folder are one configuration: what one names (a local value, a variable with its
default, a variables file's assignment) the others use.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.programs import SERVER_NAMES, product
from confaudit.core.given import Elsewhere, Form, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.code.evaluation import CodeReader, images, tag_of, unused, version
from confaudit.operator_files.code.hcl import parse
from confaudit.operator_files.code.nodes import is_open
from confaudit.operator_files.code.terraform_helm import read_release
from confaudit.operator_files.code.terraform_names import FolderNames, is_variables_file
from confaudit.operator_files.command import flags, other_program, started, words_of
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import names_of
from confaudit.operator_files.substitution import CODE
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping, Node, Scalar, follow, get, items_at, text_at, walk

_BLOCK: Final = (
    r"(?m)^[ \t]*(resource|data|module|variable|provider|locals|terraform|output)\b[^\n={]*\{"
)
_ENVIRONMENTS: Final = ("env", "environment", "envs", "environment_variables")
_COMMANDS: Final = (("entrypoint", "entry_point", "entryPoint"), ("command", "args"))
_OF_TEMPLATES: Final = frozenset(
    {
        "coder_agent",
        "coder_app",
        "coder_workspace",
        "coder_workspace_owner",
        "coder_parameter",
        "coder_script",
        "coder_provisioner",
        "coder_metadata",
        "coder_ai_task",
    }
)
_MAPS: Final = regex(r"kubernetes_(?P<kind>config_map|secret)(?:_v1)?(?:_data)?")
_KINDS: Final = {"config_map": "configmap", "secret": "secret"}
_REFERENCE: Final = regex(
    r"\$\{kubernetes_(?P<kind>config_map|secret)(?:_v1)?\.(?P<label>[\w-]+)\.metadata.*\}"
)


class Part(Struct, frozen=True):
    """What one block sets."""

    operator: OperatorSettings
    is_server: bool = False
    """Whether it runs the server, rather than holding something for it."""
    provides: frozenset[str] = frozenset()
    """How others call it, if it is a ConfigMap or Secret."""


def recognise(file: OperatorFile) -> bool:
    """Whether it has a block of Terraform, or a variables file's assignments."""
    assigns = r'(?m)^[ \t]*CODER_\w+\s+=\s*"'
    return bool(
        is_variables_file(file) or re.search(_BLOCK, file.text) or re.search(assigns, file.text)
    )


def read_layers(files: Sequence[OperatorFile], beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the files of one folder: what they set for each server."""
    names = FolderNames.of(files)
    roots = [(file, parse(file.text, names.in_file(file))) for file in files]
    readers = [
        _FileReader(CodeReader(file, Form.TERRAFORM, beside), root, names) for file, root in roots
    ]
    parts = [part for reader in readers for part in reader.parts()]
    is_template = any(one.is_template for one in readers)  # what else is in it is for workspaces
    kept = [part for part in parts if part.is_server or not is_template]
    tags = [tag for reader in readers for tag in reader.tags()]
    notes = [part.operator for part in kept if not part.operator.forms]
    found = [*_by_server([part for part in kept if part.operator.forms]), *notes]
    return tuple(_with_version(one, tags) for one in found if one.forms or one.notes)


def _by_server(parts: Sequence[Part]) -> Iterator[OperatorSettings]:
    """Each server with what it points to; what nothing points to is one server's, or nobody's."""
    servers = [part for part in parts if part.is_server]
    if len(servers) < 2:
        yield merge(*(_joined(part, parts) for part in servers), *_left(parts, servers))
        return
    yield from (_joined(server, parts) for server in servers)
    yield unused(merge(*_left(parts, servers)))


def _joined(server: Part, parts: Sequence[Part]) -> OperatorSettings:
    """A server with the ConfigMaps and Secrets it takes variables from, which its own override."""
    wanted = {one.resource for one in server.operator.elsewhere}
    used = [part for part in parts if wanted & part.provides]
    found = {name for part in used for name in part.provides}
    missing = tuple(one for one in server.operator.elsewhere if one.resource not in found)
    return merge(*(part.operator for part in used), replace(server.operator, elsewhere=missing))


def _left(parts: Sequence[Part], servers: Sequence[Part]) -> Iterator[OperatorSettings]:
    """What no server points to."""
    wanted = {one.resource for server in servers for one in server.operator.elsewhere}
    for part in parts:
        if not part.is_server and not wanted & part.provides:
            yield part.operator


def _with_version(operator: OperatorSettings, tags: Sequence[str]) -> OperatorSettings:
    """With what is said elsewhere, where a server does not say it itself."""
    if operator.version or operator.version_hint or not tags or not operator.forms:
        return operator
    name, hint = version(tags[0])
    return replace(operator, version=name, version_hint=hint)


class _FileReader(Struct):
    code: CodeReader
    root: Mapping
    names: FolderNames

    @property
    def is_template(self) -> bool:
        """Whether it declares what only templates of workspaces have."""
        return any(kind in _OF_TEMPLATES for kind, _, _ in self._resources())

    def tags(self) -> Iterator[str]:
        """What is said of a version anywhere in the file."""
        yield from images(self.root)
        for _, node in walk(self.root):
            named = get(node, "CODER_VERSION")
            if isinstance(named, Scalar):
                yield named.text

    def parts(self) -> Iterator[Part]:
        """What each block sets; then what nothing else uses."""
        for kind, label, body in self._resources():
            if kind not in _OF_TEMPLATES:
                yield from self._resource(kind, label, body)
        for name, node in self._rest():
            if name not in self.names.used:
                yield Part(merge(self.code.settings(node), self.code.texts(node)))

    def _resources(self) -> Iterator[tuple[str, str, Mapping]]:
        """Type, label and body of what Terraform makes."""
        for keyword, node in self._blocks(self.root):
            if keyword not in ("resource", "data"):
                continue
            for kind, labelled in self._blocks(node):
                for label, body in self._blocks(labelled):
                    yield kind, label, body

    def _blocks(self, mapping: Mapping) -> Iterator[tuple[str, Mapping]]:
        for key, value in mapping.pairs:
            node = follow(value)
            if isinstance(key, Scalar) and isinstance(node, Mapping):
                yield key.text, node

    def _rest(self) -> Iterator[tuple[str, Node]]:
        """Local values, defaults, assignments and modules, each with the name others use."""
        for keyword, value in self.root.pairs:
            name, node = keyword.text if isinstance(keyword, Scalar) else "", follow(value)
            if name == "locals" and isinstance(node, Mapping):
                yield from ((f"local.{key.text}", pair) for key, pair in _named(node))
            elif name == "variable" and isinstance(node, Mapping):
                yield from ((f"var.{key.text}", pair) for key, pair in _named(node))
            elif name not in ("resource", "data", "output", "terraform", "provider"):
                yield f"var.{name}", Mapping(keyword.line, [(keyword, value)])

    def _resource(self, kind: str, label: str, body: Mapping) -> Iterator[Part]:
        if kind == "helm_release":
            for one in read_release(label, body, self.code):
                yield Part(one, bool(one.forms))
            return
        blocks = [node for _, node in walk(body) if isinstance(node, Mapping)]
        servers = list(filter(_is_server, blocks))
        if servers:
            yield from (self._server(f"{kind}.{label}", server) for server in servers)
            return
        found = merge(self.code.settings(body), self.code.texts(body))
        runs = bool(found.given) and bool(found.version or any(map(_is_workload, blocks)))
        operator = replace(found, name=f"{kind}.{label}") if runs else found
        yield Part(operator, runs, frozenset(_provided(kind, label, body)))

    def _server(self, name: str, container: Mapping) -> Part:
        entrypoint, arguments = (
            [word for key in keys for word in words_of(get(container, key), self.code.file)]
            for keys in _COMMANDS
        )
        words = started(entrypoint, arguments)
        image = text_at(container, "image").partition(":")[0]
        other = other_program(name, words, image, self.code.file, container.line)
        if other:
            self.code.taken |= {id(node) for _, node in walk(container)}
            return Part(other)
        number, hint = version(next(tag_of(get(container, "image")), ""))
        own = OperatorSettings(
            given=tuple(flags(words, self.code.file, Form.TERRAFORM, CODE.read)),
            version=number,
            version_hint=hint,
            elsewhere=tuple(self._environment_from(container)),
            forms=(Form.TERRAFORM,),
            name=name,
        )
        return Part(merge(self._environment(container), own, self.code.texts(container)), True)

    def _environment(self, container: Mapping) -> OperatorSettings:
        found = self.code.settings(container)
        unseen = tuple(
            self.code.unseen(node.line, "an expression sets the environment")
            for key in _ENVIRONMENTS
            if (node := get(container, key)) is not None and is_open(node)
        )
        return merge(found, OperatorSettings(elsewhere=unseen))

    def _environment_from(self, container: Mapping) -> Iterator[Elsewhere]:
        """ConfigMaps, Secrets and files that set more variables."""
        note = "sets variables that cannot be seen here"
        for key, value in container.pairs:
            node = follow(value)
            if not isinstance(key, Scalar) or key.text not in ("env_from", "environmentFiles"):
                continue
            for kind in ("config_map", "secret"):
                name = get(node, f"{kind}_ref", "name")
                if isinstance(name, Scalar):
                    yield self.code.unseen(
                        name.line, f"{key.text} {note}", _resource_of(kind, name)
                    )
            for item in items_at(container, "environmentFiles"):
                path = "" if is_open(get(item, "value")) else text_at(item, "value")
                resource = f"file/{PurePosixPath(path).name}" if path else ""
                yield self.code.unseen(item.line, f"{key.text} {note}", resource)


def _named(mapping: Mapping) -> Iterator[tuple[Scalar, Node]]:
    """Each pair of a map as a map of its own, with its key."""
    for key, value in mapping.pairs:
        if isinstance(key, Scalar):
            yield key, Mapping(key.line, [(key, value)])


def _is_workload(node: Node) -> bool:
    """Whether a block runs an image."""
    return isinstance(get(node, "image"), Scalar)


def _is_server(container: Mapping) -> bool:
    image = get(container, "image")
    other = product(image.text.partition(":")[0]) if isinstance(image, Scalar) else None
    names = _names(container)
    return other is None and bool(list(tag_of(image)) or SERVER_NAMES & names)


def _names(container: Mapping) -> frozenset[str]:
    """The variables of a container: a list, a map, or a block for each."""
    blocks = [
        follow(value)
        for key, value in container.pairs
        if isinstance(key, Scalar) and key.text in _ENVIRONMENTS
    ]
    own = {name.text for one in blocks if isinstance(name := get(one, "name"), Scalar)}
    return frozenset(own).union(*map(names_of, blocks))


def _provided(kind: str, label: str, body: Mapping) -> Iterator[str]:
    """How others call a ConfigMap or Secret."""
    match = _MAPS.fullmatch(kind)
    if match is None:
        return
    yield f"{_KINDS[match['kind']]}/{match['kind']}.{label}"
    name = get(body, "metadata", "name")
    if isinstance(name, Scalar) and not is_open(name):
        yield f"{_KINDS[match['kind']]}/{name.text}"


def _resource_of(kind: str, name: Scalar) -> str:
    match = _REFERENCE.fullmatch(name.text)
    return f"{_KINDS[kind]}/{kind}.{match['label']}" if match else f"{_KINDS[kind]}/{name.text}"


READER: Final = Reader(recognise, read_layers=read_layers)
