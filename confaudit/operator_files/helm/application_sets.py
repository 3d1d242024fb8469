"""Which Applications an ApplicationSet of Argo CD makes, as far as files tell."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm.parameters import (
    MOST,
    Environment,
    Parameters,
    flat,
    guessed,
    of_path,
)
from confaudit.yaml_nodes import Node, Scalar, get, items_at, text_at

_UNKNOWN: Final = ("clusters", "scmProvider", "pullRequest", "clusterDecisionResource", "plugin")
"""Generators that ask somebody: only the values that they add themselves are known."""


def applications(spec: Node, near: OperatorFile, beside: Beside) -> Iterator[tuple[str, Node]]:
    """The name of each Application of a set, and its `spec`.

    Where no generator tells, those that the files given are for; one with open templates if none
    are.
    """
    template = get(spec, "template")
    for known in _parameters(items_at(spec, "generators"), near, beside):
        whole = Environment(known=known).in_node(template) if template else spec
        for one in guessed(_value_files(whole), beside.files) or [Environment()]:
            made = one.in_node(whole)
            name = text_at(made, "metadata", "name")
            yield (one.name if "{{" in name or not name else name), get(made, "spec") or made


def _value_files(template: Node) -> list[str]:
    sources = [*items_at(template, "spec", "sources"), get(template, "spec", "source")]
    paths = [path for one in sources for path in items_at(one, "helm", "valueFiles")]
    return [path.text for path in paths if isinstance(path, Scalar) and "{{" in path.text]


def _parameters(generators: Sequence[Node], near: OperatorFile, beside: Beside) -> list[Parameters]:
    """What each Application is filled in with; nothing for one where no generator tells."""
    reader = _Generators(near, beside)
    found = (known for one in generators for known in reader.read(one))
    return [*islice(found, MOST)] or [{}]


class _Generators:
    """The generators of one set."""

    def __init__(self, near: OperatorFile, beside: Beside) -> None:
        self._near: Final = near
        self._beside: Final = beside

    def read(self, generator: Node, depth: int = 0) -> Iterator[Parameters]:
        """What one generator makes."""
        if elements := items_at(generator, "list", "elements"):
            yield from map(flat, elements)
        elif git := get(generator, "git"):
            yield from self._git(git)
        elif matrix := items_at(generator, "matrix", "generators"):
            yield from self._matrix(matrix, depth) if depth < 2 else ()
        elif merge := get(generator, "merge"):
            yield from self._merge(merge, depth) if depth < 2 else ()
        else:
            yield from (_values(get(generator, one)) for one in _UNKNOWN if get(generator, one))

    def _matrix(self, generators: Sequence[Node], depth: int) -> Iterator[Parameters]:
        """Each of the first with each that the others make with what it knows."""
        first, *others = generators
        for known in self.read(first, depth + 1):
            if not others:
                yield known
                continue
            rest = [Environment(known=known).in_node(one) for one in others]
            yield from ({**known, **more} for more in self._matrix(rest, depth + 1))

    def _merge(self, merge: Node, depth: int) -> Iterator[Parameters]:
        """Those of the first, with what the others say of the same keys."""
        keys = [key.text for key in items_at(get(merge, "mergeKeys")) if isinstance(key, Scalar)]
        found = [[*self.read(one, depth + 1)] for one in items_at(merge, "generators")]
        first, *others = found or [[]]
        for known in first:
            over = (one for more in others for one in more if _agree(known, one, keys))
            yield {**known, **{key: value for one in over for key, value in one.items()}}

    def _git(self, git: Node) -> Iterator[Parameters]:
        found = (
            *self._folders(items_at(git, "directories")),
            *self._configs(items_at(git, "files")),
        )
        values = _values(git)
        for known in found:
            yield {**known, **Environment(known=known).in_values(values)}

    def _folders(self, directories: Sequence[Node]) -> Iterator[Parameters]:
        """The folders in which given files lie."""
        out = [one for one in directories if text_at(one, "exclude") == "true"]
        folders = [path for file in self._beside.files for path in PurePosixPath(file.path).parents]
        wanted = (one for one in directories if one not in out)
        found = (_tail(folder, one) for one in wanted for folder in folders)
        for path in dict.fromkeys(filter(None, found)):
            if not any(_tail(PurePosixPath(path), one) for one in out):
                yield of_path(path)

    def _configs(self, paths: Sequence[Node]) -> Iterator[Parameters]:
        """What stands in the given files that a generator reads."""
        patterns = [_glob(text_at(one, "path")) for one in paths]
        for file in self._beside.files:
            if not any(one.fullmatch(file.path) for one in patterns):
                continue
            self._beside.take(file)
            folder = str(PurePosixPath(file.path).parent)
            for root in file.yaml.roots if file.yaml else ():
                for one in (*items_at(root),) or (root,):
                    yield {**of_path(folder), **flat(one), "path.filename": _name(file)}


def _name(file: OperatorFile) -> str:
    return PurePosixPath(file.path).name


def _values(generator: Node | None) -> Parameters:
    return flat(get(generator, "values"), "values")


def _agree(one: Parameters, other: Parameters, keys: Iterable[str]) -> bool:
    return all(one.get(key) == other.get(key) for key in keys)


def _tail(folder: PurePosixPath, directory: Node) -> str:
    """The end of a path that the pattern of a generator fits; empty where it does not."""
    pattern = text_at(directory, "path")
    tail = "/".join(folder.parts[-len(PurePosixPath(pattern).parts) :])
    return tail if pattern and _glob(pattern).fullmatch(tail) else ""


_MOST_STARS: Final = 4
"""In one pattern: nobody writes more, and each takes its time to find."""


def _glob(pattern: str) -> re.Pattern[str]:
    """`apps/*/config.json`, `envs/**/values.json`, wherever the repository lies."""
    stars = {"**": ".*", "*": "[^/]*"} if pattern.count("*") <= _MOST_STARS else {}
    parts = (stars.get(one) or re.escape(one) for one in re.split(r"(\*\*|\*)", pattern))
    return re.compile(rf"(?:.*/)?{''.join(parts)}")
