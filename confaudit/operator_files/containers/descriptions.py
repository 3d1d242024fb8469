"""Containers as those describe them who run them: `docker inspect`, ECS, Render, further clouds.

All have the same parts in JSON or YAML (an image, an environment, a command) under names of their
own. A tool is known by where its containers stand; what they hold is read in one way for all.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, product
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.programs import SERVER_NAMES
from confaudit.core.coder.programs import product as program_in
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
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import NAME, SettingsBlock
from confaudit.operator_files.substitution import CODE, Fill, Reading, verbatim
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.yaml_nodes import (
    Mapping,
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

_IMAGE: Final = ("image", "imageurl", "imageidentifier", "imagename")
_ENVIRONMENT: Final = (
    *("env", "envs", "environment", "envvars", "environmentvariables"),
    "runtimeenvironmentvariables",
)
_COMMAND: Final = ("command", "cmd", "dockercommand", "startcommand", "runcommand")
_NAME: Final = ("name", "key")
_VERSION_LABEL: Final = "org.opencontainers.image.version"


class Container(Struct, frozen=True):
    """One container, as its tool describes it."""

    parts: Mapping
    around: Mapping
    """The description that `parts` belong to, where a tool spreads it."""
    fill: Fill = verbatim
    """How its tool reads a text."""


class _Tool(Struct, frozen=True):
    form: Form
    find: Callable[[Node], Iterator[Container]]


def recognise(file: OperatorFile) -> bool:
    """Whether containers stand where one of the tools has them."""
    return any(_found(root) for root in (file.yaml.roots if file.yaml else ()))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the containers that run a server."""
    return tuple(
        _other(one, file) or _settings(one, root, tool, file, beside)
        for root in (file.yaml.roots if file.yaml else ())
        for tool, containers in _found(root)
        for one in containers
        if _is_server(one) or _other(one, file)
    )


def _found(root: Node) -> list[tuple[_Tool, list[Container]]]:
    """The tool that a document is of, and its containers; nothing when it is of none."""
    found = ((tool, list(tool.find(root))) for tool in _TOOLS)
    return next(([one] for one in found if one[1]), [])


# --- the parts ----------------------------------------------------------------------------------


def _part(node: Node | None, *names: str) -> Scalar | Sequence | Mapping | None:
    """What stands under one of some names, however they are capitalised."""
    node = follow(node)
    pairs = entries(node) if isinstance(node, Mapping) else ()
    return next((follow(value) for key, value in pairs if key.text.casefold() in names), None)


def _scalar(node: Node | None, *names: str) -> Scalar | None:
    found = _part(node, *names)
    return found if isinstance(found, Scalar) else None


def _text(node: Node | None) -> Scalar | None:
    """A text, also one that CloudFormation makes: `!Sub` and `!Ref`, which JSON has as maps."""
    by_tag = node if isinstance(node, Scalar) and node.tag == "!Ref" else None
    if parameter := _scalar(node, "ref") or by_tag:
        return Scalar(parameter.line, "${" + parameter.text + "}", parameter.style)
    text = node if isinstance(node, Scalar) else _scalar(node, "fn::sub")
    return text if text and text.tag in ("", "!Sub") else None


def _images(container: Container) -> Iterator[str]:
    """Its image in all ways in which it is named: a tool may know it by its hash."""
    for node, key in product((container.parts, container.around), _IMAGE):
        image = _part(node, key)
        text = _text(image) or _scalar(image, "url")
        yield (container.fill(text.text).text or text.text) if text else ""
        if repository := text_at(image, "repository"):
            yield f"{text_at(image, 'registry')}/{repository}:{text_at(image, 'tag')}"
    tags = items_at(container.around, "RepoTags")
    yield from (one.text for one in tags if isinstance(one, Scalar))


def _tag(container: Container) -> str | None:
    """The tag of Coder's image; None when it runs another."""
    parts = map(image_parts, _images(container))
    return next((tag for repository, tag in parts if is_coder_image(repository)), None)


def _version(container: Container) -> tuple[str, str]:
    """By the image's tag; else by what the image says of itself."""
    version, hint = version_of(_tag(container) or "")
    label = version_of(text_at(container.parts, "Labels", _VERSION_LABEL))[0]
    return (label, "") if label and not version else (version, hint)


def _other(container: Container, file: OperatorFile) -> OperatorSettings | None:
    """The note on a container that runs another program of Coder."""
    repositories = [repository for repository, _ in map(image_parts, _images(container))]
    ours = next((one for one in repositories if is_coder_image(one) or program_in(one)), "")
    names = _names(_part(container.parts, *_ENVIRONMENT))
    if not ours and not any(name.startswith("CODER_") for name in names):
        return None
    what, line = f"container {_name(container)}".strip(), container.parts.line
    return other_program(what, _words(container, file), ours, file, line)


def _is_server(container: Container) -> bool:
    environment = _part(container.parts, *_ENVIRONMENT)
    return _tag(container) is not None or bool(SERVER_NAMES & set(_names(environment)))


def _names(environment: Node | None) -> Iterator[str]:
    if isinstance(environment, Mapping):
        yield from (key.text for key, _ in entries(environment))
    for item in items_at(environment):
        name = item if isinstance(item, Scalar) else _scalar(item, *_NAME)
        yield name.text.partition("=")[0] if name else ""


def _words(container: Container, file: OperatorFile) -> list[Word]:
    """What it runs; `docker inspect` says it once more, put together."""
    path, given = get(container.around, "Path"), get(container.around, "Args")
    if path and given:
        return [*words_of(path, file), *words_of(given, file)]
    entrypoint, *arguments = (
        words_of(_part(container.parts, *keys), file)
        for keys in (("entrypoint",), _COMMAND, ("args",))
    )
    return started(entrypoint, list(chain(*arguments)))


# --- what they set ------------------------------------------------------------------------------


def _settings(
    container: Container, root: Node, tool: _Tool, file: OperatorFile, beside: Beside
) -> OperatorSettings:
    words = _words(container, file)
    version, hint = _version(container)
    environment = _part(container.parts, *_ENVIRONMENT)
    own = OperatorSettings(
        given=(
            *(
                one
                for group in _groups(container, root)
                for one in _variables(group, file, tool, container.fill)
            ),
            *_variables(environment, file, tool, container.fill),
            *_secrets(container, file, tool),
            *flags(words, file, tool.form, container.fill),
        ),
        version=version,
        version_hint=hint,
        elsewhere=(
            *unseen(words, file, container.fill),
            *_missing_groups(container, root, file),
        ),
        forms=(tool.form,),
        used=asked_for(words),
        is_server=_tag(container) is not None,
    )
    files = _environment_files(container, file, beside)
    return replace(merge(*files, own), name=f"container {_name(container)}")


def _name(container: Container) -> str:
    """What its tool calls it; a swarm's service has its name one level up."""
    named = _scalar(container.around, *_NAME) or _scalar(container.parts, *_NAME)
    return named.text.strip("/") if named else ""


def _variables(
    environment: Node | None, file: OperatorFile, tool: _Tool, fill: Fill
) -> Iterator[Given]:
    """The variables of an environment: `K=V`, a map, or maps with a name each."""
    place = SettingsBlock(file, tool.form, environment.line if environment else 0)
    if isinstance(environment, Mapping):
        for key, value in entries(environment):
            yield _variable(key, follow(value), place, fill)
    for item in items_at(environment):
        if isinstance(item, Scalar):
            yield _assignment(item, place, fill)
        elif name := _scalar(item, *_NAME):
            yield _variable(name, _part(item, "value"), place, fill)


def _assignment(item: Scalar, place: SettingsBlock, fill: Fill) -> Given:
    name, equals, value = item.text.partition("=")
    if not equals:
        return place.given(name, GivenState.PASS_THROUGH, item.line)
    return place.text(name, value, item.line, fill)


def _variable(name: Scalar, value: Node | None, place: SettingsBlock, fill: Fill) -> Given:
    """A variable; where no text is in sight, the tool takes it from somewhere else."""
    text = _text(value)
    if text is None:
        return place.given(name.text, GivenState.REFERENCE, name.line)
    return place.text(name.text, text.text, name.line, fill)


def _secrets(container: Container, file: OperatorFile, tool: _Tool) -> Iterator[Given]:
    """ECS has a list of its own for what comes out of a store of secrets."""
    secrets = _part(container.parts, "secrets")
    for item in items_at(secrets):
        name = _scalar(item, *_NAME)
        if name and NAME.fullmatch(name.text):
            place = SettingsBlock(file, tool.form, secrets.line if secrets else 0)
            yield place.given(name.text, GivenState.REFERENCE, name.line)


def _groups(container: Container, root: Node) -> Iterator[Node]:
    """Render's groups of variables that a service takes over."""
    wanted = {name.text for name in _group_names(container)}
    for group in items_at(root, "envVarGroups"):
        variables = get(group, "envVars")
        if variables and text_at(group, "name") in wanted:
            yield variables


def _group_names(container: Container) -> list[Scalar]:
    found = (_scalar(item, "fromgroup") for item in items_at(container.parts, "envVars"))
    return [name for name in found if name]


def _missing_groups(container: Container, root: Node, file: OperatorFile) -> Iterator[Elsewhere]:
    here = {text_at(group, "name") for group in items_at(root, "envVarGroups")}
    for name in _group_names(container):
        if name.text not in here:
            note = file.remark(name.line, "a group of variables sets further ones")
            yield Elsewhere(f"group/{name.text}", note)


def _environment_files(
    container: Container, file: OperatorFile, beside: Beside
) -> Iterator[OperatorSettings]:
    """What the files set that ECS reads out of a bucket; its own variables override them."""
    for item in items_at(_part(container.parts, "environmentfiles")):
        if path := _scalar(item, "value"):
            note = file.remark(path.line, "an environment file sets further variables")
            yield env_file.read_beside(path.text, note, file, beside)


# --- where they stand ---------------------------------------------------------------------------


def _of_docker(root: Node) -> Iterator[Container]:
    """Of `docker inspect`: a container, an image, a service; `.Config` or `.Config.Env` alone."""
    for path, node in walk(root):
        if not isinstance(node, Mapping) or "PreviousSpec" in path:
            continue
        for key in ("Config", "ContainerSpec"):
            inner = get(node, key)
            if isinstance(inner, Mapping) and _is_environment(get(inner, "Env"), inner):
                yield Container(inner, node)
        if not path and isinstance(get(node, "Env"), Sequence):
            yield Container(node, node)
    if isinstance(root, Sequence) and root.items and all(map(_is_assignment, root.items)):
        alone = Mapping(root.line, [(Scalar(root.line, "Env", ""), root)])
        yield Container(alone, alone)


def _is_assignment(item: Node) -> bool:
    return isinstance(item, Scalar) and bool(re.match(rf"{NAME.pattern}=", item.text))


def _is_environment(env: Node | None, around: Mapping) -> bool:
    return isinstance(env, Sequence) or bool(text_at(around, "Image"))


def _of_ecs(root: Node) -> Iterator[Container]:
    """Of a task definition, wherever it stands: alone, in `aws` output, in a stack's template."""
    fill = partial(_of_stack, defaults=dict(_defaults(root)))
    for _, node in walk(root):
        found = _part(node, "containerdefinitions") if isinstance(node, Mapping) else None
        yield from _each(found, fill)
    if isinstance(root, Sequence):
        yield from (one for one in _each(root, fill) if _part(one.parts, "essential"))


def _defaults(root: Node) -> Iterator[tuple[str, str]]:
    """What the parameters of a stack are, where nobody says otherwise."""
    parameters = _part(root, "parameters")
    for name, node in entries(parameters) if isinstance(parameters, Mapping) else ():
        if default := _scalar(node, "default", "defaultvalue"):
            yield name.text, default.text


def _of_stack(text: str, defaults: dict[str, str]) -> Reading:
    def filled(match: re.Match[str]) -> str:
        name = match[1]
        return f"${{{name}:-{defaults[name]}}}" if name in defaults else match[0]

    return CODE.read(re.sub(r"\$\{(\w+)\}", filled, text))


def _of_arm(text: str, defaults: dict[str, str]) -> Reading:
    """An expression of Azure's templates stands in brackets; two of them are one of a text."""
    if text.startswith("[["):
        return verbatim(text[1:])
    if not (text.startswith("[") and text.endswith("]")):
        return CODE.read(text)
    named = re.fullmatch(r"\[parameters\('([^']*)'\)\]", text)
    return Reading(defaults.get(named[1]) if named else None, known=False)


def _of_render(root: Node) -> Iterator[Container]:
    for one in _each(get(root, "services")):
        if _part(one.parts, "envvars", "runtime"):
            yield one


def _of_clouds(root: Node) -> Iterator[Container]:
    """Azure (container apps and groups), DigitalOcean, App Runner, Nomad's JSON."""
    fill = partial(_of_arm, defaults=dict(_defaults(root)))
    for path, node in walk(root):
        if not isinstance(node, Mapping) or _part(node, *_IMAGE) is None:
            continue
        if path[-2:] in _CLOUDS or path[-1:] in (("ImageRepository",), ("services",)):
            configuration = get(node, "ImageConfiguration")
            parts = configuration if isinstance(configuration, Mapping) else node
            yield Container(parts, node, fill)


_CLOUDS: Final = frozenset({("template", "containers"), ("containers", "properties")})


def _each(node: Node | None, fill: Fill = verbatim) -> Iterator[Container]:
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(one := follow(item), Mapping):
            yield Container(one, one, fill)


_TOOLS: Final = (
    _Tool(Form.DOCKER_INSPECT, _of_docker),
    _Tool(Form.ECS, _of_ecs),
    _Tool(Form.RENDER, _of_render),
    _Tool(Form.CONTAINER_APP, _of_clouds),
)


READER: Final = Reader(recognise, read)
