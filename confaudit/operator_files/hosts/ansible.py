"""Ansible: containers, Helm releases and files that the tasks of a playbook or role make."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from textwrap import dedent
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.programs import SERVER_NAMES
from confaudit.core.given import Elsewhere, Form, Given, GivenState, OperatorSettings
from confaudit.core.text.wording import listing, visible
from confaudit.errors import SourceError
from confaudit.operator_files import env_file
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.command import flags, other_program, started, unseen, words_of
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm.values import Stack
from confaudit.operator_files.helm.values_file import Release, is_coders
from confaudit.operator_files.hosts import scripts
from confaudit.operator_files.hosts.shell import Command
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import SettingsBlock, names_of
from confaudit.operator_files.substitution import TEMPLATED, Reading
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping as Map
from confaudit.yaml_nodes import Node, Scalar, Sequence, entries, follow, get, items_at, text_at

_TASKS: Final = ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always")
_CONTAINERS: Final = frozenset({"docker_container", "podman_container", "docker_swarm_service"})
_DEFINITIONS: Final = frozenset({"docker_compose", "docker_compose_v2", "k8s", "kubectl"})
_TEXTS: Final = {"copy": "content", "blockinfile": "block", "lineinfile": "line"}
"""By module, what it writes into a file."""
_COPIES: Final = frozenset({"copy", "template"})
"""Modules that write a file which lies beside the playbook or in its role."""
_COMMANDS: Final = frozenset({"command", "shell"})
_MODULES: Final = _CONTAINERS | _DEFINITIONS | _TEXTS.keys() | _COPIES | _COMMANDS | {"helm"}


class _Task(Struct, frozen=True):
    """What one task has a module do."""

    module: str
    arguments: Map
    name: str
    environment: Node | None = None


class _Playbook(Struct, frozen=True):
    file: OperatorFile
    variables: Mapping[str, tuple[Node, OperatorFile]]
    """What plays, and the files of variables given with them, set once; and where it stands."""
    beside: Beside

    def known(self, text: str) -> str:
        """A text with what is known of its templates."""
        return _NAME.sub(lambda one: self._text(one[1]) or one[0], text)

    def fill(self, text: str) -> Reading:
        """The same as a reading."""
        return TEMPLATED.read(self.known(text))

    def stands_for(self, node: Node | None) -> tuple[Node | None, OperatorFile]:
        """What a value is, also where a template names it, and the file in which it stands."""
        name = _NAME.fullmatch(node.text.strip()) if isinstance(node, Scalar) else None
        found, file = self.variables.get(name[1] if name else "", (node, self.file))
        if found is not node and file is not self.file:
            self.beside.take(file)
        return found, file

    def _text(self, name: str) -> str:
        found = self.variables.get(name, (None, None))[0]
        is_plain = isinstance(found, Scalar) and "{{" not in found.text and "\n" not in found.text
        return found.text if is_plain and isinstance(found, Scalar) else ""


_NAME: Final = regex(r"\{\{\s*(\w+)\s*\}\}")


def recognise(file: OperatorFile) -> bool:
    """Whether it is a list of plays, or of tasks with a module that we know."""
    roots = file.yaml.roots if file.yaml else ()
    return any(_is_play(item) or any(_tasks(item)) for root in roots for item in items_at(root))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the servers that the tasks set up."""
    from confaudit.operator_files.deployments import Inside  # it knows this module's callers

    items = [item for root in (file.yaml.roots if file.yaml else ()) for item in items_at(root)]
    tasks = [task for item in items for task in _tasks(item)]
    playbook = _Playbook(file, _variables(items, file, beside), beside)
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
        if module in _COMMANDS and isinstance(arguments, Scalar):
            arguments = Map(key.line, [(Scalar(key.line, "cmd", ""), arguments)])
        if module in _MODULES and isinstance(arguments, Map):
            yield _Task(module, arguments, text_at(item, "name"), get(item, "environment"))
        elif key.text in _TASKS and isinstance(arguments, Sequence):
            yield from (task for inner in items_at(arguments) for task in _tasks(inner))


def _variables(
    items: Iterable[Node], file: OperatorFile, beside: Beside
) -> dict[str, tuple[Node, OperatorFile]]:
    """What plays set; else what files of variables do, if but one of them does."""
    folder = PurePosixPath(file.path).parent
    root = folder.parent if folder.name in ("tasks", "handlers") else folder
    found: dict[str, list[tuple[Node, OperatorFile]]] = {}
    for one in beside.of_form("variables"):
        if root in PurePosixPath(one.path).parents and one.yaml:
            for key, node in _pairs(one.yaml.roots[0]):
                found.setdefault(key, []).append((node, one))
    once = {name: said[0] for name, said in found.items() if len(said) == 1}
    own = ((key, node) for item in items for key, node in _pairs(get(item, "vars")))
    return once | {key: (node, file) for key, node in own}


def _pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    for key, value in entries(node) if isinstance(node, Map) else ():
        if found := follow(value):
            yield key.text, found


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
    if task.module in _COMMANDS:
        return tuple(_as_ansible(one, playbook.file) for one in _command(task, playbook, beside))
    return _release(task, playbook, beside) if task.module == "helm" else ()


def _container(task: _Task, playbook: _Playbook, beside: Beside) -> OperatorSettings:
    """A container of docker or podman; nothing if it is not Coder's."""
    arguments, file = task.arguments, playbook.file
    repository, tag = image_parts(playbook.known(text_at(arguments, "image")))
    environment, origin = playbook.stands_for(get(arguments, "env"))
    if not (is_coder_image(repository) or SERVER_NAMES & names_of(environment)):
        return OperatorSettings()
    words = started(*(words_of(get(arguments, key), file) for key in ("entrypoint", "command")))
    name = f"task {task.name}" if task.name else f"container {text_at(arguments, 'name')}"
    if other := other_program(name, words, repository, file, arguments.line):
        return other
    version, hint = version_of(tag)
    place = SettingsBlock(origin, Form.ANSIBLE, environment.line if environment else 0)
    own = OperatorSettings(
        given=(
            *_environment(environment, place, playbook),
            *flags(words, file, Form.ANSIBLE, playbook.fill),
        ),
        version=version,
        version_hint=hint,
        elsewhere=(
            *unseen(words, file, playbook.fill),
            *_filled_in(environment, file),
        ),
        forms=(Form.ANSIBLE,),
        name=name,
        is_server=is_coder_image(repository),
    )
    return _as_ansible(merge(*_env_files(arguments, file, beside), own), file)


def _environment(
    environment: Node | None, place: SettingsBlock, playbook: _Playbook
) -> Iterator[Given]:
    """The variables of a container: a map, or a list of `NAME=value`."""
    for key, node in entries(environment) if isinstance(environment, Map) else ():
        value, _ = playbook.stands_for(follow(node))
        if isinstance(value, Scalar):
            yield place.text(key.text, value.text, key.line, playbook.fill)
        else:
            yield place.given(key.text, GivenState.UNRESOLVED, key.line)
    for item in items_at(environment):
        name, equals, text = item.text.partition("=") if isinstance(item, Scalar) else ("", "", "")
        if equals:
            yield place.text(name, text, item.line, playbook.fill)


def _filled_in(environment: Node | None, file: OperatorFile) -> Iterator[Elsewhere]:
    if isinstance(environment, Scalar):
        note = "a template fills the environment in"
        yield Elsewhere("environment", file.remark(environment.line, note))


def _env_files(arguments: Map, file: OperatorFile, beside: Beside) -> Iterator[OperatorSettings]:
    node = get(arguments, "env_file")
    for path in [node] if isinstance(node, Scalar) else items_at(node):
        if isinstance(path, Scalar):
            note = file.remark(path.line, "an env_file sets further variables")
            yield env_file.read_beside(path.text, note, file, beside)


def _command(task: _Task, playbook: _Playbook, beside: Beside) -> tuple[OperatorSettings, ...]:
    """A command, as a script of one line that has the task's environment before it."""
    node = get(task.arguments, "cmd") or get(task.arguments, "argv")
    words = words_of(node, playbook.file)
    environment = playbook.stands_for(task.environment)[0]
    before = [
        (f"{key}={value.text}", value.line)
        for key, value in _pairs(environment)
        if isinstance(value, Scalar)
    ]
    if not before and not words:
        return ()
    command = Command(task.arguments.line, [*before, *words])
    script = scripts.script_from(playbook.file, [[command]])
    return scripts.read_script(script, beside)


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
        elif task.module in _COPIES and (found := _copied(task, playbook)):
            yield found
    for path, written in texts.items():
        text = "\n".join(line for line, _ in written) + "\n"
        if "coder" in text.casefold():
            yield file.gathered(text, [row for _, row in written], path)


def _copied(task: _Task, playbook: _Playbook) -> OperatorFile | None:
    """The file given that a task copies, or makes by a template, as it lies where it goes to."""
    source, to = (playbook.known(text_at(task.arguments, key)) for key in ("src", "dest"))
    near, beside = playbook.file, playbook.beside
    folder = "templates" if task.module == "template" else "files"
    found = beside.file(f"{folder}/{source}", near) or beside.file(source, near)
    return replace(found, written_to=to) if found and source else None


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


def silence(file: OperatorFile) -> SourceError:
    """Why nothing was read of a playbook: what it copies was not given, or is of something else."""
    items = [item for root in (file.yaml.roots if file.yaml else ()) for item in items_at(root)]
    tasks = [task for item in items for task in _tasks(item) if task.module in _COPIES]
    sources = [text for task in tasks if "coder" in (text := text_at(task.arguments, "src"))]
    return SourceError(
        f"{file.name} is an Ansible playbook without anything of Coder's server in it",
        f"give {listing([*map(visible, sources)])} beside it"
        if sources
        else "give the file that sets Coder's variables",
    )


READER: Final = Reader(recognise, read, silence=silence)
