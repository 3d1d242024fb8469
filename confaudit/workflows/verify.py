"""After an upgrade: load both snapshots, hold the second against its prediction, and report."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit import __version__
from confaudit.core.given import OperatorSettings
from confaudit.core.history.words import Event
from confaudit.core.judge.judge import Judged, judge
from confaudit.core.judge.nearest import located
from confaudit.core.judge.rules.changes import CHANGE_RULES, unpredicted
from confaudit.core.model import Change, RawDeployment, Snapshot, Value
from confaudit.core.report.coverage import hints, horizon, notes
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Report, Table, side
from confaudit.core.text.wording import readable, visible
from confaudit.core.upgrade.verify import Verification, are_two, verify
from confaudit.errors import ConfigError, NothingToDo, SourceError
from confaudit.workflows.house import House, house, strange_rules
from confaudit.workflows.load import Loader, last_snapshot, told_apart
from confaudit.workflows.operator_files import GivenFiles, blind_spots, open_files
from confaudit.workflows.setup import Setup
from confaudit.workflows.versions import as_far_as, meaning, version_of

LIVE: Final = "live"


class VerifyRequest(Struct, frozen=True):
    """What the command line asks for."""

    before: str = ""
    """Any input of `confaudit diff`; empty for the last snapshot, see `_unnamed`."""
    after: str = ""
    """Any input; empty for the live deployment."""
    source: str = ""
    """The release of `before`, where it does not say."""
    target: str = ""
    """The release of `after`, where it does not say."""
    files: GivenFiles = field(default_factory=GivenFiles)
    deployment: str = ""


def verify_upgrade(setup: Setup, request: VerifyRequest) -> Report:
    """The Report of an upgrade: what is open comes as changes, from predicted to real.

    Raises:
        ConfigError: nothing tells of which release a snapshot is.
        SourceError, ApiError, StoreError, NothingToDo: an input cannot be read.
        SourceError: a snapshot tells no options, or they are of two deployments.
        NothingToDo: there was no upgrade, or nothing that a prediction could be held against.
    """
    operator = open_files(request.files).operator
    loader = Loader(setup, deployment=request.deployment)
    catalog = setup.catalog()
    (before, source), (after, target) = _sides(loader, request, operator.version)
    before, after = told_apart(before, after)
    found, decided = verify(before, after, operator, catalog), house(setup)
    _require_prediction(found, before, after)
    judged = _judged(found, before, after, decided)
    releases = (catalog.lend(before.version), catalog.lend(after.version))
    return Report(
        kind=ReportKind.VERIFY,
        title=_title(before, after),
        before=replace(side(found.expected), leaves=0),  # only options were predicted
        after=side(after),
        judged=judged,
        rules=tuple(CHANGE_RULES.values()),
        tables=tuple(verification_tables(found)),
        statement=found.outcome(len(judged.found)),
        as_far_as=as_far_as(catalog, (source, releases[0]), (target, releases[1])),
        notes=(
            *meaning(source, releases[0]),
            *meaning(target, releases[1]),
            *_notes(before, after, operator, setup),
            *strange_rules(setup, decided, CHANGE_RULES),
            *blind_spots(operator),
            horizon(catalog),
        ),
        generated_at=setup.now(),
        tool_version=__version__,
    )


def _sides(loader: Loader, request: VerifyRequest, runs: str) -> Sequence[tuple[Snapshot, str]]:
    """Both sides, each with its version as it was asked for; `runs` is what the files say runs."""
    if request.before:
        before = _load(loader, request.before, request.source or runs, "--from")
        after = _load(loader, request.after or LIVE, request.target, "--to")
    else:
        before, after = ((one, "") for one in _unnamed(loader, request.target))
    for snapshot, _ in (before, after):
        _require_options(snapshot)
    _require_one(before[0], after[0])
    return before, after


def _unnamed(loader: Loader, target: str) -> tuple[Snapshot, Snapshot]:
    """The last snapshot and the live deployment, between which an upgrade may lie.

    Where both are of one release, or nothing is set up to ask, the last upgrade in the history.
    """
    setup, last = loader.setup, last_snapshot(loader)
    has_live = bool(setup.url or setup.configuration.deployments)
    live = _load(loader, LIVE, target, "--to")[0] if has_live else None
    if live and live.version != last.version:
        return last, live
    upgrade = (Event.BEFORE_UPGRADE, Event.LAST_UPGRADE)
    try:
        before, after = (loader.load(f"{event}:{last.deployment}") for event in upgrade)
    except SourceError:
        if live:
            return last, live
        raise
    return before, after


def _judged(found: Verification, before: Snapshot, after: Snapshot, decided: House) -> Judged:
    name, rulings = after.deployment or before.deployment, decided.rulings.about(after.version)
    differences = located(unpredicted(found.rest), (after, before))
    return judge(differences, name, rulings=rulings, rules=CHANGE_RULES)


def _load(loader: Loader, argument: str, version: str, flag: str) -> tuple[Snapshot, str]:
    """Load a snapshot; the facts of the release it is of complete it.

    With it comes the version as it was asked for, empty where the snapshot tells it itself.
    """
    raw = loader.read(argument)
    is_asked = isinstance(raw, RawDeployment) and not raw.version and bool(version)
    if isinstance(raw, RawDeployment) and is_asked:
        raw = replace(raw, version=version_of(version, loader.setup.catalog()))
    snapshot = loader.clean(raw)
    if not snapshot.version:
        raise ConfigError(
            f"{visible(snapshot.label)} does not tell of which release it is",
            f"say it with {flag}, as in 2.34.5",
        )
    return snapshot, version if is_asked else ""


def _require_options(snapshot: Snapshot) -> None:
    if not snapshot.settings:
        raise SourceError(
            f"{visible(snapshot.label)} tells no options, which alone are predicted",
            "give a snapshot, a saved answer of the API or the live deployment",
        )


def _require_one(before: Snapshot, after: Snapshot) -> None:
    if are_two(before, after):
        raise SourceError(
            f"{visible(before.label)} and {visible(after.label)} are of two deployments: "
            "their servers tell different ids",
            "give two snapshots of one deployment; `confaudit diff` compares any two",
        )


def _require_prediction(found: Verification, before: Snapshot, after: Snapshot) -> None:
    """Refuse to call it as predicted where nothing was there to be predicted."""
    labels = f"{visible(before.label)} and {visible(after.label)}"
    if not found.compared:
        raise NothingToDo(
            f"nothing was verified: {labels} tell the value of no option in common",
            "give two snapshots of one deployment",
        )
    if before.version == after.version and not (found.predicted or found.rest):
        raise NothingToDo(
            f"nothing was verified: {labels} are both of Coder {visible(after.version)}",
            "run it after the upgrade; `confaudit diff` tells what changed meanwhile",
        )


def _title(before: Snapshot, after: Snapshot) -> str:
    name = after.deployment or before.deployment
    way = f"{visible(before.version)} → {visible(after.version)}"
    return f"Upgrade of {visible(name)}, {way}" if name else f"Upgrade, {way}"


def _notes(
    before: Snapshot, after: Snapshot, operator: OperatorSettings, setup: Setup
) -> Iterator[str]:
    yield "Values go from what was predicted to what is there; only options are predicted."
    if not operator.forms:
        yield (
            "No file that sets the server up was given: variables that the old release ignored "
            "cannot be seen in a snapshot."
        )
    yield from notes(before, after)
    for snapshot in (before, after):
        yield from hints(snapshot, setup.catalog())


_COLUMNS: Final = (
    Column("option", "Option", is_code=True),
    Column("predicted", "Predicted", is_code=True),
    Column("found", "Found", is_code=True),
    Column("cause", "Cause"),
    Column("evidence", "How that is known"),
)


def verification_tables(found: Verification, by: str = "") -> Iterator[Table]:
    """What needs nobody's attention: there for whoever wants to see it; `by` ends the titles."""
    if found.explained:
        yield _table("explained", f"Explained differences{by}", _COLUMNS, found.explained)
    if found.confirmed:
        columns = (_COLUMNS[0], Column("before", "Before", is_code=True), *_COLUMNS[2:])
        yield _table("confirmed", f"Confirmed changes{by}", columns, found.confirmed)


def _table(name: str, title: str, columns: tuple[Column, ...], changes: Sequence[Change]) -> Table:
    rows = tuple({column.id: _CELLS[column.id](change) for column in columns} for change in changes)
    return Table(name, title, columns, rows, is_folded=True)


_CELLS: Final[Mapping[str, Callable[[Change], Value]]] = {
    "option": lambda change: change.key,
    "before": lambda change: readable(change.before, change.type),
    "predicted": lambda change: readable(change.before, change.type),
    "found": lambda change: readable(change.after, change.type),
    "cause": lambda change: change.cause or "",
    "evidence": lambda change: change.evidence,
}
