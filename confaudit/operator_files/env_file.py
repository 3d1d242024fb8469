"""Env files: `NAME=value` lines, as systemd reads them and as docker does.

The two agree on most lines. Where they do not (a comment after a value, `$NAME` inside one) and
nobody said who reads the file, the setting is disputed and docker's reading is its default.
"""

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import partial
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.given import Elsewhere, Form, Given, GivenState, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import NAME, SettingsBlock, open_lines
from confaudit.operator_files.substitution import COMPOSE, TEMPLATED, Fill
from confaudit.patterns import regex


class EnvSyntax(Enum):
    """Who reads an env file."""

    SYSTEMD = "systemd"
    DOCKER = "docker"
    UNKNOWN = "unknown"


_ASSIGNMENT: Final = regex(r"\s*(?P<export>export\s+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*=[ \t]*")
"""Docker takes names with dots and dashes, which systemd ignores."""
_BARE_NAME: Final = regex(r"\s*([A-Z_][A-Z0-9_]*)\s*")
_COMMENTED: Final = regex(r"\s*#\s*CODER_[A-Z0-9_]+=")
_CONTROL: Final = regex(r"\s*(\{%|%\{|\{\{)")
_MOST_LINES: Final = 200
"""Lines that one quoted value may have: certificates have 30 to 60."""


def recognise(file: OperatorFile) -> bool:
    """Whether most of its lines are assignments; comments alone must be Coder's."""
    lines = [text for _, text in file.significant() if not _CONTROL.match(text)]
    if not lines:
        return any(map(_COMMENTED.match, file.lines))
    if lines[0].startswith("["):
        return False
    assignments = sum(bool(re.match(r"(export\s+)?[A-Za-z_]\w*=", line)) for line in lines)
    return assignments * 2 > len(lines)


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read a file that nothing points to as the environment of a server."""
    by_systemd = beside.is_one and bool(beside.of_form("systemd"))
    return (read_as(file, EnvSyntax.SYSTEMD if by_systemd else EnvSyntax.UNKNOWN),)


def read_beside(path: str, note: str, near: OperatorFile, beside: Beside) -> OperatorSettings:
    """What a file sets that docker or its kin read; `note` says of one not given that it is not."""
    if found := beside.file(path, near):
        return read_as(found, EnvSyntax.DOCKER)
    return OperatorSettings(elsewhere=(Elsewhere(f"file/{PurePosixPath(path).name}", note),))


def read_as(file: OperatorFile, reader: EnvSyntax) -> OperatorSettings:
    """Read the file as somebody's environment."""
    return OperatorSettings(
        given=tuple(_settings(file, reader)),
        notes=tuple(_notes(file, reader)),
        forms=(Form.ENV_FILE,),
        elsewhere=open_lines(file),
    )


def _notes(file: OperatorFile, reader: EnvSyntax) -> Iterator[str]:
    if any(map(_CONTROL.match, file.lines)):
        yield f"{file.name} is a template: which of its conditions hold is not known"
    exported = [
        file.at(number).line
        for entry, number in _entries(file, reader)
        if entry and _is_ignored(file.lines[number], reader)
    ]
    if exported:
        lines = ", ".join(map(str, exported))
        yield f"{file.name}, line {lines}: systemd ignores a line that begins with `export`"


def variables(given: Iterable[Given]) -> dict[str, str]:
    """What the settings of a `.env` fill in."""
    return {one.name: one.value for one in given if one.value is not None}


class _Assigned(Struct, frozen=True):
    """An assignment with its value as each reader has it, and whether `$` means something in it."""

    name: str
    line: int
    systemd: str
    docker: str
    expands: bool


def _settings(file: OperatorFile, reader: EnvSyntax) -> Iterator[Given]:
    place = SettingsBlock(file, Form.ENV_FILE)
    known: dict[str, str] = {}
    for entry, number in _entries(file, reader):
        if _is_ignored(file.lines[number], reader):
            continue
        if isinstance(entry, _Assigned) and _is_taken(entry.name, reader):
            given = _given(place, entry, reader, known)
            if given.value is not None:
                known[entry.name] = given.value
            yield given
        elif isinstance(entry, str) and entry:
            yield place.given(entry, _without_value(file.lines[number]), number)


def _entries(file: OperatorFile, reader: EnvSyntax) -> Iterator[tuple[_Assigned | str, int]]:
    """What stands in the file, and on which line it begins."""
    number = 0
    while number < len(file.lines):
        entry, taken = _entry(file, number, reader)
        yield entry, number
        number += taken


def _is_ignored(line: str, reader: EnvSyntax) -> bool:
    """Whether systemd takes `export NAME` for a name, which is none."""
    return reader is EnvSyntax.SYSTEMD and re.match(r"\s*export\s", line) is not None


def _is_taken(name: str, reader: EnvSyntax) -> bool:
    return reader is not EnvSyntax.SYSTEMD or bool(NAME.fullmatch(name))


def _without_value(line: str) -> GivenState:
    """A name alone comes from the shell; an assignment here is one whose quotes never end."""
    return GivenState.MALFORMED if "=" in line else GivenState.PASS_THROUGH


def _entry(file: OperatorFile, number: int, reader: EnvSyntax) -> tuple[_Assigned | str, int]:
    """What stands on a line (an entry, a name without a value, nothing), and how many it takes."""
    line = file.lines[number]
    match = _ASSIGNMENT.match(line)
    if match is None:
        name = _BARE_NAME.fullmatch(line)
        return (name[1] if name else ""), 1
    rest = line[match.end() :]
    if rest[:1] in ("'", '"'):
        return _quoted(file, number, match["name"], rest)
    docker = re.split(r"(?:^|[ \t])#", rest, maxsplit=1)[0].rstrip()
    whole = _continued(file, number, rest) if reader is EnvSyntax.SYSTEMD else [rest]
    systemd = re.sub(r"\\(.)", r"\1", "".join(whole).rstrip())
    return _Assigned(match["name"], number, systemd, docker, expands=True), len(whole)


def _continued(file: OperatorFile, number: int, rest: str) -> list[str]:
    """The lines of a value of which all but the last end in a backslash, without it."""
    found = [rest]
    while re.search(r"(?<!\\)(?:\\\\)*\\\Z", found[-1]) and number + len(found) < len(file.lines):
        found[-1] = found[-1][:-1]
        found.append(file.lines[number + len(found)])
    return found


def _quoted(file: OperatorFile, number: int, name: str, rest: str) -> tuple[_Assigned | str, int]:
    quote, text = rest[0], rest[1:]
    following = iter(file.lines[number + 1 : number + _MOST_LINES])
    taken = 1
    while (end := _end_of_quote(text, quote)) < 0:
        more = next(following, None)
        if more is None:
            return name, 1
        text, taken = f"{text}\n{more}", taken + 1
    value = text[:end] if quote == "'" else _unescape(text[:end])
    # systemd appends what follows the quote, docker drops it
    after = text[end + 1 :].strip()
    return _Assigned(name, number, value + after, value, expands=quote == '"'), taken


def _end_of_quote(text: str, quote: str) -> int:
    pattern = r"'" if quote == "'" else r'(?<!\\)(?:\\\\)*(")'
    match = re.search(pattern, text)
    return match.end() - 1 if match else -1


def _unescape(text: str) -> str:
    return re.sub(r'\\(["\\`$])', r"\1", text)


def _given(
    place: SettingsBlock, entry: _Assigned, reader: EnvSyntax, known: dict[str, str]
) -> Given:
    fill: Fill = partial(COMPOSE.read, variables=known) if entry.expands else TEMPLATED.read
    docker = place.text(entry.name, entry.docker, entry.line, fill)
    systemd = place.text(entry.name, entry.systemd, entry.line, TEMPLATED.read)
    if reader is EnvSyntax.SYSTEMD:
        return systemd
    if reader is EnvSyntax.DOCKER or docker.value == systemd.value:
        return docker
    is_open = docker.state is GivenState.UNRESOLVED
    literal = docker.prefix if is_open else docker.value
    prefix = _common_beginning(literal or "", systemd.value or "")
    return replace(docker, state=docker.state if is_open else GivenState.DISPUTED, prefix=prefix)


def _common_beginning(one: str, other: str) -> str:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(letter for letter, _ in pairs)


READER: Final = Reader(recognise, read)
