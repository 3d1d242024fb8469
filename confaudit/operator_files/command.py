"""Flags on the command line that starts the server."""

import re
import shlex
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from confaudit.core.coder.programs import Program, not_covered, program_of
from confaudit.core.given import Channel, Elsewhere, Form, Given, OperatorSettings
from confaudit.core.text.wording import visible
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.settings import SettingsBlock
from confaudit.operator_files.substitution import Fill
from confaudit.operator_files.templates import OPAQUE, opaque
from confaudit.patterns import regex
from confaudit.yaml_nodes import Node, Scalar, follow
from confaudit.yaml_nodes import Sequence as List

Word = tuple[str, int]
"""A word and its line, from 0."""


def words_of(node: Node | None, file: OperatorFile | None = None) -> list[Word]:
    """The words of a `command` or `args`: a list, or one text that is split as a shell does.

    `file` is where it stands; without it all words of a text have the line on which that begins.
    """
    node = follow(node)
    if isinstance(node, List):
        items = map(follow, node.items)
        return [(item.text, item.line) for item in items if isinstance(item, Scalar)]
    if isinstance(node, Scalar):
        return list(_split(node, file.lines if file else ()))
    return []


_WORD: Final = regex(r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+|\S+""", re.DOTALL)
_FARTHEST: Final = 50
"""Lines further down that a word may stand than the one before it."""
_FARTHEST_ON_A_LINE: Final = 4000
"""Letters from which to which it is looked for there: a line may be a whole file."""


def _split(text: Scalar, lines: Sequence[str]) -> Iterator[Word]:
    """Each word with its line: that of the first place, from the last one on, where it stands."""
    line, column = text.line, 0
    for match in _WORD.finditer(opaque(text.text)):
        beginning = re.split(rf"\s|{OPAQUE}", match[0], maxsplit=1)[0]
        for number, row in enumerate(lines[line : line + _FARTHEST], line):
            after = column if number == line else 0
            at = row.find(beginning, after, after + _FARTHEST_ON_A_LINE)
            if at >= 0:
                line, column = number, at + len(beginning)
                break
        yield _unquoted(match[0]), line


def _unquoted(word: str) -> str:
    try:
        return "".join(shlex.split(word))
    except ValueError:  # a quote that does not end
        return word


def called(word: str) -> str:
    """The program that a word calls, by its name or path; empty when it is something else."""
    return word.rpartition("/")[2] if _PROGRAM.fullmatch(word) else ""


_PROGRAM: Final = regex(r"[\w./~${}-]+")


def started(entrypoint: Sequence[Word], arguments: Sequence[Word]) -> list[Word]:
    """What a container runs; flags alone go to the image's own entrypoint, `coder server`."""
    if entrypoint or not arguments or not arguments[0][0].startswith("-"):
        return [*entrypoint, *arguments]
    line = arguments[0][1]
    return [("coder", line), ("server", line), *arguments]


SHELLS: Final = frozenset({"sh", "bash", "dash", "ash", "zsh"})


def is_script(words: Iterable[Word]) -> bool:
    """Whether a command hands a text to a shell: what that sets, nobody can see."""
    rest = iter(words)
    by_shell = any(called(word) in SHELLS for word, _ in rest)
    return by_shell and any(re.fullmatch("-[a-z]*c", word) for word, _ in rest)


def asked_for(words: Sequence[Word]) -> frozenset[str]:
    """Variables of the container that a script in its command refers to."""
    text = " ".join(word for word, _ in words) if is_script(words) else ""
    return frozenset(re.findall(r"\$\{?([A-Za-z_]\w*)", text))


def unseen(words: Sequence[Word], file: OperatorFile, fill: Fill) -> Iterator[Elsewhere]:
    """What a command hides: it hands a text to a shell, or somebody fills in more arguments."""
    if is_script(words):
        note = "the command is a shell script; variables and flags it sets cannot be seen here"
        yield Elsewhere("command", file.remark(words[0][1], note))
    for word, line in words:
        if called(word).endswith(".sh"):
            note = f"what {visible(called(word))} sets before it starts the server is not here"
            yield Elsewhere(f"file/{called(word)}", file.remark(line, note))
    for name, value, line in _arguments(words):
        if not name and not fill(value).known:
            note = "what is filled in here may set any flag"
            yield Elsewhere("command", file.remark(line, note))


def other_program(
    what: str, words: Sequence[Word], repository: str, file: OperatorFile, line: int
) -> OperatorSettings | None:
    """The note on a container that runs another program of Coder; None for what may be the server.

    `what` is to be named in the note, `repository` that of its image.
    """
    program = program_of(words=(word for word, _ in words), artefact=repository)
    return None if program in (None, Program.SERVER) else noted(what, program, file, line)


def noted(what: str, program: Program, file: OperatorFile, line: int) -> OperatorSettings:
    """The note on something that runs another program of Coder, and so is not audited."""
    return OperatorSettings(notes=(f"{file.remark(line, not_covered(what, program))}.",))


def flags(words: Sequence[Word], file: OperatorFile, form: Form, fill: Fill) -> Iterator[Given]:
    """The flags after `server`; `--name value` and `--name=value`, alone means true."""
    found = [one for one in _arguments(words) if one[0]]
    place = SettingsBlock(file, form, words[0][1] if found else 0, Channel.FLAG)
    yield from (place.text(name, value, line, fill) for name, value, line in found)


def _arguments(words: Sequence[Word]) -> Iterator[tuple[str, str, int]]:
    """What follows `server`, each flag with its value; other words have no name."""
    start = next((index + 1 for index, (word, _) in enumerate(words) if word == "server"), None)
    if start is None or is_script(words):
        return
    rest = deque(words[start:])
    while rest:
        word, line = rest.popleft()
        name, equals, value = word.lstrip("-").partition("=")
        if not word.startswith("-"):
            yield "", word, line
        elif name and not equals:
            follows = bool(rest) and not rest[0][0].startswith("-")
            yield name, rest.popleft()[0] if follows else "true", line
        elif name:
            yield name, value, line
