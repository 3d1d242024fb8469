"""The ConfigMaps and Secrets that a kustomization makes of literals and files."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from msgspec.structs import replace

from confaudit.core.given import Elsewhere, Form
from confaudit.operator_files.beside import Beside, KeyText, Origin, Resource
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.kubernetes.providers import TEXTS
from confaudit.operator_files.kubernetes.transformers import called, laid_over
from confaudit.yaml_nodes import Mapping, Node, Scalar, get, items_at, nodes, text_at

_KINDS: Final = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}


def generate(
    root: Node | None, file: OperatorFile, beside: Beside, found: Sequence[Resource]
) -> list[Resource]:
    """The resources `found`, with those that a kustomization makes or adds to."""
    result = [*found]
    for key, kind in _KINDS.items():
        for item in items_at(root, key):
            made = _made(item, kind, file, beside)
            same = next((one for one in result if one.provides(kind, made.name)), None)
            if same:
                made = _over(same, made, is_merged=text_at(item, "behavior") == "merge")
            result = [one for one in result if one is not same]
            result.append(made)
    return result


def _over(same: Resource, made: Resource, *, is_merged: bool) -> Resource:
    """What is made in the place of a resource, or added to it, under the name that has by now."""
    if is_merged:
        unseen = (*same.unseen, *made.unseen)
        return replace(laid_over(same, made) or same, unseen=unseen)
    return replace(called(same.name, made), former=same.former)


def _made(item: Node, kind: str, file: OperatorFile, beside: Beside) -> Resource:
    texts = [*_literals(item, file)]
    unseen: list[Elsewhere] = []
    for path in _env_files(item):
        if env_file := beside.at(path.text, file):
            texts += _lines(env_file)
        else:
            note = file.remark(path.line, "a file of variables is not here")
            unseen.append(Elsewhere(f"file/{PurePosixPath(path.text).name}", note))
    texts += _files(item, file, beside)
    return _resource(kind, text_at(item, "name"), texts, unseen, file, item.line)


def _resource(
    kind: str,
    name: str,
    texts: Sequence[KeyText],
    unseen: Sequence[Elsewhere],
    file: OperatorFile,
    line: int,
) -> Resource:
    """A resource as it would be written, each of its texts from where it stands."""

    def text(content: str) -> Scalar:
        return Scalar(line, content, "'")

    pairs: list[tuple[Node, Node]] = [
        (text("apiVersion"), text("v1")),
        (text("kind"), text(kind)),
        (text("metadata"), Mapping(line, [(text("name"), text(name))])),
        (text(TEXTS[kind]), Mapping(line, [(one.key, one.text) for one in texts])),
    ]
    origins = {id(node): Origin(file, Form.KUSTOMIZATION) for node in nodes(Mapping(line, pairs))}
    for one in texts:
        origins |= dict.fromkeys((id(one.key), id(one.text)), Origin(one.file, one.form))
    return Resource(file, Mapping(line, pairs), origins=origins, unseen=tuple(unseen))


def _literals(item: Node, file: OperatorFile) -> Iterator[KeyText]:
    """`NAME=value`, where one pair of quotes around the value is none of it."""
    for literal in items_at(item, "literals"):
        if isinstance(literal, Scalar) and "=" in literal.text:
            name, _, value = literal.text.partition("=")
            is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            text = value[1:-1] if is_quoted else value
            yield _text(name, text, literal.line, file, Form.KUSTOMIZATION)


def _env_files(item: Node) -> Iterator[Scalar]:
    single = get(item, "env")
    for path in (*items_at(item, "envs"), *([single] if single else [])):
        if isinstance(path, Scalar):
            yield path


def _lines(file: OperatorFile) -> Iterator[KeyText]:
    """Everything after the sign is the value, quotes and all."""
    for number, line in enumerate(file.lines):
        name, equals, value = line.lstrip().partition("=")
        if equals and not name.startswith("#"):
            yield _text(name, value, number, file, Form.ENV_FILE)


def _files(item: Node, file: OperatorFile, beside: Beside) -> Iterator[KeyText]:
    """Each is a key of its own, of which nothing becomes a variable by itself."""
    for entry in items_at(item, "files"):
        if isinstance(entry, Scalar):
            key, equals, path = entry.text.rpartition("=")
            found = beside.at(path, file)
            if found:
                name = key if equals else PurePosixPath(path).name
                whole = Scalar(-1, found.text, "|")  # its first line is that of the file
                yield KeyText(found, Scalar(0, name, "'"), whole, Form.KUBERNETES)


def _text(name: str, text: str, line: int, file: OperatorFile, form: Form) -> KeyText:
    return KeyText(file, Scalar(line, name, "'"), Scalar(line, text, "'"), form)
