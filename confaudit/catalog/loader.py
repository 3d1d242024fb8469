"""The catalogue that comes with confaudit: found, read once at the first question, and asked."""

from functools import cache
from pathlib import Path

from confaudit.catalog.document import load
from confaudit.core.releases import Catalog, Release
from confaudit.errors import CatalogError

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
            "The catalogue of releases that comes with confaudit cannot be read.",
            "Install confaudit again.",
        ) from error
    return Catalog(load(data, _PACKAGED.name))


def versions() -> tuple[str, ...]:
    """Every version in the catalogue, in version order."""
    return packaged().versions


def release(version: str) -> Release | None:
    """Find exactly this version, build metadata aside."""
    return packaged().release(version)


def nearest(version: str) -> Release:
    """Find the release to go by for a version, known or not: see `Catalog.nearest`."""
    return packaged().nearest(version)
