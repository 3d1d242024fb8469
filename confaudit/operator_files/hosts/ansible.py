"""Ansible: containers, Helm releases and files that the tasks of a playbook or role make."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from textwrap import dedent
from typing import Final

from confaudit.core.coder.programs import SERVER_NAMES
from confaudit.core.given import Form, Given, GivenState, OperatorSettings
from confaudit.operator_files import env_file
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.command import flags, other_program, started, words_of
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm.values import Stack
from confaudit.operator_files.helm.values_file import Release, is_coders
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import SettingsBlock, names_of
from confaudit.operator_files.substitution import TEMPLATED, Reading
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.yaml_nodes import Mapping as Map
from confaudit.yaml_nodes import Node, Scalar, Sequence, entries, follow, get, items_at, text_at

_TASKS: Final = ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always")
_CONTAINERS: Final = frozenset({"docker_container", "podman_container"})
_DEFINITIONS: Final = frozenset({"docker_compose", "docker_compose_v2", "k8s", "kubectl"})
_TEXTS: Final = {"copy": "content", "blockinfile": "block", "lineinfile": "line"}
"""By module, what it writes into a file."""
_MODULES: Final = _CONTAINERS | _DEFINITIONS | _TEXTS.keys() | {"helm"}


@dataclass(frozen=True, slots=True)
class _Task:
    """What one task has a module do."""

    module: str
    arguments: Map
    name: str


@dataclass(frozen=True, slots=True)
class _Playbook:
    file: OperatorFile
    variables: Mapping[str, str]
    """What plays set to a text."""

    def known(self, text: str) -> str:
        """A text with what plays say of its templates; they say it over any inventory."""
        return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda one: self.variables.get(one[1], one[0]), text)

    def fill(self, text: str) -> Reading:
        """The same as a reading."""
        return TEMPLATED.read(self.known(text))


def recognise(file: OperatorFile) -> bool:
    """Whether it is a list of plays, or of tasks with a module that we know."""
    roots = file.yaml.roots if file.yaml else ()
    return any(_is_play(item) or any(_tasks(item)) for root in roots for item in items_at(root))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the servers that the tasks set up."""
    from confaudit.operator_files.deployments import Inside  # it knows this module's callers

    items = [item for root in (file.yaml.roots if file.yaml else ()) for item in items_at(root)]
    tasks = [task for item in items for task in _tasks(item)]
    playbook = _Playbook(file, dict(one for item in items for one in _variables(item)))
    inside = Inside(tuple(_written(tasks, playbook)), beside)
    found = [
        *(one for task in tasks for one in _started(task, playbook, inside.beside)),
        *(_as_ansible(one, file) for one in inside.read()),
    ]
    return tuple(found)


def _is_play(item: Node) -> bool:
    return get(item, "hosts") is not None and any(get(item, key) for key in (*_TASKS, "roles"))


def _tasks(item: Node) -> Iterator[_Task]:
    """The tasks of a play or block, or the one that it is."""
    if not isinstance(item, Map):
        return
    for key, value in entries(item):
        module, arguments = key.text.rpartition(".")[2], follow(value)
        if module in _MODULES and isinstance(arguments, Map):
            yield _Task(module, arguments, text_at(item, "name"))
        elif key.text in _TASKS and isinstance(arguments, Sequence):
            yield from (task for inner in items_at(arguments) for task in _tasks(inner))


def _variables(item: Node) -> Iterator[tuple[str, str]]:
    variables = get(item, "vars")
    for key, value in entries(variables) if isinstance(variables, Map) else ():
        node = follow(value)
        if isinstance(node, Scalar) and "{{" not in node.text and "\n" not in node.text:
            yield key.text, node.text


def _as_ansible(operator: OperatorSettings, file: OperatorFile) -> OperatorSettings:
    """What a text inside sets: only lines of the playbook around it can be changed."""
    given = tuple(
        replace(one, form=Form.ANSIBLE) if one.position.file == file.name else one
        for one in operator.given
    )
    return replace(operator, given=given, forms=(Form.ANSIBLE,) if operator.forms else ())


def _started(task: _Task, playbook: _Playbook, beside: Beside) -> tuple[OperatorSettings, ...]:
    if task.module in _CONTAINERS:
        return (_container(task, playbook, beside),)
    return _release(task, playbook, beside) if task.module == "helm" else ()


def _container(task: _Task, playbook: _Playbook, beside: Beside) -> OperatorSettings:
    """A container of docker or podman; nothing if it is not Coder's."""
    arguments, file = task.arguments, playbook.file
    repository, tag = image_parts(playbook.known(text_at(arguments, "image")))
    environment = get(arguments, "env")
    if not (is_coder_image(repository) or SERVER_NAMES & names_of(environment)):
        return OperatorSettings()
    words = started(*(words_of(get(arguments, key), file) for key in ("entrypoint", "command")))
    name = f"task {task.name}" if task.name else f"container {text_at(arguments, 'name')}"
    if other := other_program(name, words, repository, file, arguments.line):
        return other
    version, hint = version_of(tag)
    own = OperatorSettings(
        given=(
            *_environment(environment, playbook),
            *flags(words, file, Form.ANSIBLE, playbook.fill),
        ),
        version=version,
        version_hint=hint,
        forms=(Form.ANSIBLE,),
        name=name,
    )
    return _as_ansible(merge(*_env_files(arguments, file, beside), own), file)


def _environment(environment: Node | None, playbook: _Playbook) -> Iterator[Given]:
    if not isinstance(environment, Map):
        return
    place = SettingsBlock(playbook.file, Form.ANSIBLE, environment.line)
    for key, value in entries(environment):
        node = follow(value)
        if isinstance(node, Scalar):
            yield place.text(key.text, node.text, key.line, playbook.fill)
        else:
            yield place.given(key.text, GivenState.UNRESOLVED, key.line)


def _env_files(arguments: Map, file: OperatorFile, beside: Beside) -> Iterator[OperatorSettings]:
    node = get(arguments, "env_file")
    for path in [node] if isinstance(node, Scalar) else items_at(node):
        if isinstance(path, Scalar):
            note = file.remark(path.line, "an env_file sets further variables")
            yield env_file.read_beside(path.text, note, file, beside)


def _release(task: _Task, playbook: _Playbook, beside: Beside) -> tuple[OperatorSettings, ...]:
    """A Helm release: files of values below the values of the task."""
    arguments = task.arguments
    chart = playbook.known(text_at(arguments, "chart_ref") or text_at(arguments, "chart"))
    stack = Stack(playbook.file, Form.ANSIBLE, beside, is_coders(chart))
    for path in items_at(arguments, "values_files"):
        if isinstance(path, Scalar):
            stack.add_file(path)
    for key in ("release_values", "values"):
        stack.add_own(get(arguments, key))
    found = stack.read(
        Release(
            stack.result(arguments),
            what=f"task {task.name}",
            chart=chart,
            version=playbook.known(text_at(arguments, "chart_version")),
            namespace=text_at(arguments, "release_namespace"),
        )
    )
    return tuple(replace(one, name=one.name or f"task {task.name}") for one in found)


def _written(tasks: list[_Task], playbook: _Playbook) -> Iterator[OperatorFile]:
    """The files that tasks write, together what goes into one; and what they define in place."""
    file = playbook.file
    texts: dict[str, list[tuple[str, int]]] = {}
    for task in tasks:
        content = get(task.arguments, _TEXTS.get(task.module, ""))
        if isinstance(content, Scalar):
            path = text_at(task.arguments, "dest") or text_at(task.arguments, "path")
            row = content.line + (content.style == "|")
            lines = playbook.known(content.text).removesuffix("\n").split("\n")
            step = int(content.style == "|")
            texts.setdefault(path, []).extend(
                (line, row + number * step) for number, line in enumerate(lines)
            )
        elif task.module in _DEFINITIONS:
            definition = get(task.arguments, "definition")
            if isinstance(definition, Map):
                text = playbook.known(_source(definition, file))
                place = f"line {file.at(definition.line).line}"
                yield replace(file.inner(text, definition.line), written_to=place)
    for path, written in texts.items():
        text = "\n".join(line for line, _ in written) + "\n"
        if "coder" in text.casefold():
            yield file.gathered(text, [row for _, row in written], path)


def _source(node: Map, file: OperatorFile) -> str:
    """The lines in which a map is written."""
    first = file.lines[node.line]
    indent = len(first) - len(first.lstrip())
    taken = [first]
    for line in file.lines[node.line + 1 :]:
        if line.strip() and len(line) - len(line.lstrip()) < indent:
            break
        taken.append(line)
    return dedent("\n".join(taken))


READER: Final = Reader(recognise, read)
