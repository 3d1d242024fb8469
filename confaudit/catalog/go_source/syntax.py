"""Go's expressions as values, and a parser of them.

Statements are in `declarations`. Types are kept as text.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from confaudit.catalog.go_source.tokens import CLOSING, GoFault, Token, Tokens, unquote


@dataclass(frozen=True, slots=True)
class Literal:
    """A text or a whole number."""

    value: str | int


@dataclass(frozen=True, slots=True)
class Name:
    """`x`, or with what leads to it `a.b.x`."""

    text: str


@dataclass(frozen=True, slots=True)
class Member:
    """`of.name`, where `of` is no name."""

    of: "Expression"
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """`function(arguments)`; whether the last argument is spread (`x...`) is not kept."""

    function: "Expression"
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Composite:
    """`type{…}`; inside of another the type may be left out."""

    type: str
    elements: tuple[tuple["Expression | None", "Expression"], ...]
    """Key, if there is one, and value."""

    @property
    def is_named(self) -> bool:
        """Whether each element has a name."""
        return all(isinstance(key, Name) for key, _ in self.elements)

    @property
    def named(self) -> Mapping[str, "Expression"]:
        """The fields of a struct, if it names them."""
        return {key.text: value for key, value in self.elements if isinstance(key, Name)}


@dataclass(frozen=True, slots=True)
class Operation:
    """Operands of operators that bind alike, from left to right."""

    first: "Expression"
    rest: tuple[tuple[str, "Expression"], ...]


@dataclass(frozen=True, slots=True)
class Prefixed:
    """An operand with what stands before it: `&x`, `-x`, `!x`."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Function:
    """A function; what is in its braces is read when somebody asks."""

    body: Tokens


@dataclass(frozen=True, slots=True)
class Type:
    """A type where an expression may stand."""

    text: str


@dataclass(frozen=True, slots=True)
class Unread:
    """What this parser does not know."""


Expression: TypeAlias = (
    Literal | Name | Member | Call | Composite | Operation | Prefixed | Function | Type | Unread
)

_BINDS: Final = {
    operator: strength
    for strength, operators in enumerate(
        ("||", "&&", "== != < <= > >=", "+ - | ^", "* / % << >> & &^")
    )
    for operator in operators.split()
}
_TIGHTEST: Final = max(_BINDS.values())
_PREFIXES: Final = {"&", "-", "!", "*"}
_DEEPEST: Final = 40
"""Brackets in brackets, and links of a chain; Coder's source has some ten of either."""
_AFTER_A_TYPE: Final = ("{", "(", ")", "}", "]", ",", ";")
_END: Final = Token("end", "")


class Cursor:
    """A place in tokens, from which things are read."""

    def __init__(self, tokens: Tokens) -> None:
        """Start at the first of them."""
        self.tokens = tokens
        self.index = 0
        self._depth = 0

    @property
    def here(self) -> Token:
        """The token to be read next; empty after the last."""
        return self.tokens[self.index] if self.index < len(self.tokens) else _END

    def take(self) -> Token:
        """Read one token, whatever it is."""
        token = self.here
        self.index += 1
        return token

    def accept(self, text: str) -> bool:
        """Read this token if it is next; texts are never mistaken for it."""
        found = self.here.text == text and self.here.kind in ("mark", "name")
        self.index += found
        return found

    def expect(self, text: str) -> None:
        """Read this token.

        Raises:
            GoFault: Another is next.
        """
        if not self.accept(text):
            raise GoFault(f"lacks a {text}")

    def name(self) -> str:
        """Read a name.

        Raises:
            GoFault: Something else is next.
        """
        if self.here.kind != "name":
            raise GoFault("lacks a name")
        return self.take().text

    def block(self) -> Tokens:
        """Read from a bracket to the one that closes it, and give what is between.

        Raises:
            GoFault: There is no bracket.
        """
        if self.here.text not in CLOSING:
            raise GoFault("lacks a bracket")
        start, depth = self.index, 0
        while depth or self.index == start:
            depth += self._step()
        return self.tokens[start + 1 : self.index - 1]

    def skip_to(self, *stops: str) -> Tokens:
        """Read up to one of some marks outside of all brackets, or to the end."""
        start, depth = self.index, 0
        while self.here is not _END:
            if not depth and self.here.kind == "mark" and self.here.text in stops:
                break
            depth += self._step()
        return self.tokens[start : self.index]

    def _step(self) -> int:
        """Read a token, and tell whether that goes into a bracket or out of one."""
        kind, text = self.take()
        if kind != "mark":
            return 0
        return (text in CLOSING) - (text in CLOSING.values())

    def expression(self, strength: int = 0) -> Expression:
        """Read an expression whose operators bind at least so strongly.

        Raises:
            GoFault: There is none, or none that is known here.
        """
        if strength > _TIGHTEST:
            return self._prefixed()
        first = self.expression(strength + 1)
        rest = []
        while self.here.kind == "mark" and _BINDS.get(self.here.text) == strength:
            rest.append((self.take().text, self.expression(strength + 1)))
        return Operation(first, tuple(rest)) if rest else first

    def _prefixed(self) -> Expression:
        if self.here.kind == "mark" and self.here.text in _PREFIXES:
            operator = self.take().text
            return Prefixed(operator, self._nested(self._prefixed))
        return self._chain()

    def _nested(self, read: Callable[[], Expression]) -> Expression:
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise GoFault("nests too deeply")
            return read()
        finally:
            self._depth -= 1

    def _chain(self) -> Expression:
        """An operand with its members, calls and braces."""
        found = self._operand()
        for _ in range(_DEEPEST):
            longer = self._link(found)
            if longer is None:
                return found
            found = longer
        raise GoFault("nests too deeply")

    def _link(self, of: Expression) -> Expression | None:
        if self.accept("."):
            name = self.name()
            return Name(f"{of.text}.{name}") if isinstance(of, Name) else Member(of, name)
        if self.accept("("):
            return Call(of, tuple(value for _, value in self._elements(")")))
        if self.here.text == "[" and isinstance(of, Name):  # the types of a generic one
            return Type(f"{of.text}[{written(self.block())}]")
        if isinstance(of, Name | Type) and self.accept("{"):
            return Composite(of.text, tuple(self._elements("}")))
        return None

    def _elements(self, closing: str) -> Iterator[tuple[Expression | None, Expression]]:
        """What stands between commas, up to the bracket that closes it: key and value."""
        while not self.accept(closing):
            start = self.index
            try:
                yield self._element(closing)
            except GoFault:
                self.index = start
                yield self._key(), Unread()
                self.skip_to(",", closing)
            self.accept(",")

    def _key(self) -> Expression | None:
        """The name before a colon, of an element that cannot be read otherwise."""
        name, colon = (*self.tokens[self.index : self.index + 2], _END, _END)[:2]
        return Name(name.text) if name.kind == "name" and colon.text == ":" else None

    def _element(self, closing: str) -> tuple[Expression | None, Expression]:
        key, value = None, self._nested(self._part)
        if self.accept(":"):
            key, value = value, self._nested(self._part)
        self.accept("...")
        self.accept(";")  # at the end of a line, before the bracket
        if self.here.text not in (",", closing):
            raise GoFault("lacks a comma")
        return key, value

    def _part(self) -> Expression:
        if self.accept("{"):
            return Composite("", tuple(self._elements("}")))
        return self.expression()

    def _operand(self) -> Expression:
        token = self.here
        if token.kind == "text":
            return Literal(unquote(self.take().text))
        if token.kind == "number":
            return Literal(_number(self.take().text))
        if self.accept("("):
            found = self._nested(self.expression)
            self.expect(")")
            return found
        if self.accept("func"):
            self.skip_to("{", ",", ";")
            return Function(self.block())
        if token.text == "[" or token.text == "map":
            return Type(written(self.skip_to(*_AFTER_A_TYPE)))
        return Name(self.name())


def _number(literal: str) -> int:
    digits = literal.replace("_", "")
    is_plain = digits.isascii() and digits.isdigit() and len(digits) < _MOST_DIGITS
    if not is_plain or (digits[0] == "0" and digits != "0"):
        raise GoFault("has a number that is not decimal")
    return int(digits)


_MOST_DIGITS: Final = 19
"""Of 64 bits."""


def written(tokens: Tokens) -> str:
    """Tokens of a type as text, without spaces but between names."""
    parts = [
        f" {token.text}" if token.kind == before.kind == "name" else token.text
        for before, token in zip((_END, *tokens), tokens, strict=False)
    ]
    return "".join(parts)
