"""What is dead or wrong in operators' files today, without any upgrade."""

from confaudit import __version__
from confaudit.core.audit import verdict
from confaudit.core.coverage import horizon
from confaudit.core.findings import Effect, Finding
from confaudit.core.inputs import Inputs
from confaudit.core.lives import lives, subjects
from confaudit.core.model import Level
from confaudit.core.report import Report, ReportKind
from confaudit.core.selection import EVERYTHING, Selection
from confaudit.core.wording import plural, visible
from confaudit.workflows.audit import Case, findings, select, situate
from confaudit.workflows.diff import generated_at
from confaudit.workflows.inputs import InputFiles, blind_spots, inputs_table, open_inputs
from confaudit.workflows.setup import Setup
from confaudit.workflows.versions import about, release_of


def lint(
    setup: Setup, files: InputFiles, version: str = "", selection: Selection = EVERYTHING
) -> Report:
    """The Report on some files, for the version given, else the one they say, else the newest.

    Raises:
        ConfigError: the version is none.
        SourceError: a file cannot be read.
        CatalogError: an advisory of the operator's own cannot be read.
    """
    catalog = setup.catalog()
    opened = open_inputs(files)
    release = release_of(version or opened.inputs.version or catalog.versions[-1], catalog)
    case = Case(release, release, None, opened)
    found = findings(setup, case, situate(setup, case))
    shown = select(found, selection)
    return Report(
        kind=ReportKind.LINT,
        title=f"Check of {', '.join(visible(file.name) for file in opened.files)}",
        findings=shown,
        hidden=len(found) - len(shown),
        statement=_statement(found, release.version),
        tables=inputs_table(opened),
        lives=lives(subjects(shown), catalog, release.version),
        notes=(
            *_assumed(version, opened.inputs, release.version),
            *about(release.version, catalog),
            *blind_spots(opened.inputs),
            horizon(catalog),
        ),
        generated_at=generated_at(),
        tool_version=__version__,
    )


def _statement(found: tuple[Finding, ...], version: str) -> str:
    start = verdict(one for one in found if one.rule.effect is Effect.WILL_NOT_START)
    if start != "safe":
        return f"Coder {visible(version)} {start}"
    serious = sum(finding.severity > Level.INFO for finding in found)
    if not serious:
        return "nothing to mend"
    return f"{plural(serious, 'thing')} to mend"


def _assumed(asked: str, inputs: Inputs, version: str) -> tuple[str, ...]:
    if asked or inputs.version:
        return ()
    said = f"The files say {visible(inputs.version_hint)}" if inputs.version_hint else "No version"
    told = "" if inputs.version_hint else " is told"
    return (f"{said}{told}: they are held against {version}, the newest release known.",)
