"""The config tree, as the structs of a Go file lay it out in JSON."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from confaudit.catalog.go_source.syntax import Field, GoFault
from confaudit.catalog.go_source.values import UnresolvedError

_MOST_LEAVES: Final = 5000
"""Coder has some three hundred; structs in structs can stand for more than fits in memory."""
_DEEPEST: Final = 20
_TOO_MANY: Final = "has more settings than any server"


class ConfigTree:
    """Structs in structs; what is no struct of the same file is a leaf."""

    def __init__(self, structs: Mapping[str, Mapping[str, Field]], root: str) -> None:
        """Take the fields of the structs by name, and which of them is the whole tree."""
        self._structs = structs
        self._root = root

    def leaf(self, selectors: Sequence[str]) -> tuple[str, str]:
        """Where fields of fields lead: the dotted path in JSON, empty if it is not there; the type.

        Raises:
            UnresolvedError: There is no such field.
        """
        path, of = [], self._root
        for selector in selectors:
            field = self._fields(of).get(selector)
            if field is None:
                raise UnresolvedError
            path.append(field.json)
            of = field.type
        if not path:
            raise UnresolvedError
        return ".".join(path) if all(path) else "", of

    def leaves(self) -> frozenset[str]:
        """The dotted paths of all leaves.

        Raises:
            GoFault: There are too many.
        """
        found = list(islice(self._leaves(self._root, "", 0), _MOST_LEAVES + 1))
        if len(found) > _MOST_LEAVES:
            raise GoFault(_TOO_MANY)
        return frozenset(found)

    def _leaves(self, struct: str, prefix: str, depth: int) -> Iterator[str]:
        if depth > _DEEPEST:
            raise GoFault(_TOO_MANY)
        for field in self._fields(struct).values():
            if field.json:
                if self._fields(field.type):
                    yield from self._leaves(field.type, f"{prefix}{field.json}.", depth + 1)
                else:
                    yield prefix + field.json

    def _fields(self, type_name: str) -> Mapping[str, Field]:
        return self._structs.get(type_name.lstrip("*"), {})
