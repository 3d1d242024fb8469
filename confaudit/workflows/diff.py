"""Compare any two inputs and gather the Report."""

from collections.abc import Iterable, Iterator, Sequence

from confaudit import __version__
from confaudit.core import tree
from confaudit.core.changes.causes import attribute
from confaudit.core.changes.diff import diff
from confaudit.core.changes.selection import EVERYTHING, Selection, change_names, spec_names
from confaudit.core.judge.judge import judge
from confaudit.core.judge.rules.changes import CHANGE_RULES, change_findings
from confaudit.core.model import Change, Snapshot
from confaudit.core.report.coverage import hints, notes
from confaudit.core.report.report import Report, side
from confaudit.workflows.house import house, strange_rules
from confaudit.workflows.load import load_two
from confaudit.workflows.report import refuse_strangers
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
    return report(setup, before, after, selection)


def report(
    setup: Setup, before: Snapshot, after: Snapshot, selection: Selection = EVERYTHING
) -> Report:
    """The Report of a comparison, every change explained."""
    catalog, decided = setup.catalog(), house(setup)
    changes = attribute(diff(before, after), before, after, catalog)
    deployment = after.deployment or before.deployment
    releases = (catalog.nearest(before.version), catalog.nearest(after.version))
    refuse_strangers(selection, _names(before, after, changes), releases, CHANGE_RULES)
    return Report(
        title=_title(before, after),
        before=side(before),
        after=side(after),
        judged=judge(
            change_findings(changes),
            deployment,
            selection,
            decided.rulings.about(after.version),
            rules=CHANGE_RULES,
        ),
        rules=tuple(CHANGE_RULES.values()),
        notes=(
            *notes(before, after),
            *hints(before, catalog),
            *hints(after, catalog),
            *strange_rules(setup, decided, CHANGE_RULES),
        ),
        generated_at=setup.now(),
        tool_version=__version__,
    )


def _names(before: Snapshot, after: Snapshot, changes: Iterable[Change]) -> Iterator[str]:
    """What a filter may mean beside the options of releases."""
    for change in changes:
        yield from change_names(change)
    for snapshot in (before, after):
        for leaf, _ in (*tree.leaves(snapshot.config), *tree.leaves(snapshot.server)):
            yield tree.dotted(leaf)
        for spec in snapshot.declared.values():
            yield from spec_names(spec)


def _title(before: Snapshot, after: Snapshot) -> str:
    names = {before.deployment, after.deployment} - {""}
    return f"Configuration changes of {names.pop()}" if len(names) == 1 else "Configuration changes"
