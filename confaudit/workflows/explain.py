"""The story of one option between two versions: what changed, by whose doing, and its life."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from confaudit.core.changes.selection import change_names
from confaudit.core.coder.defaults import default_value
from confaudit.core.coder.identity import option_keys
from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.judge.judge import Judged
from confaudit.core.lifecycle.lifecycle import Event, life
from confaudit.core.lifecycle.lives import lives
from confaudit.core.lifecycle.lookup import Found, find
from confaudit.core.model import MISSING, Change, Snapshot, Value
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Report, Table
from confaudit.core.text.wording import listing, option_name, readable, visible
from confaudit.workflows.catalog import life_table
from confaudit.workflows.diff import report
from confaudit.workflows.load import load_two
from confaudit.workflows.setup import Setup


def explain_option(
    setup: Setup,
    name: str,
    inputs: Sequence[str],
    kinds: Sequence[str] = (),
    deployment: str = "",
) -> tuple[Report, str]:
    """Tell what became of one option or leaf between two inputs, chosen as for a diff.

    Returns the report, and what a misspelt name was taken to mean (empty when it was exact).

    Raises:
        ConfigError: no option or changed leaf is called so, or several could be meant.
    """
    catalog = setup.catalog()
    before, after = load_two(setup, inputs, kinds, deployment)
    whole = report(setup, before, after)
    meant = [change for change in whole.changes if _is_named(change, name)]
    found = Found(meant[0].key, True) if meant else find(name, catalog.releases)
    keys = option_keys(found.key, catalog.releases)
    shown = tuple(
        one
        for one in whole.judged.shown
        if one.change and not set(keys).isdisjoint(_keys(one.change))
    )
    changes = tuple(one.change for one in shown if one.change)
    story = replace(
        whole,
        kind=ReportKind.EXPLAIN,
        title=f"{found.name} between {visible(before.label)} and {visible(after.label)}",
        statement=_statement(changes, found),
        judged=Judged(shown),
        tables=(
            _facts([*keys, *(key for change in changes for key in _keys(change))], before, after),
            *_life(found.key, before, after, catalog),
        ),
        lives=lives(
            [found.key, *(change.was for change in changes)],
            catalog,
            before.version,
            after.version,
        ),
    )
    return story, "" if found.is_exact else found.name


def _is_named(change: Change, name: str) -> bool:
    return name.lstrip("-").lower() in (known.lower() for known in change_names(change))


def _keys(change: Change) -> tuple[str, ...]:
    return (change.key, change.was, *change.also)


def _statement(changes: Sequence[Change], found: Found) -> str:
    if not changes:
        return f"{found.name} did not change."
    causes = listing([str(change.cause) for change in changes])
    evidence = "; ".join(change.evidence for change in changes)
    return f"{found.name} changed, cause: {causes}. {evidence[:1].upper()}{evidence[1:]}."


_FACTS = (
    Column("side", "Side"),
    Column("name", "Name", is_code=True),
    Column("value", "Value", is_code=True),
    Column("source", "Set by"),
    Column("default", "Default", is_code=True),
)


def _facts(keys: Sequence[str], before: Snapshot, after: Snapshot) -> Table:
    """What each side has for the setting, changed or not, under the name it has there."""
    rows = tuple(_fact(keys, snapshot) for snapshot in (before, after))
    return Table("sides", "Both sides", _FACTS, rows)


def _fact(keys: Sequence[str], snapshot: Snapshot) -> Mapping[str, Value]:
    key = next((key for key in keys if key in snapshot.settings), "")
    setting, spec = snapshot.settings.get(key), snapshot.declared.get(key)
    option_type = spec.type if spec else ""
    default = default_value(spec, spec.default) if spec and spec.default is not None else MISSING
    return {
        "side": snapshot.label,
        "name": option_name(key) if key else MISSING,
        "value": readable(setting.value, option_type) if setting else MISSING,
        "source": (setting.source or "nobody") if setting else MISSING,
        "default": readable(default, option_type),
    }


def _life(key: str, before: Snapshot, after: Snapshot, catalog: Catalog) -> tuple[Table, ...]:
    """What releases did to the option on the way; nothing for leaves without an option."""
    if not any(key in release.options for release in catalog.releases):
        return ()
    events = [
        event
        for event in life(key, catalog.releases).events
        if _on_the_way(event, before.version, after.version)
    ]
    return (life_table(events),) if events else ()


def _on_the_way(event: Event, before: str, after: str) -> bool:
    try:
        low, high = Version.parse(before), Version.parse(after)
    except ValueError:
        return True
    return any(low < Version.parse(version) <= high for version in event.versions)
