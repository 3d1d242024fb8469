"""One file of an operator: its text, where its lines stand, its YAML. Knows no form."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import repeat
from typing import ClassVar, Final

from msgspec import Struct

from confaudit.core.given import Position
from confaudit.core.text.wording import visible
from confaudit.errors import SourceError
from confaudit.operator_files.templates import OPAQUE, opaque, templates
from confaudit.patterns import regex
from confaudit.reticent import Reticent
from confaudit.yaml_nodes import Mapping, Node, YamlFault, compose, fault_of
from confaudit.yaml_nodes import Sequence as List

MAX_BYTES: Final = 8 * 1024 * 1024
"""The largest of 120 real files has 69 kB."""

_PROCESS: Final = regex(r"(?:[^\0=\s]+=[^\0]*\0)+")
"""The one text that has zero bytes: how the kernel shows a process's environment."""


class Documents(Struct, frozen=True):
    """The documents of one text that are not empty."""

    roots: tuple[Node, ...]
    templated: bool
    """It is YAML only with its templates taken out."""


class OperatorFile(Reticent, frozen=True, dict=True):
    """A text and its place: a whole file, or a text inside one (a block scalar, a heredoc)."""

    unsaid: ClassVar = frozenset({"text", "lies_at"})

    name: str
    """As it may be shown and as positions say it."""
    text: str
    """Lines end in a line feed, whatever they end in on disk."""
    rows: Sequence[int] = ()
    """Line of the file (from 1) on which each line of the text stands; empty: they are the same."""
    written_to: str = ""
    """The path to which a script writes the text; empty: it is where its name says."""
    lies_at: str = ""
    """The path by which it was opened: its name may spell out what cannot be shown."""

    @property
    def path(self) -> str:
        """By what others point to it."""
        return self.written_to or self.name

    def at(self, line: int) -> Position:
        """The position of a line of this text, counted from 0."""
        if not self.rows:
            return Position(self.name, line + 1)
        return Position(self.name, self.rows[min(line, len(self.rows) - 1)])

    def remark(self, line: int, sentence: str) -> str:
        """A note on a line of this text."""
        return f"{self.name}, line {self.at(line).line}: {sentence}"

    def inner(self, text: str, line: int, *, flat: bool = False) -> "OperatorFile":
        """A text inside this one, from `line` (counted from 0) on; all of it there if `flat`."""
        count = text.count("\n") + 1
        return self.gathered(text, repeat(line, count) if flat else range(line, line + count))

    def gathered(self, text: str, lines: Iterable[int], path: str = "") -> "OperatorFile":
        """A text made of this one, and the line of this one that each of its lines comes from."""
        return OperatorFile(self.name, text, tuple(self.at(line).line for line in lines), path)

    @property
    def templated(self) -> bool:
        """Whether it is YAML only with its templates taken out."""
        return self.yaml is not None and self.yaml.templated

    @cached_property
    def has_open_lines(self) -> bool:
        """Whether templates stand for whole lines of which nothing can be seen here."""
        return any(_is_open_line(self.text, *place) for place in templates(self.text))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The text line by line."""
        return tuple(self.text.split("\n"))

    @cached_property
    def yaml(self) -> "Documents | None":
        """The text as YAML; None when it is none, not even with its templates taken out."""
        try:
            return documents(self.text)
        except YamlFault:
            return None

    @property
    def unlike_yaml(self) -> int:
        """The line (from 1) that shows that it is no YAML; 1 where it is."""
        return (fault_of(self.text) or 0) + 1

    @cached_property
    def is_structured(self) -> bool:
        """Whether it is YAML with more in it than texts."""
        roots = self.yaml.roots if self.yaml else ()
        return any(isinstance(root, Mapping | List) for root in roots)

    def significant(self) -> Iterator[tuple[int, str]]:
        """The lines that are neither empty nor comments, stripped, counted from 0."""
        for number, line in enumerate(self.lines):
            text = line.strip()
            if text and not text.startswith(("#", ";", "//")):
                yield number, text


def decode(content: bytes, name: str) -> OperatorFile:
    """Make a file of the bytes somebody read.

    Raises:
        SourceError: it is too large, or no text.
    """
    label = visible(name)
    if len(content) > MAX_BYTES:
        raise SourceError(
            f"{label} is larger than {MAX_BYTES // 1024**2} MiB",
            "give the file that configures Coder alone",
        )
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if utf16 else "utf-8-sig", "replace")
    if "\0" in text and not _PROCESS.fullmatch(text):
        raise SourceError(f"{label} is no text file", "give an env file, YAML, a unit or the like")
    return plain(text, name)


def plain(text: str, name: str) -> OperatorFile:
    """Make a file of a text, whatever its line ends."""
    unix = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return OperatorFile(visible(name), unix, lies_at=name)


def documents(text: str) -> Documents:
    """Read a text as YAML; where that fails, once more with its templates made opaque.

    Raises:
        YamlFault: it is no YAML either way.
    """
    try:
        return Documents(compose(_without_tabs(_YTT.sub(OPAQUE, text))), templated=False)
    except YamlFault:
        masked = mask(text)
        if masked == text:
            raise
        return Documents(compose(masked), templated=True)


_YTT: Final = regex(r"(?<=[:-] )#@ .*$", re.MULTILINE)
"""Where ytt puts a value, which is a comment to everybody else."""


def _without_tabs(text: str) -> str:
    """JSON may be indented by tabs, as YAML may not; inside its strings they cannot stand."""
    return re.sub(r"(?m)^\t+", " ", text) if text.lstrip()[:1] in ("{", "[") else text


def mask(text: str) -> str:
    """Put an opaque mark in the place of each template; a line of nothing else becomes empty."""
    return re.sub(rf"(?m)^[ \t]*{OPAQUE}[ \t]*$", "", _QUOTING.sub(OPAQUE, opaque(text)))


_QUOTING: Final = regex(r"(?<!\$)\$\{[^{}\n\"]*\"[^{}\n]*\}")
"""What Terraform fills in and has quotes in it, which end a text of YAML too early."""

_DEEPEST_INDENT: Final = 200
"""Blanks that a line may begin with. Nobody looks further back: one line may be a whole file."""
_ENDS_LINE: Final = regex(r"[ \t\r]*(?:\n|\Z)")

_ADDS_NOTHING: Final = regex(
    r"(?:\{\{|\{%|%\{)[-~]?\s*(?:/\*|#|\$|define\b|end|if\b|el|with\b|set\b)|\{\{!|\{#"
)
"""Comments, assignments, ends, and conditions: these decide only on what is seen anyway."""


def _is_open_line(text: str, begin: int, end: int) -> bool:
    before = text[max(0, begin - _DEEPEST_INDENT) : begin]
    _, newline, indent = before.rpartition("\n")
    begins_line = bool(newline) or begin < _DEEPEST_INDENT
    is_alone = begins_line and indent.strip() in ("", "-") and _ENDS_LINE.match(text, end)
    return bool(is_alone) and _ADDS_NOTHING.match(text, begin) is None
