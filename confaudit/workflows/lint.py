"""What is dead or wrong in operators' files today, without any upgrade."""

from collections.abc import Iterator

from confaudit import __version__
from confaudit.core.changes.selection import EVERYTHING, Selection
from confaudit.core.judge.finding import subjects
from confaudit.core.judge.verdict import lint_verdict
from confaudit.core.lifecycle.lives import lives
from confaudit.core.report.coverage import anything_read, horizon, resting_on
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.audience import Audience
from confaudit.operator_files import Deployment
from confaudit.workflows.audit import Audit, AuditScope, audited
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
        ConfigError: the version is none.
        SourceError: a file cannot be read.
        CatalogError: an advisory of the operator's own cannot be read.
    """
    opened = open_deployments(files, Audience(setup.catalog()).of)
    scopes = [_scope(setup, one, version) for one in opened.found]
    audits = audited(setup, scopes, selection)
    parts = [_part(setup, *one, version) for one in zip(scopes, audits, strict=True)]
    return one_report(parts, opened.notes)


def _scope(setup: Setup, opened: Deployment, version: str) -> AuditScope:
    release = release_of(_asked(setup, opened, version), setup.catalog())
    return AuditScope(release, release, None, opened)


def _asked(setup: Setup, opened: Deployment, version: str) -> str:
    return version or opened.operator.version or setup.catalog().versions[-1]


def _part(setup: Setup, scope: AuditScope, done: Audit, version: str) -> Report:
    """The report on one deployment."""
    catalog, opened, release = setup.catalog(), scope.opened, scope.source
    is_read = anything_read(done.situation)
    return Report(
        kind=ReportKind.LINT,
        title=f"Check of {', '.join(visible(file.name) for file in opened.files)}",
        judged=done.judged,
        rules=done.rules,
        as_far_as=as_far_as(catalog, (_asked(setup, opened, version), release)),
        statement=lint_verdict(done.judged.found, visible(release.version), is_read=is_read),
        nothing_read=not is_read,
        audited=scope.about,
        tables=files_table(opened),
        lives=lives(subjects(done.judged.shown), catalog, release.version),
        notes=(
            *meaning(version, release),
            *_held_against(version, opened, release.version),
            *about(release, catalog),
            *resting_on(done.situation, done.judged.found),
            *blind_spots(opened.operator),
            horizon(catalog),
        ),
        generated_at=setup.now(),
        tool_version=__version__,
    )


def _held_against(wanted: str, opened: Deployment, version: str) -> Iterator[str]:
    """The release that the files are held against, and who says so; nothing if asked for."""
    operator = opened.operator
    if wanted:
        return
    if operator.version:
        names = [visible(file.name) for file in opened.files]
        says = f"{names[0]} says" if len(names) == 1 else "the files say"
        yield f"Held against Coder {version}, which is what {says}."
    else:
        hint = visible(operator.version_hint)
        said = f"The files say {hint}" if hint else "No version is told"
        yield f"{said}: they are held against {version}, the newest release known."
