"""Variables in YAML: group_vars, host_vars and defaults of Ansible, or an environment as a map.

Whatever uses a map of variables may add more to it; a file that is one as a whole is all there is.
"""

from collections.abc import Iterator
from typing import Final

from confaudit.core.given import Elsewhere, Form, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.code.evaluation import CodeReader, images, version
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import CODER_NAME, names_of
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping, Node, Scalar, entries, follow

_VERSION: Final = regex(r"(?i)coder_?(?:image_|docker_)?(?:version|tag)")


def recognise(file: OperatorFile) -> bool:
    """Whether it is one map, with Coder's variables, or a map or list of them, in it."""
    root = _root(file)
    return bool(root and any(map(_is_of_coder, [root, *(value for _, value in entries(root))])))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read every variable of Coder's in the file."""
    root = _root(file)
    if root is None:
        return ()
    code = CodeReader(file, Form.VARIABLES, beside)
    found = merge(code.settings(root), code.texts(root))
    number, hint = version(next(_versions(root), ""))
    told = OperatorSettings(version=number, version_hint=hint, elsewhere=tuple(_users(root, file)))
    return (merge(told, found),) if found.forms else ()


def _root(file: OperatorFile) -> Mapping | None:
    roots = file.yaml.roots if file.yaml else ()
    return roots[0] if len(roots) == 1 and isinstance(roots[0], Mapping) else None


def _is_of_coder(node: Node) -> bool:
    return bool(own_names(node))


def own_names(node: Node | None) -> frozenset[str]:
    """Coder's variables in an environment: a map, or a list of `NAME=value` or maps."""
    return frozenset(name for name in names_of(node) if CODER_NAME.fullmatch(name))


def _users(root: Mapping, file: OperatorFile) -> Iterator[Elsewhere]:
    if not own_names(root):
        note = f"{file.name} holds variables, and what uses them may set more"
        yield Elsewhere(f"variables/{file.name}", note)


def _versions(root: Mapping) -> Iterator[str]:
    """What is called Coder's version, or an image of it."""
    for key, value in entries(root):
        node = follow(value)
        if isinstance(node, Scalar) and _VERSION.fullmatch(key.text):
            yield node.text
    yield from images(root)


READER: Final = Reader(recognise, read)
