"""Judging: weight, order, selection, identity and threshold, and what a report makes of them."""

import pytest
from msgspec.structs import replace

from confaudit.core.changes.selection import Selection
from confaudit.core.given import Position
from confaudit.core.judge.finding import Effect, Finding, Rule
from confaudit.core.judge.judge import SuppressedBy, judge
from confaudit.core.judge.rules.changes import change_findings
from confaudit.core.judge.threshold import Threshold
from confaudit.core.model import Cause, Change, ChangeKind, Level, Subject
from confaudit.core.report.kinds import ReportKind
from confaudit.core.upgrade.known import Truth
from tests.golden.sample_reports import EMPTY, LINT, UPGRADE

ONLY = Selection(only=("oidc-scopes",))


def finding(effect=Effect.BEHAVIOUR, level=Level.WARNING, subject="oidc-scopes", **more):
    rule = Rule(f"{effect}-{level.name.lower()}", "", effect, level, "", "")
    return Finding(rule=rule, message="So it is.", subject=subject, **more)


FATAL = finding(Effect.WILL_NOT_START, Level.ERROR, "http-address")
MILD = finding(Effect.ADVICE, Level.INFO)


@pytest.mark.parametrize(
    ("level", "affects", "weighed"),
    [
        (Level.ERROR, Truth.YES, Level.ERROR),
        (Level.ERROR, Truth.DEPENDS, Level.WARNING),
        (Level.WARNING, Truth.DEPENDS, Level.WARNING),
        (Level.INFO, Truth.DEPENDS, Level.INFO),
        (Level.ERROR, Truth.NO, Level.ERROR),
    ],
)
def test_what_only_may_be_so_is_at_most_a_warning(level, affects, weighed):
    (found,) = judge([finding(level=level, affects=affects)]).shown
    assert found.severity is weighed


def test_the_worst_comes_first_whatever_the_order_of_finding():
    found = [MILD, finding(), FATAL, finding(affects=Truth.DEPENDS, subject="a")]
    shown = judge(found).shown
    assert [one.subject for one in shown] == ["http-address", "oidc-scopes", "a", "oidc-scopes"]
    assert shown == judge(reversed(found)).shown


def test_what_a_filter_hides_is_kept_with_its_reason():
    judged = judge([FATAL, MILD], selection=ONLY)
    assert [one.subject for one in judged.shown] == ["oidc-scopes"]
    (hidden,) = judged.suppressed
    assert (hidden.finding.subject, hidden.by) == ("http-address", SuppressedBy.FILTER)
    assert {one.subject for one in judged.found} == {"http-address", "oidc-scopes"}
    assert judged.hidden == 1


def test_one_fingerprint_is_one_finding_that_stands_in_several_places():
    here, there = Position("a.env", 1), Position("b.env", 7)
    twice = [replace(FATAL, positions=(here,)), replace(FATAL, positions=(there, here))]
    (found,) = judge(twice).shown
    assert found.positions == (here, there)


def test_the_same_in_another_deployment_is_another_finding():
    prints = {judge([FATAL], name).shown[0].fingerprint for name in ("", "prod", "staging")}
    assert len(prints) == 3


@pytest.mark.parametrize(
    ("level", "reached"),
    [(None, []), (Level.INFO, [MILD, FATAL]), (Level.WARNING, [FATAL]), (Level.ERROR, [FATAL])],
)
def test_a_threshold_is_reached_from_its_level_on(level, reached):
    threshold = Threshold(level)
    assert [one for one in (MILD, FATAL) if threshold.is_reached(one.severity)] == reached
    assert not threshold.is_reached(None)


# --- what a report makes of it ------------------------------------------------------------------


@pytest.mark.parametrize("report", [UPGRADE, LINT], ids=lambda report: report.kind)
def test_the_verdict_of_an_audit_is_on_everything_found(report):
    found = replace(report, judged=judge([FATAL, MILD], selection=ONLY), statement="will not start")
    assert found.worst is Level.ERROR
    assert found.headline == "Will not start, 1 finding hidden by filters"
    assert found.result == "result: 1 error, 0 warning, 1 info (1 hidden)"
    assert Threshold(Level.ERROR).is_reached(found.worst)


def test_an_audit_with_everything_hidden_does_not_say_that_there_is_nothing():
    hidden = replace(LINT, judged=judge([FATAL], selection=ONLY), statement="will not start")
    assert "the verdict is on all of it" in hidden.empty
    assert "nothing to do" in replace(LINT, judged=judge([]), statement="nothing to mend").empty
    assert replace(LINT, judged=judge([MILD])).empty == ""


CHANGES = tuple(
    Change(Subject.OPTION, key, ChangeKind.CHANGED, 1, 2, cause=cause, evidence="so it is")
    for key, cause in (("a", Cause.COMPUTED), ("oidc-scopes", Cause.RELEASE), ("b", Cause.OPERATOR))
)


def test_a_comparison_answers_the_narrower_question_of_its_filters():
    judged = judge(change_findings(CHANGES), "prod", Selection(causes=frozenset({Cause.COMPUTED})))
    report = replace(EMPTY, judged=judged)
    assert [change.key for change in report.changes] == ["a"]
    assert report.worst is Level.INFO
    assert report.verdict == "1 change: 1 computed. 2 more are hidden by filters."
    assert not Threshold(Level.WARNING).is_reached(report.worst)


def test_changes_are_findings_in_the_order_of_who_caused_them():
    judged = judge(change_findings(CHANGES), "prod")
    assert [(one.rule.id, one.severity) for one in judged.shown] == [
        ("operator-change", Level.WARNING),
        ("release-change", Level.WARNING),
        ("computed-change", Level.INFO),
    ]
    assert len({one.fingerprint for one in judged.shown}) == len(CHANGES)


def test_every_kind_of_report_says_what_it_is_about():
    assert len({kind.subject for kind in ReportKind}) == len(ReportKind)
    assert {kind for kind in ReportKind if kind.is_upgrade} <= {k for k in ReportKind if k.is_audit}
