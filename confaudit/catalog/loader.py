"""Catalogues, found and read: the one that comes with confaudit, and the user's own over it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from confaudit.catalog import document
from confaudit.core.coder.releases import Catalog, Release, Version
from confaudit.core.text.wording import visible
from confaudit.errors import CatalogError
from confaudit.yaml_file import read_bytes

USER_FOLDER: Final = "coder-releases"
"""Beside confaudit.yaml; each `*.json` in it is a catalogue in the form of the packaged one."""

_PACKAGED = Path(__file__).with_name("coder.json")


@cache
def packaged() -> Catalog:
    """Read the catalogue that comes with confaudit.

    Raises:
        CatalogError: The file is missing or damaged, as it can be in a broken installation.
    """
    try:
        data = _PACKAGED.read_bytes()
    except OSError as error:
        raise CatalogError(
            "the catalogue of releases that comes with confaudit cannot be read",
            "install confaudit again",
        ) from error
    return Catalog(document.load(data, _PACKAGED.name))


def load(folder: Path) -> Catalog:
    """The packaged catalogue, and over it the user's own in `folder`, which need not exist.

    Raises:
        CatalogError: A file cannot be read or is damaged, or two hold the same release.
    """
    own = [release for path in sorted(folder.glob("*.json")) for release in read(path)]
    times = Counter(Version.parse(release.version) for release in own)
    for release in own:
        if times[Version.parse(release.version)] > 1:
            raise CatalogError(
                f"two catalogues in {visible(str(folder))} hold Coder {release.version}",
                "keep one of them",
            )
    return Catalog([*_releases(packaged()), *own]) if own else packaged()


def fingerprint(folder: Path) -> str:
    """What tells the catalogue of `load` from any other, without reading it."""
    files = ((path.name, path.stat()) for path in _files(folder))
    return " ".join(f"{name}:{stat.st_size}:{stat.st_mtime_ns}" for name, stat in files)


def digest(folder: Path) -> str:
    """What is the same wherever the catalogue of `load` is."""
    return sha256(b"".join(map(Path.read_bytes, _files(folder)))).hexdigest()


def _files(folder: Path) -> Iterable[Path]:
    return (_PACKAGED, *sorted(folder.glob("*.json")))


def read(path: Path) -> tuple[Release, ...]:
    """The releases of one file, in version order.

    Raises:
        CatalogError: It cannot be read or is damaged.
    """
    return document.load(read_bytes(path, CatalogError), str(path))


def without(catalog: Catalog, version: str) -> Catalog:
    """A catalogue without one release, so that nothing is learnt about it from itself."""
    left_out = Version.parse(version)
    return Catalog(one for one in _releases(catalog) if Version.parse(one.version) != left_out)


def _releases(catalog: Catalog) -> Iterator[Release]:
    return map(catalog.nearest, catalog.versions)


def versions() -> tuple[str, ...]:
    """Every version in the packaged catalogue, in version order."""
    return packaged().versions


def release(version: str) -> Release | None:
    """Find exactly this version in the packaged catalogue, build metadata aside."""
    return packaged().release(version)


def nearest(version: str) -> Release:
    """Find the packaged release to go by for a version, known or not: see `Catalog.nearest`."""
    return packaged().nearest(version)
