"""The history of deployments as a log: which snapshots changed something, what, and by whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from itertools import chain, islice

from confaudit import __version__
from confaudit.core.changes.selection import Selection, spec_names
from confaudit.core.coder.endpoints import ENDPOINTS
from confaudit.core.coder.releases import Catalog
from confaudit.core.history.entry import Entry
from confaudit.core.history.question import Question
from confaudit.core.history.tally import Tally
from confaudit.core.lifecycle.lookup import find
from confaudit.core.lifecycle.wanted import Wanted, option
from confaudit.core.model import Cause
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report
from confaudit.core.text.globs import means_one
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError
from confaudit.workflows.history import entries, require_snapshots
from confaudit.workflows.setup import Setup


@dataclass(frozen=True, slots=True)
class LogRequest:
    """What the command line asks for."""

    options: tuple[str, ...] = ()
    """Names of options, config leaves, or globs over them; none for all."""
    deployment: str = ""
    """Empty for all deployments."""
    since: datetime | None = None
    until: datetime | None = None
    causes: frozenset[Cause] = frozenset()
    most: int | None = None
    """The most entries wanted."""


@dataclass(frozen=True, slots=True)
class Log:
    """A history that is being read, entry by entry."""

    entries: Iterator[Entry]
    is_any: bool
    """Whether there is an entry."""
    title: str
    nothing: str
    """The verdict where there is no entry."""
    taken: tuple[str, ...]
    """The names that misspelt ones were taken to mean."""


def log(setup: Setup, request: LogRequest) -> Log:
    """The entries that are asked for, newest first; they are read as the caller takes them.

    Raises:
        ConfigError: no option, or no deployment, is called so.
        NoRepository, StoreError: the history cannot be read.
        NothingToDo: there is no snapshot yet.
    """
    question, taken = asked(setup.catalog(), request.options, request.causes)
    names = [request.deployment] if request.deployment else []
    told = entries(setup, names, since=request.since, until=request.until)
    found = islice(question.answers(told), request.most)
    first = next(found, None)
    if first is None:
        require_snapshots(setup, request.deployment)
    whose = visible(request.deployment) or "all deployments"
    title = f"{question.names} in {whose}" if question.names else whose
    return Log(
        entries=chain([first] if first else [], found),
        is_any=first is not None,
        title=f"History of {title}",
        nothing=f"No snapshot that is asked for changed {question.names or 'anything'} in {whose}.",
        taken=taken,
    )


def log_report(setup: Setup, told: Log) -> Report:
    """All entries as a Report."""
    found = tuple(told.entries)
    return Report(
        kind=ReportKind.LOG,
        title=told.title,
        entries=found,
        statement=Tally(found).verdict if found else told.nothing,
        generated_at=setup.now(),
        tool_version=__version__,
    )


def asked(
    catalog: Catalog, names: Sequence[str], causes: frozenset[Cause] = frozenset()
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
