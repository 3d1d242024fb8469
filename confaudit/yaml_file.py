"""Files in YAML as typed values; what is wrong with one names file, line, key and a way out.

msgspec says what a value may be. Where it wants text, the text is what stands in the file: a
version 2.30 is no number. JSON is YAML as well, and read by a faster path while nothing is wrong.
"""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

import msgspec
from msgspec import Struct, field

from confaudit import yaml_types as types
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


class Origin(Struct, frozen=True):
    """A file as its errors speak of it."""

    name: str
    error: type[ConfauditError]
    hint: str = ""
    """What to do where nothing better is known."""
    parts: Iterator[int] = field(default_factory=count)

    def fault(self, problem: str, hint: str = "") -> ConfauditError:
        """An error about the file as a whole; the problem goes on after its name."""
        return self.about(visible(self.name), f" {problem}", hint)

    def about(self, place: str, problem: str, hint: str) -> ConfauditError:
        """An error about a place; without a hint it has the best there is."""
        advice = hint or self.hint or "mend the file"
        return self.error(f"{place}{_public(problem)}", _public(advice))


class Part:
    """A node of a file, and the keys that lead to it.

    No Struct, so that msgspec leaves it alone inside what it checks.
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
        return self.origin.about(self.where, f": {problem}", hint)

    @property
    def where(self) -> str:
        """File, line and keys."""
        keys = visible(".".join(_public(key)[:_LONGEST_KEY] for key in self.keys))
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
        structs = types.structs(kind)
        if structs and self._is(Mapping):
            return self._struct(self._variant(structs))
        for one in types.alternatives(kind):
            if one is Part:
                return self
            if one in (object, Any):
                return self._json()
            if types.origin_of(one) is dict and self._is(Mapping):
                return self._checked(self._dict(*get_args(one)), kind)
            if types.origin_of(one) in (list, tuple) and self._is(Sequence):
                found = [item._value(get_args(one)[0]) for item in self.items()]
                return self._checked(found, kind)
        return self._checked(self._scalar(types.wants_text(kind)), kind)

    def _is(self, shape: type) -> bool:
        return isinstance(self.node, shape)

    def _variant(self, structs: tuple[type[msgspec.Struct], ...]) -> type[msgspec.Struct]:
        """The struct that stands here: of several the one whose tag is given."""
        first, *others = structs
        if not others:
            return first
        field = str(first.__struct_config__.tag_field)
        tags = {str(one.__struct_config__.tag): one for one in structs}
        if field not in self.children():
            raise self.fault(f"{field} is missing", f"give one of {', '.join(tags)}")
        tag = self.children()[field]
        text = tag.node.text if isinstance(tag.node, Scalar) else ""
        if text not in tags:
            raise tag.fault("it is none of the choices", suggest(text, list(tags)))
        return tags[text]

    def _struct(self, struct: type[msgspec.Struct]) -> msgspec.Struct:
        fields = types.fields(struct)
        tag = struct.__struct_config__.tag_field
        given = {name: part for name, part in self.children().items() if name != tag}
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
            choices = types.choices(kind)
            if choices and isinstance(self.node, Scalar):
                hint = suggest(self.node.text, choices)
                raise self.fault("it is none of the choices", hint) from None
            raise self.fault(types.in_words(str(error)), types.description(kind)) from None


def _public(text: str) -> str:
    """What an error may say: it quotes words of the file, and any of them may be a credential."""
    from confaudit.core.snapshot.credentials import redact_text  # most files have no faults

    return redact_text(text)


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
