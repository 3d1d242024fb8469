"""Where confaudit.yaml lies in the repository under review, and what a review takes from beside it.

A change can move it: policy and exceptions beside another one, or none, would then be what counts.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from confaudit.catalog import USER_FOLDER
from confaudit.configfile import NAMES
from confaudit.rulebook.advisories import USER_FILE
from confaudit.store.command import work_tree_of
from confaudit.store.trees import Tree
from confaudit.workflows.setup import Setup

_FILES: Final = (*NAMES, USER_FILE)


def inside(setup: Setup) -> str | None:
    """From the root of the repository to the folder of confaudit.yaml, with a slash at its end.

    None where that folder lies outside.
    """
    return _from_root(setup, setup.loaded.folder)


def inside_before(setup: Setup, base: Tree) -> str | None:
    """The same as it was at a revision: the nearest that had one, upwards from the same start.

    Raises:
        StoreError: the history cannot be read.
    """
    now = inside(setup)
    if now is None or setup.searched_from is None:
        return now
    start = _from_root(setup, setup.searched_from)
    found = (one for one in _upwards(start or "") if _is_there(base, one))
    return next(found, _from_root(setup, Path.cwd()) or "")


def decisive(paths: Iterable[str], folder: str) -> Iterator[str]:
    """Those of some paths that a review goes by, policy and exceptions apart."""
    for path in paths:
        name = path.removeprefix(folder)
        if path == f"{folder}{name}" and _is_decisive(name):
            yield path


def _is_decisive(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name in _FILES or (len(parts) == 2 and parts[0] == USER_FOLDER)


def _from_root(setup: Setup, folder: Path) -> str | None:
    place, root = folder.resolve(), work_tree_of(setup.repo)
    if root is None:  # a bare repository has no folder that confaudit.yaml could lie in
        return ""
    if not place.is_relative_to(root):
        return None
    inner = place.relative_to(root).as_posix()
    return "" if inner == "." else f"{inner}/"


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = folder[: folder.rstrip("/").rfind("/") + 1]
        yield folder


def _is_there(tree: Tree, folder: str) -> bool:
    paths = [f"{folder}{name}" for name in NAMES]
    return any(tree.entry(path) or tree.holds_other(path) for path in paths)
