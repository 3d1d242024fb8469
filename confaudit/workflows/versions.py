"""Versions as operators write them, and the facts to go by."""

from collections.abc import Iterator
from dataclasses import replace

from confaudit.core.coder.releases import Catalog, Release, Version
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError


def parse_version(text: str) -> Version:
    """Read a version as an operator writes it, with or without `v`.

    Raises:
        ConfigError: it is none.
    """
    try:
        return Version.parse(text.strip())
    except ValueError:
        raise ConfigError(f"{visible(text)} is no version of Coder", "write it as 2.34.5") from None


def release_of(text: str, catalog: Catalog) -> Release:
    """A release under the version asked for, with the facts of the nearest one that is known.

    Raises:
        ConfigError: the text is no version.
    """
    parse_version(text)
    version = text.strip().removeprefix("v")
    return replace(catalog.nearest(version), version=version)


def known_release(text: str, catalog: Catalog) -> Release:
    """A release whose own facts are known; a development build goes by that of its number.

    Raises:
        ConfigError: it is no version, or nothing is known about it.
    """
    version, release = parse_version(text), release_of(text, catalog)
    if catalog.release(release.version) or version != version.base:
        return release
    raise ConfigError(
        f"Coder {visible(release.version)} is not in the catalogue of releases",
        f"the nearest one known is {catalog.nearest(release.version).version}; "
        "`confaudit catalog import` learns a release from a server or its documentation",
    )


def about(version: str, catalog: Catalog) -> Iterator[str]:
    """Say so where the facts of another release stand for those of a version."""
    near, newest = catalog.nearest(version).version, catalog.versions[-1]
    if parse_version(version) > parse_version(newest):
        yield (
            f"Coder {visible(version)} is newer than the catalogue, which ends with {newest}: "
            "what it brought is not known."
        )
    elif catalog.release(version) is None:
        yield f"Coder {visible(version)} is not in the catalogue: the facts of {near} stand for it."
