"""JUnit's XML: a suite for each deployment, and in it a case for each rule that was looked for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from confaudit.core.judge.finding import Rule
from confaudit.core.judge.threshold import Threshold
from confaudit.core.report.report import Report
from confaudit.core.text.wording import visible
from confaudit.present.sentences import idle
from confaudit.render import RenderOptions
from confaudit.render.concise import line
from confaudit.render.results import Result, results, rules_of

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_COUNTS: Final = {"tests": "testcase", "failures": "failure", "errors": "error"} | {
    "skipped": "skipped"
}
"""Attribute → the elements that it counts."""


def render(report: Report, options: RenderOptions) -> str:
    """The suites, indented; something in them fails or is an error where the run does."""
    root = Element("testsuites", name="confaudit")
    rules = rules_of(report)
    root.extend(_suite(part, rules, options) for part in report.parts or (report,))
    _count(root)
    indent(root)
    return f"{_DECLARATION}\n{tostring(root, encoding='unicode')}\n"


def _count(element: Element) -> None:
    for attribute, tag in _COUNTS.items():
        element.set(attribute, str(sum(1 for _ in element.iter(tag))))


def _suite(report: Report, rules: Sequence[Rule], options: RenderOptions) -> Element:
    name = visible(report.deployment or report.title)
    suite = Element("testsuite", name=name, timestamp=f"{report.generated_at:%Y-%m-%dT%H:%M:%S}")
    told = SubElement(suite, "properties")
    for key, value in (("verdict", report.headline), ("result", report.result)):
        SubElement(told, "property", name=key, value=visible(value))
    suite.extend(_cases(report, rules, options))
    _count(suite)
    SubElement(suite, "system-out").text = "\n".join(_notes(report))
    return suite


def _notes(report: Report) -> Iterator[str]:
    yield from map(visible, report.notes)
    yield from map(idle, report.judged.unmatched)


def _cases(report: Report, rules: Sequence[Rule], options: RenderOptions) -> Iterator[Element]:
    """One for each rule; where nothing was looked at, only for those that found something."""
    is_idle = report.nothing_read or report.not_audited
    found = defaultdict(list)
    for result in results(report, options):
        found[result.finding.rule.id].append(result)
    for rule in rules:
        if found[rule.id] or not is_idle:
            yield _case(rule, found[rule.id], report, options.threshold)
    yield _coverage(report, options.threshold)


def _testcase(name: str, report: Report) -> Element:
    where = visible(report.deployment)
    return Element("testcase", name=name, classname=".".join(filter(None, (report.kind, where))))


def _case(rule: Rule, found: Sequence[Result], report: Report, threshold: Threshold) -> Element:
    """It fails for what makes the run fail, and is skipped where nothing found counts."""
    case = _testcase(visible(rule.id), report)
    failing = [one for one in found if one.decides and threshold.is_reached(one.finding.severity)]
    rest = [one for one in found if one not in failing]
    if failing:
        _failure(case, failing)
    elif rest and not any(one.decides for one in rest):
        SubElement(case, "skipped", message="; ".join(dict.fromkeys(one.why_not for one in rest)))
    if rest:
        SubElement(case, "system-out").text = _lines(rest)
    return case


def _failure(case: Element, failing: Sequence[Result]) -> None:
    first, *others = failing
    more = f", and {len(others)} more" if others else ""
    level = max(one.finding.severity for one in failing)
    failure = SubElement(case, "failure", type=level.word, message=f"{first.sentence}{more}")
    failure.text = _lines(failing)


def _lines(found: Sequence[Result]) -> str:
    return "\n".join(map(line, found))


def _coverage(report: Report, threshold: Threshold) -> Element:
    """Whether all that it rests on is known; where not, an error if the run is strict."""
    case = _testcase("coverage", report)
    if report.is_incomplete:
        outcome = "error" if threshold.is_strict else "skipped"
        SubElement(case, outcome, type="incomplete", message=visible(report.headline))
    return case
