"""What Go's expressions are worth, as far as the source alone decides it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from confaudit.catalog.go_source import syntax
from confaudit.catalog.go_source.syntax import Expression
from confaudit.core.coder import go
from confaudit.core.coder.options import NANOSECONDS


class UnresolvedError(Exception):
    """The source does not say what an expression is worth, or not in a way that is known here."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Go's `time.Duration`."""

    nanoseconds: int


Value: TypeAlias = "str | int | bool | Duration | list[Value] | None"

_LONGEST: Final = 10_000
"""Letters or items; some lines of source can stand for more than fits in memory."""
_LARGEST: Final = 2**63
_DEEPEST: Final = 100
"""Expressions in expressions, and names that stand for names."""

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

    def __init__(self, named: Mapping[str, Expression]) -> None:
        """Take the expression of each name."""
        self._named = named
        self._values: dict[str, Value] = {}
        self._depth = 0

    def value(self, expression: Expression) -> Value:
        """What an expression is worth.

        Raises:
            UnresolvedError: That cannot be told.
        """
        reader = _READERS.get(type(expression))
        if reader is None or self._depth > _DEEPEST:
            raise UnresolvedError
        self._depth += 1
        try:
            return _bounded(reader(self, expression))
        finally:
            self._depth -= 1

    def text(self, expression: Expression) -> str:
        """What an expression is worth, which must be a text.

        Raises:
            UnresolvedError: It is none, or cannot be told.
        """
        return _a(str, self.value(expression))

    def texts(self, expression: Expression) -> list[str]:
        """What an expression is worth, which must be a list of texts.

        Raises:
            UnresolvedError: It is none, or cannot be told.
        """
        return as_texts(self.value(expression))

    def follow(self, expression: Expression) -> Expression:
        """What a name or the address of one stands for; anything else, and a circle, is itself."""
        for _ in range(_DEEPEST):
            if isinstance(expression, syntax.Prefixed) and expression.operator == "&":
                expression = expression.operand
            elif isinstance(expression, syntax.Name) and expression.text in self._named:
                expression = self._named[expression.text]
            else:
                break
        return expression

    def named(self, name: str) -> Value:
        """What a name is worth; remembered, as names that stand for names can be many."""
        if name not in self._values:
            if name not in self._named:
                raise UnresolvedError
            self._values[name] = self.value(self._named[name])
        return self._values[name]


def _literal(_: Scope, literal: syntax.Literal) -> Value:
    return literal.value


def _name(scope: Scope, name: syntax.Name) -> Value:
    return _KNOWN[name.text] if name.text in _KNOWN else scope.named(name.text)


def _list(scope: Scope, composite: syntax.Composite) -> Value:
    if any(key is not None for key, _ in composite.elements):
        raise UnresolvedError
    return [scope.value(value) for _, value in composite.elements]


def _call(scope: Scope, call: syntax.Call) -> Value:
    function, arguments = call.function, call.arguments
    if isinstance(function, syntax.Name):
        if function.text in _IN_A_RELEASE:
            return _IN_A_RELEASE[function.text]
        if function.text in _FUNCTIONS:
            return _applied(_FUNCTIONS[function.text], *map(scope.value, arguments))
        of, _, method = function.text.rpartition(".")
        function = syntax.Member(syntax.Name(of), method)
    if not isinstance(function, syntax.Member) or function.name not in _METHODS:
        raise UnresolvedError
    return _applied(_METHODS[function.name], scope.value(function.of), *map(scope.value, arguments))


def _applied(function: Callable[..., Value], *arguments: Value) -> Value:
    try:
        return function(*arguments)
    except TypeError:  # others than it takes
        raise UnresolvedError from None


def _operation(scope: Scope, operation: syntax.Operation) -> Value:
    worth = scope.value(operation.first)
    for operator, operand in operation.rest:
        if operator in _DECIDED_BY and worth is _DECIDED_BY[operator]:
            return worth
        worth = _bounded(_apply(operator, worth, scope.value(operand)))
    return worth


_DECIDED_BY: Final = {"||": True, "&&": False}


def _prefixed(scope: Scope, prefixed: syntax.Prefixed) -> Value:
    worth = scope.value(prefixed.operand)
    if prefixed.operator == "!":
        return not _a(bool, worth)
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

_READERS: Final[Mapping[type, Callable[[Scope, Any], Value]]] = {
    syntax.Literal: _literal,
    syntax.Name: _name,
    syntax.Composite: _list,
    syntax.Call: _call,
    syntax.Operation: _operation,
    syntax.Prefixed: _prefixed,
}
