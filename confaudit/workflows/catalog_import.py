"""Learn a release that confaudit does not know, and write it to the user's own catalogues."""

import functools
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from confaudit import catalog
from confaudit.catalog import (
    from_deployment,
    from_go_source,
    from_server_page,
    from_written_yaml,
)
from confaudit.catalog.document import dump
from confaudit.catalog.from_deployment import A_SNAPSHOT, A_SNAPSHOT_HINT
from confaudit.catalog.merge import Learnt, merge
from confaudit.catalog.partial import Kind, Partial
from confaudit.core.coder.facts import NOTHING_KNOWN
from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.model import StoredFiles
from confaudit.core.snapshot.redact import redact
from confaudit.core.text.wording import visible
from confaudit.errors import CatalogError
from confaudit.sources.input import Input, locate
from confaudit.sources.wire import WireError, decode_text
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup
from confaudit.workflows.write import write_text


class _Importer(Protocol):
    """A module that learns from one kind of text."""

    HINT: str
    """What to do about a text that cannot be read, though it looks like one of its kind."""

    def recognise(self, text: str) -> bool: ...

    def read(self, text: str) -> Partial: ...


_TEXTS: Final[Sequence[_Importer]] = (from_go_source, from_server_page, from_written_yaml)
"""Importers of texts that are no deployment, and so no source either."""

_LARGEST_TEXT: Final = 1024 * 1024
"""Bytes; the docs page and the YAML of a release have some 100 KB."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was learnt, and the file that holds it now."""

    learnt: Learnt
    path: Path
    written: bool
    """False when the file said exactly this already."""


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
    partials = [_partial(loader, argument) for argument in arguments]
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
    return Imported(learnt, path, written=write_release(path, learnt, force=force))


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


def _partial(loader: Loader, argument: str) -> Partial:
    return partial_from(locate(argument, loader.context), loader)


def partial_from(given: Input, loader: Loader) -> Partial:
    """What one input tells of a release.

    Raises:
        CatalogError, SourceError: it cannot be read.
    """
    text = _text(given)
    for importer in _TEXTS:
        if importer.recognise(text):
            return _learn(importer, text, given.label)
    raw = loader.read(given.argument if given.content is None else given)
    if isinstance(raw, StoredFiles):
        return from_deployment.read_snapshot(loader.clean(raw), given.label)
    return from_deployment.read(redact(raw))


def _text(given: Input) -> str:
    """What an importer of texts may look at; nothing else is text of such a size."""
    content = given.content or b""
    try:
        return decode_text(content) if len(content) <= _LARGEST_TEXT else ""
    except WireError:
        return ""


def _learn(importer: _Importer, text: str, label: str) -> Partial:
    try:
        return importer.read(text)
    except ValueError as error:
        raise CatalogError(f"{label} {error}", importer.HINT) from None


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
