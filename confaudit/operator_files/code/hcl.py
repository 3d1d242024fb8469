"""The language of Terraform, as far as configurations are written in it, read into nodes.

A block is a map below its keyword and labels; blocks of one name are several pairs. Never fails:
what is broken or not understood stays open, and reading goes on after it.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from confaudit.operator_files.code.nodes import (
    MAX_DEPTH,
    Applied,
    block,
    expression,
    file_text,
    filled_in,
    is_open,
    joined_lists,
    joined_maps,
    joined_texts,
    literal,
    more,
    moved,
    text,
)
from confaudit.operator_files.code.tokens import TERRAFORM, Hand, Token, tokens
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping as Map
from confaudit.yaml_nodes import Node, Scalar, follow
from confaudit.yaml_nodes import Sequence as List

_ENDS: Final = (",", "}", "]", ")")
_LITERALS: Final = frozenset({"true", "false", "null"})

Names = Callable[[str, int], Node | None]
"""What `var.NAME` or `local.NAME` stands for, used on a line; None: nobody said."""


def parse(source: str, names: Names) -> Map:
    """The blocks and assignments of a file; `names` are what the folder gives names to."""
    parser = _Parser(Hand(tokens(source, TERRAFORM)), names)
    found = parser.body(0)
    while parser.hand.here.line >= 0:  # a bracket too many
        parser.hand.take()
        found.pairs += parser.body(0).pairs
    return found


class _Parser:
    def __init__(self, hand: Hand, names: Names, depth: int = 0) -> None:
        self.hand: Final = hand
        self._names: Final = names
        self._depth = depth

    def body(self, line: int) -> Map:
        """Blocks, and assignments with a line each, or with commas between them."""
        found = Map(line)
        if self._depth > MAX_DEPTH:
            return found
        self._depth += 1
        while not self.hand.stops_at("}", "]", ")"):
            pair = self._entry()
            if pair:
                found.pairs.append(pair)
        self._depth -= 1
        return found

    def _entry(self) -> tuple[Node, Node] | None:
        """An assignment or a block; None where neither stands, and something was skipped."""
        hand, token = self.hand, self.hand.here
        if token.kind not in ("word", "string"):
            return self._computed()
        hand.take()
        if hand.takes("=", ":"):
            return text(token.text, token.line), self.expression()
        labels = []
        while hand.here.kind in ("word", "string") and not hand.is_at("="):
            labels.append(hand.take())
        if not hand.is_at("{"):
            return None
        return self._block(token, labels)

    def _computed(self) -> tuple[Node, Node] | None:
        """`(name) = …`: a key that is not known. Anything else is skipped."""
        line = self.hand.here.line
        self.hand.skip()
        if not self.hand.takes("=", ":"):
            return None
        self.expression()
        return more(line)

    def _block(self, keyword: Token, labels: Sequence[Token]) -> tuple[Node, Node]:
        line = self.hand.take().line
        self._depth += len(labels)
        found: Node = self.body(line)
        self._depth -= len(labels)
        self.hand.takes("}")
        if keyword.text == "dynamic":
            return more(line)
        for label in reversed(labels[:MAX_DEPTH]):
            found = Map(label.line, [(text(label.text, label.line), found)])
        return text(keyword.text, keyword.line), found

    def expression(self) -> Node:
        """One expression, up to the end of its line or what else ends it."""
        line = self.hand.here.line
        found = self._operand()
        if self._ends():
            return found
        indexed = self.hand.is_at("[")
        self._skip_to_end()
        if indexed and is_open(found):
            return found  # what it is part of is worth knowing
        known = follow(found)
        prefix = known.text if isinstance(known, Scalar) and known.style == '"' else ""
        return expression("", line, prefix)

    def _ends(self) -> bool:
        return self.hand.here.kind == "end" or self.hand.stops_at(*_ENDS)

    def _skip_to_end(self) -> None:
        """Go on to what ends it; a sign that ends a line continues on the next."""
        while not self._ends():
            continues = self.hand.here.text in ("?", ":", "&&", "||")
            self.hand.skip()
            while continues and self.hand.here.kind == "end" and self.hand.here.line >= 0:
                self.hand.take()

    def _operand(self) -> Node:
        hand, token = self.hand, self.hand.here
        if token.kind == "sign":
            return self._bracket()
        if token.kind == "end":
            return expression("", token.line)
        hand.take()
        if token.kind == "string":
            return self._string(token)
        if token.kind == "block":
            return block(filled_in(token.text, self._known), token.line)
        if hand.is_at("(") and self._depth > MAX_DEPTH:
            hand.skip()
            return expression("", token.line)
        if hand.is_at("("):
            return _applied(token.text, self._arguments(), token.line)
        if token.text in _LITERALS or token.text[:1].isdigit():
            return literal(token.text, token.line)
        return self._name(token)

    def _string(self, token: Token) -> Node:
        """A text; `"${file("x")}"` is what stands in it."""
        whole = _WHOLE.fullmatch(token.text)
        if whole is None or self._depth > MAX_DEPTH:
            return text(filled_in(token.text, self._known), token.line)
        inner = _Parser(Hand(tokens(whole[1], TERRAFORM)), self._names, self._depth + 1)
        return moved(inner.expression(), token.line)

    def _name(self, token: Token) -> Node:
        return self._names(token.text, token.line) or expression(token.text, token.line)

    def _known(self, name: str) -> str | None:
        found = self._names(name, 0)
        return found.text if isinstance(found, Scalar) and not is_open(found) else None

    def _bracket(self) -> Node:
        hand, line = self.hand, self.hand.here.line
        if self._depth > MAX_DEPTH or hand.ahead(1).text == "for":
            hand.skip()
            return expression("", line)
        if hand.takes("{"):
            return self._closed(self.body(line), "}")
        if hand.takes("["):
            return self._closed(List(line, self._items("]")), "]")
        if hand.takes("("):
            items = self._items(")")
            return self._closed(items[0] if len(items) == 1 else expression("", line), ")")
        hand.take()
        return expression("", line)

    def _closed(self, node: Node, sign: str) -> Node:
        self.hand.takes(sign)
        return node

    def _arguments(self) -> list[Node]:
        self.hand.take()
        found = self._items(")")
        self.hand.takes(")")
        return found

    def _items(self, closing: str) -> list[Node]:
        """What stands between brackets, with commas between, on any number of lines."""
        self._depth += 1
        found: list[Node] = []
        while not self.hand.stops_at(closing, "}", "]", ")"):
            if self.hand.here.kind == "end" or self.hand.is_at(","):
                if self.hand.here.line < 0:
                    break
                self.hand.take()
            else:
                before = self.hand.index
                found.append(self.expression())
                if self.hand.index == before:
                    self.hand.take()
        self._depth -= 1
        return found


_WHOLE: Final = regex(
    r"\$\{\s*((?:file|templatefile|yamlencode|jsonencode)\s*\(.*\))\s*\}", re.DOTALL
)
"""A text that is nothing but the call of a function whose result is more than a line."""
_SAME: Final = frozenset(
    {
        "yamlencode",
        "jsonencode",
        "tostring",
        "tonumber",
        "tobool",
        "tomap",
        "tolist",
        "toset",
        "sensitive",
        "nonsensitive",
        "trimspace",
        "try",
        "coalesce",
        "chomp",
    }
)
"""Functions that hand on their first argument, as far as we look into it."""


def _applied(function: str, arguments: list[Node], line: int) -> Node:
    if not arguments:
        return expression("", line)
    last = follow(arguments[-1])
    first = follow(arguments[0])
    if function in _SAME and (len(arguments) == 1 or function not in ("try", "coalesce")):
        return arguments[0]
    if function == "merge":
        return joined_maps(arguments, line)
    if function == "concat":
        return joined_lists(arguments, line)
    if function == "join" and isinstance(last, List) and isinstance(first, Scalar):
        return joined_texts(last.items, first.text, line)
    if function in ("file", "templatefile") and isinstance(first, Scalar) and first.style == '"':
        return file_text(first.text, first.line)
    return Applied(line, arguments)
