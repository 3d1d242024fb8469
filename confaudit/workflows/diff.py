"""Compare any two inputs and gather the Report."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from confaudit import __version__
from confaudit.core import tree
from confaudit.core.changes.causes import attribute
from confaudit.core.changes.diff import diff
from confaudit.core.changes.selection import EVERYTHING, Selection, change_names, spec_names
from confaudit.core.coder.documented import best_fit
from confaudit.core.judge.judge import judge
from confaudit.core.judge.nearest import located
from confaudit.core.judge.rules.changes import CHANGE_RULES, CONTROL_RESTORED, change_findings
from confaudit.core.judge.touched import NO_TURNS, Turns
from confaudit.core.model import Change, Fidelity, Snapshot, Subject
from confaudit.core.report.coverage import hints, notes
from confaudit.core.report.report import Report, side
from confaudit.workflows.house import House, house, strange_rules
from confaudit.workflows.load import load_two
from confaudit.workflows.report import refuse_strangers
from confaudit.workflows.rulebook import controls
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.core.judge.advisories import Advisory


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
    setup: Setup,
    before: Snapshot,
    after: Snapshot,
    selection: Selection = EVERYTHING,
    decided: House | None = None,
) -> Report:
    """The Report of a comparison, every change explained, with what the changes open or close.

    The house may be `decided` elsewhere than on disk.
    """
    catalog, decided = setup.catalog(), decided or house(setup)
    changes = attribute(diff(before, after), before, after, catalog)
    deployment = after.deployment or before.deployment
    own = decided.policy.advisories(deployment)
    turns = _turns(setup, before, after, changes, own)
    found = (*change_findings(changes), *turns.found)
    releases = (catalog.nearest(before.version), catalog.nearest(after.version))
    refuse_strangers(selection, _names(before, after, changes), releases, _rules(setup, own))
    return Report(
        title=_title(before, after),
        before=side(before, best_fit(before, catalog)),
        after=side(after, best_fit(after, catalog)),
        judged=judge(
            located(found, (after, before)),
            deployment,
            selection,
            decided.rulings.about(after.version).between(before.deployment, after.deployment),
            rules=CHANGE_RULES,
        ),
        rules=(*CHANGE_RULES.values(), *turns.rules),
        notes=(
            *notes(before, after),
            *hints(before, catalog),
            *hints(after, catalog),
            *strange_rules(setup, decided, CHANGE_RULES),
        ),
        generated_at=setup.now(),
        tool_version=__version__,
    )


def _may_turn(before: Snapshot, after: Snapshot, changes: Iterable[Change]) -> bool:
    """Whether changes may open or close something, and both sides tell of values what it takes.

    Where one of them tells less, a gap would look like a change.
    """
    is_touched = any(one.subject is not Subject.SERVER for one in changes)
    is_shape = Fidelity.SHAPE in (before.fidelity, after.fidelity)
    return is_touched and not is_shape and bool(before.settings) == bool(after.settings)


def _turns(
    setup: Setup,
    before: Snapshot,
    after: Snapshot,
    changes: Iterable[Change],
    own: "Sequence[Advisory]",
) -> Turns:
    """What the changes open or close, by the controls and the house's own rules."""
    if not _may_turn(before, after, changes):
        return NO_TURNS
    from confaudit.workflows.turns import turns  # brings all that can be asked of a deployment

    return turns(setup, before, after, changes, own)


def _rules(setup: Setup, own: "Iterable[Advisory]") -> Iterator[str]:
    """The ids that a filter may mean; the pack is read only where there is one."""
    yield from CHANGE_RULES
    yield CONTROL_RESTORED.id
    yield from (one.rule.id for one in (*controls(setup), *own))


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
