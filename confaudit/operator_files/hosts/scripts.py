"""Shell scripts, and command lines in other texts: what they write, run and start.

A file that a script writes (heredoc, echo, printf; through tee as well) is read as what it is; so
is what a `docker run` gives to a container, and what is exported before `coder server`.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.programs import SERVER_NAMES, product, started_by
from confaudit.core.given import Elsewhere, Form, Given, GivenState, OperatorSettings
from confaudit.operator_files import env_file
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.code import nix, terraform
from confaudit.operator_files.command import Word, called, flags, other_program
from confaudit.operator_files.containers import docker_run
from confaudit.operator_files.containers.docker_run import Run
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm.command_line import Call, call_of, read_calls
from confaudit.operator_files.helm.values_file import is_coders
from confaudit.operator_files.hosts import systemd
from confaudit.operator_files.hosts.command_texts import CODER, commands_in
from confaudit.operator_files.hosts.output import output, target
from confaudit.operator_files.hosts.shell import (
    Command,
    Variables,
    assignments,
    filled,
    plain,
    variables_of,
)
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import SettingsBlock
from confaudit.operator_files.substitution import Reading
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.patterns import regex


class Script(Struct, frozen=True):
    """What a file has somebody's shell do."""

    file: OperatorFile
    commands: Sequence[Command]
    files: Sequence[OperatorFile]
    """What is written, each with its path."""
    variables: Variables
    """What is set once."""

    def fill(self, text: str) -> Reading:
        """A word, as far as the script says it."""
        return filled(text, self.variables)


def recognise(file: OperatorFile) -> bool:
    """Whether it writes a file of Coder's, or starts its server."""
    if not (CODER.search(file.text) or "helm" in file.text):
        return False
    if not file.text.startswith("#!") and (terraform.recognise(file) or nix.recognise(file)):
        return False  # they have scripts inside
    script = script_of(file)
    starts = (_runs(script), _programs(script), _installs(script))
    return bool(script.files) or any(True for found in starts for _ in found)


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the servers that a script sets up."""
    return read_script(script_of(file), beside)


def script_of(file: OperatorFile) -> Script:
    """The commands of a script, or of another text that has some."""
    texts = commands_in(file)
    return script_from(file, texts.found, texts.files)


def script_from(
    file: OperatorFile, found: Iterable[list[Command]], files: Iterable[OperatorFile] = ()
) -> Script:
    """The script that commands are; `files` are those that lie there when it begins."""
    found = list(found)
    commands = [command for pipeline in found for command in pipeline]
    variables = variables_of(commands)
    return Script(file, commands, tuple(_written(file, found, variables, files)), variables)


def read_script(script: Script, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read what the script sets up, each server by itself."""
    from confaudit.operator_files.deployments import Inside  # it knows this module's callers

    inside = Inside(script.files, beside)
    started = [
        *(_container(command, run, script, inside.beside) for command, run in _runs(script)),
        *(_server(command, script, inside.beside) for command in _programs(script)),
        *_released(script, inside.beside),
    ]
    version = _version(script)
    around = OperatorSettings(given=tuple(_of_every_unit(script)), elsewhere=tuple(_edited(script)))
    written = (_as_script(one, script) for one in inside.read())
    return tuple(
        merge(around, _of_release(one, version)) if one.forms else one
        for one in (*written, *started)
    )


def _of_release(operator: OperatorSettings, version: str) -> OperatorSettings:
    """With the release that is installed, unless more is said of the one that runs."""
    is_told = operator.version or operator.version_hint
    return operator if is_told else replace(operator, version=version)


def _as_script(operator: OperatorSettings, script: Script) -> OperatorSettings:
    """The same, when only lines of the script around it can be changed safely."""
    return replace(
        operator,
        given=_in_script(operator.given, script),
        forms=(Form.SCRIPT,) if operator.forms else (),
    )


def _in_script(given: Iterable[Given], script: Script) -> tuple[Given, ...]:
    return tuple(
        replace(one, form=Form.SCRIPT) if one.position.file == script.file.name else one
        for one in given
    )


# --- files that it writes -----------------------------------------------------------------------


def _written(
    file: OperatorFile,
    found: Sequence[list[Command]],
    variables: Variables,
    files: Iterable[OperatorFile],
) -> Iterator[OperatorFile]:
    texts: dict[str, list[Word]] = {one.path: _lines(one) for one in files}
    for number, pipeline in enumerate(found):
        lines = output(pipeline, variables)
        if lines:
            path, appends = target(pipeline)
            path = (filled(path, variables).text or path) if path else f"input {number}"
            if appends:
                texts.setdefault(path, []).extend(lines)
            else:
                texts[path] = lines
    for path, lines in texts.items():
        text = "\n".join(line for line, _ in lines) + "\n"
        if CODER.search(text) or PurePosixPath(path).name == ".env":  # which fills others in
            yield file.gathered(text, [row for _, row in lines], path)


def _lines(inner: OperatorFile) -> list[Word]:
    lines = inner.text.removesuffix("\n").split("\n")
    return [(line, inner.at(row).line - 1) for row, line in enumerate(lines)]


def _version(script: Script) -> str:
    """The release that a script installs: by Helm, or by the vendor's own script."""
    for command, following in pairwise((*script.commands, Command(0))):
        words = [script.fill(word).text or "" for word, _ in command.words]
        if any(word.endswith("coder.com/install.sh") for word in words):
            words += [word for word, _ in following.words]
        elif not ("helm" in map(called, words) and any(map(_CHART.fullmatch, words))):
            continue
        if match := _VERSION.search(" ".join(words)):
            return version_of(match[1])[0]
    return ""


_CHART: Final = regex(r"\S*/coder")
_VERSION: Final = regex(r"--version[ =](\S+)")


# --- what it installs by Helm -------------------------------------------------------------------


def _installs(script: Script) -> Iterator[Call]:
    """The commands that install Coder's chart, or that of another program of Coder."""
    for command in script.commands:
        words = [(plain(word, script.variables), line) for word, line in command.words]
        call = call_of(words)
        if call and (is_coders(call.chart) or product(call.chart)):
            yield call


def _released(script: Script, beside: Beside) -> Iterator[OperatorSettings]:
    for call, operator in read_calls(_installs(script), script.file, beside):
        name = f"helm, line {script.file.at(call.line).line}"
        name = ", ".join(filter(None, (name, operator.name)))
        yield replace(operator, name=name, given=_in_script(operator.given, script))


# --- what it starts -----------------------------------------------------------------------------


def _runs(script: Script) -> Iterator[tuple[Command, Run]]:
    for command in script.commands:
        run = docker_run.words(command.words)
        if run and _is_of_coder(run, script):
            yield command, run


def _is_of_coder(run: Run, script: Script) -> bool:
    """By its image; of another one by variables that only a server has."""
    names = {word.partition("=")[0] for word, _ in run.environment}
    return bool(SERVER_NAMES & names) or is_coder_image(image_parts(_image(run, script))[0])


def _image(run: Run, script: Script) -> str:
    return script.fill(run.image[0]).text or run.image[0]


def _container(command: Command, run: Run, script: Script, beside: Beside) -> OperatorSettings:
    file, name = script.file, _name("docker run", command, script.file)
    repository, tag = image_parts(_image(run, script))
    if other := other_program("docker run", run.words, repository, file, command.line):
        return other
    place = SettingsBlock(file, Form.DOCKER_RUN, command.line)
    version, hint = version_of(tag if is_coder_image(repository) else "")
    own = OperatorSettings(
        given=(
            *(_variable(word, place, script) for word in run.environment),
            *flags(run.words, file, Form.DOCKER_RUN, script.fill),
        ),
        version=version,
        version_hint=hint,
        forms=(Form.DOCKER_RUN,),
        is_server=True,
    )
    files = _environment_files(run.env_files, _ENV_FILE, script, beside)
    return replace(merge(*files, own), name=name)


def _name(what: str, command: Command, file: OperatorFile) -> str:
    return f"{what}, line {file.at(command.line).line}"


def _environment_files(
    paths: Iterable[Word], sentence: str, script: Script, beside: Beside
) -> Iterator[OperatorSettings]:
    for path, line in paths:
        note = script.file.remark(line, sentence)
        yield _as_script(env_file.read_beside(path, note, script.file, beside), script)


_ENV_FILE: Final = "an --env-file sets further variables"


def _variable(word: Word, place: SettingsBlock, script: Script) -> Given:
    """`NAME=value`; a name alone has the value that the shell has."""
    name, equals, value = word[0].partition("=")
    if equals:
        return place.text(name, value, word[1], script.fill)
    if name in script.variables:
        return place.text(name, "${" + name + "}", word[1], script.fill)
    return place.given(name, GivenState.PASS_THROUGH, word[1])


def _programs(script: Script) -> Iterator[Command]:
    """The commands that start a program of Coder, whatever stands before it."""
    for command in script.commands:
        words = [called(word) for word, _ in command.words]
        if "coder" in words and started_by(words) and not docker_run.words(command.words):
            yield command


def _server(command: Command, script: Script, beside: Beside) -> OperatorSettings:
    file, name = script.file, _name("coder server", command, script.file)
    if other := other_program("a command", command.words, "", file, command.line):
        return other
    place = SettingsBlock(file, Form.SCRIPT, command.line)
    variables = (*_exported(script.commands), *_before(command))
    own = OperatorSettings(
        given=(
            *(place.text(name, value, line, script.fill) for name, (value, line) in variables),
            *flags(command.words, file, Form.SCRIPT, script.fill),
        ),
        forms=(Form.SCRIPT,),
        is_server=True,
    )
    files = _environment_files(_sourced(script.commands), _SOURCED, script, beside)
    read_later = _run_files(command, script, beside)
    return replace(merge(*files, own, *read_later), name=name)


_SOURCED: Final = "a file that is sourced sets further variables"


def _before(command: Command) -> Iterator[tuple[str, Word]]:
    """What is set for one command: `A=b coder server`, `env A=b …`, `systemd-run -E A=b …`."""
    for word, line in _before_server(command):
        yield from assignments(Command(command.line, [(_SETS.sub("", word), line)]))


def _before_server(command: Command) -> Sequence[Word]:
    server = max(at for at, (word, _) in enumerate(command.words) if called(word) == "coder")
    return command.words[:server]


_SETS: Final = regex(r"\A(?:--setenv=|-E(?=\w)|(?:--property=|-p)?Environment=)")
"""How `systemd-run` says it, in the same word."""
_NAMES_FILE: Final = regex(r"(?:--property=|-p)?EnvironmentFile=-?(.+)")


def _run_files(command: Command, script: Script, beside: Beside) -> Iterator[OperatorSettings]:
    """The files that `systemd-run` has a service read."""
    place = SettingsBlock(script.file, Form.SYSTEMD, command.line)
    for word, line in _before_server(command):
        if named := _NAMES_FILE.fullmatch(word):
            found = systemd.environment_file(named[1], line, place, beside)
            yield _as_script(found, script)


def _exported(commands: Sequence[Command]) -> Iterator[tuple[str, Word]]:
    """What the commands export: at once, or by a later `export NAME`, or all after `set -a`."""
    everything, held = False, dict[str, Word]()
    for command in commands:
        words = [word for word, _ in command.words]
        is_export = words[:1] == ["export"] or words[:2] == ["declare", "-x"]
        everything = everything or words[:2] in (["set", "-a"], ["set", "-o"])
        found = dict(assignments(command))
        if is_export or (everything and len(found) == len(words)):
            yield from found.items()
            yield from ((name, held[name]) for name in words[1:] if name in held)
        held |= found


def _of_every_unit(script: Script) -> Iterator[Given]:
    """What `systemctl set-environment` gives to all that systemd starts from then on."""
    for command in script.commands:
        words = [called(word) for word, _ in command.words]
        if {"systemctl", "set-environment"} <= set(words):
            place = SettingsBlock(script.file, Form.SCRIPT, command.line)
            for word in command.words[words.index("set-environment") + 1 :]:
                for name, (value, line) in assignments(Command(command.line, [word])):
                    yield place.text(name, value, line, script.fill)


def _sourced(commands: Sequence[Command]) -> Iterator[Word]:
    for command in commands:
        if len(command.words) == 2 and command.words[0][0] in (".", "source"):
            yield command.words[1]


def _edited(script: Script) -> Iterator[Elsewhere]:
    """Files of Coder's that a command edits where they lie."""
    for command in script.commands:
        words = [word for word, _ in command.words]
        path = words[-1] if words else ""
        if "sed" in words and "coder" in path and any(word.startswith("-i") for word in words):
            note = script.file.remark(command.line, "a command edits a file; how, is not known")
            yield Elsewhere(f"file/{PurePosixPath(path).name}", note)


READER: Final = Reader(recognise, read)
