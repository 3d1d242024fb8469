"""The lives of the options that a report is about, gathered for a picture of them."""

from collections.abc import Iterable

from confaudit.core.findings import Finding
from confaudit.core.lifecycle import life
from confaudit.core.releases import Catalog, Version
from confaudit.core.report import Lives


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
        here=_told(here),
        target=_told(target),
        events={key: life(key, releases).events for key in wanted},
    )


def _told(version: str) -> str:
    """A version as a server tells it; empty where that is none, and has no place on a scale."""
    try:
        Version.parse(version)
    except ValueError:
        return ""
    return version


def subjects(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The options that findings are about, each once, in their order."""
    return tuple(dict.fromkeys(one.spec.key for one in findings if one.spec))
