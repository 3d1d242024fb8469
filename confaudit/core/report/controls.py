"""What a check tells of controls beside its findings: a table of all, and what is not known."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from confaudit.core.judge.hardening import Checked, ControlState
from confaudit.core.model import Value
from confaudit.core.report.report import Column, Table
from confaudit.core.text.wording import listing

_COLUMNS: Final = (
    Column("control", "Control", is_code=True),
    Column("rule", "Rule", is_code=True),
    Column("outcome", "Outcome"),
    Column("title", "What it finds"),
)


def controls_table(checked: Iterable[Checked], excused: Collection[str]) -> tuple[Table, ...]:
    """Every control with what came of it; `excused` are the ids of the rules that are excepted."""
    rows = tuple(_row(one, excused) for one in checked)
    return (Table("controls", "Controls of the hardening pack", _COLUMNS, rows, is_folded=True),)


def _row(checked: Checked, excused: Collection[str]) -> Mapping[str, Value]:
    rule = checked.control.rule
    has_excuse = bool(checked.findings) and rule.id in excused
    return {
        "control": rule.control,
        "rule": rule.id,
        "outcome": f"{checked.state}, excepted" if has_excuse else checked.state.value,
        "title": rule.title,
    }


def not_asked(checked: Iterable[Checked]) -> Iterator[str]:
    """Which controls nobody can answer here, and why, in a whole sentence."""
    unknown = [one for one in checked if one.state is ControlState.NOT_KNOWN]
    if unknown:
        names = [f"{one.control.control} ({one.because})" for one in unknown]
        yield f"Not to be answered here: {listing(names)}."
