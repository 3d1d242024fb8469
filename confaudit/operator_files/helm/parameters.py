"""Templates that stand for one value each, as helmfile and Argo CD fill them in per environment.

`{{ .Environment.Name }}`, `{{env}}`, `{{ index .path.segments 1 }}`: whatever does more than name a
value stays as it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.given import OperatorSettings
from confaudit.core.text.wording import visible
from confaudit.operator_files.file import OperatorFile
from confaudit.patterns import regex
from confaudit.yaml_nodes import MAX_DEPTH, Node, Scalar, entries, follow, items_at
from confaudit.yaml_nodes import Mapping as Map
from confaudit.yaml_nodes import Sequence as List

Parameters = Mapping[str, str]
"""Values by their dotted names, `path.segments.1`."""

MOST: Final = 50
"""Environments that one file may make; nobody reads a longer report."""

_TEMPLATE: Final = regex(r"\{\{-?\s*(?P<inner>`[^`\n]*`|[^{}\n]{1,200}?)\s*-?\}\}")
_NAME: Final = regex(r"\$?\.?(?P<path>[A-Za-z_][\w-]*(?:\.[\w/-]+|\[\d+\])*)")
_INDEX: Final = regex(r"index\s+\.?(?P<path>[\w.]+)\s+\"?(?P<key>[\w./-]+)\"?")
_SAFE: Final = regex(r"[\w./@+~:-]*(?: [\w./@+~-]+)*")
"""A text that changes nothing around it in YAML."""


class Environment(Struct, frozen=True):
    """One of those that a file is for, with what it fills in."""

    name: str = ""
    known: Parameters = field(default_factory=dict)
    is_whole: bool = True
    """Whether nothing else is filled in, so that defaults count."""

    def fill(self, text: str) -> str:
        """A text with what is known in it filled in; what is quoted for later is bared."""
        return _TEMPLATE.sub(self._value, text) if "{{" in text else text

    def in_values(self, values: Parameters) -> Parameters:
        """The same of values by name."""
        return {name: self.fill(text) for name, text in values.items()}

    def in_file(self, file: OperatorFile) -> OperatorFile:
        """The same of a whole file; every line stays where it is."""
        text = self.fill(file.text)
        return file if text == file.text else replace(file, text=text)

    def in_node(self, node: Node, depth: int = 0) -> Node:
        """The same of every text in a document. The keys stay."""
        node = follow(node) or node
        if isinstance(node, Scalar):
            text = self.fill(node.text)
            return node if text == node.text else replace(node, text=text, style=node.style or '"')
        if depth > MAX_DEPTH or not self.known:
            return node
        if isinstance(node, Map):
            pairs = [(key, self.in_node(value, depth + 1)) for key, value in entries(node)]
            return Map(node.line, [*pairs])
        return List(node.line, [self.in_node(one, depth + 1) for one in items_at(node)])

    def _value(self, match: re.Match[str]) -> str:
        inner = match["inner"]
        if inner.startswith("`"):
            return inner.strip("`")
        name, default = _with_default(inner)
        value = self.known.get(_key(name), default if self.known and self.is_whole else None)
        return match[0] if value is None or not _SAFE.fullmatch(value) else value


def flat(node: Node | None, prefix: str = "", depth: int = 0) -> dict[str, str]:
    """The texts in maps and lists, each by its dotted name."""
    found = follow(node)
    if isinstance(found, Scalar):
        return {prefix: found.text} if prefix else {}
    parts: Iterable[tuple[str, Node]] = ()
    if isinstance(found, Map) and depth <= MAX_DEPTH:
        parts = ((key.text, value) for key, value in entries(found))
    elif isinstance(found, List) and depth <= MAX_DEPTH:
        parts = ((str(number), value) for number, value in enumerate(found.items))
    before = f"{prefix}." if prefix else ""
    return {
        name: text
        for key, value in parts
        for name, text in flat(value, f"{before}{key}", depth + 1).items()
    }


def guessed(paths: Sequence[str], files: Sequence[OperatorFile]) -> list[Environment]:
    """The environments for which files were given at paths with templates in them.

    Those are the values of the templates with which most of the paths lead to a file.
    """
    found: dict[tuple[tuple[str, str], ...], Parameters] = {}
    for path in paths:
        pattern, names = _pattern(path)
        for file in files if names else ():
            if len(names) <= _MOST_NAMES and (match := pattern.fullmatch(file.path)):
                known = dict(zip(names, match.groups(), strict=True))
                found[tuple(sorted(known.items()))] = known
    most = max(map(len, found), default=0)
    every = [known for known in found.values() if len(known) == most]
    names = [", ".join(map(visible, one.values())) for one in every[:MOST]]
    return [Environment(*one, is_whole=False) for one in zip(names, every, strict=False)]


_MOST_NAMES: Final = 3
"""Templates in one path: nobody writes more, and each takes its time to find."""


def _pattern(path: str) -> tuple[re.Pattern[str], list[str]]:
    """What files at a path are called, and the names of the templates in it, in order."""
    names: list[str] = []
    text, done = "", 0
    path = re.sub(r"^\$\w+/|^(?:\.{1,2}/)+|^/", "", path)
    for match in _TEMPLATE.finditer(path):
        key = _key(match["inner"])
        whole = key in ("path", "path.path")
        again = names.index(key) + 1 if key in names else 0
        text += re.escape(path[done : match.start()])
        text += rf"\{again}" if again else rf"({'.+' if whole else '[^/]+'})"
        names += [] if again else [key]
        done = match.end()
    return re.compile(rf"(?:.*/)??{text}{re.escape(path[done:])}"), names


def _key(inner: str) -> str:
    """The name of a value, however it is spelled; of anything more, all of it."""
    inner = inner.strip()
    if index := _INDEX.fullmatch(inner):
        return f"{index['path']}.{index['key']}"
    name = _NAME.fullmatch(inner.split("|")[0].strip() if _KEEPS.search(inner) else inner)
    return re.sub(r"\[(\d+)\]", r".\1", name["path"]) if name else inner


def _with_default(inner: str) -> tuple[str, str | None]:
    """The name in `.Values.x | default "y"`, however it is spelled, and the text in quotes."""
    for pattern in _DEFAULTS:
        if match := pattern.fullmatch(inner.strip()):
            return match["name"], match["default"]
    return inner, None


_DEFAULTS: Final = (
    regex(r"(?P<name>[^|]+?)[ ]*\|[ ]*default[ ]+\"(?P<default>[^\"]*)\"(?:[ ]*\|[ ]*quote)?"),
    regex(r"default[ ]+\"(?P<default>[^\"]*)\"[ ]+(?P<name>[^|\s]+)"),
)
_KEEPS: Final = regex(r"\|\s*(?:quote|squote|toString|trim)\s*$")
"""What may follow a name and leaves its value what it is."""


def of_path(path: str) -> Parameters:
    """What Argo CD tells of a folder in git."""
    folder = PurePosixPath(path)
    normal = re.sub(r"[^a-z0-9.-]+", "-", folder.name.lower()).strip("-.")
    known = {"basename": folder.name, "basenameNormalized": normal, "path": path}
    for number, part in enumerate(folder.parts):
        known |= {str(number): part, f"segments.{number}": part}
    return {"path": path, **{f"path.{key}": value for key, value in known.items()}}


def different(
    named: Iterable[tuple[str, Iterable[OperatorSettings]]],
) -> Iterator[OperatorSettings]:
    """What several environments come to, each once, under the first name that it has."""
    seen: list[OperatorSettings] = []
    for name, operators in named:
        for one in operators:
            if one not in seen:
                seen.append(one)
                yield replace(one, name=", ".join(filter(None, (one.name, name))))
