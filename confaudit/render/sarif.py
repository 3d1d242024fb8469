"""SARIF 2.1.0, the format of the OASIS for results of analyses: for code scanning and viewers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from confaudit.core.judge.finding import Effect, Finding, Rule
from confaudit.core.judge.judge import SuppressedBy
from confaudit.core.model import Level
from confaudit.core.report.exits import exit_code
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report
from confaudit.core.text.wording import visible
from confaudit.present.references import page_of
from confaudit.present.sentences import idle
from confaudit.render import RenderOptions
from confaudit.render.json_text import json_text
from confaudit.render.markdown import words
from confaudit.render.places import Place
from confaudit.render.results import Result, results, rules_of

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT: Final = "SRCROOT"
_LEVELS: Final[Mapping[Level, str]] = {
    Level.INFO: "note",
    Level.WARNING: "warning",
    Level.ERROR: "error",
}
_SECURITY_SEVERITY: Final[Mapping[Level, str]] = {
    Level.INFO: "3.0",
    Level.WARNING: "6.0",
    Level.ERROR: "8.0",
}
"""What code scanning takes for low, medium and high."""


def render(report: Report, options: RenderOptions) -> str:
    """One run, indented, with a newline at its end; characters beyond ASCII are escaped."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, options)]}
    return json_text(log)


def _run(report: Report, options: RenderOptions) -> dict[str, Any]:
    rules = rules_of(report)
    numbers = {rule.id: number for number, rule in enumerate(rules)}
    driver = {
        "name": "confaudit",
        "semanticVersion": visible(report.tool_version),
        "rules": [*map(_rule, rules)],
    }
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"confaudit/{report.kind}/"},
        "originalUriBaseIds": {_ROOT: {"description": _message("The folder of the run")}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, options)],
        "results": [
            _result(one, numbers[one.finding.rule.id], report.kind)
            for one in results(report, options)
        ],
    }


def _invocation(report: Report, options: RenderOptions) -> dict[str, Any]:
    """The run of the program; what it could not know is told as notes of the tool."""
    notes = (report.headline, *report.notes, *map(idle, report.judged.unmatched))
    return {
        "executionSuccessful": True,
        "exitCode": exit_code(report, options.threshold).value,
        "exitCodeDescription": visible(report.result),
        "toolExecutionNotifications": [
            {"level": "note", "message": _message(visible(note))} for note in notes if note
        ],
    }


def _message(text: str) -> dict[str, str]:
    """Plain text: what would be a link or a placeholder in it is none."""
    return {"text": text.replace("](", "] (")}


# --- rules --------------------------------------------------------------------------------------


def _rule(rule: Rule) -> dict[str, Any]:
    title = visible(rule.title) or visible(rule.id)
    return {
        "id": rule.id,
        "shortDescription": _message(title),
        "fullDescription": _message(visible(rule.why) or title),
        "help": _help(rule, title),
        **_help_uri(rule),
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": _properties(rule),
    }


def _help(rule: Rule, title: str) -> dict[str, str]:
    told = {"Why": rule.why, "What to do": rule.fix, "Reference": rule.reference}
    known = {term: visible(text) for term, text in told.items() if text}
    plain = "\n".join((title, *(f"{term}: {text}" for term, text in known.items())))
    marked = (f"**{term}:** {words(text)}" for term, text in known.items())
    return {**_message(plain), "markdown": "\n\n".join((words(title), *marked))}


def _help_uri(rule: Rule) -> dict[str, str]:
    """The page of a public reference."""
    page = page_of(rule.reference)
    return {"helpUri": page} if page else {}


def _properties(rule: Rule) -> dict[str, Any]:
    is_security = rule.effect is Effect.SECURITY
    found: dict[str, Any] = {"tags": [rule.effect.value]}
    if rule.control:
        found |= {"control": rule.control}
    if is_security:
        found |= {"security-severity": _SECURITY_SEVERITY[rule.level]}
    return found


# --- results ------------------------------------------------------------------------------------


def _result(result: Result, rule_number: int, kind: ReportKind) -> dict[str, Any]:
    finding = result.finding
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": rule_number,
        "level": _LEVELS[finding.severity],
        "message": _message(result.message),
        **_locations(result.places, finding),
        "partialFingerprints": {"confaudit/v1": finding.fingerprint},
        **({"baselineState": _baseline(result)} if kind is ReportKind.REVIEW else {}),
        **({"suppressions": [_suppression(result)]} if result.suppressed else {}),
        "properties": dict(_facts(finding)),
    }


def _baseline(result: Result) -> str:
    is_old = result.suppressed and result.suppressed.by is SuppressedBy.BEFORE
    return "unchanged" if is_old else "new"


def _suppression(result: Result) -> dict[str, str]:
    return {"kind": "external", "status": "accepted", "justification": result.why_not}


def _facts(finding: Finding) -> Iterator[tuple[str, Any]]:
    if finding.deployment:
        yield "deployment", finding.deployment
    yield "affects", finding.affects.value
    if finding.origin:
        yield "origin", finding.origin.value
    yield "confidence", finding.confidence.value
    if finding.todo:
        yield "steps", [*map(visible, finding.todo)]


def _locations(places: Sequence[Place], finding: Finding) -> dict[str, Any]:
    """The first place is the one that viewers show; the others are told beside it."""
    if not places:
        return {"locations": [{"logicalLocations": [_logical(finding)]}]}
    first, *others = map(_physical, places)
    related = [{"id": number, **other} for number, other in enumerate(others, start=1)]
    return {"locations": [first], **({"relatedLocations": related} if related else {})}


def _logical(finding: Finding) -> dict[str, str]:
    """What has no line is a setting of a deployment all the same."""
    name = ".".join(filter(None, (finding.deployment, finding.subject)))
    return {"fullyQualifiedName": visible(name), "kind": "member"}


def _physical(place: Place) -> dict[str, Any]:
    file = {"uri": quote(place.file), **({"uriBaseId": _ROOT} if place.is_inside else {})}
    region = {"startLine": place.line, **place.columns}
    return {"physicalLocation": {"artifactLocation": file, "region": region}}
