"""Annotations of a GitHub workflow: commands on standard output, as its runner reads them."""

from collections.abc import Mapping
from typing import Final

from confaudit.core.model import Level
from confaudit.core.report.report import Report
from confaudit.core.text.wording import plural, visible
from confaudit.render import RenderOptions
from confaudit.render.results import Result, results

_MOST: Final = 10
"""A step shows no more of a kind."""
_COLUMNS: Final = {"startColumn": "col", "endColumn": "endColumn"}
_COMMANDS: Final[Mapping[Level, str]] = {
    Level.INFO: "notice",
    Level.WARNING: "warning",
    Level.ERROR: "error",
}


def render(report: Report, options: RenderOptions) -> str:
    """The worst of what is listed, and what it all comes to."""
    listed = [one for one in results(report, options) if not one.suppressed]
    worst = sorted(listed, key=lambda one: -one.finding.severity)[:_MOST]
    return "".join(f"{command}\n" for command in (*map(_annotation, worst), _rest(report, listed)))


def _rest(report: Report, listed: list[Result]) -> str:
    rest = max(0, len(listed) - _MOST)
    more = f" ({plural(rest, 'more finding')} without an annotation)" if rest else ""
    return _command("notice", f"{visible(report.headline)}{more}", title="confaudit")


def _annotation(result: Result) -> str:
    finding = result.finding
    title = {"title": visible(finding.rule.title or finding.rule.id)}
    told = f"{result.message} [{visible(finding.rule.id)} {finding.fingerprint}]"
    return _command(_COMMANDS[finding.severity], told, **_location(result), **title)


def _location(result: Result) -> dict[str, str]:
    if not result.places or not result.places[0].is_inside:
        return {}
    place = result.places[0]
    columns = {_COLUMNS[name]: str(column) for name, column in place.columns.items()}
    return {"file": place.file, "line": str(place.line), **columns}


def _command(name: str, message: str, **properties: str) -> str:
    """A command that its parts cannot end or add to."""
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {said}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
