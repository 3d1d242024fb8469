"""What Terraform and Nix have in common: settings anywhere in code, and texts inside it.

A value is known when it is a text alone; every expression stays open.
"""

import re
from collections.abc import Iterable, Iterator, Set
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.given import Elsewhere, Form, Given, GivenState, OperatorSettings
from confaudit.operator_files import embedded, lines
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.code.nodes import has_more, is_file, is_open
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import CODER_NAME, SettingsBlock
from confaudit.operator_files.substitution import CODE
from confaudit.operator_files.templates import OPAQUE
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.yaml_nodes import Mapping, Node, Scalar, Sequence, follow, get, walk

_VALUES: Final = ("value", "Value")
_NAMES: Final = ("name", "Name")


class CodeReader(Struct):
    """Reads the tree of one file; what was read once is not read again."""

    file: OperatorFile
    form: Form
    beside: Beside
    taken: set[int] = field(default_factory=set)

    def settings(self, root: Node) -> OperatorSettings:
        """Every setting below a node: `NAME = value`, `{ name, value }` and `"NAME=value"`."""
        given: list[Given] = []
        elsewhere: list[Elsewhere] = []
        pending: list[Node] = [root]
        while pending:
            node = follow(pending.pop())
            if node is None or isinstance(node, Scalar) or id(node) in self.taken:
                continue
            self.taken.add(id(node))
            found = list(self._own(node))
            given += found
            if found and has_more(node):
                elsewhere.append(self.unseen(node.line, "an expression adds further variables"))
            pending += reversed(_below(node))
        given.sort(key=lambda one: one.position.line)
        forms = (self.form,) if given else ()
        return OperatorSettings(given=tuple(given), elsewhere=tuple(elsewhere), forms=forms)

    def unseen(self, line: int, why: str, resource: str = "") -> Elsewhere:
        """Something that sets more and cannot be seen from here."""
        place = self.file.at(line)
        return Elsewhere(resource or f"code/{place.file}:{place.line}", self.file.remark(line, why))

    def _own(self, node: Mapping | Sequence) -> Iterator[Given]:
        """The settings that stand in a map or list itself."""
        place = SettingsBlock(self.file, self.form, node.line)
        pairs = node.pairs if isinstance(node, Mapping) else [(None, one) for one in node.items]
        for key, value in pairs:
            item = follow(value)
            if isinstance(key, Scalar) and CODER_NAME.fullmatch(key.text):
                yield from self.value(key.text, value, key.line, place)
            elif isinstance(item, Mapping) and (name := _name_of(item)):
                yield from self._named(item, name, place)
            elif isinstance(item, Scalar) and key is None:
                yield from self._assignment(item, place)

    def _named(self, item: Mapping, name: Scalar, place: SettingsBlock) -> Iterator[Given]:
        """`{ name = "K", value = … }`; without a value it is a reference."""
        self.taken.add(id(item))
        values = [value for key in _VALUES if (value := get(item, key)) is not None]
        if values:
            yield from self.value(name.text, values[-1], name.line, place)
        else:
            yield place.given(name.text, GivenState.REFERENCE, name.line)

    def _assignment(self, item: Scalar, place: SettingsBlock) -> Iterator[Given]:
        name, equals, value = item.text.partition("=")
        if equals and CODER_NAME.fullmatch(name):
            yield from self.value(name, replace(item, text=value), item.line, place)

    def value(self, name: str, node: Node, line: int, place: SettingsBlock) -> Iterator[Given]:
        """One setting; `null` is none."""
        value = follow(node)
        if not isinstance(value, Scalar) or is_file(value):
            yield place.given(name, GivenState.UNRESOLVED, line)
        elif not (value.plain and value.text == "null"):
            self.taken.add(id(value))
            text = value.text.strip("\n") if value.style == "|" else value.text
            yield place.text(name, text, line, CODE.read)

    def texts(self, root: Node) -> OperatorSettings:
        """What the texts inside set, which are files of their own."""
        blocks = [
            node
            for _, node in walk(root)
            if isinstance(node, Scalar) and node.style == "|" and id(node) not in self.taken
        ]
        return merge(*map(self.text, blocks))

    def text(self, node: Scalar) -> OperatorSettings:
        """What one text inside sets."""
        self.taken.add(id(node))
        inner = self.inner(node)
        of_coder = "CODER_" in inner.text or "coder/coder" in inner.text
        found = embedded.read(inner, self.beside) if of_coder else OperatorSettings()
        if not found.given and CODER_NAME.search(inner.text):
            found = lines.read_lines(inner)
        return self.as_code(found)

    def as_code(self, found: OperatorSettings) -> OperatorSettings:
        """What a text inside sets, as something that stands in code."""
        given = tuple(replace(one, form=self.form) for one in found.given)
        return replace(found, given=given, forms=(self.form,) if found.forms else (), name="")

    def inner(self, node: Scalar) -> OperatorFile:
        """A text as a file; what the code fills in there is opaque to the text's own form."""
        text = node.text.replace("$${", "\0")
        text = re.sub(r"\$\{(?![A-Za-z_]\w*:-)[^{}]*\}", OPAQUE, text).replace("\0", "${")
        return self.file.inner(text, node.line, flat=node.style != "|")


def version(text: str) -> tuple[str, str]:
    """The version that a text of code says, and what it says instead."""
    return version_of(said(text))


def said(text: str) -> str:
    """A text of code as far as it is known; of a name alone, the name."""
    filled = CODE.read(text).text
    return filled if filled is not None else re.sub(r"^\$\{([^{}]*)\}$", r"\1", text)


def images(root: Node, skipped: Set[int] = frozenset()) -> Iterator[str]:
    """The tags of Coder's images that stand anywhere."""
    for _, node in walk(root):
        if isinstance(node, Scalar) and node.style != "|" and id(node) not in skipped:
            yield from filter(None, tag_of(node))


def tag_of(image: Node | None) -> Iterator[str]:
    """The tag, or the empty text, if it is an image of Coder's server."""
    node = follow(image)
    if not isinstance(node, Scalar):
        return
    filled = CODE.read(node.text).text
    for text in (filled, node.text):
        repository, tag = image_parts(text or "")
        if is_coder_image(repository):
            yield tag
            return


def _below(node: Mapping | Sequence) -> list[Node]:
    if isinstance(node, Sequence):
        return list(node.items)
    return [
        value
        for key, value in node.pairs
        if not (isinstance(key, Scalar) and CODER_NAME.fullmatch(key.text))
    ]


def _name_of(item: Mapping) -> Scalar | None:
    """The variable that an item of an environment is about."""
    for key in _NAMES:
        name = get(item, key)
        if isinstance(name, Scalar) and not is_open(name) and CODER_NAME.fullmatch(name.text):
            return name
    return None


def by_server(
    servers: Iterable[OperatorSettings], rest: OperatorSettings
) -> tuple[OperatorSettings, ...]:
    """Each server; what else is set is the only one's, or nobody's."""
    found = tuple(servers)
    return (*found, unused(rest)) if len(found) > 1 else (merge(*found, rest),)


def unused(rest: OperatorSettings) -> OperatorSettings:
    """The note on settings that none of several servers points to."""
    places = (f"{one.position.file}, line {one.position.line}" for one in rest.given[:1])
    notes = (f"{place}: no server here points to what is set." for place in places)
    return OperatorSettings(notes=tuple(notes))
