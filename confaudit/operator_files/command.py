"""Flags on the command line that starts the server."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from confaudit.core.coder.programs import Program, not_covered, program_of
from confaudit.core.given import Channel, Elsewhere, Form, Given, OperatorSettings
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.settings import SettingsBlock
from confaudit.operator_files.substitution import Fill
from confaudit.yaml_nodes import Node, Scalar, follow
from confaudit.yaml_nodes import Sequence as List

Word = tuple[str, int]
"""A word and its line, from 0."""


def words_of(node: Node | None) -> list[Word]:
    """The words of a `command` or `args`: a list, or one text split at blanks."""
    node = follow(node)
    if isinstance(node, List):
        items = map(follow, node.items)
        return [(item.text, item.line) for item in items if isinstance(item, Scalar)]
    if isinstance(node, Scalar):
        return [(word, node.line) for word in node.text.split()]
    return []


def called(word: str) -> str:
    """The program that a word calls, by its name or path; empty when it is something else."""
    return word.rpartition("/")[2] if _PROGRAM.fullmatch(word) else ""


_PROGRAM: Final = re.compile(r"[\w./~${}-]+")


def started(entrypoint: Sequence[Word], arguments: Sequence[Word]) -> list[Word]:
    """What a container runs; flags alone go to the image's own entrypoint, `coder server`."""
    if entrypoint or not arguments or not arguments[0][0].startswith("-"):
        return [*entrypoint, *arguments]
    line = arguments[0][1]
    return [("coder", line), ("server", line), *arguments]


def is_script(words: Iterable[Word]) -> bool:
    """Whether a command hands a text to a shell: what that sets, nobody can see."""
    return any(word in ("-c", "-ec", "-lc", "-exc") for word, _ in words)


def hidden_by_script(words: Sequence[Word], file: OperatorFile) -> tuple[Elsewhere, ...]:
    """What a command hides that hands a text to a shell."""
    if not is_script(words):
        return ()
    note = "the command is a shell script; variables and flags it sets cannot be seen here"
    return (Elsewhere("command", file.remark(words[0][1], note)),)


def other_program(
    what: str, words: Sequence[Word], repository: str, file: OperatorFile, line: int
) -> OperatorSettings | None:
    """The note on a container that runs another program of Coder; None for what may be the server.

    `what` is to be named in the note, `repository` that of its image.
    """
    program = program_of(words=(word for word, _ in words), artefact=repository)
    if program in (None, Program.SERVER):
        return None
    return OperatorSettings(notes=(f"{file.remark(line, not_covered(what, program))}.",))


def flags(words: Sequence[Word], file: OperatorFile, form: Form, fill: Fill) -> Iterator[Given]:
    """The flags after `server`; `--name value` and `--name=value`, alone means true."""
    start = next((index + 1 for index, (word, _) in enumerate(words) if word == "server"), None)
    if start is None or is_script(words):
        return
    block = words[start - 1][1]
    place = SettingsBlock(file, form, block, Channel.FLAG)
    rest = list(words[start:])
    while rest:
        word, line = rest.pop(0)
        if not word.startswith("-") or not word.strip("-"):
            continue
        name, equals, value = word.lstrip("-").partition("=")
        if not equals:
            follows = bool(rest) and not rest[0][0].startswith("-")
            value = rest.pop(0)[0] if follows else "true"
        yield place.text(name, value, line, fill)
