"""Dockerfiles of images that are made of Coder's: what ENV, CMD and ENTRYPOINT set in them."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.given import Form, Given, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.command import (
    Word,
    flags,
    other_program,
    started,
    unseen,
)
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.hosts.shell import filled, pipelines
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import SettingsBlock
from confaudit.operator_files.substitution import SHELL, Reading
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.patterns import regex
from confaudit.yaml_nodes import Scalar, Sequence, YamlFault, compose

_INSTRUCTION: Final = regex(r"\s*(?P<key>[A-Za-z]+)\s+(?P<text>\S.*)")
_FROM: Final = regex(r"(?:--\S+\s+)*(?P<image>\S+)(?:\s+[Aa][Ss]\s+(?P<name>\S+))?\s*")
_FIRST: Final = frozenset({"FROM", "ARG"})


class _Stage(Struct):
    """An image as one `FROM` begins it."""

    image: str
    """What it is made of in the end: that of the stage it begins with, where it does."""
    line: int
    environment: list[tuple[str, Word]] = field(default_factory=list)
    entrypoint: list[Word] = field(default_factory=list)
    command: list[Word] = field(default_factory=list)


def recognise(file: OperatorFile) -> bool:
    """Whether it begins with FROM or ARG, and has a FROM."""
    first = next((text for _, text in file.significant()), "")
    if first.partition(" ")[0].upper() not in _FIRST:
        return False
    return any(key == "FROM" for key, _, _ in _instructions(file))


def read(file: OperatorFile, _: Beside) -> tuple[OperatorSettings, ...]:
    """Read the last stage, which is the image."""
    arguments: dict[str, Reading] = {}
    stage = _last_stage(file, arguments)
    image = filled(stage.image, arguments).text or stage.image if stage else ""
    repository, tag = image_parts(image)
    if stage is None or not is_coder_image(repository):
        return ()
    version, hint = version_of(tag)
    words = started(stage.entrypoint, stage.command)
    if other := other_program("the image", words, repository, file, stage.line):
        return (other,)
    own = OperatorSettings(
        given=tuple(_given(stage, words, file)),
        version=version,
        version_hint=hint,
        elsewhere=tuple(unseen(words, file, SHELL.read)),
        forms=(_FORM,),
        is_server=True,
    )
    return (own,)


_FORM: Final = Form.DOCKERFILE


def _given(stage: _Stage, words: list[Word], file: OperatorFile) -> Iterator[Given]:
    """What is set; whoever builds the image may give its ARGs other values."""
    place = SettingsBlock(file, _FORM, stage.line)
    for name, (value, line) in stage.environment:
        yield place.text(name, value, line, SHELL.read)
    yield from flags(words, file, _FORM, SHELL.read)


def _last_stage(file: OperatorFile, arguments: dict[str, Reading]) -> _Stage | None:
    stages: dict[str, _Stage] = {}
    stage: _Stage | None = None
    for key, text, line in _instructions(file):
        if key == "FROM" and (match := _FROM.fullmatch(text)):
            base = stages.get(match["image"])
            stage = replace(base, line=line) if base else _Stage(match["image"], line)
            stages[match["name"] or ""] = stage
        elif key == "ARG":
            name, _, value = text.partition("=")
            arguments.setdefault(name, Reading(value.strip("\"'")))
        elif stage:
            _add(stage, key, text, line)
    return stage


def _add(stage: _Stage, key: str, text: str, line: int) -> None:
    if key == "ENV":
        stage.environment = [*stage.environment, *_variables(text, line)]
    elif key == "ENTRYPOINT":  # and takes the CMD of the image before it back
        stage.entrypoint, stage.command = _words(text, line), []
    elif key == "CMD":
        stage.command = _words(text, line)


def _variables(text: str, line: int) -> Iterator[tuple[str, Word]]:
    """`ENV A=b C=d`, and the old `ENV A all of the rest`."""
    if not re.match(r"[A-Za-z_]\w*=", text):
        name, _, value = text.partition(" ")
        yield name, (value.strip(), line)
        return
    for word, at in _split(text, line):
        name, equals, value = word.partition("=")
        if equals:
            yield name, (value, at)


def _words(text: str, line: int) -> list[Word]:
    """A list in JSON, or a text that a shell runs."""
    try:
        (node,) = compose(text) if text.startswith("[") else (None,)
    except (YamlFault, ValueError):
        node = None
    if isinstance(node, Sequence):
        items = [one for one in node.items if isinstance(one, Scalar)]
        return [(one.text, line + one.line) for one in items]
    return _split(text, line)


def _split(text: str, line: int) -> list[Word]:
    return [word for found in pipelines(text, line) for one in found for word in one.words]


def _instructions(file: OperatorFile) -> Iterator[tuple[str, str, int]]:
    """Each with its text and line (from 0); comments inside a continued one are none of it."""
    number = 0
    while number < len(file.lines):
        begun, lines = number, [file.lines[number]]
        while lines[-1].rstrip().endswith("\\") and number + 1 < len(file.lines):
            number += 1
            line = file.lines[number]
            lines.append("\\" if line.lstrip().startswith("#") else line)
        match = _INSTRUCTION.match("\n".join(lines))
        if match and not lines[0].lstrip().startswith("#"):
            rest = "\n".join(lines)[match.start("text") :]
            yield match["key"].upper(), rest.strip(), begun
        number += 1


READER: Final = Reader(recognise, read)
