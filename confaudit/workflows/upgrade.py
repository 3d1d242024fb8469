"""The upgrade audit: what a release will do to a configuration, before it happens."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit import __version__
from confaudit.core.changes.selection import EVERYTHING, Selection
from confaudit.core.coder.releases import Catalog, Release
from confaudit.core.coder.served import as_served
from confaudit.core.judge.finding import subjects
from confaudit.core.judge.verdict import NOT_AUDITED, verdict
from confaudit.core.lifecycle.lives import lives
from confaudit.core.model import Fidelity, RawDeployment, Snapshot
from confaudit.core.report.audited import Audited
from confaudit.core.report.coverage import (
    anything_read,
    freshness,
    horizon,
    resting_on,
    strangers,
)
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report, Side, Table, side
from confaudit.core.report.upgrade_path import way_tables
from confaudit.core.text.paths import telling
from confaudit.core.text.wording import plural, visible
from confaudit.core.upgrade.audience import Audience
from confaudit.core.upgrade.prediction import to_json
from confaudit.core.upgrade.situation import Situation, no_snapshots
from confaudit.errors import ConfigError
from confaudit.operator_files import Deployment
from confaudit.workflows.audit import Audit, AuditScope, audited, forms_of, rules_of
from confaudit.workflows.house import house, strange_rules
from confaudit.workflows.in_use import about_source, silent_ones, upgraded_from
from confaudit.workflows.load import Loader, last_snapshot, told_apart
from confaudit.workflows.operator_files import (
    GivenFiles,
    blind_spots,
    files_table,
    open_deployments,
)
from confaudit.workflows.report import one_report
from confaudit.workflows.setup import Setup
from confaudit.workflows.versions import (
    about,
    as_far_as,
    meaning,
    release_of,
    version_of,
)

if TYPE_CHECKING:
    from confaudit.core.upgrade.printed import Printed
    from confaudit.core.upgrade.verify import Verification


class UpgradeRequest(Struct, frozen=True):
    """What the command line asks for."""

    target: str
    source: str = ""
    """The version in use; without it the snapshot's, else what the files say."""
    snapshot: str = ""
    """Any input of `confaudit diff`; without it and without files the last snapshot."""
    files: GivenFiles = field(default_factory=GivenFiles)
    deployment: str = ""
    target_yaml: Path | None = None
    """What the target's own `coder server --write-config` printed."""


def upgrade(
    setup: Setup,
    request: UpgradeRequest,
    selection: Selection = EVERYTHING,
    fixed: Path | None = None,
) -> Report:
    """The Report of an audit; with `fixed`, migrated copies of the files go to that folder.

    Raises:
        ConfigError: a version is missing, or is none that can be meant; an exception says what it
            cannot.
        SourceError, ApiError, StoreError, NothingToDo: an input cannot be read.
        CatalogError: a catalogue or an advisory of the operator's own cannot be read.
    """
    opened = open_deployments(_files(request), Audience(setup.catalog()).of)
    if request.target_yaml and len(opened.found) > 1:
        raise ConfigError(
            f"--target-yaml is of one deployment, and the files are of {len(opened.found)}",
            "give the files of one, or --together if they all are",
        )
    found = [replace(one, name=request.deployment or one.name) for one in opened.found]
    silent = () if request.source else silent_ones(found, setup.catalog())
    cases = {one.name: _case(setup, request, one) for one in found if one not in silent}
    scopes = [case.scope for case in cases.values()]
    decided = house(setup)
    audits = dict(zip(cases, audited(setup, scopes, selection, decided), strict=True))
    parts = [
        _left_out(setup, one)
        if one in silent
        else _report(setup, cases[one.name], audits[one.name])
        for one in found
    ]
    written = _write_fixed(scopes, fixed) if fixed else ()
    strange = strange_rules(setup, decided, rules_of(audits.values()))
    return one_report(parts, (*opened.notes, *strange, *written))


def _files(request: UpgradeRequest) -> GivenFiles:
    """The files as they are to be read: beside a snapshot they are of its deployment."""
    is_one = request.files.is_one or bool(request.snapshot or request.deployment)
    return replace(request.files, is_one=is_one)


class _Case(Struct, frozen=True):
    """One deployment to be audited."""

    scope: AuditScope
    notes: tuple[str, ...]
    limits: tuple[str, ...]
    """The releases as far as whose facts all is known; see `Report.as_far_as`."""


def _case(setup: Setup, request: UpgradeRequest, opened: Deployment) -> _Case:
    catalog = setup.catalog()
    target = release_of(request.target, catalog)
    snapshot, own = _snapshot(setup, request, opened)
    versions = tuple(filter(None, (own, opened.operator.version)))
    in_use = upgraded_from(request.source, versions, opened, catalog)
    source = release_of(in_use.version, catalog)
    source, target = as_served(source, snapshot), as_served(target, snapshot)
    printed, doubts = _printed(request, target, catalog)
    name = snapshot.deployment if snapshot else request.deployment
    earlier = partial(Loader(setup).earlier_values, name) if name else no_snapshots
    notes = (
        *doubts,
        *meaning(request.source, source),
        *meaning(request.target, target),
        *about_source(in_use, source.version, versions, opened.operator, catalog),
        *dict.fromkeys((*about(source, catalog), *about(target, catalog))),
        *_about_inputs(request, snapshot),
        *(_about_snapshot(snapshot, setup) if snapshot else ()),
        *blind_spots(opened.operator),
        horizon(catalog),
    )
    scope = AuditScope(source, target, snapshot, opened, printed, in_use.told_by, earlier)
    limits = as_far_as(catalog, (in_use.version, source), (request.target, target))
    return _Case(scope, notes, limits)


def _report(setup: Setup, case: _Case, done: Audit) -> Report:
    """The report on one deployment."""
    scope = case.scope
    shown, found = done.judged.shown, done.judged.found
    is_read = anything_read(done.situation)
    return Report(
        kind=ReportKind.UPGRADE,
        title=_title(scope),
        before=_before(scope),
        after=_after(done.situation),
        judged=done.judged,
        rules=done.rules,
        as_far_as=case.limits,
        prediction=to_json(done.situation.prediction, done.situation.doubts),
        statement=verdict(found, is_known=not case.limits, is_read=is_read),
        nothing_read=not is_read,
        audited=scope.about,
        tables=(
            *files_table(scope.opened),
            *(_held_tables(done.held) if done.held else ()),
            *way_tables(setup.catalog(), scope.source, scope.target, found),
        ),
        lives=lives(subjects(shown), setup.catalog(), scope.source.version, scope.target.version),
        notes=(*_about_target(scope, done), *resting_on(done.situation, found), *case.notes),
        generated_at=setup.now(),
        tool_version=__version__,
    )


def _left_out(setup: Setup, opened: Deployment) -> Report:
    """The report on a deployment that cannot be audited, as nothing tells what it runs."""
    operator = opened.operator
    hint = visible(operator.version_hint)
    return Report(
        kind=ReportKind.UPGRADE,
        title="Upgrade audit",
        statement=NOT_AUDITED,
        not_audited=True,
        audited=Audited(opened.name, forms_of(opened), told_by=hint or "nothing"),
        tables=files_table(opened),
        notes=tuple(blind_spots(operator)),
        generated_at=setup.now(),
        tool_version=__version__,
    )


def _write_fixed(scopes: Sequence[AuditScope], folder: Path) -> Iterator[str]:
    """Write the migrated copies, and say what was done and what was left alone."""
    from confaudit.workflows.migrate import write_fixed

    done = write_fixed(scopes, folder)
    yield f"{plural(len(done.patches), 'name')} rewritten in copies below {visible(str(folder))}."
    for name, why in done.skipped:
        yield f"{visible(name)} is left as it is: {why}."


# --- inputs -------------------------------------------------------------------------------------


def _snapshot(
    setup: Setup, request: UpgradeRequest, opened: Deployment
) -> tuple[Snapshot | None, str]:
    """The snapshot asked for, if any, and the version it tells itself.

    A saved answer tells none: the facts of the release in use complete it.
    """
    loader = Loader(setup, deployment=request.deployment)
    if not request.snapshot:
        last = _last(loader) if request.files else last_snapshot(loader)
        return last, last.version if last else ""
    found, version = _read(loader, request, opened)
    return told_apart(found)[0], version


def _read(loader: Loader, request: UpgradeRequest, opened: Deployment) -> tuple[Snapshot, str]:
    """The snapshot that the command line names; an answer is of the release said to be in use."""
    catalog = loader.setup.catalog()
    raw = loader.read(request.snapshot)
    if isinstance(raw, RawDeployment) and not raw.version:
        told = tuple(filter(None, (opened.operator.version,)))
        in_use = upgraded_from(request.source, told, opened, catalog)
        version = version_of(in_use.version, catalog)
        return loader.clean(replace(raw, version=version)), ""
    found = loader.clean(raw)
    return found, found.version


def _last(loader: Loader) -> Snapshot | None:
    """The newest snapshot of the deployment that the files are said to be of, if there is one."""
    from confaudit.store.command import NoRepository

    if not loader.deployment:
        return None
    try:
        return loader.latest(loader.setup.snapshots(), loader.deployment)
    except NoRepository:
        return None


def _printed(
    request: UpgradeRequest, target: Release, catalog: Catalog
) -> "tuple[Printed | None, tuple[str, ...]]":
    if request.target_yaml is None:
        return None, ()
    from confaudit.workflows.printed import open_printed

    return open_printed(request.target_yaml, target, catalog)


def _held_tables(held: "Verification") -> Iterator[Table]:
    from confaudit.workflows.verify import verification_tables

    return verification_tables(held, ", by what the target printed")


def _about_target(scope: AuditScope, done: Audit) -> Iterator[str]:
    if scope.printed and done.held:
        from confaudit.workflows.printed import about_target

        yield from about_target(done.situation, scope.printed, done.held)


def _about_inputs(request: UpgradeRequest, snapshot: Snapshot | None) -> Iterator[str]:
    if snapshot is None:
        name = request.deployment
        which = f"There is no snapshot of {visible(name)}" if name else "No snapshot was given"
        yield f"{which}: what the files do not set is taken to be at its default."
    elif not request.files:
        yield (
            "No file that sets the server up was given: unknown variables, empty ones and which "
            "of two names is in use cannot be seen in a snapshot."
        )


def _about_snapshot(snapshot: Snapshot, setup: Setup) -> Iterator[str]:
    if snapshot.fidelity is not Fidelity.FULL:
        yield f"{visible(snapshot.label)} does not tell everything: it is {snapshot.fidelity}."
    yield from freshness(snapshot, setup.now())
    yield from strangers(snapshot, setup.catalog())


# --- the report ---------------------------------------------------------------------------------


def _title(scope: AuditScope) -> str:
    name = scope.snapshot.deployment if scope.snapshot else ""
    way = f"{visible(scope.source.version)} → {visible(scope.target.version)}"
    return f"Upgrade audit of {visible(name)}, {way}" if name else f"Upgrade audit, {way}"


def _before(scope: AuditScope) -> Side:
    if scope.snapshot:
        return replace(side(scope.snapshot), version=scope.source.version)
    files = ", ".join(map(visible, telling([one.name for one in scope.opened.files])))
    return _side(files, scope.source.version, len(scope.opened.operator.given))


def _after(situation: Situation) -> Side:
    version = situation.target.version
    return _side(f"Coder {visible(version)}", version, len(situation.prediction.effective))


def _side(label: str, version: str, options: int) -> Side:
    return Side(
        label=label,
        deployment="",
        version=version,
        taken_at=None,
        fidelity=Fidelity.FULL,
        commit="",
        options=options,
        leaves=0,
    )
