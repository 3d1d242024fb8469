"""What the types that msgspec knows want of a text of YAML, and its complaints in words."""

import datetime
import re
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec


@cache
def origin_of(kind: Any) -> Any:
    """The generic type of which it is one, such as `list`."""
    return get_origin(kind)


@cache
def fields(struct: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """The fields of a struct by their names in files."""
    return {one.encode_name: one for one in msgspec.structs.fields(struct)}


@cache
def alternatives(kind: Any) -> tuple[Any, ...]:
    """The types that a value may have, without annotations and None."""
    if get_origin(kind) is Annotated:
        return alternatives(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return tuple(one for each in get_args(kind) for one in alternatives(each))
    return () if kind is type(None) else (kind,)


@cache
def structs(kind: Any) -> tuple[type[msgspec.Struct], ...]:
    """The structs among the types that a value may have; several are told apart by a tag."""
    found = alternatives(kind)
    return tuple(one for one in found if isinstance(one, type) and issubclass(one, msgspec.Struct))


@cache
def wants_text(kind: Any) -> bool:
    """Whether a scalar's own text counts, whatever YAML would take it for."""
    scalars = [one for one in alternatives(kind) if get_origin(one) not in (list, tuple, dict)]
    return bool(scalars) and all(map(_is_text, scalars))


def _is_text(kind: Any) -> bool:
    if get_origin(kind) is Literal:
        return all(isinstance(choice, str) for choice in get_args(kind))
    return isinstance(kind, type) and issubclass(kind, str | datetime.date)


def choices(kind: Any) -> list[str]:
    """The words that a value may be; none where it is no choice."""
    found: list[str] = []
    for one in alternatives(kind):
        if get_origin(one) is Literal:
            found += map(str, get_args(one))
        elif isinstance(one, type) and issubclass(one, Enum):
            found += (str(member.value) for member in one)
    return found


def description(kind: Any) -> str:
    """What the author of a type says about it."""
    metas = kind.__metadata__ if get_origin(kind) is Annotated else ()
    return next((f"needed: {meta.description}" for meta in metas if meta.description), "")


_WORDS: Final = {
    "array": "a list",
    "bool": "true or false",
    "date": "a date such as 2026-01-31",
    "float": "a number",
    "int": "a whole number",
    "null": "nothing",
    "object": "a mapping of keys",
    "str": "text",
}
_TYPES: Final = re.compile(r"`([a-z |]+)`")


def in_words(message: str) -> str:
    """A message of msgspec's, which never repeats a value that is no choice."""
    if "RFC3339 encoded date" in message:
        return "it is no date such as 2026-01-31"
    if "matching regex" in message:
        return "it is not of the form that is needed"
    plain = _TYPES.sub(lambda found: _named(found[1].split(" | ")), message)
    return plain[:1].lower() + plain[1:]


def _named(types: list[str]) -> str:
    """Types in words; that nothing may stand there is of no help."""
    wanted = [one for one in types if one != "null"] or types
    return " or ".join(_WORDS.get(one, one) for one in wanted)
