"""Whether the next snapshot will be taken, and pushed: all that cron would stumble over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, TypeAlias

from confaudit import __version__
from confaudit.catalog.loader import packaged
from confaudit.configfile import Deployment
from confaudit.core.coder.releases import Catalog
from confaudit.core.health.check import Check, State, failed, ok
from confaudit.core.health.setting import catalog_check
from confaudit.core.model import Value
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Report, Table
from confaudit.core.report.states import STATE_COLUMN
from confaudit.core.text.wording import listing, plural, visible
from confaudit.errors import CatalogError, ConfauditError, NothingToDo
from confaudit.workflows.doctor_notifications import notification_checks
from confaudit.workflows.doctor_repository import repository_checks
from confaudit.workflows.doctor_server import server_checks
from confaudit.workflows.house import FILES, house
from confaudit.workflows.setup import Setup
from confaudit.workflows.snapshot import PARALLEL
from confaudit.workflows.trust import trust_checks

About: TypeAlias = tuple[str, Check]
"""What a check is about, and the check."""


def examine(setup: Setup, names: Sequence[str]) -> Report:
    """The Report on a setup, and on the deployments that it names.

    Raises:
        ConfigError: a name is that of no deployment.
    """
    deployments, configuration = _deployments(setup, names)
    catalog, catalogue = _catalog(setup)
    checks = [
        ("confaudit", configuration),
        *(("confaudit", one) for one in trust_checks(setup)),
        ("confaudit", catalogue),
        *(("confaudit", one) for one in _house(setup)),
        *_servers(setup, deployments, catalog),
        *(("repository", one) for one in repository_checks(setup)),
        *(("notifications", one) for one in notification_checks(setup)),
    ]
    return doctor_report(checks, setup.now())


def unreadable(error: ConfauditError, now: datetime) -> Report:
    """The Report on a setup whose configuration cannot be read, so that nothing else is known."""
    return doctor_report([("confaudit", failed("configuration", error.message, error.hint))], now)


def _deployments(setup: Setup, names: Sequence[str]) -> tuple[Mapping[str, Deployment], Check]:
    path = setup.loaded.path
    where = visible(str(path)) if path else "the environment, without a confaudit.yaml,"
    try:
        found = setup.deployments(names)
    except NothingToDo as error:
        return {}, failed("configuration", f"{where} names no deployment", error.hint)
    number = plural(len(setup.configuration.deployments) or len(found), "deployment")
    return found, ok("configuration", f"{where} names {number}")


def _catalog(setup: Setup) -> tuple[Catalog, Check]:
    """The releases that are known; where the user's own cannot be read, those of confaudit."""
    try:
        found = setup.catalog()
    except CatalogError as error:
        return packaged(), failed("catalogue", error.message, error.hint)
    return found, catalog_check(found, setup.now())


def _house(setup: Setup) -> Iterator[Check]:
    """Whether what people decided can be read, where they did."""
    found = [name for name in FILES if (setup.loaded.folder / name).is_file()]
    if not found:
        return
    try:
        house(setup)
    except ConfauditError as error:
        yield failed("decisions", error.message, error.hint)
    else:
        yield ok("decisions", listing(found))


def _servers(
    setup: Setup, deployments: Mapping[str, Deployment], catalog: Catalog
) -> Iterator[About]:
    """Several at a time, in the order of their names."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        asked = {
            name: pool.submit(
                lambda *given: [*server_checks(setup, catalog, *given)], name, deployment
            )
            for name, deployment in deployments.items()
        }
        for name, future in asked.items():
            yield from ((name, check) for check in future.result())


_CHECKS: Final = (
    Column("about", "About", is_code=True),
    Column("check", "Check"),
    STATE_COLUMN,
    Column("found", "Found"),
)
_ADVICE: Final = (
    Column("about", "About", is_code=True),
    Column("check", "Check"),
    Column("advice", "What to do"),
)


def doctor_report(checks: Sequence[About], now: datetime) -> Report:
    """The Report on what was looked at, in its order."""
    rows = tuple(_row(about, check) for about, check in checks)
    advice = tuple(row for row in rows if row["advice"] and row["state"] != State.OK.value)
    tables = (Table("checks", "Checks", _CHECKS, rows), Table("steps", "To do", _ADVICE, advice))
    return Report(
        title="Check of the setup",
        kind=ReportKind.DOCTOR,
        generated_at=now,
        tool_version=__version__,
        statement=_statement(check.state for _, check in checks),
        tables=tables if advice else tables[:1],
    )


def _row(about: str, check: Check) -> Mapping[str, Value]:
    return {
        "about": about,
        "check": check.what,
        STATE_COLUMN.id: check.state.value,
        "found": check.found,
        "advice": check.advice,
    }


def _statement(states: Iterable[State]) -> str:
    found = [*states]
    failures, warnings = found.count(State.FAILED), found.count(State.WARNING)
    if failures or warnings:
        told = (
            f"{failures} failed" if failures else "",
            plural(warnings, "warning") if warnings else "",
        )
        return f"{', '.join(filter(None, told))} in {plural(len(found), 'check')}."
    caveat = ", as far as is known" if State.UNKNOWN in found else ""
    return f"{plural(len(found), 'check')}: all is well{caveat}."
