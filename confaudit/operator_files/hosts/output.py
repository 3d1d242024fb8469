"""What the commands of a script write, and where to."""

import re
from collections.abc import Sequence
from math import ceil
from typing import Final

from confaudit.operator_files.command import Word
from confaudit.operator_files.hosts.shell import Command, Variables, expanded, plain
from confaudit.patterns import regex


def output(pipeline: Sequence[Command], variables: Variables) -> list[Word]:
    """The lines that a pipeline writes, as far as the script says them."""
    documents = [
        document for command in pipeline if not command.is_shell for document in command.documents
    ]
    if documents:
        lines = expanded(documents[-1], variables).removesuffix("\n").split("\n")
        return [(line, documents[-1].line + row) for row, line in enumerate(lines)]
    words = list(pipeline[0].words)
    if words and words[0][0] == "sudo":
        del words[0]
    writes = _WRITERS.get(words[0][0]) if words else None
    if writes is None:
        return []
    (text, is_spread), line = writes([plain(word, variables) for word, _ in words[1:]]), words[0][1]
    return [(part, line + row * is_spread) for row, part in enumerate(text.split("\n"))]


def _echo(words: list[str]) -> tuple[str, bool]:
    """The text, and whether its lines are lines of the script."""
    flagged = [word for word in words if re.fullmatch("-[neE]+", word)]
    text = " ".join(words[len(flagged) :])
    if any("e" in word for word in flagged):
        return _unescaped(text), False
    return text, True


def _printf(words: list[str]) -> tuple[str, bool]:
    """As the shell does it: the format again and again, until no word is left."""
    first, *given = words or [""]
    template, rest = _unescaped(first), iter(given)
    holes = len(_HOLE.findall(template)) or len(given) + 1
    rounds = max(1, ceil(len(given) / holes))
    done = [_HOLE.sub(lambda _: next(rest, ""), template) for _ in range(rounds)]
    return "".join(done).replace("%%", "%").removesuffix("\n"), False


_HOLE: Final = regex(r"(?<!%)%[sdqb]")


def _unescaped(text: str) -> str:
    return re.sub(r"\\([nt\\])", lambda one: {"n": "\n", "t": "\t"}.get(one[1], one[1]), text)


_WRITERS: Final = {"echo": _echo, "printf": _printf}


def target(pipeline: Sequence[Command]) -> tuple[str, bool]:
    """The path that a pipeline writes to, empty when it writes to none, and whether it appends."""
    for command in reversed(pipeline):
        words = [word for word, _ in command.words]
        if "tee" in words:
            rest = words[words.index("tee") + 1 :]
            paths = [word for word in rest if not word.startswith("-")]
            return (paths or [""])[0], "-a" in rest or "--append" in rest
        if "systemctl" in words and "edit" in words:
            units = [word for word in words[words.index("edit") + 1 :] if word[:1] != "-"]
            return f"{(units or [''])[0].removesuffix('.service')}.service.d/override.conf", False
        if command.target and not command.target.startswith("/dev/"):
            return command.target, command.appends
    return "", False
