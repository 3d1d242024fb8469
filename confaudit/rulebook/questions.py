"""The written form of questions about one value, and the ranges they share with releases."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

import msgspec

from confaudit.core.coder.go import RefusedError, duration
from confaudit.core.coder.notations import NOTATIONS
from confaudit.core.coder.parsing import parse, scalar
from confaudit.core.coder.regexps import TooLargeError
from confaudit.core.judge.conditions import Question, opposite
from confaudit.core.model import MISSING, Json, Value, ValueSource
from confaudit.core.upgrade.known import (
    COMPARISONS,
    EMPTY,
    Conclusion,
    Known,
    ValueTest,
    comes_from,
    conclude,
    contains,
    counts,
    every,
    in_notation,
    in_range,
    is_set,
    is_unresolved,
    items,
    matches,
    one_of,
    ranges,
    repeats,
    some,
    starts_with,
    within,
)
from confaudit.core.upgrade.networks import Network, network
from confaudit.yaml_file import Part

_Value: TypeAlias = Annotated[
    Part, msgspec.Meta(extra_json_schema={"type": ["boolean", "number", "string"]})
]
"""What it may be hangs on the type of the option it is compared with."""
_Text: TypeAlias = Annotated[Part, msgspec.Meta(extra_json_schema={"type": "string"})]
_Some = msgspec.Meta(min_length=1)
_OfItems: TypeAlias = Annotated[
    Part, msgspec.Meta(extra_json_schema={"$ref": "#/$defs/ValueQuestion"})
]
"""A question about one item of a list."""
_Bound: TypeAlias = Annotated[
    Part,
    msgspec.Meta(
        extra_json_schema={"anyOf": [{"type": ["number", "string"]}, {"$ref": "#/$defs/Other"}]}
    ),
]
_Notation: TypeAlias = Literal[*NOTATIONS]  # type: ignore[valid-type]
_Source: TypeAlias = Literal["flag", "env", "yaml", "default"]


class Bounds(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A range; what is left out has no bound."""

    at_least: _Value | None = None
    above: _Value | None = None
    at_most: _Value | None = None
    below: _Value | None = None

    @property
    def given(self) -> dict[str, Part]:
        """The bounds that there are, by name."""
        parts = {name: getattr(self, name) for name in COMPARISONS}
        return {name: part for name, part in parts.items() if part is not None}


class Other(msgspec.Struct, forbid_unknown_fields=True):
    """Another setting that a bound is: an option, or a field of the same provider."""

    option: str | None = None
    field: str | None = None


class ValueQuestion(Bounds, forbid_unknown_fields=True, kw_only=True, rename={"in_": "in"}):
    """One question that a value alone answers, such as an item of a list."""

    asks: ClassVar[str] = "an item"

    equals: _Value | None = None
    in_: Annotated[list[_Value], _Some] | None = None
    """It equals one of these."""
    contains: str | None = None
    """A list has this item, or a text this part; either case of letters."""
    starts_with: str | None = None
    """A text begins so; either case of letters."""
    matches: str | None = None
    """A regular expression is found in a text, or in an item or key of a structure."""
    within: Annotated[list[_Text], _Some] | None = None
    """All addresses and networks of the value lie in these networks."""
    notation: _Notation | None = None
    """A text is in this notation."""
    some: _OfItems | None = None
    """The question about one item is answered yes for some item of a list."""
    every: _OfItems | None = None
    """The question about one item is answered yes for every item of a list."""
    repeats: bool | None = None
    """Whether an item is there twice."""
    count: Bounds | None = None
    """The number of items is in a range."""

    def test(self, part: Part, types: Sequence[str]) -> ValueTest:
        """The question that is meant, about a value of one of these types, or of any.

        Raises:
            ConfauditError: of the file's kind: there is none, or several, or it cannot be meant.
        """
        name = self.one_question(part)
        if not name:
            return _range(self.given, types)
        return _TESTS[name](getattr(self, name), part.at(_written(name)), types)

    def one_question(self, part: Part) -> str:
        """The field of the only question; empty where that is a range."""
        known = QUESTIONS if isinstance(self, SettingQuestion) else OF_VALUES
        found = [name for name in known if getattr(self, name) is not None]
        if len(found) + bool(self.given) != 1:
            asks = ", ".join((*known.values(), *COMPARISONS))
            raise part.fault(f"{self.asks} needs one question", f"ask one of {asks}")
        return found[0] if found else ""


class SettingQuestion(
    ValueQuestion, forbid_unknown_fields=True, kw_only=True, rename={"is_": "is", "in_": "in"}
):
    """One question about an option or field; the bounds of a range are one question."""

    asks: ClassVar[str] = "an option or field"
    must_ask: ClassVar[bool] = True
    """Whether there is nothing to know of it but the answer."""

    at_least: _Bound | None = None
    above: _Bound | None = None
    at_most: _Bound | None = None
    below: _Bound | None = None
    is_: Literal["set", "unset", "empty", "unresolved"] | None = None
    """Whether something sets it; whether it holds nothing; whether its value is settled by a
    template or another resource."""
    source: _Source | Annotated[list[_Source], _Some] | None = None
    """What sets it; `default` is nothing."""
    as_many_as: Other | None = None
    """It has as many items as another setting."""

    def question(self, part: Part, types: Sequence[str]) -> Question:
        """The question that is meant; an option's value is of one of these types, a field's of any.

        Raises:
            ConfauditError: of the file's kind: there is none, or several, or it cannot be meant.
        """
        name = self.one_question(part)
        if name in _OF_SETTINGS:
            return _OF_SETTINGS[name](getattr(self, name))
        return partial(conclude, test=self.test(part, types))

    def others(self, part: Part) -> Mapping[str, Other]:
        """The settings that it is compared with, by the field that names them.

        Raises:
            ConfauditError: of the file's kind: there are several questions.
        """
        self.one_question(part)
        if self.as_many_as:
            return {"as_many_as": self.as_many_as}
        found = {name: one.read(Other) for name, one in self.given.items() if one.children()}
        if found and len(found) < len(self.given):
            raise part.fault("one bound is a setting and one is not", "join two questions by all")
        return found


def _written(name: str) -> str:
    """A field as it is called in the file."""
    return name.removesuffix("_")


def _questions(kind: type[ValueQuestion]) -> Mapping[str, str]:
    fields = (one.name for one in msgspec.structs.fields(kind) if one.name not in COMPARISONS)
    return {name: _written(name) for name in fields}


OF_VALUES: Final = _questions(ValueQuestion)
"""Questions other than a range that a value alone answers, with their names in the file."""

QUESTIONS: Final = _questions(SettingQuestion)
"""The same of an option or field."""


def _is_unset(known: Known) -> Conclusion:
    return opposite(is_set(known))


_STATES: Final[Mapping[str, Question]] = {
    "set": is_set,
    "unset": _is_unset,
    "empty": partial(conclude, test=EMPTY),
    "unresolved": is_unresolved,
}


def _equals(wanted: Part, part: Part, types: Sequence[str]) -> ValueTest:
    return _is_one_of([wanted], part, types)


def _is_one_of(wanted: Sequence[Part], part: Part, types: Sequence[str]) -> ValueTest:
    return one_of([value for one in wanted for value in _typed(one, types)])


def _matches(pattern: str, part: Part, types: Sequence[str]) -> ValueTest:
    try:
        return matches(pattern)
    except RefusedError:
        raise part.fault("it is no regular expression of RE2", _RE2) from None
    except TooLargeError as error:
        raise part.fault(str(error), "ask by several shorter ones") from None


_RE2: Final = "check its brackets; it has no look-around, no back-references, and \\z for the end"


def _within(networks: Sequence[Part], part: Part, types: Sequence[str]) -> ValueTest:
    if types and not _ADDRESSES.intersection(types):
        raise part.fault(f"the option is of type {types[0]}, which holds no address", _ASK_ELSE)
    return within([_network(one) for one in networks])


_ADDRESSES: Final = frozenset({"string", "string-array", "host:port", "url"})
_ASK_ELSE: Final = "ask is or equals"


def _network(part: Part) -> Network:
    try:
        return network(part.read(str))
    except ValueError:
        raise part.fault("it is no network", "write it like 10.0.0.0/8 or fd00::/8") from None


def _of_items(
    join: Callable[[ValueTest], ValueTest],
) -> Callable[[Part, Part, Sequence[str]], ValueTest]:
    def read(question: Part, part: Part, types: Sequence[str]) -> ValueTest:
        if types and "string-array" not in types:
            raise part.fault(f"the option is of type {types[0]}, which has no items", _ASK_ELSE)
        found = question.read(ValueQuestion)
        return join(found.test(question, ("string",) if types else ()))

    return read


def _repeats(wanted: bool, part: Part, types: Sequence[str]) -> ValueTest:
    return repeats(wanted=wanted)


def _count(bounds: Bounds, part: Part, types: Sequence[str]) -> ValueTest:
    if not bounds.given:
        raise part.fault("the range has no bound", "give at_least or at_most")
    return counts({name: one.read(int) for name, one in bounds.given.items()})


def _of_text(make: Callable[[str], ValueTest]) -> Callable[[Any, Part, Sequence[str]], ValueTest]:
    return lambda text, part, types: make(text)


def _from(source: str | Sequence[str]) -> Question:
    names = [source] if isinstance(source, str) else source
    return partial(comes_from, sources=frozenset(map(ValueSource, names)))


_TESTS: Final[Mapping[str, Callable[[Any, Part, Sequence[str]], ValueTest]]] = {
    "equals": _equals,
    "in_": _is_one_of,
    "contains": _of_text(contains),
    "starts_with": _of_text(starts_with),
    "matches": _matches,
    "within": _within,
    "notation": _of_text(lambda name: in_notation(NOTATIONS[name])),
    "some": _of_items(some),
    "every": _of_items(every),
    "repeats": _repeats,
    "count": _count,
}
_OF_SETTINGS: Final[Mapping[str, Callable[[Any], Question]]] = {
    "is_": lambda state: _STATES[state],
    "source": _from,
}

# --- values of a type ---------------------------------------------------------------------------


def _typed(part: Part, types: Sequence[str]) -> list[Json]:
    """What a written value may be in an option of these types; of a field, text or JSON."""
    text, plain = part.read(str), part.read(object)
    spelled = [text, scalar(plain)] if isinstance(plain, bool | int) else [text]
    if not types:
        return [text, plain] if isinstance(plain, bool | int) else [text]
    accepted = [_accepted(spelled, kind) for kind in types]
    found = [value for value in accepted if value is not MISSING]
    if not found:
        raise part.fault(f"it is no {' or '.join(types)}", _refusal(text, types[0]))
    return found


def _accepted(spelled: Sequence[str], kind: str) -> Value:
    """The first spelling that Coder reads, as it reads it: YAML's `yes` is its `true`."""
    for text in spelled:
        try:
            return parse(text, kind)
        except RefusedError:
            continue
    return MISSING


def _refusal(text: str, kind: str) -> str:
    try:
        parse(text, kind)
    except RefusedError as error:
        return str(error)
    return "write it as JSON"


def _range(given: Mapping[str, Part], types: Sequence[str]) -> ValueTest:
    """Numbers and durations have an order; which of them a field's range is of, its bounds say."""
    first = next(iter(given.values()))
    ordered = [kind for kind in types or _ORDERED if kind in _ORDERED]
    if not ordered:
        raise first.fault(f"the option is of type {types[0]}, which has no order", _ASK_ELSE)
    kind = ordered[0] if types else _kind_of(first)
    return ranges({name: _bound(part, kind) for name, part in given.items()}, _measure(kind))


def comparison(name: str, types: Sequence[str]) -> Callable[[Value, Value], bool]:
    """How two values compare that are of these types, as far as that is known, by a field's name.

    What is no number, such as the word `auto`, keeps to no bound.
    """
    if name == "as_many_as":
        return lambda one, other: len(items(one)) == len(items(other))
    measure = _measure(next((kind for kind in types if kind in _ORDERED), "int"))

    def keeps(one: Value, other: Value) -> bool:
        number, bound = measure(one), measure(other)
        return number is not None and bound is not None and in_range(number, {name: bound})

    return keeps


_ORDERED: Final[Mapping[str, Callable[[str], Value]]] = {
    "int": partial(parse, option_type="int"),
    "duration": duration,
}


def _kind_of(part: Part) -> str:
    return "int" if isinstance(part.read(object), int) else "duration"


def _bound(part: Part, kind: str) -> int:
    try:
        number = _ORDERED[kind](part.read(str))
    except RefusedError as error:
        raise part.fault(str(error), "write a number, or a duration such as 720h or 7d") from None
    return number if isinstance(number, int) else 0


def _measure(kind: str) -> Callable[[Value], int | None]:
    """A value as a number; fields are text."""

    def number(value: Value) -> int | None:
        if isinstance(value, str):
            try:
                value = _ORDERED[kind](value.strip())
            except RefusedError:
                return None
        return value if type(value) is int else None

    return number
