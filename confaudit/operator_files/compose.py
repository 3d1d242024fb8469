"""Compose files: the environment of the one service that runs the server.

`${V}` is filled in from a `.env` that was given, and only from there; without one it stays open.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from confaudit.core.given import Elsewhere, Form, Given, GivenState, OperatorSettings
from confaudit.operator_files.command import SCRIPT_NOTE, flags, is_script, words_of
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.settings import NAME, SERVER_NAMES, SettingsBlock, names_of
from confaudit.operator_files.substitution import COMPOSE, Fill
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.yaml_nodes import Mapping as Map
from confaudit.yaml_nodes import (
    Node,
    Scalar,
    Sequence,
    entries,
    follow,
    get,
    items_at,
    text_at,
    walk,
)

_SERVICE_KEYS: Final = frozenset({"image", "build", "environment", "env_file", "extends"})


def recognise(file: OperatorFile) -> bool:
    """Whether there are services with an image or the like."""
    roots = file.yaml.roots if file.yaml else ()
    return any(
        _SERVICE_KEYS & names_of(service) for root in roots for _, service in _services(root)
    )


def read(file: OperatorFile, variables: Mapping[str, str] | None = None) -> OperatorSettings:
    """Read the service that runs the server; `variables` are those of the `.env` beside it."""
    fill = partial(COMPOSE.read, variables=variables)
    roots = file.yaml.roots if file.yaml else ()
    services = [one for root in roots for one in _services(root)]
    servers = _servers(services, fill)
    if not servers:
        return OperatorSettings()
    server = servers[0][1]
    form = Form.TEXT if file.templated else Form.COMPOSE
    given, notes = _settings(server, file, form, fill)
    if len(servers) > 1:
        notes.append(
            file.remark(servers[1][0].line, "a further service runs Coder and is not read")
        )
    if variables is None and any(one.state is GivenState.UNRESOLVED for one in given):
        notes.append(f"{file.name}: values come from a .env or the shell, and none was given")
    version, hint = version_of(_tag(server, fill))
    return OperatorSettings(
        given=given,
        version=version,
        version_hint=hint,
        notes=tuple(notes),
        forms=(form,),
        elsewhere=tuple(_env_files(server, file)),
        used=frozenset(_used(roots, server)),
    )


def _services(root: Node) -> list[tuple[Scalar, Map]]:
    services = get(root, "services")
    found = entries(services) if isinstance(services, Map) else []
    return [(key, service) for key, node in found if isinstance(service := follow(node), Map)]


def _servers(services: list[tuple[Scalar, Map]], fill: Fill) -> list[tuple[Scalar, Map]]:
    """By image; by the variables only a server has where no image says it."""
    by_image = [one for one in services if is_coder_image(_image(one[1], fill)[0])]
    by_name = [
        one for one in by_image or services if SERVER_NAMES & names_of(get(one[1], "environment"))
    ]
    return by_name or by_image


def _image(service: Map, fill: Fill) -> tuple[str, str]:
    return image_parts(fill(text_at(service, "image")).text or "")


def _tag(service: Map, fill: Fill) -> str:
    """The tag; as it is written when it depends on what is not known and has no exact default."""
    text = text_at(service, "image")
    tag = _image(service, fill)[1]
    if fill(text).known or version_of(tag)[0]:
        return tag
    written = text.partition("${")
    return written[1] + written[2].rpartition("}:")[2] if "}:" in text else image_parts(text)[1]


def _settings(
    server: Map, file: OperatorFile, form: Form, fill: Fill
) -> tuple[tuple[Given, ...], list[str]]:
    environment = get(server, "environment")
    place = SettingsBlock(file, form, environment.line if environment else 0)
    words = [word for key in ("entrypoint", "command") for word in words_of(get(server, key))]
    notes = []
    if is_script(words):
        notes.append(file.remark(words[0][1], SCRIPT_NOTE))
    if extends := get(server, "extends"):
        notes.append(file.remark(extends.line, "the service extends another, which is not read"))
    given = (*_environment(environment, place, fill), *flags(words, file, form, fill))
    return given, notes


def _environment(environment: Node | None, place: SettingsBlock, fill: Fill) -> Iterator[Given]:
    if isinstance(environment, Map):
        for key, node in entries(environment):
            yield _setting(key.text, follow(node), key.line, place, fill)
    elif isinstance(environment, Sequence):
        for item in map(follow, environment.items):
            if isinstance(item, Scalar):
                yield _assignment(item, place, fill)


def _setting(name: str, value: Node | None, line: int, place: SettingsBlock, fill: Fill) -> Given:
    if not isinstance(value, Scalar):
        return place.given(name, GivenState.MALFORMED, line)
    if value.plain and value.text in ("", "~", "null"):
        return place.given(name, GivenState.PASS_THROUGH, line)
    return place.text(name, value.text, line, fill)


def _assignment(item: Scalar, place: SettingsBlock, fill: Fill) -> Given:
    """An item of the list form; quotes inside it are part of the value."""
    name, equals, value = item.text.partition("=")
    if not NAME.fullmatch(name):
        return place.given(name.split(":")[0].strip(), GivenState.MALFORMED, item.line)
    if not equals:
        return place.given(name, GivenState.PASS_THROUGH, item.line)
    return place.text(name, value, item.line, fill)


def _env_files(server: Map, file: OperatorFile) -> Iterator[Elsewhere]:
    node = get(server, "env_file")
    entries_ = [node] if isinstance(node, Scalar) else items_at(server, "env_file")
    for entry in entries_:
        path = entry if isinstance(entry, Scalar) else get(entry, "path")
        if isinstance(path, Scalar):
            note = file.remark(path.line, "an env_file sets further variables")
            yield Elsewhere(f"file/{PurePosixPath(path.text).name}", note)


def _used(roots: tuple[Node, ...], server: Map) -> Iterator[str]:
    """Variables in images, ports and other services: all but the server's environment."""
    environment = get(server, "environment")
    own = {id(node) for _, node in walk(environment)} if environment else set()
    for root in roots:
        for _, node in walk(root):
            if isinstance(node, Scalar) and "$" in node.text and id(node) not in own:
                yield from COMPOSE.read(node.text).names
