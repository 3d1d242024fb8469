"""Files in YAML as typed values; what is wrong with one names file, line, key and a way out.

msgspec says what a value may be. Where it wants text, the text is what stands in the file: a
version 2.30 is no number. JSON is YAML as well, and read by a faster path while nothing is wrong.
"""

import datetime
import json
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from confaudit.core.text.wording import visible
from confaudit.errors import ConfauditError, suggest
from confaudit.opening import label, open_now
from confaudit.yaml_nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    YamlFault,
    compose,
    entries,
    follow,
)
from confaudit.yaml_nodes import resolve as resolved

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_DEPTH: Final = 40
"""Levels of lists and mappings: conditions nest, and reading and judging them recurses."""
MAX_PARTS: Final = 100_000
"""Parts read from one file, those again that an alias repeats."""
_LONGEST_KEY: Final = 80

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Origin:
    """A file as its errors speak of it."""

    name: str
    error: type[ConfauditError]
    hint: str = ""
    """What to do where nothing better is known."""
    parts: Iterator[int] = field(default_factory=count, compare=False)

    def fault(self, problem: str, hint: str = "") -> ConfauditError:
        """An error about the file as a whole; the problem goes on after its name."""
        return self.error(f"{visible(self.name)} {problem}", self.advice(hint))

    def advice(self, hint: str) -> str:
        """A hint, or the best there is without one."""
        return hint or self.hint or "mend the file"


class Part:
    """A node of a file, and the keys that lead to it.

    No dataclass, so that msgspec leaves it alone inside what it checks.
    """

    __slots__ = ("_children", "depth", "keys", "line", "node", "origin")

    def __init__(
        self,
        origin: Origin,
        node: Scalar | Sequence | Mapping,
        line: int,
        keys: tuple[str, ...] = (),
        depth: int = 0,
    ) -> None:
        """Take a node; `line` (from 0) is that of its key, if it has one."""
        self.origin, self.node, self.line = origin, node, line
        self.keys, self.depth = keys, depth
        self._children: dict[str, Part] | None = None

    def fault(self, problem: str, hint: str = "") -> ConfauditError:
        """An error about this place."""
        return self.origin.error(f"{self.where}: {problem}", self.origin.advice(hint))

    @property
    def where(self) -> str:
        """File, line and keys."""
        keys = visible(".".join(key[:_LONGEST_KEY] for key in self.keys))
        file = visible(self.origin.name)
        return f"{file}, line {self.line + 1}" + (f", {keys}" if keys else "")

    def at(self, *path: str | int) -> "Part":
        """What stands below by keys and list positions, as far as they lead."""
        found = self
        for step in path:
            if isinstance(step, int) and isinstance(found.node, Sequence):
                found = found.items()[step]
            elif isinstance(found.node, Mapping):
                found = found.children().get(str(step), found)
        return found

    def items(self) -> "list[Part]":
        """The parts of a list."""
        nodes = self.node.items if isinstance(self.node, Sequence) else []
        return [self._below(node, node.line) for node in nodes]

    def children(self) -> "dict[str, Part]":
        """The parts of a mapping by key.

        Raises:
            ConfauditError: a key stands there twice, or is a list or mapping.
        """
        if self._children is None:
            self._children = self._by_key()
        return self._children

    def _by_key(self) -> "dict[str, Part]":
        found: dict[str, Part] = {}
        pairs = self.node.pairs if isinstance(self.node, Mapping) else []
        for key, _ in pairs:
            if not isinstance(follow(key), Scalar):
                raise self._on(key.line).fault("a key is a list or mapping", "give a name")
        for name, node in entries(self.node) if isinstance(self.node, Mapping) else []:
            part = self._below(node, name.line, name.text)
            if name.text in found:
                earlier = found[name.text].line + 1
                raise part.fault(f"it stands at line {earlier} already", "keep one of the two")
            found[name.text] = part
        return found

    def _below(self, node: Node, line: int, *keys: str) -> "Part":
        target = follow(node)
        if self.depth >= MAX_DEPTH or target is None:
            raise self.fault("it nests too deeply", "take levels out")
        return Part(self.origin, target, line, (*self.keys, *keys), self.depth + 1)

    def _on(self, line: int) -> "Part":
        return Part(self.origin, self.node, line, self.keys, self.depth)

    def read(self, kind: type[_T]) -> _T:
        """The value of a type that msgspec knows; a `Part` in it is left to be read later.

        Raises:
            ConfauditError: it is none.
        """
        found: _T = self._value(kind)
        return found

    def _value(self, kind: Any) -> Any:
        if next(self.origin.parts) > MAX_PARTS:
            raise self.fault("it repeats itself too often", "write out what its aliases stand for")
        for one in _alternatives(kind):
            if one is Part:
                return self
            if one in (object, Any):
                return self._json()
            if isinstance(one, type) and issubclass(one, msgspec.Struct) and self._is(Mapping):
                return self._struct(one)
            if _origin(one) is dict and self._is(Mapping):
                return self._checked(self._dict(*get_args(one)), kind)
            if _origin(one) in (list, tuple) and self._is(Sequence):
                found = [item._value(get_args(one)[0]) for item in self.items()]
                return self._checked(found, kind)
        return self._checked(self._scalar(_wants_text(kind)), kind)

    def _is(self, shape: type) -> bool:
        return isinstance(self.node, shape)

    def _struct(self, struct: type[msgspec.Struct]) -> msgspec.Struct:
        fields = _fields(struct)
        given = self.children()
        for name, part in given.items():
            if name not in fields:
                raise self._on(part.line).unknown("key", name, list(fields))
        parts = {name: part for name, part in given.items() if not part.is_null}
        missing = [name for name, one in fields.items() if one.required and name not in parts]
        if missing:
            raise self.fault(f"{missing[0]} is missing", f"it needs {', '.join(missing)}")
        values = {fields[name].name: part._value(fields[name].type) for name, part in parts.items()}
        return struct(**values)

    @property
    def is_null(self) -> bool:
        """Whether nothing stands there."""
        return isinstance(self.node, Scalar) and resolved(self.node) is None

    def unknown(self, what: str, word: str, known: list[str]) -> ConfauditError:
        """An error about a word that is none of those that may stand here."""
        return self.fault(f"unknown {what} {visible(word[:_LONGEST_KEY])}", suggest(word, known))

    def _dict(self, key_kind: Any, value_kind: Any) -> dict[str, Any]:
        given = self.children()
        return {
            part._checked(key, key_kind): part._value(value_kind) for key, part in given.items()
        }

    def _scalar(self, as_text: bool) -> Any:
        """The value of a scalar; of anything else what shows its kind."""
        if not isinstance(self.node, Scalar):
            return {} if isinstance(self.node, Mapping) else []
        value = resolved(self.node)
        return self.node.text if as_text and value is not None else value

    def _json(self) -> Any:
        """The value as JSON would have it."""
        if isinstance(self.node, Sequence):
            return [item._value(object) for item in self.items()]
        if isinstance(self.node, Mapping):
            return {key: part._value(object) for key, part in self.children().items()}
        return resolved(self.node)

    def _checked(self, value: Any, kind: Any) -> Any:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            choices = _choices(kind)
            if choices and isinstance(self.node, Scalar):
                hint = suggest(self.node.text, choices)
                raise self.fault("it is none of the choices", hint) from None
            raise self.fault(_in_words(str(error)), _description(kind)) from None


def read_bytes(path: Path, error: type[ConfauditError]) -> bytes:
    """The bytes of a file of a size that somebody can have written; `-` is standard input.

    Raises:
        ConfauditError: of the kind `error`: it cannot be read or is too large.
    """
    origin = Origin(label(path), error)
    try:
        with open_now(path) as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as failure:
        reason = (failure.strerror or "no reason given").lower()
        raise origin.fault(f"cannot be read: {reason}", "check its path and its mode") from failure
    if len(data) > MAX_BYTES:
        raise origin.fault(f"is larger than {MAX_BYTES // 1024**2} MiB", "is it the right file?")
    return data


def parse(data: bytes, origin: Origin) -> Part | None:
    """The content of a text; None when there is nothing in it.

    Raises:
        ConfauditError: of the origin's kind: it is no YAML, or several documents.
    """
    try:
        roots = compose(_text(data, origin), MAX_DEPTH)
    except YamlFault as fault:
        raise origin.fault(str(fault)) from None
    parts = [Part(origin, node, node.line) for root in roots if (node := follow(root))]
    if len(parts) > 1:
        raise parts[1].fault("a second document begins", "keep one document in the file")
    return parts[0] if parts and not parts[0].is_null else None


def read_json(data: bytes, kind: type[_T], origin: Origin) -> _T:
    """A JSON document of a type; only where something is wrong with it, it is read as YAML.

    Raises:
        ConfauditError: of the origin's kind: it is no JSON, or none of this type.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        part = parse_json(data, origin)
    if part is None:
        raise origin.fault("holds nothing")
    return part.read(kind)


def parse_json(data: bytes, origin: Origin) -> Part | None:
    """As `parse`, of a text that has to be JSON.

    Raises:
        ConfauditError: of the origin's kind: it is none.
    """
    try:
        json.loads(_text(data, origin))
    except json.JSONDecodeError as fault:
        raise origin.fault(f"is not valid JSON at line {fault.lineno}") from None
    except RecursionError:
        pass  # YAML's door knows the line at which it gets too deep
    return parse(data, origin)


def _text(data: bytes, origin: Origin) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise origin.fault(f"is not UTF-8 text at line {line}", "save it as UTF-8") from None


# --- types --------------------------------------------------------------------------------------


@cache
def _origin(kind: Any) -> Any:
    return get_origin(kind)


@cache
def _fields(struct: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {one.encode_name: one for one in msgspec.structs.fields(struct)}


@cache
def _alternatives(kind: Any) -> tuple[Any, ...]:
    """The types that a value may have, without annotations and None."""
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return tuple(one for each in get_args(kind) for one in _alternatives(each))
    return () if kind is type(None) else (kind,)


@cache
def _wants_text(kind: Any) -> bool:
    """Whether a scalar's own text counts, whatever YAML would take it for."""
    scalars = [one for one in _alternatives(kind) if get_origin(one) not in (list, tuple, dict)]
    return bool(scalars) and all(map(_is_text, scalars))


def _is_text(kind: Any) -> bool:
    if get_origin(kind) is Literal:
        return all(isinstance(choice, str) for choice in get_args(kind))
    return isinstance(kind, type) and issubclass(kind, str | datetime.date)


def _choices(kind: Any) -> list[str]:
    found: list[str] = []
    for one in _alternatives(kind):
        if get_origin(one) is Literal:
            found += map(str, get_args(one))
        elif isinstance(one, type) and issubclass(one, Enum):
            found += (str(member.value) for member in one)
    return found


def _description(kind: Any) -> str:
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


def _in_words(message: str) -> str:
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
