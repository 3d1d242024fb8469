"""The language Nix, as far as configurations are written in it, read into nodes.

Never fails: what is broken or not understood stays open, and reading goes on after it.
"""

from collections.abc import Callable, Sequence
from typing import Final

from confaudit.operator_files.code.nodes import (
    MAX_DEPTH,
    Allowance,
    Applied,
    Attributes,
    block,
    expression,
    file_text,
    filled_in,
    is_file,
    is_open,
    joined_lists,
    joined_maps,
    joined_texts,
    literal,
    on_condition,
    size_of,
    text,
)
from confaudit.operator_files.code.tokens import NIX, Hand, tokens
from confaudit.yaml_nodes import Mapping, Node, Scalar, follow
from confaudit.yaml_nodes import Sequence as List

_ENDS: Final = (";", ",", ")", "]", "}", "in", "then", "else", "inherit")
_LITERALS: Final = frozenset({"true", "false", "null"})


def parse(source: str) -> Mapping:
    """What a file says: its own attributes, and below `let` the names it gives to things."""
    parser = _Parser(Hand(tokens(source, NIX)))
    parts = [parser.expression()]
    while parser.hand.here.line >= 0:  # what stands after a fault
        parts.append(parser.rest())
    maps = [one for one in parts if isinstance(one, Mapping)]
    found = joined_maps(maps, maps[0].line) if maps else Mapping(0, [(text("", 0), parts[0])])
    return Mapping(found.line, [*found.pairs, (text("let", 0), parser.named)])


class _Parser:
    def __init__(self, hand: Hand) -> None:
        self.hand: Final = hand
        self.named: Final = Attributes(0)
        """What `let` gives names to."""
        self._allowance: Final = Allowance()
        self._depth = 0

    def rest(self) -> Node:
        """What stands where nothing was expected: more attributes."""
        before = self.hand.index
        found = self._attributes(0)
        if self.hand.index == before or self.hand.is_at("}"):
            self.hand.take()
        return found

    def expression(self) -> Node:
        """One expression, up to whatever ends it."""
        line = self.hand.here.line
        if self._depth > MAX_DEPTH:
            self._skip_to_end()
            return expression("", line)
        self._depth += 1
        try:
            return self._expression(line)
        finally:
            self._depth -= 1

    def _expression(self, line: int) -> Node:
        hand = self.hand
        while True:
            if hand.takes("let"):
                self._let(line)
            elif hand.is_at("with", "assert"):
                hand.take()
                self.expression()
                hand.takes(";")
            elif not self._takes_parameters():
                break
        if hand.takes("if"):
            return self._either(line)
        return self._operation(line)

    def _let(self, line: int) -> None:
        bound = self._attributes(line)
        self.named.extend(bound.pairs)
        self.hand.takes("in")

    def _takes_parameters(self) -> bool:
        """Whether a function begins here; go on to what it makes."""
        hand = self.hand
        start = hand.index
        if hand.here.text == "{" and hand.here.kind == "sign":
            hand.skip()
        elif hand.here.kind == "word":
            hand.take()
        else:
            return False
        if hand.takes("@"):
            hand.skip()
        if hand.takes(":"):
            return True
        hand.index = start
        return False

    def _either(self, line: int) -> Node:
        """Which of two it is, is not known: nothing of them is read but what they set anyway."""
        self.expression()
        self.hand.takes("then")
        one = self.expression()
        self.hand.takes("else")
        return Applied(line, [one, self.expression()])

    def _operation(self, line: int) -> Node:
        found = self._application(line)
        while self.hand.here.kind == "sign" and not self.hand.stops_at(*_ENDS):
            sign = self.hand.take().text
            if self.hand.stops_at(*_ENDS):
                break
            found = _OPERATIONS.get(sign, _unknown)(found, self._application(line), line)
        return found

    def _application(self, line: int) -> Node:
        """An operand, or a function with its arguments."""
        function = self.hand.here.text if self.hand.here.kind == "word" else ""
        operands = [self._operand()]
        while self.hand.here.kind != "sign" or self.hand.is_at("{", "[", "("):
            if self.hand.stops_at(*_ENDS) or self.hand.here.line < 0:
                break
            operands.append(self._operand())
        if len(operands) == 1:
            return operands[0]
        return _applied(function.rpartition(".")[2], operands[1:], line)

    def _operand(self) -> Node:
        token = self.hand.here
        if token.kind == "sign":
            return self._bracket()
        self.hand.take()
        if token.kind == "string":
            return text(filled_in(token.text, self._known), token.line)
        if token.kind == "block":
            return block(filled_in(token.text, self._known), token.line)
        if token.kind == "path":
            return file_text(token.text, token.line)
        if token.text == "rec":
            return self._operand() if self.hand.is_at("{") else expression("rec", token.line)
        if token.text in _LITERALS or token.text[:1].isdigit():
            return literal(token.text, token.line)
        if token.text.endswith(".") and self.hand.here.kind == "string":
            return self._selected(token.line)
        return self._name(token.text, token.line)

    def _selected(self, line: int) -> Node:
        """What `a."b".c` selects: not known here, but for the name that is a text."""
        name = self.hand.take()
        if self.hand.takes("."):
            self.hand.take()
        return Applied(line, [text(name.text, name.line)])

    def _name(self, name: str, line: int) -> Node:
        found = self._meaning(name)
        return found if found is not None and not is_open(found) else expression(name, line)

    def _known(self, name: str) -> str | None:
        found = self._meaning(name)
        return found.text if isinstance(found, Scalar) and not is_file(found) else None

    def _meaning(self, name: str) -> Node | None:
        """What a name stands for; None where nobody said, or it would be too much."""
        found = self.named.value(name)
        return found if found is not None and self._allowance.grants(size_of(found)) else None

    def _bracket(self) -> Node:
        hand, line = self.hand, self.hand.here.line
        if hand.takes("{"):
            return self._closed(self._attributes(line), "}")
        if hand.takes("["):
            return self._closed(self._list(line), "]")
        if hand.takes("("):
            return self._closed(self.expression(), ")")
        hand.take()
        return expression("", line)

    def _closed(self, node: Node, sign: str) -> Node:
        self.hand.takes(sign)
        return node

    def _list(self, line: int) -> List:
        if self._depth > MAX_DEPTH:
            self._skip_to_end()
            return List(line)
        self._depth += 1
        items = []
        while not self.hand.stops_at("]", "}", ")", ";"):
            items.append(self._operand())
        self._depth -= 1
        return List(line, items)

    def _attributes(self, line: int) -> Attributes:
        found = Attributes(line)
        while not self.hand.stops_at("}", "in", "]", ")"):
            if self.hand.takes("inherit"):
                self._inherit(found)
            elif not self._attribute(found):
                self.hand.skip()
        return found

    def _inherit(self, found: Attributes) -> None:
        if self.hand.is_at("("):
            self.hand.skip()
        while self.hand.here.kind == "word" and not self.hand.is_at("in"):
            token = self.hand.take()
            key = text(token.text, token.line)
            found.add(key, self._name(token.text, token.line))
        self.hand.takes(";")

    def _attribute(self, found: Attributes) -> bool:
        """Read `a.b."c" = …;`, if that is what stands here."""
        hand, path, start = self.hand, [], self.hand.index
        while hand.here.kind in ("word", "string") or hand.is_at("."):
            token = hand.take()
            parts = token.text.split(".") if token.kind == "word" else [token.text]
            path += [text(part, token.line) for part in parts if part and token.kind != "sign"]
        if not path or not hand.takes("="):
            hand.index = start
            return False
        self._depth += len(path)
        value = self.expression()
        self._depth -= len(path)
        if len(path) <= MAX_DEPTH:
            _put(found, path, value)
        if not hand.takes(";"):
            self._skip_to_line_of_next(found)
        return True

    def _skip_to_line_of_next(self, _: Mapping) -> None:
        """After a fault go on with what follows."""
        if not self.hand.is_at("}", "in", "]", ")"):
            self.hand.skip()

    def _skip_to_end(self) -> None:
        while not self.hand.stops_at(*_ENDS):
            self.hand.skip()


def _put(into: Attributes, path: Sequence[Scalar], value: Node) -> None:
    """Attributes that are written apart, `a.b = …` and `a = { … }`, are one map."""
    for key in path[:-1]:
        into = into.below(key)
    if isinstance(into.value(path[-1].text), Mapping) and isinstance(value, Mapping):
        into.below(path[-1]).extend(value.pairs)
    else:
        into.add(path[-1], value)


def _unknown(left: Node, right: Node, line: int) -> Node:
    return Applied(line, [left, right])


def _plus(left: Node, right: Node, line: int) -> Node:
    return joined_texts([left, right], "", line)


_OPERATIONS: Final[dict[str, Callable[[Node, Node, int], Node]]] = {
    "//": lambda left, right, line: joined_maps([left, right], line),
    "++": lambda left, right, line: joined_lists([left, right], line),
    "+": _plus,
}

_SAME: Final = frozenset(
    {
        "toString",
        "mkForce",
        "mkDefault",
        "mkOverride",
        "mkBefore",
        "mkAfter",
        "mkOrder",
        "toJSON",
        "toYAML",
        "writeText",
        "writeShellScript",
        "writeScript",
        "writeScriptBin",
        "writeShellScriptBin",
        "generate",
        "nixosSystem",
        "escapeShellArg",
        "removeSuffix",
    }
)
"""Functions that hand on their last argument, as far as we look into it."""
_ON_CONDITION: Final = frozenset(
    {"mkIf", "optionalAttrs", "optionals", "optional", "optionalString"}
)


def _applied(function: str, arguments: Sequence[Node], line: int) -> Node:
    last = arguments[-1]
    items = follow(last)
    if function in _SAME:
        return last
    if function in _ON_CONDITION:
        return on_condition(last)
    if function == "mkMerge" and isinstance(items, List):
        return joined_maps(items.items, line)
    if function == "concatStringsSep" and isinstance(items, List):
        between = follow(arguments[0])
        known = isinstance(between, Scalar) and not isinstance(items, Applied)
        return joined_texts(items.items, between.text if known else "", line)  # type: ignore[union-attr]
    if function == "readFile" and is_file(items):
        return last
    return Applied(line, list(arguments))
