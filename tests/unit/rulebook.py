"""The rulebook that comes with confaudit, as several tests look at it."""

import json
import re
from functools import cache

from msgspec.structs import replace
from yaml import CSafeLoader, load

from confaudit.catalog import loader
from confaudit.core.coder.releases import Catalog
from confaudit.rulebook import advisories

CATALOG = loader.packaged()
FILES = (*advisories.SHIPPED, advisories.HARDENING)
PACKAGED = advisories.load_tested(advisories.SHIPPED, CATALOG)
CONTROLS = advisories.load_tested([advisories.HARDENING], CATALOG)
EVERY = (*PACKAGED, *CONTROLS)
WORDS = {
    entry["id"]: frozenset(re.findall(r"[\w-]+", json.dumps(entry)))
    for file in FILES
    for entry in load(file.path.read_text(encoding="utf-8"), CSafeLoader)
}
"""The words of each advisory, by its id."""


@cache
def slim(words):
    """The real releases, with no options but those that are mentioned: predictions take time."""
    kept = {}
    for release in CATALOG.releases:  # releases in a row may share their options
        if id(release.options) not in kept:
            kept[id(release.options)] = {
                key: spec
                for key, spec in release.options.items()
                if key in words or spec.env in words
            }
    return Catalog(replace(one, options=kept[id(one.options)]) for one in CATALOG.releases)
