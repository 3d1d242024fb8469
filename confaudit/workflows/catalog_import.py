"""Learn a release that confaudit does not know, and write it to the user's own catalogues."""

import functools
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from confaudit import catalog
from confaudit.catalog.document import dump
from confaudit.catalog.from_deployment import A_SNAPSHOT, A_SNAPSHOT_HINT
from confaudit.catalog.merge import Learnt, merge
from confaudit.catalog.partial import Kind, Partial
from confaudit.core.coder.facts import NOTHING_KNOWN
from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.text.wording import visible
from confaudit.errors import CatalogError
from confaudit.workflows.load import Loader
from confaudit.workflows.release_inputs import read_inputs
from confaudit.workflows.setup import Setup
from confaudit.workflows.write import write_text


class Imported(Struct, frozen=True):
    """What was learnt, and the file that holds it now."""

    learnt: Learnt
    path: Path
    written: bool
    """False when the file said exactly this already."""
    inputs: tuple[tuple[str, Kind], ...]
    """Name and kind of each."""


def import_release(
    setup: Setup,
    arguments: Sequence[str],
    version: str = "",
    date: str = "",
    output: Path | None = None,
    force: bool = False,
    stdin: Callable[[], bytes] = lambda: sys.stdin.buffer.read(),
) -> Imported:
    """Learn one release from all inputs together.

    An empty `version` or `date` (ISO 8601) is not known; without `output` the file lies beside
    confaudit.yaml, where every other command finds it.

    Raises:
        CatalogError: the inputs are of several releases or none, or, without `force`, the
            release is known or the file exists and says something else.
        SourceError, ApiError, ConfigError: an input cannot be read.
    """
    loader = Loader(setup, functools.cache(stdin))  # recognised first, then read
    inputs = read_inputs(loader, arguments)
    partials = [partial for _, partial in inputs]
    version = _agreed((version, *(partial.version for partial in partials)))
    if catalog.release(version) and not force:
        raise CatalogError(
            f"confaudit knows Coder {version} already",
            "give --force to use what these inputs tell instead",
        )
    if all(partial.kind is Kind.SNAPSHOT for partial in partials):
        raise CatalogError(f"{visible(arguments[0])} {A_SNAPSHOT}", A_SNAPSHOT_HINT)
    learnt = learn(partials, setup.catalog(), version, date)
    path = output or setup.releases_folder() / f"{version}.json"
    named = tuple((label, partial.kind) for label, partial in inputs)
    return Imported(learnt, path, write_release(path, learnt, force=force), named)


def learn(partials: Sequence[Partial], known: Catalog, version: str, date: str) -> Learnt:
    """What inputs tell of one release, over the nearest one known; never over itself."""
    base = catalog.without(known, version).nearest(version)
    before = known.release(version)
    return merge(
        partials,
        base,
        version,
        date or (before.date if before else ""),
        before.experiments if before else NOTHING_KNOWN,
    )


def _agreed(versions: Iterable[str]) -> str:
    """The one version that the user and the inputs name, without what does not count."""
    named = {Version.parse(version): version for version in versions if version}
    if not named:
        raise CatalogError(
            "no input tells which release it is of",
            "give the version first: `confaudit catalog import 2.36.0 server.md`",
        )
    if len(named) > 1:
        listed = " and ".join(named[version] for version in sorted(named))
        raise CatalogError(
            f"the inputs are of several releases: {listed}", "import one release at a time"
        )
    return next(iter(named.values())).removeprefix("v").partition("+")[0]


def write_release(path: Path, learnt: Learnt, *, force: bool = False) -> bool:
    """Write a catalogue of one release; whether the file said something else or was not there.

    Raises:
        CatalogError: it exists and says something else, without `force`.
        ConfigError: it cannot be written.
    """
    data = dump([learnt.release])
    if path.exists():
        if path.is_file() and path.read_bytes() == data:
            return False
        if not force:
            raise CatalogError(
                f"{path} exists and says something else",
                "give --force to overwrite it, then review the difference in git",
            )
    elif path.parent.name == catalog.USER_FOLDER:
        path.parent.mkdir(exist_ok=True)
    write_text(path, data.decode())
    return True
