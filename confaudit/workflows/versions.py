"""Versions as operators write them, and the facts to go by."""

from collections.abc import Iterator, Sequence
from typing import Final

from confaudit.core.coder.releases import Catalog, Release, Version, has_no_number
from confaudit.core.text.wording import listing, plural, visible
from confaudit.errors import ConfigError
from confaudit.patterns import regex

LATEST: Final = "latest"
STABLE: Final = "stable"

_LINE: Final = regex(r"v?([0-9]{1,9}\.[0-9]{1,9})")
_IMPORT: Final = "`confaudit catalog update` learns what is missing"


def parse_version(text: str) -> Version:
    """Read a version as an operator writes it, with or without `v`.

    Raises:
        ConfigError: it is none.
    """
    try:
        return Version.parse(text.strip())
    except ValueError:
        raise ConfigError(
            f"{visible(text)} is no version of Coder",
            f"write it as 2.34.5, or name a line such as 2.34, {LATEST} or {STABLE}",
        ) from None


def version_of(text: str, catalog: Catalog) -> str:
    """The version that is meant, without `v`: `latest`, `stable` and a line stand for one.

    Raises:
        ConfigError: it is no version or older than all that is known, or no such line is known.
    """
    if named := version_by_word(text.strip(), catalog.versions):
        return named
    version, oldest = parse_version(text), catalog.versions[0]
    if version.base < Version.parse(oldest) and not has_no_number(version):
        raise ConfigError(
            f"Coder {visible(text.strip())} is older than {oldest}, where what is known begins",
            f"name a release from {oldest} on",
        )
    return text.strip().removeprefix("v")


def version_by_word(word: str, versions: Sequence[str]) -> str:
    """What `latest`, `stable` or a line stands for; empty where it is none of these.

    Coder calls the newest line mainline and the one before it stable (coder/coder
    docs/install/releases); of each it is the newest of the releases that are known, which stand
    in version order.

    Raises:
        ConfigError: no release of that line is known.
    """
    if word not in (LATEST, STABLE) and not _LINE.fullmatch(word):
        return ""
    newest = {_line(version): version for version in _stable(versions)}
    lines = list(newest)
    line = {LATEST: lines[-1:], STABLE: lines[-2:-1]}.get(word, [word.removeprefix("v")])
    if not line or line[0] not in newest:
        raise ConfigError(
            f"no release of {visible(word)} is known",
            f"the newest lines known are {listing(lines[-3:])}; {_IMPORT}",
        )
    return newest[line[0]]


def _stable(versions: Sequence[str]) -> Iterator[str]:
    parsed = ((version, Version.parse(version)) for version in versions)
    return (text for text, version in parsed if version == version.base)


def _line(version: str) -> str:
    return Version.parse(version).line_name


def release_of(text: str, catalog: Catalog) -> Release:
    """The release that is meant, if need be with the facts of the nearest one that is known.

    Raises:
        ConfigError: see `version_of`.
    """
    return catalog.lend(version_of(text, catalog))


def meaning(text: str, release: Release) -> Iterator[str]:
    """Say which release a word stands for."""
    word = text.strip()
    what = {
        LATEST: "the newest release",
        STABLE: "the newest release of the line before the newest,",
    }.get(word, "its newest release" if _LINE.fullmatch(word) else "")
    if what:
        yield f"{visible(word)} stands for {release.version}, {what} as far as is known."


def as_far_as(catalog: Catalog, *asked: tuple[str, Release]) -> tuple[str, ...]:
    """The releases up to which an answer is known; none where all is known that it rests on.

    It rests on the facts of each release, and on what the version asked for stands for: a newer
    line or patch than any that is known would change what a word means.
    """
    limits = (release.as_far_as or _newest_known(word, catalog) for word, release in asked)
    return tuple(dict.fromkeys(filter(None, limits)))


def _newest_known(word: str, catalog: Catalog) -> str:
    """The newest release that decides what a word stands for; empty where it is a version."""
    deciding = {STABLE: LATEST}.get(word.strip(), word.strip())
    return version_by_word(deciding, catalog.versions)


def about(release: Release, catalog: Catalog) -> Iterator[str]:
    """Say so where facts of another release stand for those of this one, or not all are told."""
    if release.unsure:
        yield (
            f"Of Coder {visible(release.as_far_as)} {plural(len(release.unsure), 'option')} that "
            f"{release.borrowed_from} has were not shown by what it was learnt from: they are "
            "removed or hidden, not known."
        )
    if not release.facts_of:
        return
    shown, newest = visible(release.version), catalog.versions[-1]
    is_own = release.facts_of == release.version
    if is_own or catalog.release(release.facts_of) is None:
        whose = "its own options" if is_own else f"the options of {visible(release.facts_of)}"
        yield f"Of Coder {shown} not all is known: {whose} are gone by, as the server tells them."
    elif parse_version(release.version) > parse_version(newest):
        yield (
            f"Coder {shown} is newer than the catalogue, which ends with {newest}: "
            "what it brought is not known."
        )
    else:
        yield (
            f"Coder {shown} is not in the catalogue: the facts of {release.facts_of} stand for it."
        )
