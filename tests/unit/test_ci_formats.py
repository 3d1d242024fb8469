"""The formats of continuous integration, held against the schemas and parsers of others."""

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from jsonschema import Draft7Validator
from junitparser import Error, Failure, JUnitXml, Skipped
from msgspec.structs import replace

from confaudit.core.given import Position
from confaudit.core.judge.exceptions import Decision, ExceptionEntry, Lapsed, Rulings
from confaudit.core.judge.judge import Judged, judge
from confaudit.core.judge.threshold import Threshold
from confaudit.core.model import Level
from confaudit.core.report.exits import exit_code
from confaudit.core.report.kinds import ReportKind
from confaudit.errors import ConfigError, ExitCode
from confaudit.render import FORMATS, RenderOptions, formats_of, render
from confaudit.rulebook.exceptions import read
from tests.golden.sample_reports import FINDINGS, LINT, REPORTS, rule
from tests.tables import every_row

SARIF = Draft7Validator(
    json.loads((Path(__file__).parents[1] / "data/schemas/sarif-2.1.0.json").read_text())
)
"""The schema of the OASIS."""

GITLAB = Draft7Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "minLength": 1},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": r"^(?!\./|/|.*\.\./).+$"},
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": {"begin": {"type": "integer", "minimum": 1}},
                        },
                    },
                },
            },
        },
    }
)
"""What GitLab's documentation says of the report."""

FINGERPRINT = re.compile(r"\b[0-9a-f]{12}\b")
JUDGED = {name: report for name, report in REPORTS.items() if report.kind in FORMATS["sarif"].kinds}
NASTY = "\0\ud800\ufffe\uffff \x1b[2J]]> <a>&amp;\r\n::error::x ##[add-mask]y a](b) {0} 50%"
HOSTILE = replace(
    LINT,
    title=NASTY,
    statement=NASTY,
    notes=(NASTY,),
    judged=Judged(
        tuple(
            replace(
                FINDINGS[0],
                rule=rule(NASTY, FINDINGS[0].rule.effect),
                message=NASTY,
                subject=f"{number}",
                deployment=NASTY,
                positions=(Position(f"  ::add-mask::{NASTY}", 1),),
            )
            for number in range(12)
        )
    ),
)
ALL = JUDGED | {"nasty": HOSTILE}
THRESHOLDS = [Threshold(level, strict) for level in (None, *Level) for strict in (False, True)]


@cache
def shown(name, form, threshold=THRESHOLDS[0]):
    return render(ALL[name], form, RenderOptions(threshold=threshold))


def sarif_of(name, threshold=THRESHOLDS[0]):
    log = json.loads(shown(name, "sarif", threshold))
    assert [*SARIF.iter_errors(log)] == []
    (run,) = log["runs"]
    return run


def junit_of(name, threshold=THRESHOLDS[0]):
    return JUnitXml.fromstring(shown(name, "junit", threshold).encode())


def gitlab_of(name):
    issues = json.loads(shown(name, "gitlab"))
    assert [*GITLAB.iter_errors(issues)] == []
    return issues


def outputs_of(text):
    """As GitHub's runner reads the file of a step's outputs."""
    lines = text.splitlines()
    assert not any("<<" in line.partition("=")[0] for line in lines)
    return dict(line.split("=", 1) for line in lines)


def commands_of(text):
    """As GitHub's runner reads a log: name, properties and message of each command."""
    for line in text.splitlines():
        name, properties, message = re.fullmatch(r"::(\w+) ([^:\n]*)::(.*)", line).groups()
        pairs = (pair.split("=", 1) for pair in properties.split(","))
        found = {key: value.replace("%3A", ":").replace("%2C", ",") for key, value in pairs}
        assert "%0" not in message + properties  # what was a line end is spelled out before
        yield name, found, message.replace("%25", "%")


EVERY = {one.fingerprint for report in ALL.values() for one in report.judged.everything}


def seen(text):
    """The fingerprints that people see, not what a page carries for programs."""
    legible = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", text)
    return {*FINGERPRINT.findall(legible)} & EVERY


@pytest.mark.parametrize("name", ALL)
def test_every_format_carries_the_same_fingerprints(name):
    known = {one.fingerprint for one in ALL[name].judged.everything}
    document = json.loads(shown(name, "json"))
    listed = [*document.get("findings", []), *document.get("changes", [])]
    hidden = [one.get("finding") or one["change"] for one in document.get("suppressed", [])]
    assert {one["fingerprint"] for one in (*listed, *hidden)} == known
    run = sarif_of(name)
    assert {one["partialFingerprints"]["confaudit/v1"] for one in run["results"]} == known
    assert {one["fingerprint"] for one in gitlab_of(name)} == known
    assert set(outputs_of(shown(name, "outputs"))["fingerprints"].split()) == known
    for form in ("junit", "concise"):
        assert {*FINGERPRINT.findall(shown(name, form))} == known, form
    filtered = {
        one.finding.fingerprint for one in ALL[name].judged.suppressed if one.by == "filter"
    }
    for form in ("html", "md", "text"):  # whose reader asked not to see some
        assert seen(shown(name, form)) == known - filtered, form
    annotated = {*FINGERPRINT.findall(shown(name, "github"))}
    assert len(annotated) == min(10, len(ALL[name].judged.shown))
    assert annotated <= known


@pytest.mark.parametrize("name", ALL)
def test_every_format_fails_where_the_run_does(name):
    for threshold in THRESHOLDS:
        code = exit_code(ALL[name], threshold)
        suites = junit_of(name, threshold)
        assert (suites.failures + suites.errors > 0) is (code != ExitCode.OK), threshold
        assert sarif_of(name, threshold)["invocations"][0]["exitCode"] == code
        assert outputs_of(shown(name, "outputs", threshold))["exit_code"] == str(code.value)


def test_sarif_tells_rules_suppressions_and_every_place():
    run, judged = sarif_of("review"), REPORTS["review"].judged
    rules = run["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == [one.id for one in REPORTS["review"].rules]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    counting, others = (run["results"][: len(judged.shown)], run["results"][len(judged.shown) :])
    assert not any("suppressions" in one for one in counting)
    told = [one["suppressions"][0]["justification"] for one in others]
    assert all(one.reason in words for one, words in zip(judged.suppressed, told, strict=True))
    states = [one["baselineState"] for one in run["results"]]
    assert states == ["new"] * (len(states) - 2) + ["unchanged"] * 2
    (renamed,) = (one for one in others if one["ruleId"] == "option-renamed")
    spots = [*renamed["locations"], *renamed["relatedLocations"]]
    regions = [one["physicalLocation"]["region"]["startLine"] for one in spots]
    assert regions == [40, 77]


def test_sarif_has_public_pages_only():
    rules = {one["id"]: one for one in sarif_of("upgrade")["tool"]["driver"]["rules"]}
    assert rules["empty-value"]["helpUri"] == "https://github.com/coder/coder/issues/24926"
    assert not any(
        "helpUri" in one for one in sarif_of("hostile-findings")["tool"]["driver"]["rules"]
    )
    security = rules["secret-exposed"]["properties"]
    assert security == {"tags": ["security"], "security-severity": "6.0"}


def test_sarif_keeps_hostile_texts_apart():
    for one in sarif_of("nasty")["results"]:
        assert "](" not in one["message"]["text"]
        (where,) = one["locations"]
        uri = where["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[\w.~/%-]+", uri)
        assert unquote(uri).startswith("  ::add-mask::")


def test_junit_has_a_case_for_every_rule_of_each_deployment():
    failing = Threshold(Level.WARNING)
    suites = [*junit_of("lint-several", failing)]
    assert [suite.name for suite in suites] == [
        one.deployment for one in REPORTS["lint-several"].parts
    ]
    ids = {one.id for one in REPORTS["lint-several"].rules}
    for suite, part in zip(suites, REPORTS["lint-several"].parts, strict=True):
        cases = {case.name: [type(one) for one in case.result] for case in suite}
        assert set(cases) == ({"coverage"} if part.nothing_read else {"coverage", *ids})
    first = {case.name: [type(one) for one in case.result] for case in suites[0]}
    assert first["empty-value"] == [Failure]
    assert first["placeholder-value"] == []
    assert {case.name: case for case in suites[2]}["coverage"].result[0].__class__ is Skipped
    strict = [*junit_of("lint-several", Threshold(None, is_strict=True))][2]
    assert [type(one) for case in strict for one in case.result] == [Error]


def test_what_does_not_count_is_skipped_in_junit_and_information_in_gitlab():
    (suite,) = junit_of("check", Threshold(Level.INFO))
    skipped = {case.name: case.result[0].message for case in suite if case.is_skipped}
    assert skipped["default-changed"] == "ignored: Nobody uses the gateway yet."
    issues = {one["check_name"]: one for one in gitlab_of("check")}
    assert issues["default-changed"]["severity"] == "info"
    assert issues["default-changed"]["description"].startswith(
        "[ignored: Nobody uses the gateway yet.] "
    )
    assert issues["no-such-thing"]["severity"] == "major"


def test_what_people_decided_stands_beside_what_counts_all_the_same():
    finding = replace(FINDINGS[1], remarks=("raised for a load test",))
    past = ExceptionEntry(Decision.IGNORE, "migrating", where="confaudit-exceptions.yaml:12")
    other = replace(past, where="confaudit-exceptions.yaml:20")
    lapsed = (Lapsed(past, "expired on 2026-06-30", finding.fingerprint),)
    report = replace(LINT, judged=Judged((finding,), lapsed=lapsed, unmatched=(other,)))
    told = {form: render(report, form, RenderOptions()) for form in formats_of(ReportKind.LINT)}
    hint = replace(report, judged=Judged((replace(finding, level=Level.INFO),)))
    for text in (told["text"], render(hint, "text", RenderOptions())):
        assert "Remark: raised for a load test" in text
    ended = "its exception expired on 2026-06-30, confaudit-exceptions.yaml:12"
    for form in ("sarif", "gitlab", "github", "concise", "junit"):
        assert f"(raised for a load test; {ended})" in told[form], form
    for form in ("sarif", "junit"):
        assert "The exception of confaudit-exceptions.yaml:20 is about nothing" in told[form]
    assert outputs_of(told["outputs"])["expired_count"] == "1"
    assert outputs_of(told["outputs"])["idle_count"] == "1"


@every_row("name", ALL)
def test_what_is_pasted_and_given_a_reason_keeps_every_finding_from_counting(name):
    counting, text = ALL[name].deciding, shown(name, "ignore")
    if counting:
        with pytest.raises(ConfigError, match=r"confaudit-exceptions\.yaml, line \d+"):
            read(text.encode(), "confaudit-exceptions.yaml")
    entries = read(text.replace('reason: ""', "reason: So be it").encode(), "e.yaml")
    assert len(entries) == len(counting)
    for deployment in {one.deployment for one in counting}:
        mine = [one for one in counting if one.deployment == deployment]
        judged = judge(mine, deployment, rulings=Rulings(date.min, entries))
        assert judged.found == ()
        assert {one.finding.fingerprint for one in judged.excused} == {
            one.fingerprint for one in mine
        }


def test_annotations_are_the_ten_worst_and_say_how_many_more_there_are():
    commands = [*commands_of(shown("nasty", "github"))]
    assert len(commands) == 11
    assert commands[-1][0] == "notice"
    assert commands[-1][2].endswith("(2 more findings without an annotation)")
    name, properties, message = commands[0]
    assert name == "warning"
    assert properties["file"].startswith("  ::add-mask::")
    assert "50%" in message
    upgrade = [name for name, _, _ in commands_of(shown("upgrade", "github"))]
    assert upgrade[:-1] == sorted(upgrade[:-1], key=["error", "warning", "notice"].index)


def test_concise_lines_are_read_by_editors_and_run_nothing_in_a_log():
    *lines, headline, result = shown("upgrade", "concise").splitlines()
    pattern = r"(?:(.+?):(\d+)|-): (error|warning|info|ignored) (\S+) .+ \[[0-9a-f]{12}\].*"
    assert all(re.fullmatch(pattern, line) for line in lines)
    assert len(lines) == len(REPORTS["upgrade"].findings)
    assert lines[0].startswith("deployments/prod/server.json:9: info option-added ")
    assert lines[2].startswith("-: warning default-changed ")
    assert (headline, result) == (REPORTS["upgrade"].headline, REPORTS["upgrade"].result)


def test_no_log_of_a_report_holds_a_command_for_a_runner():
    for form in ("concise", "text", "junit", "json", "sarif", "gitlab", "md"):
        for line in shown("nasty", form).splitlines():
            assert not line.lstrip().startswith("::"), form
            assert "##[" not in line, form
