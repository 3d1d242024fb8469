"""Compose files: the environments of the services that run a server.

`${V}` is filled in from a `.env` that was given, and only from there; without one it stays open.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.programs import SERVER_NAMES, product
from confaudit.core.given import Elsewhere, Form, Given, GivenState, OperatorSettings
from confaudit.operator_files import env_file
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.command import (
    Word,
    asked_for,
    flags,
    other_program,
    started,
    unseen,
    words_of,
)
from confaudit.operator_files.containers.compose_services import (
    Service,
    extended,
    is_extended,
    services,
)
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import NAME, SettingsBlock, is_coder_environment, names_of
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
    return any(_SERVICE_KEYS & names_of(one.node) for one in services(file))


def read_layers(files: Collection[OperatorFile], beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the services that run a server; of several files the later add to the earlier."""
    files = [one for one in files if not is_extended(one, beside)]
    filling = _dotenv(files, beside)
    dotenv = list(filling.values())
    variables = env_file.variables(one for part in dotenv for one in part.given)
    fill: Fill = partial(COMPOSE.read, variables=variables if dotenv else None)
    made = _made([one for file in files for one in services(file)], beside)
    others = _others(made, fill)
    servers = _servers({name: one for name, one in made.items() if name not in others}, fill)
    found = [*others.values()]
    for name in servers:
        layers = made[name]
        _take(filling, beside)
        server = merge(
            *(_only_fills_in(one) for one in dotenv),
            OperatorSettings(elsewhere=layers.missing),
            *(part for one in layers.services for part in _env_files(one, fill, beside)),
            *(_service(one, fill) for one in layers.services),
        )
        found.append(replace(_noted(server, dotenv), name=f"service {name}"))
    return tuple(found)


class _Layers(Struct, frozen=True):
    """What a service is made of."""

    services: tuple[Service, ...]
    """The lowest first, one at least."""
    missing: tuple[Elsewhere, ...]
    """What it extends and was not given."""


def _made(services: Collection[Service], beside: Beside) -> dict[str, _Layers]:
    """By name, the layers of each service, and those that it extends below them."""
    by_name: dict[str, list[Service]] = {}
    for one in services:
        by_name.setdefault(one.name, []).append(one)
    found: dict[str, _Layers] = {}
    for name, layers in by_name.items():
        own = {id(one.node) for one in layers}
        parts = [part for one in layers for part in (*extended(one, beside), one)]
        every = [one for one in parts if isinstance(one, Service)]
        found[name] = _Layers(
            (*(one for one in every if id(one.node) not in own), *layers),
            tuple(one for one in parts if isinstance(one, Elsewhere)),
        )
    return found


def _others(made: Mapping[str, _Layers], fill: Fill) -> dict[str, OperatorSettings]:
    """Notes on the services that run another program of Coder, by their names."""
    found: dict[str, OperatorSettings] = {}
    for name, layers in made.items():
        nodes = [one.node for one in layers.services]
        if any(_is_of_coder(one, fill) for one in nodes):
            words = [word for one in layers.services for word in _command(one.node, one.file)]
            repository = next(filter(None, (_image(one, fill)[0] for one in nodes)), "")
            top = layers.services[-1]
            note = other_program(f"service {name}", words, repository, top.file, top.line)
            found |= {name: note} if note else {}
    return found


def _is_of_coder(service: Map, fill: Fill) -> bool:
    repository = _image(service, fill)[0]
    is_ours = is_coder_image(repository) or product(repository) is not None
    return is_ours or is_coder_environment(get(service, "environment"))


def _command(service: Map, file: OperatorFile) -> list[Word]:
    return started(
        *(words_of(get(service, key), file) for key in ("entrypoint", "command")),
    )


def _servers(made: Mapping[str, _Layers], fill: Fill) -> list[str]:
    """By image; by the variables only a server has where no image says it."""
    by_image = [name for name, one in made.items() if _has_image(one, fill)]
    by_name = [name for name in by_image or made if _has_server_names(made[name])]
    return by_name or by_image


def _has_image(layers: _Layers, fill: Fill) -> bool:
    return any(is_coder_image(_image(one.node, fill)[0]) for one in layers.services)


def _has_server_names(layers: _Layers) -> bool:
    return any(SERVER_NAMES & names_of(get(one.node, "environment")) for one in layers.services)


def _dotenv(files: Collection[OperatorFile], beside: Beside) -> dict[str, OperatorSettings]:
    """The env files that fill in `${…}`, by name: a `.env` beside, or one made for it."""
    asked = {name for file in files for name in _asked_for(file)}
    read = {
        file.path: env_file.read_as(file, env_file.EnvSyntax.DOCKER)
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
        if file.path in filling:
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


def _service(service: Service, fill: Fill) -> OperatorSettings:
    file, server = service.file, service.node
    form = Form.TEXT if file.templated else Form.COMPOSE
    version, hint = version_of(_tag(server, fill))
    words = _command(server, file)
    return OperatorSettings(
        given=(
            *_environment(get(server, "environment"), file, form, fill),
            *flags(words, file, form, fill),
        ),
        elsewhere=(*unseen(words, file, fill), *_open_items(server, file, fill)),
        version=version,
        version_hint=hint,
        forms=(form,),
        is_server=is_coder_image(_image(server, fill)[0]),
        used=asked_for(words).union(_used(file, server)),
    )


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


def _environment(
    environment: Node | None, file: OperatorFile, form: Form, fill: Fill
) -> Iterator[Given]:
    place = SettingsBlock(file, form, environment.line if environment else 0)
    if isinstance(environment, Map):
        for key, node in entries(environment):
            yield _setting(key.text, follow(node), key.line, place, fill)
    elif isinstance(environment, Sequence):
        for item in map(follow, environment.items):
            if isinstance(item, Scalar) and not _is_open(item, fill):
                yield _assignment(item, place, fill)


def _open_items(server: Map, file: OperatorFile, fill: Fill) -> Iterator[Elsewhere]:
    """Items of which not even the name is known: `- ${EXTRA}`."""
    for item in items_at(server, "environment"):
        if isinstance(item, Scalar) and _is_open(item, fill):
            note = file.remark(item.line, "what is filled in here may set any variable")
            yield Elsewhere("environment", note)


def _is_open(item: Scalar, fill: Fill) -> bool:
    return not fill(item.text.partition("=")[0]).known


def _setting(name: str, value: Node | None, line: int, place: SettingsBlock, fill: Fill) -> Given:
    if not isinstance(value, Scalar):
        return place.given(name, GivenState.MALFORMED, line)
    if value.plain and value.text in ("", "~", "null"):
        return place.given(name, GivenState.PASS_THROUGH, line)
    return place.text(name, value.text, line, fill)


def _assignment(item: Scalar, place: SettingsBlock, fill: Fill) -> Given:
    """An item of the list form; quotes inside it are part of the value."""
    name, equals, value = item.text.partition("=")
    name = fill(name).text or name
    if not NAME.fullmatch(name):
        return place.given(name.split(":")[0].strip(), GivenState.MALFORMED, item.line)
    if not equals:
        return place.given(name, GivenState.PASS_THROUGH, item.line)
    return place.text(name, value, item.line, fill)


def _only_fills_in(dotenv: OperatorSettings) -> OperatorSettings:
    return OperatorSettings(interpolation=dotenv.given, notes=dotenv.notes, forms=dotenv.forms)


def _env_files(service: Service, fill: Fill, beside: Beside) -> Iterator[OperatorSettings]:
    """What the files of `env_file` set, which every `environment` overrides."""
    node = get(service.node, "env_file")
    for entry in [node] if isinstance(node, Scalar) else items_at(node):
        path = entry if isinstance(entry, Scalar) else get(entry, "path")
        if isinstance(path, Scalar):
            note = service.file.remark(path.line, "an env_file sets further variables")
            name = fill(path.text).text or path.text
            yield env_file.read_beside(name, note, service.file, beside)


def _used(file: OperatorFile, server: Map) -> Iterator[str]:
    """Variables in images, ports and other services: all but the server's environment."""
    environment = get(server, "environment")
    own = {id(node) for _, node in walk(environment)} if environment else set()
    for root in file.yaml.roots if file.yaml else ():
        for _, node in walk(root):
            if isinstance(node, Scalar) and "$" in node.text and id(node) not in own:
                yield from COMPOSE.read(node.text).names


READER: Final = Reader(recognise, read_layers=read_layers)
