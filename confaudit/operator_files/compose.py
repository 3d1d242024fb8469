"""Compose files: the environment of the one service that runs the server.

`${V}` is filled in from a `.env` that was given, and only from there; without one it stays open.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from confaudit.core.coder.programs import product
from confaudit.core.given import Form, Given, GivenState, OperatorSettings
from confaudit.operator_files import env_file
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.command import (
    SCRIPT_NOTE,
    Word,
    flags,
    is_script,
    other_program,
    started,
    words_of,
)
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import (
    NAME,
    SERVER_NAMES,
    SettingsBlock,
    is_coder_environment,
    names_of,
)
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
    return any(_SERVICE_KEYS & names_of(one.node) for one in _services(file))


def read_layers(files: Collection[OperatorFile], beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the services that run a server; of several files the later add to the earlier."""
    filling = _dotenv(files, beside)
    dotenv = list(filling.values())
    variables = env_file.variables(one for part in dotenv for one in part.given)
    fill: Fill = partial(COMPOSE.read, variables=variables if dotenv else None)
    every = [one for file in files for one in _services(file)]
    others = _others(every, fill)
    services = [one for one in every if one.name not in others]
    found = [*others.values()]
    for name in _servers(services, fill):
        layers = [_service(one, fill, beside) for one in services if one.name == name]
        _take(filling, beside)
        server = merge(*(_only_fills_in(one) for one in dotenv), *layers)
        found.append(replace(_noted(server, dotenv), name=f"service {name}"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Service:
    """A service as one file has it."""

    file: OperatorFile
    name: str
    node: Map
    line: int


def _services(file: OperatorFile) -> list[_Service]:
    services = [get(root, "services") for root in (file.yaml.roots if file.yaml else ())]
    return [
        _Service(file, key.text, service, key.line)
        for found in services
        if isinstance(found, Map)
        for key, node in entries(found)
        if isinstance(service := follow(node), Map)
    ]


def _others(services: Collection[_Service], fill: Fill) -> dict[str, OperatorSettings]:
    """Notes on the services that run another program of Coder, by their names."""
    found: dict[str, OperatorSettings] = {}
    for name in dict.fromkeys(one.name for one in services):
        layers = [one for one in services if one.name == name]
        if any(_is_of_coder(one.node, fill) for one in layers):
            words = [word for one in layers for word in _command(one.node)]
            repository = next(filter(None, (_image(one.node, fill)[0] for one in layers)), "")
            file, line = layers[0].file, layers[0].line
            note = other_program(f"service {name}", words, repository, file, line)
            found |= {name: note} if note else {}
    return found


def _is_of_coder(service: Map, fill: Fill) -> bool:
    repository = _image(service, fill)[0]
    is_ours = is_coder_image(repository) or product(repository) is not None
    return is_ours or is_coder_environment(get(service, "environment"))


def _command(service: Map) -> list[Word]:
    return started(words_of(get(service, "entrypoint")), words_of(get(service, "command")))


def _servers(services: Collection[_Service], fill: Fill) -> list[str]:
    """By image; by the variables only a server has where no image says it."""
    by_image = {one.name: one for one in services if is_coder_image(_image(one.node, fill)[0])}
    among = [one for one in services if one.name in by_image] if by_image else services
    by_name = [one.name for one in among if SERVER_NAMES & names_of(get(one.node, "environment"))]
    return list(dict.fromkeys(by_name or by_image))


def _dotenv(files: Collection[OperatorFile], beside: Beside) -> dict[str, OperatorSettings]:
    """The env files that fill in `${…}`, by name: a `.env` beside, or one made for it."""
    asked = {name for file in files for name in _asked_for(file)}
    read = {
        file.name: env_file.read_as(file, env_file.EnvSyntax.DOCKER)
        for file in beside.of_form("env-file")
        if beside.is_one or any(beside.lies_beside(file, one) for one in files)
    }
    return {
        name: operator
        for name, operator in read.items()
        if beside.is_one or PurePosixPath(name).name == ".env" or _is_made_for(operator, asked)
    }


def _take(filling: Collection[str], beside: Beside) -> None:
    for file in beside.of_form("env-file"):
        if file.name in filling:
            beside.take(file)


def _is_made_for(operator: OperatorSettings, asked: Collection[str]) -> bool:
    """Whether a file of another name fills in what a compose file asks for.

    By names of the operator's own: Coder's stand in a server's own environment just as well.
    """
    own = {name for name in asked if not name.startswith("CODER_")}
    filled_in = own & {one.name for one in operator.given}
    return bool(filled_in) and (len(filled_in) > 1 or filled_in == own)


def _asked_for(file: OperatorFile) -> Iterator[str]:
    for root in file.yaml.roots if file.yaml else ():
        for _, node in walk(root):
            if isinstance(node, Scalar) and "$" in node.text:
                yield from COMPOSE.read(node.text).names


def _service(service: _Service, fill: Fill, beside: Beside) -> OperatorSettings:
    file, server = service.file, service.node
    form = Form.TEXT if file.templated else Form.COMPOSE
    given, notes = _settings(server, file, form, fill)
    version, hint = version_of(_tag(server, fill))
    own = OperatorSettings(
        given=given,
        version=version,
        version_hint=hint,
        notes=tuple(notes),
        forms=(form,),
        is_server=is_coder_image(_image(server, fill)[0]),
        used=frozenset(_used(file, server)),
    )
    return merge(*_env_files(server, file, beside), own)


def _noted(server: OperatorSettings, dotenv: Collection[OperatorSettings]) -> OperatorSettings:
    if dotenv or all(one.state is not GivenState.UNRESOLVED for one in server.given):
        return server
    file = next(one for one in server.given if one.state is GivenState.UNRESOLVED).position.file
    note = f"{file}: values come from a .env or the shell, and none was given"
    return replace(server, notes=(*server.notes, note))


def _image(service: Map, fill: Fill) -> tuple[str, str]:
    return image_parts(fill(text_at(service, "image")).text or "")


def _tag(service: Map, fill: Fill) -> str:
    """The tag; as it is written when it depends on what is not known and has no exact default."""
    text = text_at(service, "image")
    tag = _image(service, fill)[1]
    if fill(text).known or version_of(tag)[0]:
        return tag
    return image_parts(text)[1] or tag


def _settings(
    server: Map, file: OperatorFile, form: Form, fill: Fill
) -> tuple[tuple[Given, ...], list[str]]:
    environment = get(server, "environment")
    place = SettingsBlock(file, form, environment.line if environment else 0)
    words = _command(server)
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


def _only_fills_in(dotenv: OperatorSettings) -> OperatorSettings:
    return OperatorSettings(interpolation=dotenv.given, notes=dotenv.notes, forms=dotenv.forms)


def _env_files(server: Map, file: OperatorFile, beside: Beside) -> Iterator[OperatorSettings]:
    """What the files of `env_file` set, which `environment` overrides."""
    node = get(server, "env_file")
    entries_ = [node] if isinstance(node, Scalar) else items_at(server, "env_file")
    for entry in entries_:
        path = entry if isinstance(entry, Scalar) else get(entry, "path")
        if isinstance(path, Scalar):
            note = file.remark(path.line, "an env_file sets further variables")
            yield env_file.read_beside(path.text, note, file, beside)


def _used(file: OperatorFile, server: Map) -> Iterator[str]:
    """Variables in images, ports and other services: all but the server's environment."""
    environment = get(server, "environment")
    own = {id(node) for _, node in walk(environment)} if environment else set()
    for root in file.yaml.roots if file.yaml else ():
        for _, node in walk(root):
            if isinstance(node, Scalar) and "$" in node.text and id(node) not in own:
                yield from COMPOSE.read(node.text).names
