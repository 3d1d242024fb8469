"""Which option of one release is which of another.

By its key, unless one of the two gives it no flag: before 2.7 some options had none, and were known
by their YAML path or display name alone.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TypeVar

from confaudit.core.coder.releases import Release
from confaudit.core.model import OptionSpec

_Fact = TypeVar("_Fact")


def moved_keys(old: Mapping[str, OptionSpec], new: Mapping[str, OptionSpec]) -> dict[str, str]:
    """Old key → new key of the options that go by another one, as a flag came or went.

    Both set the same config leaf. What has a flag in both is renamed, which is another story.
    """
    came = {spec.json_path: key for key, spec in new.items() if spec.json_path and key not in old}
    return {
        key: came[spec.json_path]
        for key, spec in old.items()
        if key not in new
        and spec.json_path in came
        and not (spec.flag and new[came[spec.json_path]].flag)
    }


def option_keys(key: str, releases: Iterable[Release]) -> tuple[str, ...]:
    """Every key that an option has in releases, given in version order; the newest one first."""
    oldest_first = tuple(releases)
    newest = _followed(key, oldest_first)[-1]
    return _followed(newest, oldest_first[::-1])


def _followed(key: str, releases: Iterable[Release]) -> tuple[str, ...]:
    """A key, and those that the option moves to from one release to the next."""
    keys = [key]
    for one, other in pairwise(releases):
        if keys[-1] in one.options and keys[-1] not in other.options:
            moved = moved_keys(one.options, other.options).get(keys[-1])
            keys += [moved] if moved else []
    return tuple(keys)


def under_keys(moved: Mapping[str, str], facts: Mapping[str, _Fact]) -> dict[str, _Fact]:
    """Facts about options by the keys that these have moved to."""
    return {moved.get(key, key): fact for key, fact in facts.items()}
