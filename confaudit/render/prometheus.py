"""A status as metrics, in Prometheus' text format: for node_exporter's textfile collector."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from confaudit.core.health.check import State
from confaudit.core.model import MISSING, Value
from confaudit.core.report.report import Report
from confaudit.core.report.states import STATE_COLUMN
from confaudit.render import RenderOptions

Row: TypeAlias = Mapping[str, Value]


def render(report: Report, options: RenderOptions) -> str:
    """Each metric with what it means, and a line for each deployment or check that has it."""
    del options
    rows = {table.id: table.rows for table in report.tables}
    found = _families(rows.get("deployments", ()), rows.get("checks", ()))
    made = f"{report.generated_at.timestamp():.0f}"
    lines = (*found, *_family("confaudit_status_timestamp_seconds", _MADE, [("", made)]))
    return "\n".join((*lines, ""))


_MADE: Final = "When this was written."
_STATES: Final = "0 for ok, 1 for a warning, 2 for failed."


def _families(deployments: Iterable[Row], checks: Iterable[Row]) -> Iterator[str]:
    def told(name: str, text: str, number: Callable[[Row], str], *labels: str) -> Iterator[str]:
        samples = ((_labels(row, "deployment", *labels), number(row)) for row in deployments)
        return _family(name, text, samples)

    yield from told("confaudit_deployment_state", f"How a deployment is: {_STATES}", _state)
    yield from told(
        "confaudit_last_success_timestamp_seconds",
        "When the last successful snapshot was taken.",
        lambda row: _seconds(row.get("last_success")),
    )
    yield from told(
        "confaudit_token_expiry_timestamp_seconds",
        "When the session token expires, as it was told at the last snapshot.",
        lambda row: _seconds(row.get("token_expires_at")),
    )
    yield from told(
        "confaudit_release_info",
        "The release of Coder that runs, and what Coder calls its line.",
        lambda row: "1" if row.get("release", MISSING) is not MISSING else "",
        "release",
        "support",
    )
    yield from _family(
        "confaudit_repository_state",
        f"How the repository of snapshots is: {_STATES}",
        ((_labels(row, "check"), _state(row)) for row in checks),
    )


def _family(name: str, text: str, samples: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A metric; nothing at all where no sample has a number."""
    numbered = [f"{name}{labels} {number}" for labels, number in samples if number]
    if numbered:
        yield from (f"# HELP {name} {text}", f"# TYPE {name} gauge", *numbered)


def _labels(row: Row, *names: str) -> str:
    told = ",".join(f'{name}="{_escaped(row.get(name))}"' for name in names)
    return f"{{{told}}}"


def _escaped(value: Value) -> str:
    text = value if isinstance(value, str) else ""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _state(row: Row) -> str:
    level = State(str(row.get(STATE_COLUMN.id))).level
    return str(max(level - 1, 0)) if level else "0"


def _seconds(value: Value) -> str:
    return f"{datetime.fromisoformat(value).timestamp():.0f}" if isinstance(value, str) else ""
