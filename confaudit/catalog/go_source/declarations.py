"""Go's declarations and statements: of a file, or of what is in the braces of a function."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from confaudit.catalog.go_source.syntax import Cursor, Expression, written
from confaudit.catalog.go_source.tokens import GoFault, Tokens, unquote


@dataclass(frozen=True, slots=True)
class Assigned:
    """A constant or variable with its value: `var x type = value`, `x := value`."""

    name: str
    value: Expression
    type: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a struct."""

    type: str
    json: str
    """Its name in JSON; empty when it is not there."""


@dataclass(frozen=True, slots=True)
class Struct:
    """A type of its own that is a struct."""

    name: str
    fields: dict[str, Field]


@dataclass(frozen=True, slots=True)
class Declared:
    """A function or method."""

    name: str
    """Of a method after its type: `Type.Method`."""
    body: Tokens


@dataclass(frozen=True, slots=True)
class Returned:
    """What a function gives back."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Other:
    """A statement that is not read."""


Statement: TypeAlias = Assigned | Struct | Declared | Returned | Other


def statements(tokens: Tokens) -> Iterator[Statement]:
    """Read the statements one by one; what is in brackets belongs to the statement around it."""
    cursor = Cursor(tokens)
    while cursor.index < len(tokens):
        if cursor.accept(";"):
            continue
        start = cursor.index
        try:
            found = list(_statement(cursor))
            if cursor.here.text not in (";", ""):
                raise GoFault("goes on after a statement")
        except GoFault:
            cursor.index = start
            found = [Other()]
        cursor.skip_to(";")
        yield from found


def _statement(cursor: Cursor) -> Iterator[Statement]:
    if cursor.accept("var") or cursor.accept("const"):
        yield from _declarations(cursor)
    elif cursor.accept("type"):
        yield from _type(cursor)
    elif cursor.accept("func"):
        yield _function(cursor)
    elif cursor.accept("return"):
        yield Returned(cursor.expression())
    else:
        name = cursor.name()
        cursor.expect(":=")
        yield Assigned(name, cursor.expression())


def _declarations(cursor: Cursor) -> Iterator[Statement]:
    if cursor.here.text != "(":
        yield _declaration(cursor)
        return
    inner = Cursor(cursor.block())
    while inner.index < len(inner.tokens):
        if inner.accept(";"):
            continue
        start = inner.index
        try:
            yield _declaration(inner)
        except GoFault:
            inner.index = start
            yield Other()
        inner.skip_to(";")


def _declaration(cursor: Cursor) -> Assigned:
    name = cursor.name()
    named = cursor.skip_to("=", ",", ";")
    cursor.expect("=")
    return Assigned(name, cursor.expression(), written(named))


def _type(cursor: Cursor) -> Iterator[Statement]:
    name = cursor.name()
    if cursor.accept("struct"):
        yield Struct(name, dict(_fields(cursor.block())))
    else:
        cursor.skip_to(";")
        yield Other()


def _fields(tokens: Tokens) -> Iterator[tuple[str, Field]]:
    cursor = Cursor(tokens)
    while cursor.index < len(tokens):
        line = cursor.skip_to(";")
        cursor.accept(";")
        if len(line) > 1 and line[0].kind == "name":
            *declared, last = line[1:]
            tag = last.text if last.kind == "text" else ""
            yield (
                line[0].text,
                Field(written((*declared, *(() if tag else (last,)))), _json(line[0].text, tag)),
            )


_JSON: Final = re.compile(r'json:"([^",]*)')


def _json(name: str, tag: str) -> str:
    """The name as encoding/json makes it: the tag's, or the field's own; `-` is none."""
    tagged = _JSON.search(unquote(tag)) if tag else None
    if tagged is None or not tagged[1]:
        return name
    return "" if tagged[1] == "-" else tagged[1]


def _function(cursor: Cursor) -> Declared:
    receiver = cursor.block() if cursor.here.text == "(" else ()
    name = cursor.name()
    cursor.skip_to("{", ";")
    body = cursor.block()
    of = f"{receiver[-1].text}." if receiver else ""
    return Declared(of + name, body)
