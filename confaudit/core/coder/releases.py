"""Coder's releases as values: versions, their order, what each declares, which one to go by.

Where the facts come from is not known here: see `confaudit.catalog`.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import ClassVar, Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.coder.facts import NOTHING_KNOWN, Experiments, Facts
from confaudit.core.coder.options import zero
from confaudit.core.model import Json, OptionSpec
from confaudit.patterns import regex
from confaudit.reticent import Reticent

_VERSION: Final = regex(
    r"v?([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})"
    r"(?:-([0-9A-Za-z-]{1,64}(?:\.[0-9A-Za-z-]{1,64}){0,9}))?"
    r"(?:\+[0-9A-Za-z.-]+)?"
)

_RELEASED: Final = ((2, 0, ""),)
"""Stands where a pre-release has its identifiers, and sorts after all of them."""


class Version(Struct, frozen=True, order=True):
    """A Coder version in Semantic Versioning order; build metadata never counts."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[tuple[int, int, str], ...] = _RELEASED
    """Sort keys of the identifiers after `-`: numbers by size and before words."""

    @staticmethod
    @lru_cache(maxsize=1024)  # the same few hundred are read over and over
    def parse(text: str) -> "Version":
        """Read `2.34.5`, `v2.35.1+abc1234`, `2.34.0-devel+abc` or `2.36.0-rc.1`.

        Raises:
            ValueError: It is no version. The message does not repeat the text.
        """
        match = _VERSION.fullmatch(text)
        if not match:
            raise ValueError("not a Coder version such as 2.34.5")
        major, minor, patch, identifiers = match.groups()
        prerelease = tuple(map(_sort_key, identifiers.split("."))) if identifiers else _RELEASED
        return Version(int(major), int(minor), int(patch), prerelease)

    @property
    def line(self) -> tuple[int, int]:
        """The release line, which gets patch releases of its own: (2, 34)."""
        return self.major, self.minor

    @property
    def line_name(self) -> str:
        """The release line as people call it: `2.34`."""
        return f"{self.major}.{self.minor}"

    def __str__(self) -> str:
        """The number as people write it, without what comes after `-`."""
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def base(self) -> "Version":
        """The release that a candidate or development build carries the number of."""
        return Version(self.major, self.minor, self.patch)


def _sort_key(identifier: str) -> tuple[int, int, str]:
    return (0, int(identifier), "") if identifier.isdigit() else (1, 0, identifier)


def _no_facts(version: str) -> Facts:
    return Facts()


Marks: TypeAlias = Mapping[str, tuple[str, ...]]
"""`OptionSpec.key` → the fields of `OptionSpec` of which something is to be said."""


class Release(Reticent, frozen=True, dict=True):
    """What one stable release of Coder declares, and how well that is known.

    Of the releases that come with confaudit all is known. Of one that was learnt from documents,
    fields are marked by what they rest on: no mark means that an input tells the field.
    """

    unsaid: ClassVar = frozenset(
        {"options", "unsure", "guessed", "borrowed", "unknown", "find_facts"}
    )

    version: str
    """Without `v`: `2.34.5`."""
    date: str
    """Day of publication, ISO 8601; empty when unknown."""
    esr: bool
    """Whether its line gets extended support: operators upgrade from one such line to the next."""
    options: Mapping[str, OptionSpec]
    """By `OptionSpec.key`. Releases in a row that declare the same may share one mapping, so that
    whoever walks through all of them need look at it once."""
    leaves_without_option: tuple[str, ...] = ()
    """Leaves of the config tree that no option sets."""
    experiments: Experiments = NOTHING_KNOWN
    is_complete: bool = True
    """Whether `options` are all there are, hidden ones included. A payload shows them all, and so
    does Coder's own source; docs, help and a written YAML do not: an option that is not among
    `options` may then exist all the same."""
    unsure: Mapping[str, OptionSpec] = {}
    """What `borrowed_from` declares and no input shows: removed or hidden, not known. None of them
    is among `options`; without it nothing is known of them in this release."""
    guessed: Marks = field(default_factory=dict)
    """Fields that follow from names or likeness alone."""
    borrowed: Marks = field(default_factory=dict)
    """Fields that no input tells, as `borrowed_from` declares them."""
    unknown: Marks = field(default_factory=dict)
    """Fields that nothing tells: what stands in the option means nothing."""
    borrowed_from: str = ""
    """The release whose facts fill what no input tells; empty when none was needed."""
    facts_of: str = ""
    """The release whose facts stand for its own, as nothing is known of this one itself; empty
    where they are its own."""
    find_facts: Callable[[str], Facts] = _no_facts
    """Tells the facts of a version when somebody asks: most commands never do."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Release) and self._declared == other._declared

    def __hash__(self) -> int:
        return hash((self.version, self.borrowed_from, self.facts_of))

    @property
    def _declared(self) -> list[object]:
        """All of it but where its facts come from."""
        return [getattr(self, one) for one in self.__struct_fields__ if one != "find_facts"]

    @property
    def as_far_as(self) -> str:
        """The release that what is said about this one is known of; empty where all is known.

        That is this one itself where some of its options are not told.
        """
        return self.facts_of or ("" if self.is_complete else self.version)

    @cached_property
    def facts(self) -> Facts:
        """What holds for it and stands in none of its options."""
        return self.find_facts(self.version)

    @property
    def is_chart_known(self) -> bool:
        """Whether its chart has no other keys than `facts` tell."""
        return not self.as_far_as and self.facts.is_chart_known

    @cached_property
    def leaves(self) -> Mapping[str, tuple[OptionSpec, ...]]:
        """Config leaf → the options that set it; more than one means that they are aliases."""
        found: dict[str, tuple[OptionSpec, ...]] = {}
        for spec in self.options.values():
            if leaf := spec.json_path:
                found[leaf] = (*found[leaf], spec) if leaf in found else (spec,)
        return found

    def zero(self, leaf: str) -> Json:
        """The value that an absent leaf of the config tree stands for.

        Raises:
            KeyError: No option sets the leaf, so its type is not known.
        """
        return zero(self.leaves[leaf][0].type)  # aliases share one value, hence one type


class Catalog:
    """Releases by version, and the one to go by for a version that is not among them."""

    def __init__(self, releases: Iterable[Release]) -> None:
        """Take the releases in any order; the last of several with one version counts.

        Raises:
            ValueError: There is no release, or one has a version that is none.
        """
        found = {Version.parse(release.version): release for release in releases}
        if not found:
            raise ValueError("no release")
        self._order = sorted(found)
        self._releases = found

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """Every version in version order, which is not the order in time: lines get backports."""
        return tuple(self._releases[version].version for version in self._order)

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """Every release in version order."""
        return tuple(self._releases[version] for version in self._order)

    @cached_property
    def declared(self) -> tuple[OptionSpec, ...]:
        """Every declaration of any option, each once, those of the newest release first."""
        alike = {id(release.options): release.options for release in reversed(self.releases)}
        every = (spec for options in alike.values() for spec in options.values())
        return tuple({id(spec): spec for spec in every}.values())

    def release(self, version: str) -> Release | None:
        """Find exactly this version, build metadata aside."""
        wanted = _parsed(version)
        return self._releases.get(wanted) if wanted else None

    def nearest(self, version: str) -> Release:
        """Find the release to go by for any version: this one, or the newest that is not newer.

        That is one of the same line where possible, else of an older line; the oldest release if
        all are newer, and the newest if the version says nothing. A development build goes by the
        release it carries the number of, because it is built after that one's tag (coder/coder
        scripts/version.sh), although it sorts before it; a candidate does so too.
        """
        wanted = _parsed(version)
        if wanted is None or has_no_number(wanted):
            return self._releases[self._order[-1]]
        if wanted in self._releases:
            return self._releases[wanted]
        not_newer = bisect_right(self._order, wanted.base)
        return self._releases[self._order[max(not_newer - 1, 0)]]

    def lend(self, version: str) -> Release:
        """Find a release under the version asked for, be it with the facts of the nearest one.

        Those of a development build are lent as well: it may hold more than the release whose
        number it carries. Of experiments the nearest one tells some, and no longer all.
        """
        near = self.nearest(version)
        if self.release(version):
            return replace(near, version=version)
        experiments = replace(near.experiments, is_complete=False)
        return replace(near, version=version, facts_of=near.version, experiments=experiments)

    def between(self, before: str, after: str) -> tuple[Release, ...]:
        """The releases on the way from one version to a newer one, the nearest of both included.

        In version order, so a line's patch releases come before the next line, though some are
        younger. Empty when either version says nothing, or the way leads back.
        """
        low, high = _parsed(before), _parsed(after)
        if low is None or high is None or high <= low:
            return ()
        start = Version.parse(self.nearest(before).version)
        found = (v for v in self._order if v == start or low < v <= high)
        return tuple(self._releases[v] for v in found)


def arrivals(way: Iterable[Release], holds: Callable[[Release], bool]) -> tuple[str, ...]:
    """The first release of each line on the way in which something holds that did not before.

    A backport makes a fact true in an older line, while newer lines get it later still.
    """
    held_by = [(release.version, holds(release)) for release in way]
    return tuple(now for (_, held), (now, holding) in pairwise(held_by) if holding and not held)


def has_reached(version: Version, firsts: Sequence[Version]) -> bool:
    """Whether a release has what some releases brought, each as the first of its line, in order.

    Every line after the last one has it; a backport says nothing about the lines after its own.
    """
    own_line = any(first.line == version.line and first <= version for first in firsts)
    return own_line or version.line > firsts[-1].line


def has_no_number(version: Version) -> bool:
    """Whether a build does not tell which release it belongs to."""
    return version.base == _UNVERSIONED


_UNVERSIONED: Final = Version(0, 0, 0)
"""What a build without a version calls itself (coder/coder buildinfo: `v0.0.0-devel`)."""


def _parsed(version: str) -> Version | None:
    try:
        return Version.parse(version)
    except ValueError:
        return None
