"""Compare any two inputs and gather the Report."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime

from confaudit import __version__
from confaudit.core.coverage import notes
from confaudit.core.diff import diff
from confaudit.core.model import Snapshot
from confaudit.core.report import Report, side
from confaudit.errors import NothingToDo
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup


def compare(
    setup: Setup, inputs: Sequence[str], kinds: Sequence[str] = (), deployment: str = ""
) -> Report:
    """Compare two inputs; one is compared with the live deployment, none is its last snapshot.

    `kinds` says for each input, by position, what it is, overriding what its content looks like.

    Raises:
        SourceError, ApiError, StoreError, ConfigError: an input cannot be read.
        NothingToDo: there is no snapshot to compare with yet.
    """
    loader = Loader(setup)
    live = f"live:{deployment}" if deployment else "live"
    chosen = (*inputs, *(live,) * (2 - len(inputs)))[:2] if inputs else ("", live)
    kinds = (*kinds, *("",) * 2)
    before = (
        loader.load(chosen[0], kinds[0] or None) if inputs else _last(setup, loader, deployment)
    )
    after = loader.load(chosen[1], kinds[1] or None)
    return report(before, after, generated_at())


def _last(setup: Setup, loader: Loader, deployment: str) -> Snapshot:
    name = deployment or setup.single("")[0]
    snapshot = loader.latest(setup.repository(), name)
    if snapshot is None:
        raise NothingToDo(
            f"there is no snapshot of {name} yet", f"take one: `confaudit snapshot {name}`"
        )
    return snapshot


def report(before: Snapshot, after: Snapshot, at: datetime) -> Report:
    """The Report of a comparison."""
    return Report(
        title=_title(before, after),
        before=side(before),
        after=side(after),
        changes=diff(before, after),
        notes=notes(before, after),
        generated_at=at,
        tool_version=__version__,
    )


def _title(before: Snapshot, after: Snapshot) -> str:
    names = {before.deployment, after.deployment} - {""}
    return f"Configuration changes of {names.pop()}" if len(names) == 1 else "Configuration changes"


def generated_at() -> datetime:
    """Now, or the time SOURCE_DATE_EPOCH orders so that reports are reproducible."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)
