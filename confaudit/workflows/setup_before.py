"""The files beside confaudit.yaml as they were before a change: for one that strangers propose.

By what stands there a file is taken for another deployment's, a release for one that knows more
names, a finding for one that an advisory tells in its place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from confaudit import configfile
from confaudit.catalog import USER_FOLDER
from confaudit.store.trees import Tree
from confaudit.workflows.setup import Setup
from confaudit.workflows.setup_place import decisive


@contextmanager
def setup_before(setup: Setup, base: Tree, inside: str) -> Iterator[Setup]:
    """The setup with those files as a revision has them.

    `inside` leads from the root of the repository to their folder, with a slash at its end.

    Raises:
        ConfigError: its confaudit.yaml says something it cannot.
        StoreError: the history cannot be read.
    """
    with TemporaryDirectory(prefix="confaudit-") as place:
        folder = Path(place)
        _write(base, inside, folder)
        yield replace(setup, loaded=_load(folder))


def _load(folder: Path) -> configfile.Loaded:
    paths = [folder / name for name in configfile.NAMES]
    path = next(filter(Path.is_file, paths), None)
    if path is None:
        return configfile.Loaded(configfile.Configuration(), paths[0], frozenset())
    return configfile.load(path)


def _write(base: Tree, inside: str, folder: Path) -> None:
    (folder / USER_FOLDER).mkdir()
    for path in decisive(base.files(), inside):
        (folder / path.removeprefix(inside)).write_bytes(base.read(path) or b"")
