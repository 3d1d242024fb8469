"""systemd units: `Environment=`, flags on the `ExecStart=` line, and what an EnvironmentFile hides.

Also where a script writes one, in a heredoc or with `echo -e`: then `$NAME` is the shell's.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from confaudit.core.given import Elsewhere, Form, Given, GivenState, OperatorSettings
from confaudit.operator_files import env_file
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.command import Word, flags
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import NAME, SettingsBlock
from confaudit.operator_files.substitution import SCRIPT, TEMPLATED, Fill, Reading
from confaudit.operator_files.version import image_parts, is_coder_image, version_of

_HEADER: Final = re.compile(r"\[(Unit|Service|Install)\]")
_ECHO: Final = re.compile(r"""\s*(?:sudo\s+)?(?:echo\s+-e|printf)\s+(["'])(?P<text>.*?)\1""")
_DIRECTIVE: Final = re.compile(r"\s*(?P<key>Environment|EnvironmentFile|ExecStart)\s*=(?P<text>.*)")
_SPECIFIER: Final = re.compile(r"%[A-Za-z]")


def recognise(file: OperatorFile) -> bool:
    """Whether a line is a section of a unit, and others are its directives."""
    lines = [line for line, _ in _lines(file)]
    sections = any(_HEADER.fullmatch(line.strip()) for line in lines)
    return sections and any(map(_DIRECTIVE.match, lines))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read a unit or drop-in, or the script that writes one.

    An EnvironmentFile wins over `Environment=`, wherever it stands.
    """
    first = next((text for _, text in file.significant()), "")
    scripted = not _HEADER.fullmatch(first)
    form = Form.TEXT if scripted else Form.SYSTEMD
    fill: Fill = SCRIPT.read if scripted else _specifiers
    directives = _effective(file)
    own = [
        _directive(key, text, line, SettingsBlock(file, form, line), fill)
        for key, text, line in directives
        if key != "EnvironmentFile"
    ]
    files = [
        _environment_file(text, line, file, beside)
        for key, text, line in directives
        if key == "EnvironmentFile"
    ]
    return (merge(*own, *files),)


def _specifiers(text: str) -> Reading:
    """`%h` and its kin are filled in by systemd; `%%` is one percent sign."""
    open_ones = _SPECIFIER.search(text.replace("%%", ""))
    if open_ones:
        return Reading(None, known=False, prefix=text[: text.index(open_ones[0])])
    return TEMPLATED.read(text.replace("%%", "%"))


def _lines(file: OperatorFile) -> Iterator[tuple[str, int]]:
    """The lines of the unit; those that one `echo -e` writes stand on its line."""
    for number, line in enumerate(file.lines):
        echo = _ECHO.match(line)
        for part in echo["text"].split("\\n") if echo else [line]:
            yield part, number


def _directives(file: OperatorFile) -> Iterator[tuple[str, str, int]]:
    lines = _lines(file)
    for line, number in lines:
        match = _DIRECTIVE.match(line)
        if match:
            text = match["text"].strip()
            while text.endswith("\\"):
                text = text[:-1] + " " + next(lines, ("", 0))[0].strip()
            yield match["key"], text, number


def _effective(file: OperatorFile) -> list[tuple[str, str, int]]:
    """The directives in force: an empty one takes back those of its name before it."""
    found: list[tuple[str, str, int]] = []
    for key, text, line in _directives(file):
        if text:
            found.append((key, text, line))
        else:
            found = [one for one in found if one[0] != key]
    return found


def _directive(
    key: str, text: str, line: int, place: SettingsBlock, fill: Fill
) -> OperatorSettings:
    words, complete = _words(text)
    if key == "Environment":
        given = tuple(_assignment(word, line, place, fill) for word in words)
        broken = () if complete else (_cut(text, line, place),)
        return OperatorSettings(given=(*given, *broken), forms=(place.form,))
    command: list[Word] = [(word, line) for word in words]
    version, hint = version_of(_tag(words))
    return OperatorSettings(
        given=tuple(flags(command, place.file, place.form, SCRIPT.read)),
        version=version,
        version_hint=hint,
        forms=(place.form,),
    )


def _tag(words: list[str]) -> str:
    """The tag of the image, when the unit runs a container."""
    images = [tag for repository, tag in map(image_parts, words) if is_coder_image(repository)]
    return images[0] if images else ""


def _environment_file(path: str, line: int, file: OperatorFile, beside: Beside) -> OperatorSettings:
    path = path.removeprefix("-")
    if found := beside.file(path, file):
        return env_file.read_as(found, env_file.EnvSyntax.SYSTEMD)
    note = file.remark(line, "an EnvironmentFile sets further variables")
    return OperatorSettings(elsewhere=(Elsewhere(f"file/{PurePosixPath(path).name}", note),))


def _assignment(word: str, line: int, place: SettingsBlock, fill: Fill) -> Given:
    name, equals, value = word.partition("=")
    if not equals or not NAME.fullmatch(name):
        return place.given(name, GivenState.MALFORMED, line)
    return place.text(name, value, line, fill)


def _cut(text: str, line: int, place: SettingsBlock) -> Given:
    names = re.findall(r"([A-Za-z_]\w*)=", text)
    return place.given(names[-1] if names else "", GivenState.MALFORMED, line)


def _words(text: str) -> tuple[list[str], bool]:
    """Split as systemd does; also whether every quote ends."""
    words: list[str] = []
    pattern = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'\\]|\\.)+)""")
    done = 0
    while match := pattern.match(text, done):
        words.append(_unquote(match[1]))
        done = match.end()
    return words, not text[done:].strip()


def _unquote(word: str) -> str:
    parts = re.findall(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^"']+)""", word)
    return "".join(re.sub(r"\\(.)", r"\1", "".join(part)) for part in parts)
