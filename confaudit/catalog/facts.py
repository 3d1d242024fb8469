"""Facts about Coder that no option tells, by release: `facts.json` beside the catalogue.

It is one JSON document to be reviewed line by line, with a section for each field of
`core.coder.facts.Facts` and a line for each fact. `in`, where there is one, says of which releases
it is true, spelled as in the catalogue; but these ranges know no list of releases, so that an open
one holds for those that are imported too. Without `in` it is true of all.

What comes and goes with every release (experiments) is part of the catalogue instead, where an
import brings it. The file is read when somebody asks for a fact, not with the catalogue: a snapshot
needs none.

Known from coder/coder: cli/root.go, cli/server.go, enterprise/cli (variables), helm/coder (keys),
codersdk/deployment.go, coder/coder#16126 and coder/coder#13121 (replaced options). Which secrets
are shown was found by asking servers of these releases: they were not marked at first, and later
copied into `use_instead`.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import msgspec

from confaudit.catalog import ranges
from confaudit.core.coder.facts import Facts
from confaudit.core.coder.releases import Version
from confaudit.errors import CatalogError

_FILE: Final = Path(__file__).with_name("facts.json")

_Sections = dict[str, list[dict[str, str | bool]]]


@lru_cache(maxsize=64)
def of(version: str) -> Facts:
    """What holds for a release, known to the catalogue or not.

    Raises:
        CatalogError: The file is missing or damaged, as it can be in a broken installation.
        ValueError: It is no version.
    """
    wanted = Version.parse(version)
    sections = {
        section: [line for line in lines if ranges.holds(str(line.get("in", _ALWAYS)), wanted)]
        for section, lines in _sections().items()
    }
    return msgspec.convert(sections, Facts)


_ALWAYS: Final = ">=0.0.0"


@cache
def _sections() -> _Sections:
    try:
        return msgspec.json.decode(_FILE.read_bytes(), type=_Sections)
    except (OSError, msgspec.DecodeError) as error:
        raise CatalogError(
            "the facts about Coder that come with confaudit cannot be read",
            "install confaudit again",
        ) from error
