"""The story of one option between two versions: what changed, by whose doing, and its life."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from confaudit import __version__
from confaudit.core import tree
from confaudit.core.changes.attribution import BY_CAUSE
from confaudit.core.changes.selection import change_names
from confaudit.core.coder.defaults import default_value
from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.judge.judge import Judged
from confaudit.core.lifecycle.lifecycle import Event, life
from confaudit.core.lifecycle.lives import lives
from confaudit.core.lifecycle.lookup import Found, find
from confaudit.core.lifecycle.wanted import Wanted, option
from confaudit.core.model import MISSING, Change, ChangeKind, Fidelity, Snapshot, Subject, Value
from confaudit.core.report.coverage import completeness, hints
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Report, Table
from confaudit.core.text.wording import option_name, readable, setter, visible
from confaudit.errors import NothingToDo
from confaudit.workflows.catalog import facts_table, life_table
from confaudit.workflows.diff import report
from confaudit.workflows.load import Loader, load_two, told_apart
from confaudit.workflows.setup import Setup


def explain_option(
    setup: Setup,
    name: str,
    inputs: Sequence[str],
    kinds: Sequence[str] = (),
    deployment: str = "",
) -> tuple[Report, str]:
    """Tell what became of one option or leaf between two inputs, chosen as for a diff.

    Of one input alone, where there is no deployment to compare it with, what it has is told.

    Returns the report, and what a misspelt name was taken to mean (empty when it was exact).

    Raises:
        ConfigError: no option or changed leaf is called so, or several could be meant.
    """
    if len(inputs) == 1 and not _has_deployment(setup, deployment):
        found = Loader(setup).load(inputs[0], next(iter(kinds), None))
        return _alone(setup, name, *told_apart(found))
    catalog = setup.catalog()
    before, after = load_two(setup, inputs, kinds, deployment)
    whole = report(setup, before, after)
    wanted, taken = _meant(name, whole.changes, catalog)
    shown = tuple(one for one in whole.judged.shown if one.change and wanted.is_of(one.change))
    changes = tuple(one.change for one in shown if one.change)
    rows = tuple(_fact(wanted, changes, snapshot) for snapshot in (before, after))
    way = None if _is_lacking(rows) else (before.version, after.version)
    story = replace(
        whole,
        kind=ReportKind.EXPLAIN,
        title=f"{wanted.name} between {visible(before.label)} and {visible(after.label)}",
        statement=_statement(wanted, changes, rows),
        judged=Judged(shown),
        tables=(Table("sides", "Both sides", _FACTS, rows), *_life(wanted, catalog, way)),
        lives=lives(
            [*wanted.keys[:1], *(change.was for change in changes)],
            catalog,
            before.version,
            after.version,
        ),
    )
    return story, taken


def _has_deployment(setup: Setup, name: str) -> bool:
    """Whether there is a deployment that a single input can be compared with."""
    try:
        setup.single(name)
    except NothingToDo:
        return False
    return True


def _alone(setup: Setup, name: str, snapshot: Snapshot) -> tuple[Report, str]:
    """The story of an option by one input, where there is no other to compare it with."""
    catalog = setup.catalog()
    wanted, taken = _meant(name, (), catalog)
    row = _fact(wanted, (), snapshot)
    is_in = "is not in" if _is_lacking([row]) else "is in"
    story = Report(
        title=f"{wanted.name} in {visible(snapshot.label)}",
        generated_at=setup.now(),
        tool_version=__version__,
        kind=ReportKind.EXPLAIN,
        statement=f"{wanted.name} {is_in} {visible(snapshot.label)}.",
        tables=(Table("sides", "What it has", _FACTS, (row,)), *_life(wanted, catalog)),
        lives=lives(wanted.keys[:1], catalog, snapshot.version),
        notes=(*completeness(snapshot), *hints(snapshot, catalog), _ALONE),
    )
    return story, taken


_ALONE: Final = "There is no deployment to compare it with: give a second input for what changed."


def _meant(name: str, changes: Sequence[Change], catalog: Catalog) -> tuple[Wanted, str]:
    """What a name means, and what a misspelt one was taken to mean."""
    change = next((one for one in changes if _is_named(one, name)), None)
    if change and not change.spec and change.subject is not Subject.OPTION:
        return Wanted(visible(change.key), (), frozenset({change.key})), ""
    key = change.spec.key if change and change.spec else change.key if change else ""
    found = Found(key, True) if key else find(name, catalog.releases)
    return option(found, catalog.releases), "" if found.is_exact else found.name


def _is_named(change: Change, name: str) -> bool:
    return name.lstrip("-").lower() in (known.lower() for known in change_names(change))


def _keys(change: Change) -> tuple[str, ...]:
    return (change.key, change.was, *change.also)


def _statement(
    wanted: Wanted, changes: Sequence[Change], sides: Sequence[Mapping[str, Value]]
) -> str:
    if changes:
        return f"{wanted.name} {'; '.join(map(_happened, changes))}."
    if _is_lacking(sides):
        return f"Neither side has {wanted.name}."
    return f"{wanted.name} did not change."


def _is_lacking(sides: Sequence[Mapping[str, Value]]) -> bool:
    """Whether no side has it, under whatever name."""
    return all(side["name"] is MISSING for side in sides)


def _happened(change: Change) -> str:
    """What became of it, by whom, and how that is known."""
    by = BY_CAUSE[change.cause] if change.cause else ""
    return f"{_VERBS[change.kind]}, {by}: {change.evidence}"


_VERBS: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.ADDED: "was added",
    ChangeKind.REMOVED: "is gone",
    ChangeKind.CHANGED: "changed",
    ChangeKind.RENAMED: "was renamed",
    ChangeKind.SOURCE: "is set from elsewhere",
    ChangeKind.DECLARED: "is declared differently",
}


_FACTS: Final = (
    Column("side", "Side"),
    Column("name", "Name", is_code=True),
    Column("type", "Type", is_code=True),
    Column("value", "Value", is_code=True),
    Column("source", "Set by"),
    Column("default", "Default", is_code=True),
)
"""What each side has, changed or not, under the name it has there."""


def _fact(wanted: Wanted, changes: Sequence[Change], snapshot: Snapshot) -> Mapping[str, Value]:
    """What a side has for it: as an option where it lists these, else as a config leaf."""
    keys = (*wanted.keys, *(key for change in changes for key in _keys(change)))
    found = next((key for key in keys if key in snapshot.settings), "")
    told = _option(found, snapshot) if found else _leaf(wanted, changes, snapshot)
    return {"side": snapshot.label, **told}


def _option(key: str, snapshot: Snapshot) -> Mapping[str, Value]:
    setting, spec = snapshot.settings[key], snapshot.declared.get(key)
    option_type = spec.type if spec else ""
    default = default_value(spec, spec.default) if spec and spec.default is not None else MISSING
    return {
        "name": option_name(key),
        "type": option_type or MISSING,
        "value": readable(setting.value, option_type),
        "source": setter(setting.source),
        "default": readable(default, option_type),
    }


def _leaf(wanted: Wanted, changes: Sequence[Change], snapshot: Snapshot) -> Mapping[str, Value]:
    """A leaf of the config tree; a docs page tells its type in place of a value."""
    held = {tree.dotted(path): value for path, value in tree.leaves(snapshot.config)}
    leaf = next((one for one in sorted(wanted.leaves) if one in held), "")
    if not leaf:
        return {"name": MISSING}
    if snapshot.fidelity is Fidelity.SHAPE:
        return {"name": leaf, "type": held[leaf]}
    option_type = next((change.type for change in changes if change.key == leaf), "")
    return {"name": leaf, "value": readable(held[leaf], option_type)}


def _life(wanted: Wanted, catalog: Catalog, way: tuple[str, str] | None = None) -> Iterator[Table]:
    """What the option is, and what releases did to it, be it on a way between two versions.

    Nothing of what no release declares.
    """
    key = next(iter(wanted.keys), "")
    if not any(key in release.options for release in catalog.releases):
        return
    story = life(key, catalog.releases)
    if events := [one for one in story.events if way is None or _on_the_way(one, *way)]:
        yield life_table(events)
    yield facts_table(story, catalog.releases)


def _on_the_way(event: Event, before: str, after: str) -> bool:
    try:
        low, high = Version.parse(before), Version.parse(after)
    except ValueError:
        return True
    return any(low < Version.parse(version) <= high for version in event.versions)
