"""GitLab's report of code quality: a list of what was found, for merge requests."""

from collections.abc import Mapping
from typing import Any, Final

from confaudit.core.model import Level
from confaudit.core.report.report import Report
from confaudit.core.text.wording import visible
from confaudit.render import RenderOptions
from confaudit.render.json_text import json_text
from confaudit.render.places import NOWHERE, Place
from confaudit.render.results import Result, results

_SEVERITIES: Final[Mapping[Level, str]] = {
    Level.INFO: "info",
    Level.WARNING: "major",
    Level.ERROR: "critical",
}
_NOWHERE: Final = Place(NOWHERE, 1, is_inside=False)
"""GitLab wants a path of everything."""


def render(report: Report, options: RenderOptions) -> str:
    """The list, indented. It knows no exceptions: what does not count is told as information."""
    issues = [_issue(result) for result in results(report, options)]
    return json_text(issues)


def _issue(result: Result) -> dict[str, Any]:
    finding = result.finding
    first, *others = result.places or (_NOWHERE,)
    whose = f"{visible(finding.deployment)}: " if finding.deployment else ""
    why_not = f"[{result.why_not}] " if result.suppressed else ""
    issue = {
        "description": f"{why_not}{whose}{result.message}",
        "check_name": finding.rule.id,
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITIES[finding.severity if result.decides else Level.INFO],
        "location": _location(first),
    }
    return issue | ({"other_locations": [*map(_location, others)]} if others else {})


def _location(place: Place) -> dict[str, Any]:
    return {"path": place.file, "lines": {"begin": place.line}}
