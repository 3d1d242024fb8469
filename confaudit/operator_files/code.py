"""Terraform and Nix, read as tokens: the shapes in which they set variables, not the languages.

A value is known when it is a string alone; every expression stays open. Blocks of text inside
(heredocs, indented strings) are read as the files they are.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from textwrap import dedent
from typing import Final

from confaudit.core.given import Form, Given, GivenState, OperatorSettings
from confaudit.operator_files import embedded, lines
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import CODER_NAME, SettingsBlock
from confaudit.operator_files.substitution import CODE, OPAQUE, Fill, Reading
from confaudit.operator_files.version import CHARTS, image_parts, is_coder_image, version_of

_BLOCK_COMMENT: Final = r"/\*.*?(?:\*/|\Z)"
_STRING: Final = (
    r'"(?P<string>(?:[^"\\\n$]|\\.|\$(?!\{)|\$\{(?:[^{}"\n]|"[^"\n]*"|\{[^{}\n]*\})*\})*)"'
)
_REST: Final = r"(?P<word>[A-Za-z_][\w.-]*|\d[\w.]*)|(?P<sign>[^\s\w])|(?P<end>\n)"

_TERRAFORM: Final = re.compile(
    rf"(?P<comment>#[^\n]*|//[^\n]*|{_BLOCK_COMMENT})"
    r"|<<-?(?P<tag>\w+)[^\n]*\n(?P<block>.{0,100000}?)\n?[ \t]*(?P=tag)[ \t]*(?=\n|\Z)"
    rf"|{_STRING}|{_REST}",
    re.DOTALL,
)
_NIX: Final = re.compile(
    rf"(?P<comment>#[^\n]*|{_BLOCK_COMMENT})"
    r"|''(?P<block>(?:[^']|'(?!')|''(?:\$|\\.|'))*)''"
    rf"|{_STRING}|{_REST}",
    re.DOTALL,
)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}
_INDEXED: Final = re.compile(r"(?P<list>.*\benv)\[(?P<index>\d+)\]\.(?P<key>name|value)")
_LITERALS: Final = re.compile(r"true|false|\d[\w.]*")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """`string`, `block`, `word`, `sign` or `end` (of a line)."""
    text: str
    line: int
    """From 0; of a block, the line on which its text begins."""


def recognise_terraform(file: OperatorFile) -> bool:
    """Whether it has a block of Terraform, or a variables file's assignments of Coder's names."""
    block = r"(?m)^\s*(resource|data|module|variable|provider|locals|terraform)\b[^\n={]*\{"
    return bool(re.search(block, file.text) or re.search(r'(?m)^\s*CODER_\w+\s+=\s*"', file.text))


def recognise_nix(file: OperatorFile) -> bool:
    """Whether it is a function of an attribute set, or an expression with indented strings."""
    function = re.search(r"(?m)^\s*\{[\w\s,.?@]*\}\s*:", file.text)
    return bool(function or re.search(r"=\s*''\n", file.text) or re.search(r"^\s*let\b", file.text))


def read_terraform(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the eight shapes in which Terraform files set Coder up."""
    return (_read(file, _TERRAFORM, Form.TERRAFORM, beside),)


def read_nix(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read attributes named like variables, and texts in indented strings."""
    return (_read(file, _NIX, Form.NIX, beside),)


def _read(
    file: OperatorFile, syntax: re.Pattern[str], form: Form, beside: Beside
) -> OperatorSettings:
    tokens = list(_tokens(file.text, syntax))
    scanner = _Scanner(tokens, SettingsBlock(file, form))
    given = tuple(scanner.settings())
    texts = [
        token
        for index, token in enumerate(tokens)
        if token.kind == "block" and index not in scanner.taken
    ]
    parts = [_inner(token, file, form, beside) for token in texts]
    version, hint = version_of(_version(tokens))
    own = OperatorSettings(given=given, version=version, version_hint=hint, forms=(form,))
    return merge(own, *parts)


def _tokens(text: str, syntax: re.Pattern[str]) -> Iterator[_Token]:
    line, done = 0, 0
    for match in syntax.finditer(text):
        line += text.count("\n", done, match.start())
        kind = "comment" if match["comment"] else match.lastgroup or ""
        value = match[kind] if kind else ""
        if kind == "string":
            value = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), value)
        if kind != "comment":
            start = text.count("\n", match.start(), match.start(kind))
            yield _Token(kind, value, line + start)
        line += match[0].count("\n")
        done = match.end()


def _version(tokens: list[_Token]) -> str:
    """The tag of Coder's image, the version beside its chart, or a variable called so."""
    images = [image_parts(token.text) for token in tokens if token.kind == "string"]
    tags = [tag for repository, tag in images if tag and is_coder_image(repository)]
    charts = [index for index, _ in _assigned(tokens, "chart", CHARTS)]
    near = [
        token.text
        for chart in charts
        for _, token in _assigned(tokens[max(0, chart - 40) : chart + 40], "version")
    ]
    named = [token.text for _, token in _assigned(tokens, "CODER_VERSION")]
    return next(iter([*tags, *near, *named]), "")


def _assigned(
    tokens: list[_Token], name: str, values: Collection[str] = ()
) -> Iterator[tuple[int, _Token]]:
    """Where a name is assigned, and what; `values` are those that count, empty for all."""
    for index in range(len(tokens) - 2):
        key, equals, value = tokens[index : index + 3]
        if key.text == name and equals.text == "=" and (not values or value.text in values):
            yield index, value


def _inner(token: _Token, file: OperatorFile, form: Form, beside: Beside) -> OperatorSettings:
    """A text inside; what the language fills in there is opaque to the text's own form."""
    text = token.text.replace("''${", "\0").replace("'''", "''") if form is Form.NIX else token.text
    text = re.sub(r"\$\{[^{}]*\}", OPAQUE, text).replace("\0", "${")
    inner = file.inner(dedent(text), token.line)
    is_ours = "CODER_" in text or "coder/coder" in text
    found = embedded.read(inner, beside) if is_ours else OperatorSettings()
    if not found.given and CODER_NAME.search(text):
        found = lines.read_lines(inner)
    given = tuple(replace(one, form=form) for one in found.given)
    return replace(found, given=given, forms=(form,) if found.forms else ())


class _Scanner:
    """Finds the shapes among the tokens; `taken` are the blocks that are values."""

    def __init__(self, tokens: list[_Token], place: SettingsBlock) -> None:
        self.tokens = tokens
        self.place = place
        self.taken: set[int] = set()
        self._blocks: list[int] = []
        self._names: dict[str, tuple[str, int]] = {}

    def settings(self) -> Iterator[Given]:
        for index, token in enumerate(self.tokens):
            if token.kind == "sign" and token.text in "{[":
                self._blocks.append(token.line)
            elif token.kind == "sign" and token.text in "}]":
                self._blocks = self._blocks[:-1]
            elif token.kind in ("word", "string"):
                found = self._setting(index, token)
                if found:
                    yield found

    def _setting(self, index: int, token: _Token) -> Given | None:
        if self._assigns(index + 1):
            if CODER_NAME.fullmatch(token.text):  # K = "v"
                return self._given(token.text, token.line, index + 2)
            if token.text == "name":
                return self._named(index)
            return None
        name, equals, value = token.text.partition("=")
        if token.kind == "string" and equals and CODER_NAME.fullmatch(name):  # ["K=v"]
            return self._at(token.line).text(name, value, token.line, CODE.read)
        return None

    def _named(self, index: int) -> Given | None:
        """`name = "K"` with its value beside it; a `set` block names it by its place in a list."""
        name = self._token(index + 2)
        if name is None or name.kind != "string":
            return None
        value = self._beside(index + 3)
        indexed = _INDEXED.fullmatch(name.text)
        if indexed:
            return self._indexed(indexed, name.line, value)
        if not CODER_NAME.fullmatch(name.text):
            return None
        if value is None:
            return self._at(name.line).given(name.text, GivenState.REFERENCE, name.line)
        return self._given(name.text, name.line, value)

    def _indexed(self, place: re.Match[str], line: int, value: int | None) -> Given | None:
        item = f"{place['list']}[{place['index']}]"
        text = self._token(value) if value is not None else None
        if place["key"] == "name":
            if text and text.kind == "string" and CODER_NAME.fullmatch(text.text):
                self._names[item] = text.text, line
            return None
        if item not in self._names or value is None:
            return None
        name, at = self._names[item]
        return self._given(name, at, value)

    def _beside(self, index: int) -> int | None:
        """Where the value stands of a name, within the same braces; None: it is a reference."""
        for number in range(index, min(index + 12, len(self.tokens))):
            token = self.tokens[number]
            if token.kind == "sign" and token.text in "}{":
                return None
            if token.text == "value" and self._assigns(number + 1):
                return number + 2
        return None

    def _given(self, name: str, line: int, index: int) -> Given:
        """A setting whose value begins at a token."""
        place, value = self._at(line), self._token(index)
        if value is None or not self._ends(index + 1):
            return place.given(name, GivenState.UNRESOLVED, line, self._begins(value))
        if value.kind == "block":
            self.taken.add(index)
            return place.text(name, dedent(value.text).strip("\n"), line, self._fill)
        if value.kind == "string" or _LITERALS.fullmatch(value.text):
            return place.text(name, value.text, line, self._fill)
        return place.given(name, GivenState.UNRESOLVED, line)

    def _begins(self, value: _Token | None) -> Reading:
        prefix = value.text if value and value.kind == "string" else ""
        return Reading(None, known=False, prefix=CODE.read(prefix).prefix)

    @property
    def _fill(self) -> Fill:
        return CODE.read

    def _at(self, line: int) -> SettingsBlock:
        return replace(self.place, block=self._blocks[-1] if self._blocks else line)

    def _token(self, index: int) -> _Token | None:
        return self.tokens[index] if index < len(self.tokens) else None

    def _assigns(self, index: int) -> bool:
        token, after = self._token(index), self._token(index + 1)
        return bool(token and token.text in ("=", ":") and after and after.text != "=")

    def _ends(self, index: int) -> bool:
        token = self._token(index)
        return token is None or token.kind == "end" or token.text in (",", ";", "}", "]")
