"""cloud-init's user data: the files it writes, and the commands it runs once a machine is up."""

import base64
import binascii
import shlex
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from confaudit.core.given import OperatorSettings
from confaudit.operator_files import embedded
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.hosts import scripts
from confaudit.operator_files.hosts.shell import Command, pipelines
from confaudit.operator_files.reader import Reader
from confaudit.yaml_nodes import Node, Scalar, Sequence, follow, get, items_at, text_at

_HEADER: Final = "#cloud-config"
_BASE64: Final = frozenset({"b64", "base64"})
_COMMANDS: Final = ("bootcmd", "runcmd")


def recognise(file: OperatorFile) -> bool:
    """Whether it begins as cloud-init asks for it."""
    return file.text.lstrip().startswith(_HEADER) and file.yaml is not None


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the servers that it sets up."""
    roots = file.yaml.roots if file.yaml else ()
    files = [one for root in roots for one in _written(root, file)]
    commands = [one for root in roots for key in _COMMANDS for one in _run(get(root, key))]
    return scripts.read_script(scripts.script_from(file, commands, files), beside)


def _written(root: Node, file: OperatorFile) -> Iterator[OperatorFile]:
    for item in items_at(root, "write_files"):
        content = get(item, "content")
        if isinstance(content, Scalar):
            text = _decoded(content, text_at(item, "encoding"), file)
            yield replace(text, written_to=text_at(item, "path"))


def _decoded(content: Scalar, encoding: str, file: OperatorFile) -> OperatorFile:
    """The text itself; all of an encoded one stands on one line, as what is compressed does."""
    if encoding not in _BASE64 and content.tag != "!!binary":
        return embedded.of_scalar(content, file)
    try:
        text = base64.b64decode(content.text).decode()
    except (binascii.Error, ValueError):
        text = ""
    return file.inner(text, content.line, flat=True)


def _run(node: Node | None) -> Iterator[list[Command]]:
    """A text is a line of a script, a list the words of one command."""
    for command in items_at(node):
        if isinstance(command, Scalar):
            yield from pipelines(command.text, command.line + (command.style == "|"))
        elif isinstance(command, Sequence):
            words = [one.text for one in map(follow, command.items) if isinstance(one, Scalar)]
            yield from pipelines(shlex.join(words), command.line)


READER: Final = Reader(recognise, read)
