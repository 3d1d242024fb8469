"""Fetch the releases of Coder that the catalogue lacks, learn them, and write them down."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from confaudit import catalog
from confaudit.catalog import document
from confaudit.catalog.merge import Learnt
from confaudit.catalog.partial import Partial
from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.text.wording import listing, plural, visible
from confaudit.errors import CatalogError, ConfigError, MirrorError, SourceError
from confaudit.sources.input import Input
from confaudit.sources.mirror import (
    LIST,
    OLDEST,
    PUBLIC,
    PUBLIC_LIST,
    Published,
    Tree,
    open_tree,
    published,
)
from confaudit.workflows.catalog_import import Imported, learn, write_release
from confaudit.workflows.load import Loader
from confaudit.workflows.release_inputs import partial_from
from confaudit.workflows.setup import Setup
from confaudit.workflows.versions import LATEST, STABLE, parse_version, version_by_word
from confaudit.workflows.write import write_named

MOST: Final = 500
"""Releases that one run learns at most: more in a list are a mistake or an attack."""

_BEST_FIRST: Final = (
    ("codersdk/deployment.go",),
    (
        "docs/reference/cli/server/index.md",
        "docs/reference/cli/server.md",
        "docs/reference/api/general.md",
    ),
)
"""The source of a release; where it cannot be read its docs pages, which tell less. The page of the
server has moved, so that a release has one or the other."""


class UpdateRequest(Struct, frozen=True):
    """What the command line asks for."""

    target: str = ""
    """The last release to learn, as `upgrade` takes it; empty for the newest of all."""
    url: str = ""
    """Overrides catalog_url; a folder counts from the working folder."""
    releases: str = ""
    """Overrides catalog_releases likewise."""
    output: Path | None = None
    """A catalogue to extend; else each release gets a file beside confaudit.yaml."""
    dry_run: bool = False


class Skipped(Struct, frozen=True):
    """A release that could not be learnt."""

    version: str
    reason: str
    """The rest of a sentence that names the release."""


def update(setup: Setup, request: UpdateRequest) -> Iterator[Imported | Skipped]:
    """Learn every release that is published and not known, the oldest first.

    Each is written as soon as it is learnt, and the next one builds on it. What cannot be learnt
    is told, and keeps no other from being learnt.

    Raises:
        MirrorError: nothing can be fetched; what was learnt before stays.
        ConfigError: the target, a URL or a place to write to cannot be meant.
        CatalogError: a catalogue is damaged or in the way.
    """
    shelf = _Shelf(setup, request)
    loader = Loader(setup)
    with _files(setup, request) as files:
        for release in _missing(_listed(setup, request, files), request.target, shelf.known):
            found = _learnt(files, release, shelf.known, loader)
            yield shelf.put(found) if isinstance(found, Learnt) else found


# --- where releases are -------------------------------------------------------------------------


def _files(setup: Setup, request: UpdateRequest) -> Tree:
    if request.url:
        return _tree(setup, request.url, Path.cwd())
    return _tree(setup, setup.configuration.catalog_url, setup.loaded.folder)


def _tree(setup: Setup, where: str, base: Path) -> Tree:
    return open_tree(where, base, setup.timeout, setup.retries)


def _listed(setup: Setup, request: UpdateRequest, files: Tree) -> tuple[Published, ...]:
    """What the list says that is named, or the one that belongs to the files."""
    if request.releases:
        return _published(setup, request.releases, Path.cwd())
    if setup.configuration.catalog_releases:
        return _published(setup, setup.configuration.catalog_releases, setup.loaded.folder)
    if (request.url or setup.configuration.catalog_url) == PUBLIC:
        return _published(setup, PUBLIC_LIST, Path.cwd())
    return published(files, LIST)


def _published(setup: Setup, where: str, base: Path) -> tuple[Published, ...]:
    folder, _, name = where.rpartition("/")
    with _tree(setup, folder, base) as tree:
        return published(tree, name)


def _missing(listed: Sequence[Published], target: str, known: Catalog) -> tuple[Published, ...]:
    """What is to be learnt, in version order."""
    last = _last(target, listed)
    listed = listed or (Published(last),)
    missing = [
        one for one in listed if one.version <= last and known.release(str(one.version)) is None
    ]
    newest = Version.parse(known.versions[-1])
    strange = [visible(str(one.version)) for one in missing if one.version.major > newest.major + 1]
    if strange:
        raise ConfigError(
            f"{strange[-1]} cannot be a release of Coder, of which {newest} is the newest known",
            "check catalog_releases, or say with --to which is the last to learn",
        )
    if len(missing) > MOST:
        raise ConfigError(
            f"{plural(len(missing), 'release')} are missing, which no list of Coder's can mean",
            "check catalog_releases, or say with --to which is the last to learn",
        )
    return tuple(missing)


def _last(target: str, listed: Sequence[Published]) -> Version:
    """The last release to learn: what a word or a line stands for, or a version."""
    versions = [str(one.version) for one in listed]
    if not versions:
        return _unlisted(target)
    if named := version_by_word(target or LATEST, versions):
        return Version.parse(named)
    version = parse_version(target)
    if target.removeprefix("v") not in versions:
        raise ConfigError(
            f"the list has no release {visible(target)}", f"the newest is {versions[-1]}"
        )
    return version


def _unlisted(target: str) -> Version:
    """The one release to learn where no list says which there are."""
    if target in ("", LATEST, STABLE):
        raise MirrorError(
            "there is no list of Coder's releases",
            f"put {LIST} beside the files, name one as catalog_releases, or name the release to "
            "learn: --to 2.36.0",
        )
    version = parse_version(target)
    if version.base != version or version < OLDEST:
        raise ConfigError(
            f"{visible(target)} is no stable release since {OLDEST}", "name one such as 2.36.0"
        )
    return version


# --- what they tell -----------------------------------------------------------------------------


def _learnt(files: Tree, release: Published, known: Catalog, loader: Loader) -> Learnt | Skipped:
    """What the best files of a release tell, or why none does."""
    version, reasons = str(release.version), []
    for paths in _BEST_FIRST:
        try:
            found = [one for path in paths if (one := _read(files, f"v{version}/{path}", loader))]
            if found:
                return _trusted(learn(found, known, version, release.date))
        except (CatalogError, SourceError) as error:
            reasons.append(error.message)
    nothing = f"neither {_BEST_FIRST[0][0]} nor a docs page of it is there"
    return Skipped(version, listing(reasons or [nothing]))


def _trusted(learnt: Learnt) -> Learnt:
    """What nobody looks at before it is written; raises CatalogError where it cannot be right."""
    if learnt.has_lost_most:
        base, gone = learnt.base, len(learnt.gone)
        raise CatalogError(
            f"{gone} of the {len(base.options)} options of {base.version} would be gone",
            "look at the file, and learn it with `confaudit catalog import`",
        )
    return learnt


def _read(files: Tree, path: str, loader: Loader) -> Partial | None:
    content = files.read(path)
    return None if content is None else partial_from(Input(path, path, content=content), loader)


class _Shelf:
    """Where releases are written to, and what is known with them."""

    def __init__(self, setup: Setup, request: UpdateRequest) -> None:
        self._output, self._folder = request.output, setup.releases_folder()
        self._is_dry = request.dry_run
        self._held = (
            catalog.read(request.output) if request.output and request.output.exists() else ()
        )
        self.known = Catalog(self._held) if self._held else setup.catalog()

    def put(self, learnt: Learnt) -> Imported:
        """Write a release, unless nothing is to be written."""
        self.known = Catalog([*self.known.releases, learnt.release])
        self._held = (*self._held, learnt.release)
        path = self._output or self._folder / f"{learnt.release.version}.json"
        if not self._is_dry:
            self._write(path, learnt)
        return Imported(learnt, path, not self._is_dry, inputs=())

    def _write(self, path: Path, learnt: Learnt) -> None:
        if self._output:
            write_named(path, document.dump(self._held).decode())
        else:
            write_release(path, learnt)
