"""Markdown: the fenced blocks, which are commands or files."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.hosts import systemd
from confaudit.patterns import regex

_FENCE: Final = regex(r"[ \t]*(```|~~~)[ \t]*(?P<language>[\w-]*)")
_SHELLS: Final = frozenset({"", "sh", "bash", "shell", "console", "zsh", "text", "shell-session"})
"""Languages of fenced blocks that hold commands."""


class Block(Struct, frozen=True):
    """A fenced block."""

    text: str
    line: int
    """On which its text begins, from 0."""
    is_script: bool
    """Whether it is commands; a file otherwise."""
    path: str
    """The one file that it is, or where it stands."""


def blocks(file: OperatorFile) -> list[Block]:
    """The fenced blocks of a text; none where it is no Markdown."""
    fenced = list(_fenced(file))
    paths = [_path(text, line, file) for text, line, _ in fenced]
    counts = Counter(paths)
    return [
        Block(
            text,
            line,
            is_script=language in _SHELLS and not _is_file(text, file),
            path=path if counts[path] == 1 else f"line {file.at(line).line}",
        )
        for (text, line, language), path in zip(fenced, paths, strict=True)
    ]


def _fenced(file: OperatorFile) -> Iterator[tuple[str, int, str]]:
    """The fenced blocks of a Markdown text, where each begins, and in which language it is."""
    begun: int | None = None
    language = indent = ""
    for number, line in enumerate(file.lines):
        fence = _FENCE.match(line)
        if fence and begun is not None:
            lines = (line.removeprefix(indent) for line in file.lines[begun:number])
            yield "\n".join((*lines, "")), begun, language
            begun = None
        elif fence:
            begun, language = number + 1, fence["language"].casefold()
            indent = line[: len(line) - len(line.lstrip())]


def _is_file(text: str, file: OperatorFile) -> bool:
    """Whether a block is a file, whatever its language: a unit, or nothing but `NAME=value`."""
    inner = file.inner(text, 0)
    lines = [line for _, line in inner.significant()]
    return systemd.recognise(inner) or all(map(_PLAIN.match, lines))


_PLAIN: Final = regex(r"[A-Z_][A-Z0-9_]*=[^$`]*$")


def _path(text: str, line: int, file: OperatorFile) -> str:
    """The file that a block is, as its first line, its fence or what stands above it names one."""
    near = file.lines[max(0, line - _NEAR) : line - 1]
    above = next((one for one in reversed(near) if one.strip()), "")
    first = text.partition("\n")[0]
    says = (first if first.lstrip().startswith("#") else "", file.lines[line - 1], above)
    named = (name for one in says for name in reversed(_FILE_NAME.findall(one)))
    return next(named, f"line {file.at(line).line}")


_NEAR: Final = 5
"""Lines above a block that may name it."""
_FILE_NAME: Final = regex(
    r"(?<![\w./-])[\w./-]{0,200}\.(?:env|ya?ml|service|container|conf|sh|nix|tf)(?![\w./-])"
)
