"""Credentials in structures: what the names in them say, and every text at any depth."""

from collections.abc import Mapping
from typing import Final

from confaudit.core.model import Json
from confaudit.core.secret import holds_secret, is_secret, secret
from confaudit.core.snapshot.credentials import TextRedactor
from confaudit.core.snapshot.remembered import remembered


class StructureRedactor(TextRedactor):
    """The rules for all that is more than a text."""

    def __init__(self, key: bytes = b"", known: str = "", *, by_name: bool = True) -> None:
        super().__init__(key, known)
        self._by_name = by_name  # the "values" of a docs page are the type names we gave it

    def recurring(self, tree: Mapping[str, Json]) -> dict[str, Json]:
        """Redact a mapping that may come again: all who ask get the same one."""
        return self.tree(tree) if self._known else _tree(tree, self._key, self._by_name)

    def tree(self, tree: Mapping[str, Json]) -> dict[str, Json]:
        """Redact a mapping by its key names and every text in it, at any depth."""
        named = _named_values(tree) if self._by_name else {}
        if named:
            return {self.text(key): self._entry(named.get(key, key), tree[key]) for key in tree}
        return {self.text(key): self._entry(key, value) for key, value in tree.items()}

    def value(self, value: Json) -> Json:
        """Redact what no name stands for; what stands for a secret stays."""
        return value if isinstance(value, dict) and is_secret(value) else self._value(value)

    def _entry(self, name: str, value: Json) -> Json:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, dict) and is_secret(value):
            return value
        if self._by_name and holds_secret(name, value):
            return secret(True, self.fingerprint(value))
        return self._value(value)

    def _value(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return self.tree(value)
        return self._items(value) if isinstance(value, list) else value

    def _items(self, items: list[Json]) -> list[Json]:
        """Redact a list, and behind an option on a command line what is its value."""
        names = ("", *map(_option_name, items))[: len(items)]
        return [
            self._entry(*pair) if pair[0] else self.value(pair[1])
            for pair in zip(names, items, strict=True)
        ]


@remembered
def _tree(tree: Mapping[str, Json], key: bytes, by_name: bool) -> dict[str, Json]:
    return StructureRedactor(key, by_name=by_name).tree(tree)


def _named_values(tree: Mapping[str, Json]) -> Mapping[str, str]:
    """The name that counts for a key, where a name and its value are two entries of a mapping."""
    if tree.keys().isdisjoint(_VALUES):
        return {}
    name = next((tree[key] for key in _NAMES if key in tree), None)
    return dict.fromkeys(_VALUES, name) if isinstance(name, str) else {}


_NAMES: Final = ("name", "key", "header", "Name", "Key")
_VALUES: Final = ("value", "values", "val", "content", "Value")


def _option_name(item: Json) -> str:
    """The name of an option whose value comes next."""
    if not isinstance(item, str) or item[:1] != "-" or "=" in item:
        return ""
    return item.lstrip("-")
