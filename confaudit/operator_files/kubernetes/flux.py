"""What Flux fills in: `${VAR}` in the manifests that its Kustomizations apply."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.text.wording import visible
from confaudit.operator_files.beside import Resource, resources
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.kubernetes.providers import texts
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping as Map
from confaudit.yaml_nodes import Node, Scalar, entries, follow, get, items_at, text_at

_GROUP: Final = "kustomize.toolkit.fluxcd.io"
_VARIABLE: Final = regex(r"(?<!\$)\$\{(?P<name>[A-Za-z_]\w*)(?::?[-=](?P<default>[^${}\n]*))?\}")


class _Substitution(Struct, frozen=True, eq=False):
    """The variables of one Kustomization."""

    file: OperatorFile
    path: PurePosixPath
    """Where its manifests lie in the repository."""
    variables: Mapping[str, str]
    is_whole: bool
    """Whether there are no others: then what is not among them becomes the empty text."""
    used: tuple[OperatorFile, ...]
    """The files that told them."""
    notes: tuple[str, ...] = ()
    """What others come from, which is not told here."""

    def fill(self, match: re.Match[str]) -> str:
        """What becomes of one variable; it stays where that is not known."""
        value = self.variables.get(match["name"])
        if value is None and self.is_whole:
            value = match["default"] or ""
        return match[0] if value is None or "\n" in value else value


class Filled(Struct, frozen=True):
    """Files as Flux applies them."""

    files: tuple[OperatorFile, ...]
    used: tuple[OperatorFile, ...] = ()
    """Those of them that say what is filled in."""
    notes: tuple[str, ...] = ()
    """What more may be filled in, in whole sentences."""


def filled(files: Sequence[OperatorFile]) -> Filled:
    """The files, where what Flux fills in is told by those that are given."""
    flux = [file for file in files if "postBuild" in file.text and _GROUP in file.text]
    found = [one for file in flux for one in _substitutions(file, files)]
    meant = {id(file): _meant(file, found) for file in files if file not in flux}
    in_use = [
        one for one in found if any(each and each.file is one.file for each in meant.values())
    ]
    return Filled(
        tuple(_filled(file, meant.get(id(file))) for file in files),
        tuple(file for one in in_use for file in one.used),
        tuple(note for one in in_use for note in one.notes),
    )


def _filled(file: OperatorFile, substitution: _Substitution | None) -> OperatorFile:
    if substitution is None:
        return file
    return replace(file, text=_VARIABLE.sub(substitution.fill, file.text))


def _substitutions(file: OperatorFile, files: Iterable[OperatorFile]) -> Iterator[_Substitution]:
    maps = (one for each in files for one in resources(each) if one.kind == "ConfigMap")
    others = {one.name: one for one in maps}
    for one in resources(file):
        build = get(one.node, "spec", "postBuild")
        if one.group == _GROUP and build is not None:
            named = items_at(build, "substituteFrom")
            sources = [_source(item, others) for item in named]
            missing = [item for item, known in zip(named, sources, strict=True) if not known]
            own = get(build, "substitute")
            variables = _held(sources) | (_texts(own) if isinstance(own, Map) else {})
            path = PurePosixPath(text_at(one.node, "spec", "path").lstrip("./"))
            used = (file, *(each.file for each in sources if each))
            notes = tuple(_not_seen(item, file) for item in missing)
            yield _Substitution(file, path, variables, not missing, used, notes)


def _not_seen(item: Node, file: OperatorFile) -> str:
    what = visible(f"{text_at(item, 'kind')} {text_at(item, 'name')}")
    return file.remark(
        item.line, f"it fills in variables from the {what}, whose values are not here."
    )


def _held(sources: Sequence[Resource | None]) -> dict[str, str]:
    """The variables of resources: a later one that is not seen may have any name."""
    found: dict[str, str] = {}
    for one in sources:
        held = {name: each.text.text for name, each in texts(one).items()} if one else None
        found = {} if held is None else found | held
    return found


def _texts(node: Map) -> dict[str, str]:
    pairs = ((key.text, follow(value)) for key, value in entries(node))
    return {key: value.text for key, value in pairs if isinstance(value, Scalar)}


def _source(item: Node, maps: Mapping[str, Resource]) -> Resource | None:
    """The ConfigMap that it names; of a Secret no value is told here."""
    is_map = text_at(item, "kind") == "ConfigMap"
    return maps.get(text_at(item, "name")) if is_map else None


def _meant(file: OperatorFile, found: Sequence[_Substitution]) -> _Substitution | None:
    """The one whose folder a file lies in; without folders the only one there is beside it.

    That this one applies the file is likely, and what it does not tell stays as it is.
    """
    folder = PurePosixPath(file.path).parent
    fit = [one for one in found if one.path.parts and _is_below(folder, one.path)]
    if fit:
        return max(fit, key=lambda one: len(one.path.parts))
    beside = [one for one in found if PurePosixPath(one.file.path).parent == folder]
    return replace(beside[0], is_whole=False) if beside and len(found) == 1 else None


def _is_below(folder: PurePosixPath, path: PurePosixPath) -> bool:
    parts, wanted = folder.parts, path.parts
    return any(parts[at : at + len(wanted)] == wanted for at in range(len(parts)))
