"""systemd: units with their drop-ins, quadlets, and what `systemctl show` tells of a unit."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.programs import started_by
from confaudit.core.given import Elsewhere, Form, Given, GivenState, OperatorSettings
from confaudit.operator_files import env_file
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.command import Word, asked_for, flags, other_program, unseen
from confaudit.operator_files.containers import docker_run
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.hosts.systemd_words import unit_words
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import NAME, SettingsBlock, open_lines
from confaudit.operator_files.substitution import SCRIPT, TEMPLATED, Fill, Reading
from confaudit.operator_files.templates import OPAQUE
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.patterns import regex

_HEADER: Final = regex(r"\[([A-Z][A-Za-z]*)\]")
_DIRECTIVE: Final = regex(r"\s*(?P<key>[A-Z]\w*)\s*=(?P<text>.*)")
_SPECIFIER: Final = regex(r"%[A-Za-z]")
_FRAGMENT: Final = regex(r"# (?P<path>/\S+\.(?:service|container)(?:\.d/\S+\.conf)?)")
"""What `systemctl cat` writes above each file."""
_SHOWN_COMMAND: Final = regex(r"\{ path=.*?; argv\[\]=(?P<words>.*?) ; ignore_errors=")
_SHOWN: Final = regex(r"(?m)^(?:ExecStart=\{ path=|EnvironmentFiles=/|FragmentPath=/)")

_ENVIRONMENT: Final = frozenset(
    {"Environment", "PassEnvironment", "UnsetEnvironment", "EnvironmentFile"}
)
_KEYS: Final = {
    "Service": _ENVIRONMENT | {"ExecStart"},
    "Container": _ENVIRONMENT | {"Exec", "Image", "PodmanArgs", "Secret"},
}
"""By section, what a container or program is set up with; elsewhere it means nothing."""


class Directive(Struct, frozen=True):
    """One assignment of a unit."""

    section: str
    key: str
    text: str
    line: int
    """From 0."""


def recognise(file: OperatorFile) -> bool:
    """Whether it begins with a section of a unit and has a directive of such a one, or is shown."""
    first = next((text for _, text in file.significant()), "")
    if not _HEADER.fullmatch(first):
        return _SHOWN.search(file.text) is not None
    return any(one.key in _KEYS.get(one.section, ()) for one in _directives(file))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read units with their drop-ins, or what `show` tells of them."""
    return tuple(_unit(one, beside) for one in _units(file))


class _Unit(Struct, frozen=True):
    """The directives of a unit, all its files together."""

    name: str
    found: Sequence[Directive]
    file: OperatorFile
    form: Form
    fill: Fill

    def place(self, one: Directive) -> SettingsBlock:
        return SettingsBlock(self.file, self.form, one.line)


def _units(file: OperatorFile) -> Iterator[_Unit]:
    if _SHOWN.search(file.text):
        for part in _shown(file):
            yield _Unit("", part, file, Form.SYSTEMCTL_SHOW, TEMPLATED.read)
        return
    for name, part in _fragments(file).items():
        quadlet = any(one.section == "Container" for one in part)
        yield _Unit(name, part, file, Form.QUADLET if quadlet else Form.SYSTEMD, _specifiers)


def _specifiers(text: str) -> Reading:
    """`%h` and its kin are filled in by systemd; `%%` is one percent sign."""
    open_ones = _SPECIFIER.search(text.replace("%%", ""))
    if open_ones:
        return Reading(None, known=False, prefix=text[: text.index(open_ones[0])])
    return TEMPLATED.read(text.replace("%%", "%"))


def _directives(file: OperatorFile) -> Iterator[Directive]:
    lines, section = iter(enumerate(file.lines)), ""
    for number, line in lines:
        if header := _HEADER.fullmatch(line.strip()):
            section = header[1]
        elif match := _DIRECTIVE.match(line):
            text = "".join(_continued(match["text"], lines))
            yield Directive(section, match["key"], text.strip(), number)


def _continued(text: str, lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    """A line without the backslash at its end, and those that continue it, each on its own.

    Comments between do not end it.
    """
    text = text.strip()
    while text.endswith("\\"):
        yield text[:-1]
        yield "\n"
        following = next(lines, (0, ""))[1]
        while re.match(r"\s*[#;]", following):
            yield "\n"
            following = next(lines, (0, ""))[1]
        text = following.strip()
    yield text


def _fragments(file: OperatorFile) -> dict[str, list[Directive]]:
    """The directives of each unit: those of a file, or of all that `systemctl cat` prints."""
    names = {
        number: _unit_name(match["path"])
        for number, line in enumerate(file.lines)
        if (match := _FRAGMENT.fullmatch(line.rstrip()))
    }
    begun = sorted(names)
    found: dict[str, list[Directive]] = {}
    for one in _directives(file):
        before = bisect_left(begun, one.line)
        found.setdefault(names[begun[before - 1]] if before else "", []).append(one)
    return found


def _unit_name(path: str) -> str:
    folder = PurePosixPath(path).parent.name
    return folder.removesuffix(".d") if folder.endswith(".d") else PurePosixPath(path).name


def _shown(file: OperatorFile) -> Iterator[list[Directive]]:
    """What `systemctl show` tells, unit by unit, as the directives it comes from."""
    found: list[Directive] = []
    for number, line in enumerate([*file.lines, ""]):
        key, equals, text = line.partition("=")
        if key == "EnvironmentFiles":
            found.append(Directive("Service", "EnvironmentFile", text.rpartition(" (")[0], number))
        elif key == "ExecStart" and (command := _SHOWN_COMMAND.search(text)):
            found.append(Directive("Service", key, command["words"], number))
        elif equals and key in _ENVIRONMENT:
            found.append(Directive("Service", key, text, number))
        elif not line.strip() and found:
            yield found
            found = []


def _unit(unit: _Unit, beside: Beside) -> OperatorSettings:
    """What one unit sets; nothing when it runs something else than Coder's server."""
    kind = "Container" if any(one.section == "Container" for one in unit.found) else "Service"
    in_force = _effective(one for one in unit.found if one.section in (kind, ""))
    words = [word for one in in_force for word in _run(one)]
    what, line = f"the unit {unit.name}".strip(), words[0][1] if words else 0
    if other := other_program(what, words, "", unit.file, line):
        return other
    own = [directive(one.key, one.text, one.line, unit.place(one), unit.fill) for one in in_force]
    files = [
        environment_file(one.text, one.line, unit.place(one), beside)
        for one in in_force
        if one.key == "EnvironmentFile"
    ]
    found = merge(*files, *own) if kind == "Container" else merge(*own, *files)
    unset = {name for one in in_force for name in _unset(one)}
    given = tuple(one for one in found.given if one.name not in unset)
    is_started = started_by(word for word, _ in words)
    if not (is_started or found.version or _is_of_coder(given, found.elsewhere)):
        return OperatorSettings()
    found = merge(found, OperatorSettings(elsewhere=open_lines(unit.file)))
    notes = tuple(_misplaced(one, unit.file) for one in unit.found if _is_misplaced(one, kind))
    forms = found.forms or (unit.form,)
    return replace(found, given=given, notes=(*notes, *found.notes), forms=forms, name=unit.name)


def _run(one: Directive) -> list[Word]:
    return unit_words(one.text, one.line)[0] if one.key in ("ExecStart", "Exec") else []


def _unset(one: Directive) -> Iterator[str]:
    if one.key == "UnsetEnvironment":
        yield from (word.partition("=")[0] for word, _ in unit_words(one.text)[0])


def _is_of_coder(given: Iterable[Given], elsewhere: Iterable[Elsewhere]) -> bool:
    """Whether a setting, or a file of settings, has Coder's name."""
    names = (*(one.name for one in given), *(one.resource for one in elsewhere))
    return any("coder" in name.casefold() for name in names)


def _effective(found: Iterable[Directive]) -> list[Directive]:
    """The directives in force: an empty one takes back those of its name before it."""
    found = list(found)
    emptied = {one.key: place for place, one in enumerate(found) if not one.text}
    return [one for place, one in enumerate(found) if place > emptied.get(one.key, -1)]


def _is_misplaced(one: Directive, kind: str) -> bool:
    return one.section not in (kind, "") and one.key in _ENVIRONMENT and "CODER_" in one.text


def _misplaced(one: Directive, file: OperatorFile) -> str:
    return file.remark(one.line, f"systemd ignores {one.key}= in the section [{one.section}]")


def directive(key: str, text: str, line: int, place: SettingsBlock, fill: Fill) -> OperatorSettings:
    """What one directive of a unit sets."""
    words, complete = unit_words(text, line)
    match key:
        case "Environment":
            return OperatorSettings(
                given=tuple(_environment(words, complete, text, place, fill)),
                forms=(place.form,),
                elsewhere=tuple(_any_variable(words, place.file)),
            )
        case "PassEnvironment":
            passed = (place.given(word, GivenState.PASS_THROUGH, row) for word, row in words)
            return OperatorSettings(given=tuple(passed), forms=(place.form,))
        case "Secret":
            return _secret(words, place)
        case "PodmanArgs":
            return run_with(docker_run.options(words), place)
        case "Image":
            return _image(text, place.form)
        case "Exec":
            return _command([*[("server", line)] * text.startswith("-"), *words], place)
        case "ExecStart":
            return _command(words, place)
        case _:
            return OperatorSettings()


def _command(command: Sequence[Word], place: SettingsBlock) -> OperatorSettings:
    """The command of a unit: flags, variables that `env` sets, the image of a container."""
    if run := docker_run.words(command):
        return _container(run, place)
    named = (image_parts(word) for word, _ in command)
    images = [one for one in named if is_coder_image(one[0])]
    version, hint = version_of(images[0][1]) if images else ("", "")
    return OperatorSettings(
        given=(*_by_env(command, place), *flags(command, place.file, place.form, SCRIPT.read)),
        version=version,
        version_hint=hint,
        elsewhere=tuple(unseen(command, place.file, SCRIPT.read)),
        used=asked_for(command),
        forms=(place.form,),
    )


def _container(run: docker_run.Run, place: SettingsBlock) -> OperatorSettings:
    """A unit that runs a container: what the command line gives to it."""
    repository, tag = image_parts(run.image[0])
    if not is_coder_image(repository):
        return OperatorSettings()
    version, hint = version_of(tag)
    own = OperatorSettings(
        given=tuple(flags(run.words, place.file, place.form, SCRIPT.read)),
        version=version,
        version_hint=hint,
    )
    return merge(run_with(run, place), own)


def run_with(run: docker_run.Run, place: SettingsBlock) -> OperatorSettings:
    """The variables and files that a command line gives to a container."""
    return OperatorSettings(
        given=tuple(_passed(word, line, place) for word, line in run.environment),
        elsewhere=tuple(
            Elsewhere(
                f"file/{PurePosixPath(path).name}",
                place.file.remark(line, "an --env-file sets further variables"),
            )
            for path, line in run.env_files
        ),
        forms=(place.form,),
    )


def _passed(word: str, line: int, place: SettingsBlock) -> Given:
    name, equals, value = word.partition("=")
    if not equals:
        return place.given(name, GivenState.PASS_THROUGH, line)
    return place.text(name, value, line, SCRIPT.read)


def _by_env(words: Sequence[Word], place: SettingsBlock) -> Iterator[Given]:
    """`/usr/bin/env NAME=value … coder server`."""
    if not words or PurePosixPath(words[0][0].lstrip("-@:+!")).name != "env":
        return
    for word, line in words[1:]:
        name, equals, value = word.partition("=")
        if equals and NAME.fullmatch(name):
            yield place.text(name, value, line, SCRIPT.read)
        elif not word.startswith("-"):
            return


def _image(text: str, form: Form) -> OperatorSettings:
    repository, tag = image_parts(text)
    if not is_coder_image(repository):
        return OperatorSettings()
    version, hint = version_of(tag)
    return OperatorSettings(version=version, version_hint=hint, forms=(form,))


def _secret(words: Sequence[Word], place: SettingsBlock) -> OperatorSettings:
    """`Secret=name,type=env,target=NAME`: set, and not to be seen."""
    given = tuple(
        place.given(field.removeprefix("target="), GivenState.REFERENCE, line)
        for word, line in words
        if "type=env" in (fields := word.split(","))
        for field in fields
        if field.startswith("target=")
    )
    return OperatorSettings(given=given, forms=(place.form,) if given else ())


def environment_file(
    path: str, line: int, place: SettingsBlock, beside: Beside
) -> OperatorSettings:
    """What a file sets that a unit names: read as systemd does, in a quadlet as podman does."""
    path = path.removeprefix("-")
    note = place.file.remark(line, "an EnvironmentFile sets further variables")
    if place.form is Form.QUADLET:
        return env_file.read_beside(path, note, place.file, beside)
    if found := beside.file(path, place.file):
        return env_file.read_as(found, env_file.EnvSyntax.SYSTEMD)
    return OperatorSettings(elsewhere=(Elsewhere(f"file/{PurePosixPath(path).name}", note),))


def _environment(
    words: Sequence[Word], complete: bool, text: str, place: SettingsBlock, fill: Fill
) -> Iterator[Given]:
    for word, line in _joined(words) if place.form is Form.SYSTEMCTL_SHOW else words:
        name, equals, value = word.partition("=")
        if equals and NAME.fullmatch(name):
            yield place.text(name, value, line, fill)
        elif OPAQUE not in name:
            yield place.given("", GivenState.MALFORMED, line)  # the end of a value with blanks
    if not complete:
        names = [one[1] or one[2] for one in _QUOTED.finditer(text)]
        last = place.block + text.count("\n")
        yield place.given(names[-1] if names else "", GivenState.MALFORMED, last)


_QUOTED: Final = regex(r"""(?:^|\s)(?:["']([A-Za-z_]\w*)=|([A-Za-z_]\w*)=["'])""")
"""A name beside a quote: of a quote that does not end, the last."""


def _any_variable(words: Sequence[Word], file: OperatorFile) -> Iterator[Elsewhere]:
    for word, line in words:
        if OPAQUE in word.partition("=")[0]:
            note = "what is filled in here may set any variable"
            yield Elsewhere("environment", file.remark(line, note))


def _joined(words: Sequence[Word]) -> list[Word]:
    """Old releases show a value with blanks in it without quotes."""
    found: list[tuple[list[str], int]] = []
    for word, line in words:
        if found and not re.match(r"[A-Za-z_]\w*=", word):
            found[-1][0].append(word)
        else:
            found.append(([word], line))
    return [(" ".join(parts), line) for parts, line in found]


READER: Final = Reader(recognise, read)
