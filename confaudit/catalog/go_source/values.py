"""What Go's expressions are worth, as far as the source alone decides it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from msgspec import Struct

from confaudit.catalog.go_source.syntax import (
    arguments,
    elements,
    name,
    part,
    parts,
    written,
)
from confaudit.core.coder import go
from confaudit.core.coder.options import NANOSECONDS
from confaudit.patterns import regex

if TYPE_CHECKING:
    from tree_sitter import Node


class UnresolvedError(Exception):
    """The source does not say what an expression is worth, or not in a way that is known here."""


class Duration(Struct, frozen=True):
    """Go's `time.Duration`."""

    nanoseconds: int


Value: TypeAlias = "str | int | bool | Duration | list[Value] | None"

_LONGEST: Final = 10_000
"""Letters or items; some lines of source can stand for more than fits in memory."""
_LARGEST: Final = 2**63
_DEEPEST: Final = 100
"""Expressions in expressions, and names that stand for names; Coder's source has some ten."""

_KNOWN: Final[Mapping[str, Value]] = {
    "true": True,
    "false": False,
    "nil": None,
    "oidc.ScopeOpenID": "openid",  # OpenID Connect Core 1.0, 3.1.2.1
    "time.Nanosecond": Duration(1),
    "time.Microsecond": Duration(NANOSECONDS["us"]),
    "time.Millisecond": Duration(NANOSECONDS["ms"]),
    "time.Second": Duration(NANOSECONDS["s"]),
    "time.Minute": Duration(NANOSECONDS["m"]),
    "time.Hour": Duration(NANOSECONDS["h"]),
}

_IN_A_RELEASE: Final[Mapping[str, Value]] = {
    "flag.Lookup": None,  # asked for a flag of Go's tests
    "buildinfo.IsDev": False,
}
"""Functions that tell a release from other builds."""


class Scope:
    """Names and what they stand for."""

    def __init__(self, named: Mapping[str, "Node"]) -> None:
        """Take the expression of each name."""
        self._named = named
        self._values: dict[str, Value] = {}
        self._depth = 0

    def value(self, expression: "Node") -> Value:
        """What an expression is worth.

        Raises:
            UnresolvedError: That cannot be told.
        """
        reader = _READERS.get(expression.type)
        if reader is None or self._depth > _DEEPEST:
            raise UnresolvedError
        self._depth += 1
        try:
            return _bounded(reader(self, expression))
        finally:
            self._depth -= 1

    def text(self, expression: "Node") -> str:
        """What an expression is worth, which must be a text.

        Raises:
            UnresolvedError: It is none, or cannot be told.
        """
        return _a(str, self.value(expression))

    def texts(self, expression: "Node") -> list[str]:
        """What an expression is worth, which must be a list of texts.

        Raises:
            UnresolvedError: It is none, or cannot be told.
        """
        return as_texts(self.value(expression))

    def follow(self, expression: "Node") -> "Node":
        """What a name or the address of one stands for; anything else, and a circle, is itself."""
        for _ in range(_DEEPEST):
            found = address(expression) or self._named.get(name(expression))
            if found is None:
                break
            expression = found
        return expression

    def named(self, name: str) -> Value:
        """What a name is worth; remembered, as names that stand for names can be many."""
        if name not in self._values:
            if name not in self._named:
                raise UnresolvedError
            self._values[name] = self.value(self._named[name])
        return self._values[name]


def address(expression: "Node") -> "Node | None":
    """What an expression is the address of: x, if it is `&x`."""
    if expression.type != "unary_expression" or _operator(expression) != "&":
        return None
    return part(expression, "operand")


def _operator(operation: "Node") -> str:
    return written(part(operation, "operator"))


def _raw(_: Scope, literal: "Node") -> Value:
    return _said(literal)[1:-1].replace("\r", "")


def _interpreted(_: Scope, literal: "Node") -> Value:
    return "".join(
        _unescaped(_said(one)) if one.type == "escape_sequence" else _said(one)
        for one in literal.named_children
    )


def _said(node: "Node") -> str:
    return (node.text or b"").decode()


_ESCAPE: Final = regex(
    r"""\\(?:[abfnrtv\\"]|[01][0-7]{2}|x[0-7][\dA-Fa-f]|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8})"""
)
"""As in Python; bytes that are no letter alone are not read."""


def _unescaped(escape: str) -> str:
    if not _ESCAPE.fullmatch(escape):
        raise UnresolvedError
    try:
        letter = escape.encode().decode("unicode_escape")
        letter.encode()  # half a letter cannot be
    except UnicodeError:
        raise UnresolvedError from None
    return letter


def _integer(_: Scope, literal: "Node") -> Value:
    digits = written(literal).replace("_", "")
    if not digits.isdecimal() or len(digits) > _MOST_DIGITS or digits[0] == "0" != digits:
        raise UnresolvedError
    return int(digits)


_MOST_DIGITS: Final = 19
"""Of 64 bits."""


def _name(scope: Scope, expression: "Node") -> Value:
    found = name(expression)
    return _KNOWN[found] if found in _KNOWN else scope.named(found)


def _list(scope: Scope, composite: "Node") -> Value:
    if any(key for key, _ in elements(composite)):
        raise UnresolvedError
    return [scope.value(value) for _, value in elements(composite)]


def _call(scope: Scope, call: "Node") -> Value:
    function = part(call, "function")
    called, given = name(function), arguments(call)
    if called in _IN_A_RELEASE:
        return _IN_A_RELEASE[called]
    if called in _FUNCTIONS:
        return _applied(_FUNCTIONS[called], *map(scope.value, given))
    of = part(function, "operand") if function else None
    method = written(part(function, "field")) if function else ""
    if of is None or method not in _METHODS:
        raise UnresolvedError
    return _applied(_METHODS[method], scope.value(of), *map(scope.value, given))


def _applied(function: Callable[..., Value], *arguments: Value) -> Value:
    try:
        return function(*arguments)
    except TypeError:  # others than it takes
        raise UnresolvedError from None


def _operation(scope: Scope, operation: "Node") -> Value:
    left, right = parts(operation)
    operator, worth = _operator(operation), scope.value(left)
    if operator in _DECIDED_BY and worth is _DECIDED_BY[operator]:
        return worth
    return _apply(operator, worth, scope.value(right))


_DECIDED_BY: Final = {"||": True, "&&": False}


def _prefixed(scope: Scope, prefixed: "Node") -> Value:
    (operand,) = parts(prefixed)
    operator, worth = _operator(prefixed), scope.value(operand)
    if operator == "!":
        return not _a(bool, worth)
    if operator != "-":
        raise UnresolvedError
    return _apply("-", Duration(0) if isinstance(worth, Duration) else 0, worth)


def _apply(operator: str, left: Value, right: Value) -> Value:
    if operator in ("==", "!="):
        return (left == right) is (operator == "==")
    if operator in _DECIDED_BY:
        return _a(bool, right)
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if operator not in _ARITHMETIC:
        raise UnresolvedError
    number = _ARITHMETIC[operator](_number(left), _number(right))
    return Duration(number) if Duration in (type(left), type(right)) else number


_ARITHMETIC: Final[Mapping[str, Callable[[int, int], int]]] = {
    "+": int.__add__,
    "-": int.__sub__,
    "*": int.__mul__,
}


def _number(value: Value) -> int:
    return value.nanoseconds if isinstance(value, Duration) else _a(int, value)


def _bounded(value: Value) -> Value:
    if isinstance(value, str | list):
        fits = len(value) <= _LONGEST
    else:
        fits = type(value) not in (int, Duration) or abs(_number(value)) < _LARGEST
    if not fits:
        raise UnresolvedError
    return value


_Kind = TypeVar("_Kind", str, int, bool, list[Value], Duration)


def _a(kind: type[_Kind], value: Value) -> _Kind:
    if type(value) is not kind:
        raise UnresolvedError
    return value


def as_texts(value: Value) -> list[str]:
    """A list of texts.

    Raises:
        UnresolvedError: It is none.
    """
    return [_a(str, item) for item in _a(list, value)]


def _joined(items: Value, separator: Value) -> str:
    return _a(str, separator).join(as_texts(items))


def _is_enabled(experiments: Value, experiment: Value) -> bool:
    return experiment in _a(list, experiments)


def _duration_text(duration: Value) -> str:
    return go.duration_text(_a(Duration, duration).nanoseconds)


_FUNCTIONS: Final[Mapping[str, Callable[..., Value]]] = {
    "string": lambda value: _a(str, value),
    "strings.Join": _joined,
    "strconv.Itoa": lambda number: str(_a(int, number)),
    "strconv.FormatBool": lambda value: str(_a(bool, value)).lower(),
}

_METHODS: Final[Mapping[str, Callable[..., Value]]] = {
    "String": _duration_text,
    "Enabled": _is_enabled,  # of a list of experiments
}

_READERS: Final[Mapping[str, Callable[[Scope, "Node"], Value]]] = {
    "interpreted_string_literal": _interpreted,
    "raw_string_literal": _raw,
    "int_literal": _integer,
    **dict.fromkeys(("identifier", "selector_expression", "true", "false", "nil"), _name),
    **dict.fromkeys(("composite_literal", "literal_value"), _list),
    "call_expression": _call,
    "binary_expression": _operation,
    "unary_expression": _prefixed,
}
