"""Paths of the server's YAML, rewritten by its lines: a renamed path may mean another group.

The text becomes a tree of blocks (a key with its comments and everything below it) that makes up
the same text when it is put together again, so that only what is moved or renamed can differ.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final, TypeAlias

from msgspec import Struct, field

from confaudit.core.given import Channel, Given
from confaudit.core.judge.finding import Patch
from confaudit.core.migrate.lines import UNCHANGED, line_end, split_lines
from confaudit.patterns import regex

_KEY: Final = regex(
    r"""(?P<indent> *)(?P<quote>["']?)(?P<key>[\w.-]+)(?P=quote) *:(?P<value>\s.*|)""", re.DOTALL
)
_BOM: Final = "\ufeff"
_STEP: Final = 2
"""Blanks by which a group is indented where the file says nothing else."""

Path: TypeAlias = tuple[str, ...]


class _Block(Struct, eq=False):
    """A key, the comments directly above it, and all that belongs to it."""

    key: str = ""
    line: str = ""
    """The key's own line with its end."""
    number: int = 0
    """Of that line, from 1."""
    indent: int = -1
    lead: list[str] = field(default_factory=list)
    items: list["_Item"] = field(default_factory=list)
    """In order: blocks, and lines that are none (comments between them, a longer value)."""
    above: "_Block | None" = None

    @property
    def path(self) -> Path:
        return (*self.above.path, self.key) if self.above else ()

    @property
    def top(self) -> "_Block":
        """The outermost block it is in."""
        return self.above.top if self.above and self.above.above else self

    @property
    def groups(self) -> Iterator["_Block"]:
        """The blocks it is in, the innermost first."""
        if self.above and self.above.above:
            yield self.above
            yield from self.above.groups

    @property
    def blocks(self) -> list["_Block"]:
        return [item for item in self.items if isinstance(item, _Block)]

    @property
    def value(self) -> str:
        """What stands after the colon, comment included."""
        found = _KEY.match(self.line)
        return found["value"].strip() if found else ""

    @property
    def is_open(self) -> bool:
        """Whether its value stands on the lines below, if it has one."""
        return not self.value or self.value.startswith("#")

    def walk(self) -> Iterator["_Block"]:
        """Every block in it, outer ones first."""
        for block in self.blocks:
            yield block
            yield from block.walk()

    def lines(self) -> Iterator[str]:
        yield from self.lead
        yield self.line
        for item in self.items:
            if isinstance(item, _Block):
                yield from item.lines()
            else:
                yield item

    def rename(self, key: str) -> None:
        if match := _KEY.match(self.line):
            self.line = self.line[: match.start("key")] + key + self.line[match.end("key") :]
        self.key = key

    def indent_to(self, indent: int) -> None:
        """Move it sideways with all that belongs to it."""
        by = indent - self.indent
        self.indent = indent
        self.line = _shifted(self.line, by)
        self.lead = [_shifted(line, by) for line in self.lead]
        for index, item in enumerate(self.items):
            if isinstance(item, _Block):
                item.indent_to(item.indent + by)
            else:
                self.items[index] = _shifted(item, by)


_Item: TypeAlias = _Block | str


def _shifted(line: str, by: int) -> str:
    if not line.strip():
        return line
    if by >= 0:
        return " " * by + line
    return line[min(-by, _indentation(line)) :]


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


class _Parser:
    """Builds the tree, line by line."""

    def __init__(self) -> None:
        self.root = _Block()
        self._open = [self.root]
        self._waiting: list[str] = []
        """Blank lines and comments: to whom they belong, the next line decides."""
        self._ended = False

    def take(self, line: str, number: int) -> None:
        text = line.strip()
        if self._ended:
            self.root.items.append(line)
        elif not text or text.startswith("#"):
            self._waiting.append(line)
        elif line.rstrip() in ("---", "...") and self.root.blocks:  # the server reads one document
            self._close(0)
            self._keep(self._waiting, line)
            self._ended = True
        elif self._open[-1].is_open or _indentation(line) <= self._open[-1].indent:
            self._content(line, number)
        else:
            self._keep(self._waiting, line)

    def _content(self, line: str, number: int) -> None:
        """A key, or a part of the value of the block that is open at its depth."""
        match, indent = _KEY.fullmatch(line), _indentation(line)
        if match is None:
            self._close(indent + 1)
            self._keep(self._waiting, line)
            return
        self._close(indent)
        lead = self._lead(indent)
        self._keep(self._waiting[: len(self._waiting) - len(lead)])
        block = _Block(match["key"], line, number, indent, lead, [], self._open[-1])
        self._open[-1].items.append(block)
        self._open.append(block)

    def finish(self) -> _Block:
        self._close(0)
        self._keep(self._waiting)
        return self.root

    def _close(self, indent: int) -> None:
        """End the blocks from a depth on, each with the comments that are deeper than its key."""
        while self._open[-1].indent >= indent:
            block = self._open.pop()
            deep = [_indentation(line) > block.indent for line in self._waiting]
            count = deep.index(False) if False in deep else len(deep)
            block.items += self._waiting[:count]
            del self._waiting[:count]

    def _lead(self, indent: int) -> list[str]:
        """The comments directly above a key."""
        count = 0
        for line in reversed(self._waiting):
            if not line.strip() or _indentation(line) > indent:
                break
            count += 1
        return self._waiting[len(self._waiting) - count :]

    def _keep(self, lines: list[str], *more: str) -> None:
        self._open[-1].items += [*lines, *more]
        self._waiting = []


def _parse(text: str) -> _Block:
    parser = _Parser()
    for number, line in enumerate(split_lines(text), 1):
        parser.take(line, number)
    return parser.finish()


class YamlEditor:
    """A file of the server's YAML. Changes are gathered, and made when the text is asked for."""

    def __init__(self, text: str) -> None:
        body = text.removeprefix(_BOM)
        self._mark = text[: len(text) - len(body)]
        self._end = line_end(next(iter(split_lines(body)), "")) or "\n"
        self._is_ended = not body or body.endswith(("\r", "\n"))
        self._root = _parse(body if self._is_ended else body + self._end)
        self._by_line = {block.number: block for block in self._root.walk()}
        self._margin = next((block.indent for block in self._root.blocks), 0)
        self._step = next((b.indent - a.indent for a in self._root.walk() for b in a.blocks), _STEP)
        self._moves: dict[_Block, Path] = {}
        self._drops: dict[_Block, _Block] = {}
        self._behind: dict[_Block, _Block] = {}
        """Outermost block → the last one that was put behind it."""

    def can_rename(self, given: Given, new: str) -> bool:
        """Whether the path stands there key by key, and so does the group it is to move to."""
        groups = set(_groups(_path(new)))
        closed = any(one.path in groups and not one.is_open for one in self._root.walk())
        return self._block(given) is not None and not closed

    def can_drop(self, given: Given, kept: Given) -> bool:
        """Whether both stand there key by key."""
        return None not in (self._block(given), self._block(kept))

    def rename(self, given: Given, new: str, *, public: bool) -> Patch:
        """Move an entry to another path, its comments with it."""
        block, path = self._by_line[given.position.line], _path(new)
        self._moves[block] = path
        value = _shown(block, given, public=public)
        return Patch(
            given.form,
            given.position,
            tuple(_as_yaml(block.path, value)),
            tuple(_as_yaml(path, value)),
        )

    def drop(self, given: Given, kept: Given, *, public: bool) -> Patch:
        """Take an entry out; the comments on it go to the one that stays."""
        block = self._by_line[given.position.line]
        self._drops[block] = self._by_line[kept.position.line]
        value = _shown(block, given, public=public)
        return Patch(given.form, given.position, tuple(_as_yaml(block.path, value)), ())

    @cached_property
    def text(self) -> str:
        """The text with all changes."""
        for block, kept in self._drops.items():
            _hand_over(block, kept)
            self._take_out(block, block.above)
        renamed = self._join_groups()
        for block, path in sorted(self._moves.items(), key=lambda move: move[0].number):
            self._move(block, path)
        for block, key in renamed.items():
            block.rename(key)
        text = self._mark + "".join(self._root.lines())
        return text if self._is_ended else text.removesuffix(self._end)

    def _block(self, given: Given) -> _Block | None:
        block = self._by_line.get(given.position.line)
        is_it = block and given.channel is Channel.YAML and block.path == _path(given.name)
        return block if is_it else None

    def _at(self, path: Path) -> _Block | None:
        """The block with a path; of several the last, which is the one that counts."""
        found = [block for block in self._root.walk() if block.path == path]
        return found[-1] if found else None

    def _join_groups(self) -> dict[_Block, str]:
        """Where everything in a group goes to one that is not there yet, the group goes.

        Returns what is to be renamed in such groups.
        """
        renamed: dict[_Block, str] = {}
        above = {group for block in self._moves for group in block.groups}
        for group in sorted(above, key=lambda group: (len(group.path), group.number)):
            if base := self._base(group):
                leaves = [block for block in group.walk() if block in self._moves]
                renamed |= {leaf: self._moves.pop(leaf)[-1] for leaf in leaves}
                self._moves[group] = base
        return renamed

    def _base(self, group: _Block) -> Path:
        """The path that a whole group moves to; empty when it does not, or something is there."""
        bases: set[Path] = set()
        depth = len(group.path)
        for leaf in (block for block in group.walk() if not block.blocks):
            old, new = leaf.path[depth:], self._moves.get(leaf, ())
            is_within = len(new) > len(old) and new[-len(old) : -1] == old[:-1]
            bases.add(new[: -len(old)] if is_within else ())
        base = bases.pop() if len(bases) == 1 else ()
        return base if base and self._at(base) is None else ()

    def _move(self, block: _Block, path: Path) -> None:
        if block.path[:-1] != path[:-1]:
            top = block.top
            old, home = block.above, self._group(path[:-1], top)
            block.indent_to(self._indent_in(home))
            self._put(block, home, top)
            self._take_out(block, old)
        block.rename(path[-1])

    def _group(self, path: Path, top: _Block) -> _Block:
        """The group with a path, made behind the outermost block `top` if there is none."""
        if not path:
            return self._root
        found = self._at(path)
        if found is None:
            above = self._group(path[:-1], top)
            indent = self._indent_in(above)
            found = _Block(path[-1], f"{' ' * indent}{path[-1]}:{self._end}", indent=indent)
            self._put(found, above, top)
        return found

    def _indent_in(self, group: _Block) -> int:
        """How far the keys of a group are indented."""
        usual = group.indent + self._step if group.above else self._margin
        return next((block.indent for block in group.blocks), usual)

    def _put(self, block: _Block, home: _Block, top: _Block) -> None:
        """Put a block last in a group; outermost behind `top`, and what was put there before."""
        last = self._behind.get(top, top)
        if home is not self._root or last not in home.items:
            last = next(reversed(home.blocks), last)
        index = home.items.index(last) + 1 if last in home.items else 0
        home.items.insert(index, block)
        block.above = home
        if home is self._root:
            self._behind[top] = block

    def _take_out(self, block: _Block, group: _Block | None) -> None:
        """Take a block out, and the groups that are empty without it; comments in them stay."""
        rest: list[_Item] = []
        while group:
            index = group.items.index(block)
            group.items[index : index + 1] = rest
            if not group.above or any(map(_is_content, group.items)):
                return
            block, group, rest = group, group.above, [*group.lead, *group.items]


def _is_content(item: _Item) -> bool:
    return isinstance(item, _Block) or not (not item.strip() or item.lstrip().startswith("#"))


def _hand_over(block: _Block, kept: _Block) -> None:
    """Give the comments on one block to another, save those that it has."""
    known = {line.strip() for line in kept.lead}
    by = kept.indent - block.indent
    kept.lead[:0] = [_shifted(line, by) for line in block.lead if line.strip() not in known]


def _path(name: str) -> Path:
    return tuple(name.split("."))


def _groups(path: Path) -> Iterator[Path]:
    return (path[:end] for end in range(1, len(path)))


def _shown(block: _Block, given: Given, *, public: bool) -> str:
    """A value as a patch may show it."""
    if not block.value and not block.items:
        return ""
    plain = block.value.strip("\"'") == given.value and not block.items
    return f" {block.value if public and plain else UNCHANGED}"


def _as_yaml(path: Path, value: str) -> Iterator[str]:
    for depth, key in enumerate(path):
        yield f"{' ' * _STEP * depth}{key}:{value if depth == len(path) - 1 else ''}"
