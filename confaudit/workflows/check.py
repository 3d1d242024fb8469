"""Whether deployments, by snapshots or files, keep to the hardening pack and the house's policy."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from confaudit import __version__
from confaudit.core.changes.selection import EVERYTHING, Selection
from confaudit.core.judge.finding import subjects
from confaudit.core.judge.verdict import UNREADABLE, check_verdict
from confaudit.core.lifecycle.lives import lives
from confaudit.core.report.audited import Audited
from confaudit.core.report.controls import controls_table, not_asked
from confaudit.core.report.coverage import (
    anything_read,
    completeness,
    freshness,
    hints,
    horizon,
    resting_on,
)
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report
from confaudit.core.text.wording import visible
from confaudit.errors import SourceError
from confaudit.workflows.audit import known_names
from confaudit.workflows.check_inputs import Case, CheckRequest, cases
from confaudit.workflows.hardening import Held, held
from confaudit.workflows.house import house, strange_rules
from confaudit.workflows.in_use import held_against
from confaudit.workflows.operator_files import blind_spots, files_table
from confaudit.workflows.readable import why
from confaudit.workflows.report import one_report, refuse_strangers
from confaudit.workflows.setup import Setup
from confaudit.workflows.versions import about, as_far_as, meaning

if TYPE_CHECKING:
    pass


def check(setup: Setup, request: CheckRequest, selection: Selection = EVERYTHING) -> Report:
    """The Report on deployments, held against the controls and the policy of the house.

    Raises:
        ConfigError: see `cases`; or the policy or an exception says what it cannot.
        SourceError, ApiError, StoreError, NothingToDo: an input cannot be read, or there is none.
        CatalogError: a catalogue cannot be read.
    """
    found, notes, failed = cases(setup, request)
    decided = house(setup)
    done = [held(setup, case.scope, decided, selection) for case in found]
    ids = dict.fromkeys(asked.rule.id for one in done for asked in one.asked)
    refuse_strangers(
        selection,
        (name for one in done for name in known_names(one.checkup.situation, one.judged)),
        (*(case.scope.target for case in found), setup.catalog().nearest("")),
        ids,
    )
    parts = [_part(setup, *one, request.version) for one in zip(found, done, strict=True)]
    parts += [_unreadable(setup, *one) for one in failed.items()]
    return one_report(parts, (*notes, *strange_rules(setup, decided, ids)))


def _part(setup: Setup, case: Case, done: Held, version: str) -> Report:
    """The report on one deployment."""
    catalog, scope, found = setup.catalog(), case.scope, done.checkup
    release, checked = scope.target, found.checked
    holding = sum(one.holds for one in checked)
    excused = {one.finding.rule.id for one in done.judged.excused}
    is_read = anything_read(found.situation)
    return Report(
        kind=ReportKind.CHECK,
        title=f"Check of {case.title}",
        judged=done.judged,
        rules=tuple(one.rule for one in done.asked),
        as_far_as=as_far_as(catalog, (case.in_use.version, release)),
        statement=check_verdict(done.judged.found, holding, is_read=is_read),
        nothing_read=not is_read,
        audited=scope.about,
        tables=(*controls_table(checked, excused), *files_table(scope.opened)),
        lives=lives(subjects(done.judged.shown), catalog, release.version),
        notes=(
            *meaning(version, release),
            *_about_inputs(setup, case),
            *about(release, catalog),
            *not_asked(checked),
            *resting_on(found.situation, done.judged.found),
            *blind_spots(scope.opened.operator),
            horizon(catalog),
        ),
        generated_at=setup.now(),
        tool_version=__version__,
    )


def _unreadable(setup: Setup, name: str, error: SourceError) -> Report:
    """The report on a deployment whose last snapshot cannot be read."""
    return Report(
        kind=ReportKind.CHECK,
        title=f"Check of {visible(name)}",
        statement=UNREADABLE,
        not_audited=True,
        audited=Audited(name),
        notes=(why(error),),
        generated_at=setup.now(),
        tool_version=__version__,
    )


def _about_inputs(setup: Setup, case: Case) -> Iterator[str]:
    """Which release it is held against, who says so, and what a snapshot does not tell."""
    snapshot, opened = case.scope.snapshot, case.scope.opened
    if snapshot is None:
        yield from held_against(case.in_use, opened, case.scope.target)
        return
    yield from completeness(snapshot)
    yield from freshness(snapshot, setup.now())
    yield from hints(snapshot, setup.catalog())
    if case.in_use.said:
        asked = visible(case.scope.target.version)
        yield f"{visible(snapshot.label)} says {case.in_use.said}; it is held against {asked}."
