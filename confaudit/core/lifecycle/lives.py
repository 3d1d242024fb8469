"""The lives of the options that a report is about, gathered for a chart of them."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.lifecycle.lifecycle import Event, life


class Lives(Struct, frozen=True):
    """The lives of the options a report is about, on one scale of release lines."""

    lines: tuple[str, ...]
    """Release lines known, oldest first: `2.0`, `2.1`, …"""
    here: str
    """The version in use (or compared from); empty where nobody runs anything."""
    target: str
    """The version gone to; empty where nobody goes anywhere (catalog show, lint)."""
    events: Mapping[str, tuple[Event, ...]]
    """By option key, in version order."""


def lives(keys: Iterable[str], catalog: Catalog, here: str = "", target: str = "") -> Lives | None:
    """The lives of some options, in the order given; None where no release knows any of them.

    What is no option has no life: keys of a chart, and variables that are numbered.
    """
    releases = catalog.releases
    wanted = [
        key for key in dict.fromkeys(keys) if any(key in one.options for one in reversed(releases))
    ]
    if not wanted:
        return None
    return Lives(
        lines=tuple(dict.fromkeys(Version.parse(one.version).line_name for one in releases)),
        here=_version(here),
        target=_version(target),
        events={key: life(key, releases).events for key in wanted},
    )


def _version(version: str) -> str:
    """A version as a server tells it; empty where that is none, and has no place on a scale."""
    try:
        Version.parse(version)
    except ValueError:
        return ""
    return version
