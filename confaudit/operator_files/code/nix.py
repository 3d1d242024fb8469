"""Nix: the module `services.coder` of NixOS, units and containers, and settings anywhere else."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import PurePosixPath
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder import nixos
from confaudit.core.given import Form, Given, GivenState, OperatorSettings
from confaudit.operator_files import env_file
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.code.evaluation import CodeReader, by_server, images, tag_of, version
from confaudit.operator_files.code.nix_syntax import parse
from confaudit.operator_files.code.nodes import is_open
from confaudit.operator_files.command import flags, other_program, started, unseen, words_of
from confaudit.operator_files.containers import docker_run
from confaudit.operator_files.env_file import EnvSyntax
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.hosts import systemd
from confaudit.operator_files.hosts.systemd_words import unit_words
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import SettingsBlock
from confaudit.operator_files.substitution import CODE
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping as Map
from confaudit.yaml_nodes import Node, Scalar, Sequence, entries, follow, get, walk

_MODULE_KEYS: Final = frozenset(
    {
        "enable",
        "accessUrl",
        "wildcardAccessUrl",
        "listenAddress",
        "database",
        "environment",
        "tlsCert",
        "tlsKey",
        "package",
        "homeDir",
        "user",
        "group",
    }
)
_CONTAINERS: Final = frozenset({"oci-containers", "quadlet"})
_STARTS_SERVER: Final = regex(
    r"(?:\bcoder|\$\{[^{}]*\bcoder\b[^{}]*\})['\"]?\s+server\b"  # `${lib.getExe pkgs.coder} server`
)
_ENV_FILE: Final = "an environment file sets further variables"


def recognise(file: OperatorFile) -> bool:
    """Whether it is a function of attributes, or begins as attributes or what stands before them.

    Or it has texts between two single quotes on lines of their own.
    """
    if re.search(r"(?m)^[ \t]*\{[\w\s,.?@]*\}\s*(@\s*\w+\s*)?:|=\s*''\n", file.text):
        return True
    first = next((text for _, text in file.significant()), "")
    attribute = r"(?m)(^|[{;])[ \t]*[\w.\"-]+\s*=[^=;\n]+(;|[{(\['][ \t]*$)"
    begins = re.match(r"(let|with|rec)\b", first) or first.startswith("{")
    return bool(begins and re.search(attribute, file.text))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read what a file sets, for each server."""
    root = parse(file.text)
    reader = _NixReader(CodeReader(file, Form.NIX, beside), _files(root))
    named = [*reader.units(root), *reader.containers(root)]
    servers = [one for one in named if one.forms]
    others = [one for one in named if not one.forms]
    rest = merge(reader.code.settings(root), reader.code.texts(root))
    found = by_server(servers, rest)
    tag = next(iter([*images(root), *_versions(root)]), "")
    return tuple(_with_version(one, tag) for one in (*found, *others))


def _with_version(found: OperatorSettings, tag: str) -> OperatorSettings:
    """With what is said elsewhere of a version, where a server does not say it itself."""
    if found.version or found.version_hint or not found.forms:
        return found
    name, hint = version(tag)
    return replace(found, version=name, version_hint=hint)


def _files(root: Node) -> dict[str, Scalar]:
    """Texts that become files: by the last part of their name."""
    found = {
        path[-2]: node
        for path, node in walk(root)
        if isinstance(node, Scalar) and node.style == "|" and path[-1:] in _TEXT_OF_FILE
        if len(path) > 1
    }
    return {PurePosixPath(name).name: node for name, node in found.items()} | found


_TEXT_OF_FILE: Final = (("text",), ("content",))
"""How `environment.etc` and `pkgs.writeText` call it, and the templates of sops-nix."""


def _versions(root: Node) -> Iterator[str]:
    """What is called Coder's version."""
    for _, node in walk(root):
        named = get(node, "CODER_VERSION")
        if isinstance(named, Scalar):
            yield named.text


class _NixReader(Struct):
    code: CodeReader
    files: Mapping[str, Scalar]
    """Texts that become files which units and containers may name."""

    @property
    def file(self) -> OperatorFile:
        """What is read."""
        return self.code.file

    def units(self, root: Node) -> Iterator[OperatorSettings]:
        """The server of the module, and every other unit that runs one."""
        modules, units = [], []
        for path, node in walk(root):
            if not isinstance(node, Map) or path[-2:-1] != ("services",):
                continue
            if "systemd" in path:
                units.append((path[-1], self._unit(path[-1], node)))
            elif path[-1] == "coder" and _is_module(node):
                modules.append(self._module(node))
        same = [unit for name, unit in units if name == "coder"]
        others = [unit for name, unit in units if name != "coder"]
        yield from (merge(*modules, *same), *others)

    def containers(self, root: Node) -> Iterator[OperatorSettings]:
        """The containers that run a server."""
        for path, node in walk(root):
            if isinstance(node, Map) and _is_container(path):
                name = f"container {path[-1]}"
                yield replace(self._container(name, node), name=name)

    def _module(self, module: Map) -> OperatorSettings:
        self.code.taken.add(id(module))
        place = SettingsBlock(self.file, Form.NIX, module.line)
        extra = self.code.settings(get(module, "environment", "extra") or Map(module.line))
        kept = [one for one in extra.given if one.name not in nixos.OWN]
        lost = [one for one in extra.given if one.name in nixos.OWN]
        own = [
            one
            for key, name in nixos.VARIABLES.items()
            for one in self._option(name, module, key, place)
        ]
        return merge(
            replace(extra, given=tuple(kept), notes=tuple(map(_lost, lost))),
            OperatorSettings(
                given=(*own, *self._password(module, place)),
                preset=tuple(self._preset(module, place)),
                forms=(Form.NIX,),
            ),
            self._version(module),
            *self._env_files(get(module, "environment"), "file"),
        )

    def _version(self, module: Map) -> OperatorSettings:
        """The release that a package is overridden with."""
        package = get(module, "package")
        own = [node for path, node in walk(package) if path[-1:] == ("version",)] if package else []
        number, hint = version(own[0].text) if own and isinstance(own[0], Scalar) else ("", "")
        return OperatorSettings(version=number, version_hint=hint)

    def _option(self, name: str, module: Map, key: str, place: SettingsBlock) -> Iterator[Given]:
        value = get(module, key)
        if value is not None:
            yield from self.code.value(name, value, _line_of(module, key), place)

    def _password(self, module: Map, place: SettingsBlock) -> Iterator[Given]:
        """A password that stands in the file is in the Nix store, for everybody to read."""
        password = get(module, "database", "password")
        if isinstance(password, Scalar) and not is_open(password) and password.text != "null":
            text = f"user=coder password={password.text} database=coder"
            yield from self.code.value(
                nixos.DATABASE, replace(password, text=text), password.line, place
            )

    def _preset(self, module: Map, place: SettingsBlock) -> Iterator[Given]:
        """What the module sets whether or not somebody asks for it."""
        name, default = nixos.LISTEN_ADDRESS
        address = get(module, "listenAddress") or Scalar(module.line, default, '"')
        yield from self.code.value(name, address, _line_of(module, "listenAddress"), place)
        if not (self._has(module, "database", "password")):
            yield place.given(nixos.DATABASE, GivenState.UNRESOLVED, module.line)
        tls = "1" if self._has(module, "tlsCert") else ""
        yield place.text(nixos.TLS, tls, module.line, CODE.read)

    def _has(self, module: Map, *path: str) -> bool:
        value = get(module, *path)
        return value is not None and not (isinstance(value, Scalar) and value.text == "null")

    def _unit(self, name: str, unit: Map) -> OperatorSettings:
        """What a unit sets that runs the server; what systemd reads from a file wins."""
        service = get(unit, "serviceConfig")
        commands = [*_texts(get(service, "ExecStart")), *_texts(get(unit, "script"))]
        words = [word for item in commands for word in unit_words(item.text, item.line)[0]]
        other = other_program(f"the unit {name}", words, "", self.file, unit.line)
        if other:
            self.code.taken |= {id(node) for _, node in walk(unit)}
            return other
        own = [
            systemd.directive(key, item.text, item.line, self._place(item), CODE.read)
            for key in ("Environment", "ExecStart")
            for item in _texts(get(service, key))
        ]
        found = merge(
            self._environment(unit, "environment"),
            *own,
            *map(self._script, _texts(get(unit, "script"))),
        )
        self.code.taken |= {id(node) for _, node in walk(unit)}
        if name == "coder" or found.given:
            return merge(found, *self._env_files(service, "EnvironmentFile"))
        return OperatorSettings()

    def _script(self, script: Scalar) -> OperatorSettings:
        """The line of a script that starts the server."""
        lines = script.text.replace("\\\n", " \0").split("\n")
        parts, number = [], script.line
        for line in lines:
            if _STARTS_SERVER.search(line):
                text = line.replace("\0", " ")
                parts.append(
                    systemd.directive("ExecStart", text, number, self._place(script), CODE.read)
                )
            number += 1 + line.count("\0")
        return merge(*parts)

    def _container(self, name: str, container: Map) -> OperatorSettings:
        """A container of `oci-containers`, or of quadlets."""
        inner = get(container, "containerConfig")
        values = inner if isinstance(inner, Map) else container
        tag = next(tag_of(get(values, "image")), None)
        entrypoint, *arguments = (
            words_of(get(values, key), self.file) for key in ("entrypoint", "cmd", "exec")
        )
        words = started(entrypoint, list(chain(*arguments))) if tag is not None else []
        other = other_program(name, words, "", self.file, container.line)
        if other:
            self.code.taken |= {id(node) for _, node in walk(container)}
            return other
        keys = ("environment", "environments")
        environment = merge(*(self._environment(values, key) for key in keys))
        if tag is None and not environment.given:
            return OperatorSettings()
        number, hint = version(tag or "")
        own = OperatorSettings(
            given=tuple(flags(words, self.file, Form.NIX, CODE.read)),
            version=number,
            version_hint=hint,
            elsewhere=tuple(unseen(words, self.file, CODE.read)),
            forms=(Form.NIX,),
        )
        return merge(
            *self._env_files(values, "environmentFiles", EnvSyntax.DOCKER),
            environment,
            *self._options(values),
            own,
        )

    def _options(self, container: Map) -> Iterator[OperatorSettings]:
        """What further arguments of docker or podman set."""
        for key in ("extraOptions", "podmanArgs"):
            node = get(container, key)
            self.code.taken.add(id(node))
            words = words_of(node, self.file)
            place = SettingsBlock(self.file, Form.NIX, words[0][1] if words else 0)
            yield systemd.run_with(docker_run.options(words), place)

    def _environment(self, of: Map, key: str) -> OperatorSettings:
        node = get(of, key)
        found = self.code.settings(node) if node is not None else OperatorSettings()
        if is_open(node) and node is not None:
            unseen = self.code.unseen(node.line, "an expression sets the environment")
            return merge(found, OperatorSettings(elsewhere=(unseen,)))
        return found

    def _env_files(
        self, of: Node | None, key: str, syntax: EnvSyntax = EnvSyntax.SYSTEMD
    ) -> Iterator[OperatorSettings]:
        """What files set that a unit or container names."""
        node = get(of, key)
        items = node.items if isinstance(node, Sequence) and not is_open(node) else [node]
        for item in map(follow, map(self._named_in, items)):
            if item is not None and not (isinstance(item, Scalar) and item.text == "null"):
                path = item.text if isinstance(item, Scalar) and not is_open(item) else ""
                yield self._env_file(path.removeprefix("-"), item.line, syntax)

    def _named_in(self, item: Node | None) -> Node | None:
        """The text here that an expression names: `config.sops.templates."coder/env".path`."""
        if item is None or not is_open(item):
            return item
        texts = (node for _, node in walk(item) if isinstance(node, Scalar))
        return next((text for text in texts if text.text in self.files), item)

    def _env_file(self, path: str, line: int, syntax: EnvSyntax) -> OperatorSettings:
        name = PurePosixPath(path).name
        text = self.files.get(path) or self.files.get(name)
        if text:
            self.code.taken.add(id(text))
            return self.code.as_code(env_file.read_as(self.code.inner(text), syntax))
        if name and (found := self.code.beside.file(path, self.file)):
            return env_file.read_as(found, syntax)
        unseen = self.code.unseen(line, _ENV_FILE, f"file/{name}" if name else "")
        return OperatorSettings(elsewhere=(unseen,))

    def _place(self, node: Node) -> SettingsBlock:
        return SettingsBlock(self.file, Form.NIX, node.line)


def _is_container(path: tuple[str, ...]) -> bool:
    return path[-2:-1] == ("containers",) and bool(_CONTAINERS & set(path))


def _is_module(node: Map) -> bool:
    return bool(_MODULE_KEYS & {key.text for key, _ in entries(node)})


def _lost(given: Given) -> str:
    where = given.position
    return (
        f"{where.file}, line {where.line}: services.coder sets {given.name} itself, "
        "so that what environment.extra says of it does not arrive"
    )


def _line_of(mapping: Map, key: str) -> int:
    return next((name.line for name, _ in entries(mapping) if name.text == key), mapping.line)


def _texts(node: Node | None) -> Iterator[Scalar]:
    """The texts of an attribute that is one or a list of them."""
    node = follow(node)
    items = node.items if isinstance(node, Sequence) else [node] if node else []
    for item in map(follow, items):
        if isinstance(item, Scalar) and not is_open(item):
            yield item


READER: Final = Reader(recognise, read)
