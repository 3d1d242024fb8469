"""What the files of a Terraform folder give names to: local values and variables."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from msgspec import Struct, field

from confaudit.operator_files.code.hcl import Names, parse
from confaudit.operator_files.code.nodes import Allowance, moved, on_condition, whole_size
from confaudit.operator_files.file import OperatorFile
from confaudit.yaml_nodes import Mapping as Map
from confaudit.yaml_nodes import Node, Scalar, follow, get

_ROUNDS: Final = 2
"""How often names are looked up in what names stand for."""


class FolderNames(Struct):
    """What `local.NAME` and `var.NAME` stand for; `used` are those that somebody asked for."""

    found: Mapping[str, tuple[Node, OperatorFile]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    allowance: Allowance = field(default_factory=Allowance)
    sizes: dict[str, int] = field(default_factory=dict)
    """How much each of them stands for."""

    @classmethod
    def of(cls, files: Sequence[OperatorFile]) -> "FolderNames":
        """The names of all files together."""
        names = cls()
        for _ in range(_ROUNDS):
            names = cls(dict(names.declared(files)))
        return names

    def in_file(self, file: OperatorFile) -> Names:
        """The names as a file uses them: what another file says stands where it is used."""

        def stands_for(name: str, line: int) -> Node | None:
            if name not in self.found:
                return None
            self.used.add(name)
            node, origin = self.found[name]
            if not self.allowance.grants(self._size(name, node)):
                return None
            return node if origin is file else moved(node, line)

        return stands_for

    def _size(self, name: str, node: Node) -> int:
        if name not in self.sizes:
            self.sizes[name] = whole_size(node)
        return self.sizes[name]

    def declared(
        self, files: Sequence[OperatorFile]
    ) -> Iterator[tuple[str, tuple[Node, OperatorFile]]]:
        """Defaults first, then what variables files say over them."""
        roots = [(file, parse(file.text, self.in_file(file))) for file in files]
        assigned: dict[str, list[tuple[Node, OperatorFile]]] = {}
        for file, root in roots:
            yield from ((name, (node, file)) for name, node in _declared(root))
            if is_variables_file(file):
                for name, node in _pairs(root):
                    assigned.setdefault(f"var.{name}", []).append((node, file))
        yield from ((name, one[-1]) for name, one in assigned.items() if _is_agreed(one))


def is_variables_file(file: OperatorFile) -> bool:
    """Whether it assigns to variables."""
    return PurePosixPath(file.name).suffix == ".tfvars"


def _declared(root: Map) -> Iterator[tuple[str, Node]]:
    for keyword, body in _pairs(root):
        if keyword == "locals" and isinstance(body, Map):
            yield from ((f"local.{name}", node) for name, node in _pairs(body))
        elif keyword == "variable" and isinstance(body, Map):
            for name, declaration in _pairs(body):
                default = get(declaration, "default")
                if default is not None:
                    yield f"var.{name}", on_condition(default, name.replace("-", "_"))


def _pairs(mapping: Map) -> Iterator[tuple[str, Node]]:
    for key, value in mapping.pairs:
        if isinstance(key, Scalar):
            yield key.text, follow(value) or value


def _is_agreed(said: Sequence[tuple[Node, OperatorFile]]) -> bool:
    """Whether one file says it, or all the same: which of several is used is not known."""
    texts = {node.text if isinstance(node, Scalar) else None for node, _ in said}
    return len(said) == 1 or (len(texts) == 1 and None not in texts)
