"""What people decided about findings, and what becomes of it."""

from datetime import date
from typing import Final

from msgspec.structs import replace

from confaudit.core.changes.selection import Selection
from confaudit.core.judge.exceptions import Decision, ExceptionEntry, LevelOverride, Rulings
from confaudit.core.judge.finding import Effect, Finding, Rule
from confaudit.core.judge.judge import Judged, SuppressedBy, joined, judge
from confaudit.core.model import Level
from confaudit.core.upgrade.known import Truth

RULE: Final = Rule("dead-name", "Dead", Effect.IGNORED, Level.WARNING, "why", "fix")
FOUND: Final = Finding(RULE, "It is dead.", "CODER_OLD", before="a")
FINGERPRINT: Final = replace(FOUND, deployment="prod").fingerprint
TODAY: Final = date(2026, 5, 1)
IGNORED: Final = ExceptionEntry(Decision.IGNORE, "known", where="e.yaml:2")


def judged(*entries: ExceptionEntry, found: Finding = FOUND, release: str = "") -> Judged:
    """What becomes of a finding in prod when these entries are asked."""
    return judge([found], "prod", rulings=Rulings(TODAY, entries, release=release), rules=[RULE.id])


def test_an_entry_is_about_what_all_its_globs_match() -> None:
    for change, is_met in (
        ({}, True),
        ({"rule": "dead-*"}, True),
        ({"rule": "dead"}, False),
        ({"option": "CODER_*"}, True),
        ({"option": "oidc-*"}, False),
        ({"deployment": "pro?"}, True),
        ({"deployment": "staging"}, False),
        ({"fingerprint": FINGERPRINT}, True),
        ({"fingerprint": "0" * 12}, False),
        ({"fingerprint": FINGERPRINT, "deployment": "staging"}, False),
    ):
        came = judged(replace(IGNORED, **change))
        assert (not came.shown) is is_met, change
        assert [one.reason for one in came.excused] == ["known"] * is_met, change


def test_accepted_is_only_the_value_that_was_seen() -> None:
    entry = ExceptionEntry(Decision.ACCEPT, "seen", fingerprint=FINGERPRINT)
    assert [one.by for one in judged(entry).excused] == [SuppressedBy.ACCEPT]
    other = judged(entry, found=replace(FOUND, before="b"))
    assert (len(other.shown), other.unmatched) == (1, (entry,))


def test_an_entry_holds_through_its_last_day_and_before_its_release() -> None:
    for change, release, why in (
        ({"expires": TODAY}, "", ""),
        ({"expires": date(2026, 4, 30)}, "", "expired on 2026-04-30"),
        ({"until_version": "2.35.0"}, "2.34.5", ""),
        ({"until_version": "2.35.0"}, "", ""),
        ({"until_version": "2.35.0"}, "2.35.0-rc.1", "held until Coder 2.35.0"),
        ({"until_version": "2.35.0"}, "2.36.1", "held until Coder 2.35.0"),
    ):
        came = judged(replace(IGNORED, **change), release=release)
        assert [one.why for one in came.lapsed] == [why] * bool(why), change
        assert len(came.shown) == bool(why), change
        assert not came.unmatched


def test_a_lapsed_entry_is_of_no_matter_beside_one_that_holds() -> None:
    old = replace(IGNORED, expires=date(2026, 4, 30))
    assert judged(old, IGNORED).lapsed == ()


def test_unmatched_is_what_was_looked_for_and_not_there() -> None:
    idle = replace(IGNORED, option="nothing")
    elsewhere = replace(idle, deployment="staging")
    other_job = replace(idle, rule="downgrade")
    came = judged(idle, elsewhere, other_job)
    assert came.unmatched == (idle,)
    assert joined([came, judge([FOUND], "prod")]).unmatched == (idle,)
    assert joined([came, judged(replace(IGNORED))]).unmatched == (idle,)


def test_what_one_deployment_has_is_not_unmatched_in_another() -> None:
    used = judged(IGNORED)
    lacks = judge([], "staging", rulings=Rulings(TODAY, (IGNORED,)), rules=[RULE.id])
    assert lacks.unmatched == (IGNORED,)
    assert joined([used, lacks]).unmatched == ()


def test_a_remark_stands_beside_a_finding_that_counts() -> None:
    (one,) = judged(ExceptionEntry(Decision.ANNOTATE, "ask Ann")).shown
    assert one.remarks == ("ask Ann",)
    assert one.fingerprint == FINGERPRINT


def test_the_last_override_says_how_bad_it_is() -> None:
    open_ended = replace(FOUND, affects=Truth.DEPENDS)
    for overrides, level in (
        ((), Level.WARNING),
        ((LevelOverride("dead-*", Level.ERROR),), Level.ERROR),
        ((LevelOverride("*", Level.ERROR), LevelOverride("dead-name", Level.INFO)), Level.INFO),
        ((LevelOverride("other", Level.ERROR),), Level.WARNING),
    ):
        for finding in (FOUND, open_ended):
            (one,) = judge([finding], "prod", rulings=Rulings(TODAY, (), overrides)).shown
            assert one.severity is level, overrides


def test_what_is_off_is_told_and_does_not_count() -> None:
    off = Rulings(TODAY, (), (LevelOverride("dead-name", None, "policy.yaml:3"),))
    came = judge([FOUND], "prod", rulings=off)
    assert (came.found, came.hidden) == ((), 0)
    assert [(one.by, one.reason) for one in came.excused] == [
        (SuppressedBy.OFF, "switched off by policy.yaml:3")
    ]


def test_what_was_there_before_does_not_count_and_what_is_filtered_does() -> None:
    before = judge([FOUND], "prod", older={FINGERPRINT})
    assert (before.found, before.hidden, len(before.older)) == ((), 0, 1)
    filtered = judge([FOUND], "prod", Selection(only=("oidc-*",)))
    assert (len(filtered.found), filtered.hidden) == (1, 1)
    both = judge([FOUND], "prod", older={FINGERPRINT}, rulings=Rulings(TODAY, (IGNORED,)))
    assert [one.by for one in both.suppressed] == [SuppressedBy.IGNORE]
    assert [one.fingerprint for one in both.everything] == [FINGERPRINT]
