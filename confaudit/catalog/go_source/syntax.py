"""Go source as the tree of nodes that tree-sitter makes of it, and what its nodes say.

The names of nodes and of their fields are those of tree-sitter-go's grammar.
"""

from collections.abc import Iterator, Mapping, Sequence
from time import process_time
from typing import TYPE_CHECKING, Final, NamedTuple

from confaudit.patterns import regex

if TYPE_CHECKING:
    from tree_sitter import Node

_LARGEST: Final = 1024 * 1024
"""Bytes; Coder's source has a quarter of it."""
_SECONDS: Final = 1.0
"""Of the processor: Coder's source takes 0.05, a megabyte of quotes would take half a minute."""
_CHUNK: Final = 512
"""Bytes; the text of a node is read in these too, and most are short."""


class GoFault(ValueError):  # noqa: N818 - becomes an error with the name of the file
    """A text cannot be read; the message is the rest of a sentence."""


class Assigned(NamedTuple):
    """A constant or variable with its value: `var x type = value`, `x := value`."""

    name: str
    value: "Node"
    type: str = ""


class Field(NamedTuple):
    """A field of a struct."""

    type: str
    json: str
    """Its name in JSON; empty when it is not there."""


def parse(text: str) -> "Node":
    """Read a file; what is wrong in a function is left to who reads it, as Go learns new forms.

    Raises:
        GoFault: It is no Go source, or takes more than such a source can.
    """
    import tree_sitter_go
    from tree_sitter import Language, Parser

    source, until = text.encode(), process_time() + _SECONDS
    if len(source) > _LARGEST:
        raise GoFault("is larger than such a source can be")
    try:
        tree = Parser(Language(tree_sitter_go.language())).parse(
            lambda offset, _: source[offset : offset + _CHUNK],
            progress_callback=lambda *_: process_time() > until,
        )
    except ValueError:
        raise GoFault("takes too long to read for Go source") from None
    file = tree.root_node
    for declared in [file] if file.is_error else file.children:
        if not declared.type.startswith(("function", "method")):
            check(declared)
    return file


def check(node: "Node") -> None:
    """Refuse what is not Go all through.

    Raises:
        GoFault: It is not.
    """
    if not node.has_error:
        return
    while not node.is_error and (wrong := [one for one in node.children if one.has_error]):
        node = wrong[0]
    raise GoFault(f"cannot be read as Go source from line {node.start_point.row + 1} on")


# --- nodes ---

_WRAPPERS: Final = {"literal_element", "parenthesized_expression", "variadic_argument"}


def bare(node: "Node") -> "Node":
    """What is in brackets, or is wrapped otherwise without being another."""
    while node.type in _WRAPPERS:
        node = next(_named_children(node))
    return node


def parts(node: "Node | None") -> list["Node"]:
    """What a node consists of, without marks and comments."""
    return [bare(part) for part in _named_children(node)] if node else []


def _named_children(node: "Node") -> Iterator["Node"]:
    return (child for child in node.named_children if child.type != "comment")


def part(node: "Node", field: str) -> "Node | None":
    """A part by the name that the grammar gives it."""
    found = node.child_by_field_name(field)
    return bare(found) if found else None


def written(node: "Node | None") -> str:
    """A node as text without blanks."""
    return "".join((node.text or b"").decode().split()) if node else ""


def name(node: "Node | None") -> str:
    """`x`, or with what leads to it `a.b.x`; empty if it is anything else."""
    text = written(node) if node and node.type in _NAMES else ""
    return text if _NAME.fullmatch(text) else ""


_NAMES: Final = {"identifier", "selector_expression", "nil", "true", "false"}
_NAME: Final = regex(r"\w+(\.\w+)*")


def elements(node: "Node") -> list[tuple[str, "Node"]]:
    """The elements of `type{…}`, or of `{…}` inside of another, with their keys if they have any.

    A key that is no name counts as `?`.
    """
    found = []
    for element in parts(node if node.type == "literal_value" else part(node, "body")):
        key, value = part(element, "key"), part(element, "value")
        is_keyed = element.type == "keyed_element" and key and value
        found.append((name(key) or "?", value) if is_keyed and value else ("", element))
    return found


def is_composite(node: "Node") -> bool:
    """Whether it is `type{…}`, or `{…}` inside of another."""
    return node.type in ("composite_literal", "literal_value")


def arguments(call: "Node") -> list["Node"]:
    """The arguments of a call; none if it is no call."""
    return parts(part(call, "arguments"))


# --- declarations and statements ---


def functions(file: "Node") -> Mapping[str, "Node"]:
    """The functions of a file by name, methods as `Type.name`."""
    found = {}
    for declared in parts(file):
        if declared.type == "function_declaration":
            found[written(part(declared, "name"))] = declared
        elif declared.type == "method_declaration":
            receiver = [part(one, "type") for one in parts(part(declared, "receiver"))]
            of = written(receiver[-1] if receiver else None).lstrip("*")
            found[f"{of}.{written(part(declared, 'name'))}"] = declared
    return found


def statements(function: "Node") -> Sequence["Node"]:
    """What a function does, one by one."""
    return [one for listed in parts(part(function, "body")) for one in parts(listed)]


_DECLARES: Final = {"const_declaration", "var_declaration", "var_spec_list"}


def assigned(statement: "Node") -> Iterator[Assigned]:
    """The constants or variables that a statement gives a value; none where it is not known."""
    if statement.type in _DECLARES:
        for declared in parts(statement):
            yield from assigned(declared)
    elif statement.type in ("const_spec", "var_spec"):
        names = [one for one in statement.children_by_field_name("name") if one.is_named]
        yield from _assigned(names, part(statement, "value"), written(part(statement, "type")))
    elif statement.type == "short_var_declaration":
        yield from _assigned(parts(part(statement, "left")), part(statement, "right"))


def _assigned(names: list["Node"], values: "Node | None", of: str = "") -> Iterator[Assigned]:
    worth = parts(values)
    if len(worth) == len(names):
        for one, value in zip(names, worth, strict=True):
            yield Assigned(written(one), value, of)


def structs(file: "Node") -> Mapping[str, Mapping[str, Field]]:
    """The types of a file that are structs, with their fields by name."""
    declared = [
        one for types in parts(file) if types.type == "type_declaration" for one in parts(types)
    ]
    return {
        written(part(one, "name")): dict(_fields(body))
        for one in declared
        if (body := part(one, "type")) and body.type == "struct_type"
    }


def _fields(struct: "Node") -> Iterator[tuple[str, Field]]:
    for declared in parts(struct.named_children[0]):
        tag = part(declared, "tag")
        for one in declared.children_by_field_name("name"):
            if one.is_named:
                field = written(one)
                yield field, Field(written(part(declared, "type")), _json(field, tag))


_JSON: Final = regex(r'json:"([^",]*)')


def _json(field: str, tag: "Node | None") -> str:
    """The name as encoding/json makes it: the tag's, or the field's own; `-` is none."""
    tagged = _JSON.search(written(tag))
    if tagged is None or not tagged[1]:
        return field
    return "" if tagged[1] == "-" else tagged[1]
