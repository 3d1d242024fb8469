"""Files that come with confaudit, as JSON beside their YAML: without examples, and read at once.

Every audit reads some 250 rules, and YAML takes a hundred times longer. Tests write the JSON anew
(`pytest --update-golden`) and hold it to the YAML, so that nothing in it is wrong.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from confaudit.errors import CatalogError
from confaudit.yaml_file import Origin, Part
from confaudit.yaml_nodes import Scalar

_T = TypeVar("_T")


class CompiledPart(Part):
    """A part of such a file. It knows no line: nothing is wrong with it."""

    __slots__ = ("_found",)

    def __init__(self, origin: Origin, value: Any) -> None:
        """Take what JSON has there."""
        super().__init__(origin, _NO_NODE, 0)
        self._found = value

    @property
    def where(self) -> str:
        """The file."""
        return self.origin.name

    @property
    def is_null(self) -> bool:
        """Never: what is not given is not there."""
        return False

    def at(self, *path: str | int) -> Part:
        """What stands below by keys and list positions, as far as they lead."""
        found = self._found
        for step in path:
            if isinstance(found, dict):
                found = found.get(step, found)
            elif isinstance(found, list) and isinstance(step, int):
                found = found[step]
        return self._part(found)

    def items(self) -> list[Part]:
        """The parts of a list."""
        return [self._part(one) for one in self._found] if isinstance(self._found, list) else []

    def children(self) -> dict[str, Part]:
        """The parts of a mapping by key."""
        pairs = self._found.items() if isinstance(self._found, dict) else ()
        return {key: self._part(one) for key, one in pairs}

    def read(self, kind: type[_T]) -> _T:
        """The value of a type that msgspec knows; a `Part` in it is left to be read later."""
        is_spelled = kind is not str or isinstance(self._found, str)
        value = self._found if is_spelled else json.dumps(self._found)
        return msgspec.convert(value, kind, dec_hook=self._unknown)

    def _unknown(self, kind: type, value: Any) -> Any:
        """What stands where msgspec knows nothing of the type."""
        return self._part(value) if kind is Part else value

    def _part(self, value: Any) -> Part:
        return CompiledPart(self.origin, value)


_NO_NODE = Scalar(0, "", "")


def compiled(path: Path) -> Iterator[Part]:
    """The parts of the list that a file of YAML holds, from the JSON beside it.

    Raises:
        CatalogError: The JSON is missing or damaged, as it can be in a broken installation.
    """
    origin = Origin(f"{path.name} of confaudit", CatalogError)
    try:
        found = msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=list[Any])
    except (OSError, msgspec.DecodeError) as error:
        raise origin.fault("cannot be read", "install confaudit again") from error
    return (CompiledPart(origin, one) for one in found)
