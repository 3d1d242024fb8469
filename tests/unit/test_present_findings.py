"""Findings: what they ask for, how they read, and that no format loses one."""

import pytest
from msgspec.structs import replace

from confaudit.core.changes.selection import Selection
from confaudit.core.given import Form
from confaudit.core.judge.finding import Effect, Finding, Phase
from confaudit.core.judge.judge import Judged, Suppressed, SuppressedBy, judge
from confaudit.core.judge.rules.changes import change_findings
from confaudit.core.model import MISSING, Level, Value
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report
from confaudit.core.upgrade.known import Truth
from confaudit.present.entries import Entry
from confaudit.present.page import present
from confaudit.render import RenderOptions, render
from tests.golden.sample_reports import (
    EMPTY,
    EVERY_CAUSE,
    EXCUSED,
    FINDINGS,
    IDLE,
    IGNORE,
    LINT,
    LINTED,
    REPORTS,
    SHOWN,
    UPGRADE,
    judged,
    rule,
    spec,
)
from tests.golden.sample_texts import sample_text
from tests.tables import every_row


def _finding(effect: Effect, usual: Level = Level.WARNING, **parts: object) -> Finding:
    found = Finding(rule=rule("some-rule", effect, usual), message="So it is.", subject="a")
    return replace(found, **parts)  # type: ignore[arg-type]


def _shown(finding: Finding, report: Report = UPGRADE) -> Entry:
    (section,) = present(replace(report, judged=judged(findings=(finding,))), 100).groups
    (found,) = section.rows
    return found


# --- fingerprints -------------------------------------------------------------------------------


OF_WHAT_COUNTS = ("github", "ignore")
"""Formats that have nothing to say of what does not count: annotations, and what is to except."""
KNOWN = {one.fingerprint for report in REPORTS.values() for one in report.judged.everything}


@every_row(("name", "format_name"), SHOWN)
def test_every_format_shows_the_fingerprints_of_the_report_and_no_other(
    name: str, format_name: str
) -> None:
    text = sample_text(name, format_name)
    shown = {fingerprint for fingerprint in KNOWN if fingerprint in text}
    judged = REPORTS[name].judged
    apart = (*judged.excused, *judged.older) if format_name not in OF_WHAT_COUNTS else ()
    listed = {one.fingerprint for one in (*REPORTS[name].findings, *(s.finding for s in apart))}
    assert shown >= listed or (format_name == "github" and len(shown) == 10)
    assert shown <= {finding.fingerprint for finding in judged.everything}


def test_programs_are_told_of_every_finding() -> None:
    for report in REPORTS.values():
        text = render(report, "json", RenderOptions())
        assert all(one.fingerprint in text for one in report.judged.everything)


@pytest.mark.parametrize(
    "same",
    [
        {"message": "In other words."},
        {"because": "of something else"},
        {"level": Level.ERROR},
        {"introduced_in": ("2.34.5",)},
    ],
)
def test_a_fingerprint_does_not_follow_words_or_versions(same: dict[str, object]) -> None:
    finding = _finding(Effect.BEHAVIOUR, before=1, after=2)
    assert replace(finding, **same).fingerprint == finding.fingerprint  # type: ignore[arg-type]


def test_a_fingerprint_follows_rule_deployment_subject_and_states() -> None:
    finding = _finding(Effect.BEHAVIOUR, before=1)
    others = [
        finding,
        replace(finding, rule=rule("other", Effect.BEHAVIOUR)),
        replace(finding, subject="b"),
        replace(finding, deployment="staging"),
        *(replace(finding, before=value) for value in (MISSING, None, "1", True, [1])),
        replace(finding, before=MISSING, after=1),
        *(replace(finding, before={"secret_set": is_set}) for is_set in (True, False)),
    ]
    assert len({other.fingerprint for other in others}) == len(others)


def test_a_rotated_secret_is_the_same_finding() -> None:
    rotated = [{"secret_set": True, "fingerprint": text * 16} for text in "ab"]
    found = {_finding(Effect.SECURITY, before=secret).fingerprint for secret in rotated}
    assert len(found) == 1


# --- sections -----------------------------------------------------------------------------------


@every_row(
    ("effect", "level", "parts", "section"),
    [
        (Effect.WILL_NOT_START, Level.ERROR, {}, "must"),
        (Effect.WILL_NOT_START, Level.WARNING, {"affects": Truth.DEPENDS}, "must"),
        (Effect.IGNORED, Level.ERROR, {}, "must"),
        (Effect.SECURITY, Level.ERROR, {}, "must"),
        (Effect.SECURITY, Level.ERROR, {"phase": Phase.AFTER}, "security"),
        (Effect.BEHAVIOUR, Level.WARNING, {}, "change"),
        (Effect.BEHAVIOUR, Level.INFO, {}, "info"),
        (Effect.BEHAVIOUR, Level.INFO, {"level": Level.WARNING}, "change"),
        (Effect.SECURITY, Level.WARNING, {}, "security"),
        (Effect.IGNORED, Level.WARNING, {}, "migrate"),
        (Effect.DEPRECATED, Level.WARNING, {}, "migrate"),
        (Effect.DEPRECATED, Level.INFO, {}, "info"),
        (Effect.ADVICE, Level.INFO, {}, "advice"),
        (Effect.INFO, Level.INFO, {}, "info"),
        (Effect.WILL_NOT_START, Level.ERROR, {"affects": Truth.NO}, "info"),
    ],
)
def test_what_a_finding_asks_for(
    effect: Effect, level: Level, parts: dict[str, object], section: str
) -> None:
    (found,) = present(
        replace(UPGRADE, judged=judged(findings=(_finding(effect, level, **parts),))), 100
    ).groups
    assert found.anchor == f"findings-{section}"
    assert found.is_folded == (section == "info")


def test_sections_come_in_the_order_to_act_and_keep_the_order_of_findings() -> None:
    order = ["must", "change", "security", "migrate", "advice", "info"]
    for findings in (FINDINGS, FINDINGS[::-1]):
        sections = present(replace(UPGRADE, judged=judged(findings=findings)), 100).groups
        assert [section.anchor for section in sections] == [f"findings-{name}" for name in order]
        migrate = [row.rule for row in sections[3].rows]
        assert migrate == [f.rule.id for f in findings if f.rule.id in migrate]


def test_only_an_upgrade_speaks_of_one() -> None:
    for report in (UPGRADE, replace(UPGRADE, kind=ReportKind.LINT)):
        text = render(replace(report, title="", statement=""), "md", RenderOptions())
        assert ("the upgrade" in text) == (report is UPGRADE)


# --- findings -----------------------------------------------------------------------------------


@every_row(
    ("affects", "because", "reads"),
    [
        (Truth.YES, "it is set", "Yes, because it is set."),
        (Truth.YES, "", ""),
        (Truth.DEPENDS, "the template decides.", "It depends: the template decides."),
        (Truth.DEPENDS, "", "It depends."),
        (Truth.NO, "it is off", "No, because it is off."),
        (Truth.NO, "", "No."),
    ],
)
def test_whether_it_affects_you_has_three_answers(affects: Truth, because: str, reads: str) -> None:
    found = _shown(_finding(Effect.ADVICE, affects=affects, because=because))
    facts = {fact.term: fact.texts for fact in found.facts}
    assert facts.get("Affects you", ("",)) == (reads,)
    worn = [chip.facet for chip in found.chips if chip.is_shown]
    assert (affects is Truth.YES) == ("affects" not in worn)


@every_row(
    ("before", "after", "kind", "reads"),
    [
        (1, 2, ReportKind.UPGRADE, ("Value", "1", "2")),
        (1, MISSING, ReportKind.UPGRADE, ("Value before", "1", None)),
        (MISSING, 2, ReportKind.UPGRADE, ("Value after", None, "2")),
        (1, 1, ReportKind.UPGRADE, ("Value, as before", None, "1")),
        (True, 1, ReportKind.UPGRADE, ("Value", "true", "1")),
        (1, MISSING, ReportKind.LINT, ("Value", "1", None)),
        (MISSING, MISSING, ReportKind.UPGRADE, ("", None, None)),
    ],
)
def test_values(
    before: Value, after: Value, kind: ReportKind, reads: tuple[str, str | None, str | None]
) -> None:
    report = replace(UPGRADE, kind=kind)
    found = _shown(_finding(Effect.ADVICE, before=before, after=after), report)
    texts = [side.text if side else None for side in (found.before, found.after)]
    assert (found.value_term, *texts) == reads


def test_values_are_typed_and_marked() -> None:
    found = _shown(
        _finding(Effect.ADVICE, spec=spec("a-b", "duration"), before=60 * 10**9, after=61 * 10**9)
    )
    assert found.before
    assert (found.before.text, found.before.exact) == ("1m", "60000000000 ns")
    assert any(segment.changed for segment in found.before.segments)


def test_a_patch_is_lines_to_copy() -> None:
    patch = replace(FINDINGS[1].patches[0], add=("\tA=1\r\n", "B=\x1b"))
    (shown,) = _shown(replace(FINDINGS[1], patches=(patch,))).patches
    assert shown.place == "deploy/coder.env:12"
    assert shown.lines == ("- CODER_CACHE_AGE=", "+     A=1", r"+ B=\x1b")


def test_every_form_has_words() -> None:
    for form in Form:
        patch = replace(FINDINGS[1].patches[0], form=form)
        assert _shown(replace(FINDINGS[1], patches=(patch,))).patches[0].form


# --- reports ------------------------------------------------------------------------------------


def test_an_audit_ends_with_its_levels_and_what_filters_hide() -> None:
    assert UPGRADE.result == "result: 2 error, 4 warning, 2 info (2 so already today)"
    some = replace(UPGRADE, judged=judge(UPGRADE.findings, "", Selection(only=("option-*",))))
    assert some.result == "result: 2 error, 4 warning, 2 info (2 so already today, 5 hidden)"
    page = present(some, 100)
    assert page.verdict == f"{UPGRADE.headline}, 5 findings hidden by filters"
    assert page.facets[0].title == "To act on, of those listed"
    assert present(UPGRADE, 100).facets[0].title == "To act on"


def test_what_does_not_count_is_counted_beside_what_does() -> None:
    check, review = (replace(REPORTS[name], notes=()) for name in ("check", "review"))
    beside = "(3 suppressed, 1 expired exception, 2 before)"
    assert check.result == review.result == f"result: 1 error, 1 warning, 0 info {beside}"
    assert check.headline.endswith(
        ", 2 not counted by exceptions, 1 switched off by policy, 1 expired exception,"
        " 2 others were there before"
    )
    nothing = replace(check, judged=replace(EXCUSED, shown=(), lapsed=()))
    assert (nothing.worst, nothing.empty) == (None, "What was found does not count, see below.")
    (one,) = judge(change_findings(EVERY_CAUSE[:1])).shown
    ignored = Judged(suppressed=(Suppressed(one, SuppressedBy.IGNORE, "So it is.", IGNORE),))
    diff = replace(EMPTY, judged=ignored)
    assert diff.headline == "No difference that counts, 1 not counted by exceptions"
    assert diff.result.endswith("0 declared, 1 suppressed)")
    assert diff.empty.startswith("There are differences, and it was decided")


def test_what_is_idle_in_one_of_several_is_told_of_the_whole() -> None:
    idle = Judged(unmatched=(IDLE,))
    parts = (replace(one, judged=replace(one.judged, unmatched=(IDLE,))) for one in LINTED.parts)
    page = present(replace(LINTED, judged=idle, parts=tuple(parts)), 100)
    assert [group.anchor for group in page.decisions] == ["idle"]
    assert not any(part.decisions for part in page.parts)


def test_a_verdict_by_causes() -> None:
    report = replace(EMPTY, judged=judged(changes=EVERY_CAUSE))
    assert report.verdict == (
        "26 changes: 2 by the operator, 22 by the release 2.33.0 → 2.35.1, 1 computed,"
        " 1 of unknown cause."
    )
    assert report.result.startswith(
        "result: 26 changes (2 operator, 22 release, 1 computed, 1 unknown, 19 added,"
    )


def test_a_verdict_names_a_release_only_where_there_are_two() -> None:
    assert EMPTY.after
    same = replace(
        EMPTY, judged=judged(changes=EVERY_CAUSE[3:4]), after=replace(EMPTY.after, version="2.33.0")
    )
    assert same.verdict == "1 change: 1 by the release."


@every_row(
    ("report", "worst"),
    [
        (EMPTY, None),
        (replace(EMPTY, judged=judged(changes=EVERY_CAUSE[4:5])), Level.INFO),
        (replace(EMPTY, judged=judged(changes=EVERY_CAUSE)), Level.WARNING),
        (replace(LINT, judged=judged(findings=FINDINGS[:1])), Level.INFO),
        (replace(LINT, judged=judged(findings=FINDINGS[:1], changes=EVERY_CAUSE)), Level.WARNING),
        (LINT, Level.ERROR),
    ],
)
def test_the_worst_of_changes_and_findings(report: Report, worst: Level | None) -> None:
    assert report.worst == worst


def test_an_audit_without_findings_says_so() -> None:
    assert "nothing to do" in present(REPORTS["lint-nothing"], 100).empty
    assert present(LINT, 100).empty == ""


def test_a_side_that_nobody_has_read_holds_nothing_to_speak_of() -> None:
    before, after = present(UPGRADE, 100).sides
    assert "Holds" in dict(before.facts)
    assert (after.label, after.facts) == ("Coder 2.35.1", ())
    called = replace(UPGRADE, after=replace(UPGRADE.after, label="next"))
    assert present(called, 100).sides[1].facts == (("Version", "Coder 2.35.1"),)
