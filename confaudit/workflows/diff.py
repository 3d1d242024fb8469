"""Compare any two inputs and gather the Report."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime

from confaudit import __version__
from confaudit.core.coverage import hints, notes
from confaudit.core.diff import diff
from confaudit.core.explain import explain
from confaudit.core.model import Snapshot
from confaudit.core.releases import Catalog
from confaudit.core.report import Report, side
from confaudit.core.selection import EVERYTHING, Selection
from confaudit.errors import NothingToDo
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup


def compare(
    setup: Setup,
    inputs: Sequence[str],
    kinds: Sequence[str] = (),
    deployment: str = "",
    selection: Selection = EVERYTHING,
) -> Report:
    """Compare two inputs; one is compared with the live deployment, none is its last snapshot.

    `kinds` says for each input, by position, what it is, overriding what its content looks like.

    Raises:
        SourceError, ApiError, StoreError, ConfigError: an input cannot be read.
        NothingToDo: there is no snapshot to compare with yet.
    """
    before, after = load_two(setup, inputs, kinds, deployment)
    return report(before, after, setup.catalog(), selection)


def load_two(
    setup: Setup, inputs: Sequence[str], kinds: Sequence[str], deployment: str
) -> tuple[Snapshot, Snapshot]:
    """Load what a comparison compares; see `compare`."""
    loader = Loader(setup)
    live = f"live:{deployment}" if deployment else "live"
    chosen = (*inputs, *(live,) * (2 - len(inputs)))[:2] if inputs else ("", live)
    kinds = (*kinds, *("",) * 2)
    before = (
        loader.load(chosen[0], kinds[0] or None)
        if inputs
        else last_snapshot(setup, loader, deployment)
    )
    return before, loader.load(chosen[1], kinds[1] or None)


def last_snapshot(setup: Setup, loader: Loader, deployment: str) -> Snapshot:
    """The newest snapshot of a deployment, which may go unnamed where there is only one.

    Raises:
        NothingToDo: there is none yet.
    """
    name = deployment or setup.single("")[0]
    snapshot = loader.latest(setup.repository(), name)
    if snapshot is None:
        raise NothingToDo(
            f"there is no snapshot of {name} yet", f"take one: `confaudit snapshot {name}`"
        )
    return snapshot


def report(
    before: Snapshot, after: Snapshot, catalog: Catalog, selection: Selection = EVERYTHING
) -> Report:
    """The Report of a comparison, every change explained."""
    changes = explain(diff(before, after), before, after, catalog)
    shown = selection.apply(changes)
    return Report(
        title=_title(before, after),
        before=side(before),
        after=side(after),
        changes=shown,
        hidden=len(changes) - len(shown),
        notes=(*notes(before, after), *hints(before, catalog), *hints(after, catalog)),
        generated_at=generated_at(),
        tool_version=__version__,
    )


def _title(before: Snapshot, after: Snapshot) -> str:
    names = {before.deployment, after.deployment} - {""}
    return f"Configuration changes of {names.pop()}" if len(names) == 1 else "Configuration changes"


def generated_at() -> datetime:
    """Now, or the time SOURCE_DATE_EPOCH orders so that reports are reproducible."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)
