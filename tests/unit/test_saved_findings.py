"""No field of a finding is lost on the way into a saved report and back, be it about a change."""

from datetime import date

import pytest
from msgspec.structs import fields, replace

from confaudit.core.given import Form, Position
from confaudit.core.judge.exceptions import Decision, ExceptionEntry, Lapsed
from confaudit.core.judge.finding import Confidence, Effect, Finding, Origin, Patch, Phase, Rule
from confaudit.core.judge.judge import Judged, Suppressed, SuppressedBy
from confaudit.core.judge.rules.changes import NOT_AS_PREDICTED, change_finding, change_findings
from confaudit.core.model import Cause, Change, ChangeKind, Level, OptionSpec, Subject
from confaudit.core.upgrade.known import Truth
from confaudit.errors import SourceError
from confaudit.render import RenderOptions, render
from confaudit.render.saved import load
from tests.golden.sample_reports import EMPTY, UPGRADE
from tests.tables import every_row

HERE = Position("coder.env", 3)
RULE = Rule("a-rule", "A rule", Effect.SECURITY, Level.INFO, "So it is.", "Mend it.", "coder#1")
TOLD = {
    "rule": RULE,
    "message": "It is so.",
    "subject": "oidc-scopes",
    "affects": Truth.DEPENDS,
    "because": "it may be",
    "confidence": Confidence.COMPUTED,
    "level": Level.ERROR,
    "spec": OptionSpec("", "oidc-scopes", "", "CODER_OIDC_SCOPES", "oidc.scopes", group="OIDC"),
    "before": ["a"],
    "after": ["b"],
    "introduced_in": ("2.34.0",),
    "phase": Phase.AFTER,
    "steps": ("Look.", "Mend."),
    "instead": (OptionSpec("", "other"),),
    "proposed": ["c"],
    "patches": (Patch(Form.ENV_FILE, HERE, ("A=1",), ("B=1",)),),
    "positions": (HERE,),
    "nearest": HERE,
    "deployment": "staging",
    "remarks": ("Ask Ann.",),
    "origin": Origin.TODAY,
}
"""A value for every field that a finding of an audit has; a new field needs one here."""

OF_CHANGES = {"rule", "message", "subject", "level", "spec", "before", "after", "deployment"}
"""What a change's finding has of its own; the others are for audits."""


def saved(finding, *, suppressed=False):
    judged = Judged((), (Suppressed(finding, SuppressedBy.FILTER),)) if suppressed else None
    rules = (RULE, NOT_AS_PREDICTED)
    report = replace(UPGRADE, judged=judged or Judged((finding,)), rules=rules)
    (found,) = load(render(report, "json", RenderOptions()).encode()).judged.found
    return found


ENTRIES = (
    ExceptionEntry(Decision.IGNORE, "So it is."),
    ExceptionEntry(
        decision=Decision.ACCEPT,
        reason="Ann says so.",
        rule="a-*",
        option="oidc-*",
        deployment="prod",
        fingerprint="0123456789ab",
        owner="Ann",
        expires=date(2026, 9, 1),
        until_version="2.36.0",
        where="confaudit-exceptions.yaml:3",
    ),
)


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_people_decided_comes_back(entry):
    shown, ignored = Finding(**TOLD), Finding(**TOLD | {"subject": "another"})
    judged = Judged(
        shown=(shown,),
        suppressed=(Suppressed(ignored, SuppressedBy.IGNORE, entry.reason, entry),),
        lapsed=(Lapsed(entry, "expired on 2026-06-30", shown.fingerprint),),
        unmatched=(entry,),
        relevelled=3,
    )
    text = render(replace(UPGRADE, judged=judged, rules=(RULE,)), "json", RenderOptions())
    assert load(text.encode()).judged == judged
    before, _, after = text.rpartition(shown.fingerprint)
    with pytest.raises(SourceError, match=r"damaged at [$]\.lapsed"):
        load(f"{before}{'0' * 12}{after}".encode())


def test_findings_beside_changes_come_back():
    change = Change(
        Subject.CONFIG, "a.b", ChangeKind.CHANGED, 1, 2, path="a.b", cause=Cause.UNKNOWN
    )
    judged = Judged((*change_findings((change,)), Finding(**TOLD)))
    text = render(replace(EMPTY, judged=judged, rules=(RULE,)), "json", RenderOptions())
    assert all(one.fingerprint in text for one in judged.shown)
    assert load(text.encode()).findings == judged.shown[1:]


def test_every_field_is_looked_at():
    assert {field.name for field in fields(Finding)} == TOLD.keys() | {"change"}


@every_row("suppressed", [False, True])
@every_row("name", TOLD)
def test_a_field_of_an_audits_finding_comes_back(name, suppressed):
    finding = Finding(**TOLD)
    assert getattr(saved(finding, suppressed=suppressed), name) == TOLD[name]


@every_row("suppressed", [False, True])
@every_row("name", sorted(OF_CHANGES | {"change"}))
def test_a_field_of_a_changes_finding_comes_back(name, suppressed):
    change = Change(
        Subject.CONFIG,
        "oidc.scopes",
        ChangeKind.CHANGED,
        ["a"],
        ["b"],
        path="oidc.scopes",
        cause=Cause.UNKNOWN,
        evidence="nobody knows",
    )
    finding = replace(change_finding(change, NOT_AS_PREDICTED, Level.ERROR), deployment="another")
    assert getattr(saved(finding, suppressed=suppressed), name) == getattr(finding, name)
