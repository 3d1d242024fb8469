"""Which files a tool lays one over the other: by form and by the names that people give them."""

import posixpath
import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Final

Group = tuple[int, ...]
"""Indices into the names given, the lowest layer first."""

_ENVIRONMENTS: Final = frozenset(
    {"dev", "devel", "development", "test", "testing", "qa", "uat", "int", "integration", "stage"}
    | {"staging", "preprod", "preview", "demo", "sandbox", "prod", "production", "live", "local"}
)
_BASES: Final = frozenset({"base", "common", "default", "defaults", "shared"})
_OVERLAYS: Final = frozenset({"override", "overrides", "overlay", "secret", "secrets", "extra"})


def layered(names: Sequence[str], form: str) -> list[Group]:
    """Files of one form as the groups that are read together; most are groups of one.

    A base that several environments lie over is in the group of each: `values.yaml` beside
    `values-dev.yaml` and `values-prod.yaml` makes two.
    """
    rule = _RULES.get(form)
    return rule(names) if rule else [(index,) for index in range(len(names))]


def _by_folder(names: Sequence[str]) -> list[Group]:
    groups: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        groups.setdefault(posixpath.normpath(posixpath.dirname(name) or "."), []).append(index)
    return [tuple(group) for group in groups.values()]


def _by_name(names: Sequence[str]) -> list[Group]:
    return [group for folder in _by_folder(names) for group in _stacks(names, folder)]


def _stacks(names: Sequence[str], folder: Group) -> list[Group]:
    """The stacks of layers in one folder."""
    words = {index: _words(names[index]) for index in folder}
    over = {
        index: [one for one in folder if _is_over(words[index], words[one])] for index in folder
    }
    bases = [index for index in folder if not over[index]]
    return [
        stack
        for base in bases
        for stack in _by_environment(base, [i for i in folder if base in over[i]], words)
    ]


def _by_environment(
    base: int, overlays: Sequence[int], words: dict[int, tuple[str, ...]]
) -> list[Group]:
    named = {index: _ENVIRONMENTS & set(words[index]) - set(words[base]) for index in overlays}
    environments = list(dict.fromkeys(frozenset(one) for one in named.values() if one))
    if len(environments) < 2:
        return [(base, *overlays)]
    return [
        (base, *(index for index in overlays if not named[index] or named[index] == one))
        for one in environments
    ]


def _is_over(overlay: tuple[str, ...], base: tuple[str, ...]) -> bool:
    """`values-prod` over `values`, `prod-values` as well, and `prod` over `base`."""
    if len(base) == 1 and base[0] in _BASES and not _BASES & set(overlay):
        return bool((_ENVIRONMENTS | _OVERLAYS | {"values"}) & set(overlay))
    if len(overlay) <= len(base):
        return False
    first, last = overlay[: len(overlay) - len(base)], overlay[len(base) :]
    is_prefixed = overlay[len(first) :] == base and set(first) <= _ENVIRONMENTS | _OVERLAYS
    return (overlay[: len(base)] == base and bool(last)) or is_prefixed


def _words(name: str) -> tuple[str, ...]:
    stem = re.sub(r"(?i)(\.ya?ml|\.json)?(\.gotmpl|\.tmpl|\.j2|\.tpl)?$", "", _base(name))
    return tuple(filter(None, re.split(r"[-_. ]+", stem.casefold())))


def _base(name: str) -> str:
    return PurePosixPath(name).name


def _by_unit(names: Sequence[str]) -> list[Group]:
    """A unit and its drop-ins, `coder.service.d/*.conf`, wherever their folders are."""
    groups: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        folder = PurePosixPath(name).parent.name
        is_drop_in = folder.endswith(".d")
        unit = folder.removesuffix(".d") if is_drop_in else PurePosixPath(name).name
        place = len(groups.get(unit, ())) if is_drop_in else 0
        groups.setdefault(unit, []).insert(place, index)
    return [tuple(group) for group in groups.values()]


_RULES: Final[dict[str, Callable[[Sequence[str]], list[Group]]]] = {
    "helm-values": _by_name,
    "compose": _by_name,
    "terraform": _by_folder,
    "systemd": _by_unit,
}
