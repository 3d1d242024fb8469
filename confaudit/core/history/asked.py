"""What somebody asks of a history, in names of options, config leaves, and globs over them."""

from collections.abc import Sequence
from difflib import get_close_matches
from itertools import chain

from confaudit.core.changes.selection import Selection, spec_names
from confaudit.core.coder.endpoints import ENDPOINTS
from confaudit.core.coder.releases import Catalog
from confaudit.core.history.question import Question
from confaudit.core.lifecycle.lookup import find
from confaudit.core.lifecycle.wanted import Wanted, option
from confaudit.core.model import Cause
from confaudit.core.text.globs import means_one
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError


def asked(
    names: Sequence[str], causes: frozenset[Cause], catalog: Catalog
) -> tuple[Question, tuple[str, ...]]:
    """What names mean, and what those that are misspelt were taken to mean.

    Raises:
        ConfigError: no option, leaf or endpoint is called so, or several could be meant.
    """
    globs = tuple(name for name in names if _is_glob(name))
    _refuse_strangers(globs, catalog)
    found = [_meant(name, catalog) for name in names if not _is_glob(name)]
    options = tuple(wanted for wanted, _ in found)
    taken = tuple(wanted.name for wanted, is_exact in found if not is_exact)
    return Question(options, Selection(causes, globs)), taken


def _is_glob(name: str) -> bool:
    return any(sign in name for sign in "*?[")


def _meant(name: str, catalog: Catalog) -> tuple[Wanted, bool]:
    """An option by any of its names, or a leaf of what an endpoint tells."""
    if name.partition(".")[0] in ENDPOINTS:
        return Wanted(visible(name), (), frozenset({name})), True
    found = find(name, catalog.releases)
    return option(found, catalog.releases), found.is_exact


def _refuse_strangers(globs: Sequence[str], catalog: Catalog) -> None:
    """Refuse globs that match nothing any release has: a misspelt one would hide everything."""
    if not globs:
        return
    specs = {id(one): one for release in catalog.releases for one in release.options.values()}
    known = {*ENDPOINTS, *chain.from_iterable(map(spec_names, specs.values()))}
    for glob in globs:
        if glob.partition(".")[0] not in ENDPOINTS and not means_one(glob, known):
            near = get_close_matches(glob.strip("-*?"), sorted(known), n=1)
            raise ConfigError(
                f"no release of Coder has an option that {visible(glob)} means",
                f"did you mean {near[0]}?" if near else "globs go over all names: '*oidc*'",
            )
