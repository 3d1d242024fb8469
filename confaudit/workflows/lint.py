"""What is dead or wrong in operators' files today, without any upgrade."""

from confaudit import __version__
from confaudit.core.changes.selection import EVERYTHING, Selection
from confaudit.core.judge.finding import subjects
from confaudit.core.judge.verdict import lint_verdict
from confaudit.core.lifecycle.lives import lives
from confaudit.core.report.coverage import anything_read, horizon, resting_on
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report
from confaudit.core.text.paths import telling
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.audience import Audience
from confaudit.operator_files import Deployment
from confaudit.workflows.audit import Audit, AuditScope, audited, rules_of
from confaudit.workflows.house import house, strange_rules
from confaudit.workflows.in_use import InUse, checked_against, held_against
from confaudit.workflows.operator_files import (
    GivenFiles,
    blind_spots,
    files_table,
    open_deployments,
)
from confaudit.workflows.report import one_report
from confaudit.workflows.setup import Setup
from confaudit.workflows.versions import about, as_far_as, meaning, release_of


def lint(
    setup: Setup, files: GivenFiles, version: str = "", selection: Selection = EVERYTHING
) -> Report:
    """The Report on some files, for the version given, else the one they say, else the newest.

    Raises:
        ConfigError: the version is none, or an exception says what it cannot.
        SourceError: a file cannot be read.
        CatalogError: an advisory of the operator's own cannot be read.
    """
    opened = open_deployments(files, Audience(setup.catalog()).of)
    scopes = [_scope(setup, one, version) for one in opened.found]
    decided = house(setup)
    audits = audited(setup, scopes, selection, decided)
    parts = [_part(setup, *one, version) for one in zip(scopes, audits, strict=True)]
    return one_report(parts, (*opened.notes, *strange_rules(setup, decided, rules_of(audits))))


def _in_use(setup: Setup, opened: Deployment, version: str) -> InUse:
    operator = opened.operator
    return checked_against(version, operator.version, operator.version_hint, setup.catalog())


def _scope(setup: Setup, opened: Deployment, version: str) -> AuditScope:
    in_use = _in_use(setup, opened, version)
    release = release_of(in_use.version, setup.catalog())
    return AuditScope(release, release, None, opened, told_by=in_use.told_by)


def _part(setup: Setup, scope: AuditScope, done: Audit, version: str) -> Report:
    """The report on one deployment."""
    catalog, opened, release = setup.catalog(), scope.opened, scope.source
    in_use = _in_use(setup, opened, version)
    is_read = anything_read(done.situation)
    return Report(
        kind=ReportKind.LINT,
        title=f"Check of {', '.join(map(visible, telling([one.name for one in opened.files])))}",
        judged=done.judged,
        rules=done.rules,
        as_far_as=as_far_as(catalog, (in_use.version, release)),
        statement=lint_verdict(done.judged.found, visible(release.version), is_read=is_read),
        nothing_read=not is_read,
        audited=scope.about,
        tables=files_table(opened),
        lives=lives(subjects(done.judged.shown), catalog, release.version),
        notes=(
            *meaning(version, release),
            *held_against(in_use, opened, release),
            *about(release, catalog),
            *resting_on(done.situation, done.judged.found),
            *blind_spots(opened.operator),
            horizon(catalog),
        ),
        generated_at=setup.now(),
        tool_version=__version__,
    )
