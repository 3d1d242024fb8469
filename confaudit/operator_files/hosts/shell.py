"""Shell scripts as the commands in them, with their words, heredocs and redirections.

Nothing is executed. In a word, `$$` is a dollar sign and `$NAME` is the shell's (see
`substitution.SHELL`); the output of a command is opaque.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.operator_files.command import SHELLS, Word, called
from confaudit.operator_files.substitution import SHELL, Reading
from confaudit.operator_files.templates import OPAQUE
from confaudit.patterns import regex

_SUBSTITUTION: Final = r"\$\((?:[^()]|\([^()]*\)){0,4000}\)|`[^`\n]{0,4000}`"
_TOKEN: Final = regex(
    r"(?P<blank>[ \t\r]+|\\\r?\n)"
    r"|(?P<comment>(?<![^\s;&|()])\#[^\n]*)"
    r"|(?P<newline>\n)"
    r"|<<(?P<dash>-?)[ \t]*(?P<mark>\\|[\"']?)(?P<heredoc>\w[\w.-]*)[\"']?(?!<)"
    r"|(?P<redirect>&>>?|\d*(?:>>|>\||>&|>|<<<|<&|<))"
    r"|(?P<operator>&&|\|\||;;|\|&|[;|&()])"
    r"|(?P<single>'[^']*')"
    r"|\$'(?P<ansi>(?:[^'\\]|\\.)*)'"
    r'|\$?"(?P<double>(?>[^"\\`$]+|\\.|' + _SUBSTITUTION + r'|[$`])*+)"'
    rf"|(?P<output>{_SUBSTITUTION})"
    r"|(?P<brace>\$\{[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\})"
    r"|\\(?P<escaped>.)"
    r"|(?P<plain>[^\s;&|()<>'\"`\\$]+|.)",
    re.DOTALL,
)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "0": ""}
_SHELLS: Final = SHELLS | {"ssh", "su"}
_MAX_DEPTH: Final = 3
_END_OF_PIPE: Final = frozenset({"&&", "||", ";;", ";", "&", "(", ")", "\n"})


class Document(Struct, frozen=True):
    """A heredoc's text."""

    text: str
    line: int
    """From 0: where its text begins."""
    expands: bool
    """Whether `$NAME` in it is the shell's."""


class Command(Struct):
    """A simple command."""

    line: int
    """From 0."""
    words: list[Word] = field(default_factory=list)
    target: str = ""
    """The file its output goes to."""
    appends: bool = False
    documents: list[Document] = field(default_factory=list)
    """What it reads, if the script says so; the last counts."""

    @property
    def is_shell(self) -> bool:
        """Whether it runs another script."""
        return any(called(word) in _SHELLS for word, _ in self.words)


def pipelines(text: str, line: int = 0, depth: int = 0) -> Iterator[list[Command]]:
    """The commands of a script; those together whose output is the input of the next.

    `line` is where it begins. What it hands to a shell follows the command that does.
    """
    reader = _Reader(text, line)
    for pipeline in reader.pipelines():
        commands = [one for one in pipeline if one.words or one.target]
        if commands:
            yield commands
        scripts = [*reader.within(), *(one for command in commands for one in _scripts_in(command))]
        for inner, begin in scripts if depth < _MAX_DEPTH else ():
            yield from pipelines(inner, begin, depth + 1)


def _scripts_in(command: Command) -> Iterator[Word]:
    """The scripts that a command has another shell run: after `-c`, or on its input."""
    words = [word for word, _ in command.words]
    if not command.is_shell:
        yield from ((word.replace("$$", "$"), at) for word, at in command.words if _runs(word))
        return
    if "-c" in words[:-1]:
        text, line = command.words[words.index("-c") + 1]
        yield text.replace("$$", "$"), line
    elif command.documents:
        yield command.documents[-1].text, command.documents[-1].line


_STARTS: Final = regex(
    r"(?m)^[ \t]*(?:sudo +|exec +)?(?:(?:docker|podman|nerdctl)[^\n]* run|coder server)\b"
)


def _runs(word: str) -> bool:
    """Whether a word is a script of several lines that another machine is to run."""
    return "\n" in word and _STARTS.search(word) is not None


class _Awaited(Struct):
    """A heredoc whose text begins on the next line."""

    command: Command
    end: str
    indent: str
    """What may stand before its lines and does not belong to them."""
    expands: bool


class _Reader:
    """Reads a script token by token."""

    def __init__(self, text: str, line: int) -> None:
        self._text = text
        self._awaited: list[_Awaited] = []
        self._line = line
        self._pipeline: list[Command] = []
        self._command = Command(line)
        self._redirect = ""
        self._word: list[str] = []
        self._is_word = False
        self._arrays: dict[str, list[Word]] = {}
        self._array = ""
        """The array whose items are being read."""
        self._inner: list[Word] = []
        """Scripts whose output a word is made of."""
        self._begun = line

    def pipelines(self) -> Iterator[list[Command]]:
        done = 0
        while done < len(self._text):
            match = _TOKEN.match(self._text, done)
            if match is None:
                break
            done = match.end()
            self._inner += _within(match, self._line)
            if (piece := _piece(match)) is not None:
                self._add(piece)
            elif not self._takes_array(match):
                self._end_word()
                done = self._take(match, done)
            ends = match["operator"] or match["newline"] or ""
            self._line += self._text.count("\n", match.start(), done)
            if ends in _END_OF_PIPE and not self._array:
                yield self._next_pipeline()
        self._end_word()
        yield self._next_pipeline()

    def within(self) -> list[Word]:
        """The scripts in the words of what was read last."""
        found, self._inner = self._inner, []
        return found

    def _takes_array(self, match: re.Match[str]) -> bool:
        """Whether a token begins or ends `NAME=(…)`, or stands between its items."""
        word = "".join(self._word)
        if match["operator"] == "(" and (begun := _ARRAY.fullmatch(word)):
            self._array, self._word, self._is_word = begun[1], [], False
            if not begun[2]:
                self._arrays.pop(self._array, None)
            return True
        if not self._array:
            return False
        self._end_word()
        if match["operator"] == ")":
            self._array = ""
        return True

    def _take(self, match: re.Match[str], done: int) -> int:
        """Take what is no part of a word; the answer is where the next token begins."""
        if match["heredoc"]:
            indent = r"\t*" if match["dash"] else ""
            self._awaited.append(
                _Awaited(self._command, match["heredoc"], indent, expands=not match["mark"])
            )
        elif match["redirect"]:
            self._redirect = match["redirect"]
        elif match["operator"] in ("|", "|&"):
            self._next_command()
        elif match["newline"]:
            return self._documents(done)
        return done

    def _add(self, piece: str) -> None:
        if not self._is_word:
            self._begun = self._line
        self._is_word = True
        self._word.append(piece)

    def _end_word(self) -> None:
        if not self._is_word:
            return
        word, self._word, self._is_word = "".join(self._word), [], False
        if self._array:
            self._arrays.setdefault(self._array, []).append((word, self._begun))
        elif not self._redirect:
            named = _ITEMS.fullmatch(word)
            items = self._arrays.get(named[1]) if named else None
            if not self._command.words:
                self._command.line = self._begun
            self._command.words += items or [(word, self._begun)]
        elif ">" in self._redirect and self._redirect.lstrip("&")[:1] in (">", "1"):
            self._command.target = word
            self._command.appends = self._redirect.endswith(">>")
        self._redirect = ""

    def _next_command(self) -> None:
        self._pipeline.append(self._command)
        self._command = Command(self._line)

    def _next_pipeline(self) -> list[Command]:
        self._next_command()
        done, self._pipeline = self._pipeline, []
        return done

    def _documents(self, done: int) -> int:
        """Read the heredocs that were announced; the answer is where they end."""
        line = self._line + 1
        for awaited in self._awaited:
            ends = re.compile(rf"^{awaited.indent}{re.escape(awaited.end)}[ \t\r]*(?:\n|\Z)", re.M)
            match = ends.search(self._text, done)
            text = self._text[done : match.start() if match else len(self._text)]
            stripped = re.sub(rf"(?m)^{awaited.indent}", "", text)
            awaited.command.documents.append(Document(stripped, line, awaited.expands))
            line += text.count("\n") + 1
            done = match.end() if match else len(self._text)
        self._awaited = []
        return done


_ARRAY: Final = regex(r"(\w+)(\+?)=")
_ITEMS: Final = regex(r"\$\{(\w+)\[[@*]\]\}")


def _within(match: re.Match[str], line: int) -> Iterator[Word]:
    """The scripts of several lines in a token whose output is a part of a word."""
    text = match["double"] or match["output"] or ""
    for inner in re.finditer(_SUBSTITUTION, text):
        if "\n" in inner[0]:
            yield inner[0].removeprefix("$").strip("()`"), line + text.count("\n", 0, inner.start())


def _piece(match: re.Match[str]) -> str | None:
    """What a token adds to a word; None when it is no part of one."""
    kind = match.lastgroup or ""
    return _PIECES[kind](match[kind]) if kind in _PIECES else None


def _literal(text: str) -> str:
    return text.replace("$", "$$")


def _in_quotes(text: str) -> str:
    """The text between double quotes; `$` stays what it is there."""
    text = re.sub(_SUBSTITUTION, OPAQUE, text)
    text = re.sub(r'\\(\n|["\\`])', lambda one: one[1].strip("\n"), text)
    return text.replace(r"\$", "$$")


def _unescaped(text: str) -> str:
    return _literal(re.sub(r"\\(.)", lambda one: _ESCAPES.get(one[1], one[1]), text))


_PIECES: Final[Mapping[str, Callable[[str], str]]] = {
    "single": lambda text: _literal(text[1:-1]),
    "ansi": _unescaped,
    "double": _in_quotes,
    "output": lambda _: OPAQUE,
    "escaped": _literal,
    "brace": str,
    "plain": str,
}
"""Kind of token → what it adds to a word."""


Variables = Mapping[str, Reading]
"""What is set once to a text, or to something else with a text for its default."""


def expanded(document: Document, variables: Variables) -> str:
    """A heredoc's text as far as the script tells it: what only its shell knows is opaque."""
    if not document.expands:
        return document.text
    text = re.sub(_SUBSTITUTION, lambda match: OPAQUE + "\n" * match[0].count("\n"), document.text)
    text = re.sub(r"\\([$`\\])", lambda match: _literal(match[1]), text)
    return plain(text, variables)


def filled(text: str, variables: Variables) -> Reading:
    """A word, filled in with what the script sets; all else may be set by whoever runs it."""
    reading = SHELL.read(text)
    if not variables.keys() >= set(reading.names):
        return reading
    texts = {name: variables[name].text or "" for name in reading.names}
    found = SHELL.read(text, texts)
    if all(variables[name].known for name in reading.names):
        return found
    return replace(found, known=False, prefix=reading.prefix)


def variables_of(commands: Iterable[Command]) -> dict[str, Reading]:
    """The variables that a script sets once, to a text: those it sets twice depend on its way."""
    every = [one for command in commands for one in assignments(command)]
    counts = Counter(name for name, _ in every)
    found: dict[str, Reading] = {}
    for name, (value, _) in every:
        reading = filled(value, found)
        if counts[name] == 1 and reading.text is not None:
            found[name] = reading
    return found


_ASSIGNMENT: Final = regex(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_DECLARES: Final = frozenset({"export", "declare", "readonly", "local", "typeset", "set"})


def assignments(command: Command) -> Iterator[tuple[str, Word]]:
    """What stands before a command's own name, or is all of it, or what it exports."""
    words = command.words
    if words and words[0][0] in _DECLARES:
        words = [one for one in words[1:] if not one[0].startswith("-")]
    for word, line in words:
        match = _ASSIGNMENT.fullmatch(word)
        if match is None:
            break
        yield match[1], (match[2], line)


def plain(text: str, variables: Variables) -> str:
    """A word as the text that its command gets: what only the shell knows is opaque."""
    return _OPEN.sub(lambda match: _plain(match, variables), text)


_OPEN: Final = regex(r"\$(?:\$|\{[^{}\n]*\}|[A-Za-z_]\w*)")


def _plain(match: re.Match[str], variables: Variables) -> str:
    reading = filled(match[0], variables)
    if reading.known and reading.text is not None and "\n" not in reading.text:
        return reading.text
    return OPAQUE + "\n" * match[0].count("\n")
