"""Who is told of what a snapshot brought, and in which words of a chat."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from confaudit import topics
from confaudit.configfile import Email, Hook, Webhook, parse
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.judge import Judged
from confaudit.core.judge.rules.changes import DEPLOYMENT_GONE, change_finding, change_rule
from confaudit.core.model import Cause, Change, ChangeKind, Fidelity, Level, Subject
from confaudit.core.report.audited import Audited
from confaudit.core.report.report import Report, Side
from confaudit.core.report.telling import Wish
from confaudit.errors import NotifyError
from confaudit.notify.channel import LONGEST_PAUSE_SECONDS, PAUSE_SECONDS, pause
from confaudit.notify.message import mrkdwn, mrkdwn_code
from tests.tables import every_row

SIDE = Side("x", "prod", "2.33.0", None, Fidelity.FULL, "", 1, 1)


def changed(cause: Cause, level: Level) -> Finding:
    change = Change(Subject.OPTION, "oidc-scopes", ChangeKind.CHANGED, "a", "b", cause=cause)
    return change_finding(change, change_rule(cause), level)


def report(*findings: Finding, is_first: bool = False) -> Report:
    sides = () if is_first else (SIDE, SIDE)
    return Report(
        "x",
        datetime(2026, 1, 5, tzinfo=UTC),
        "0",
        before=next(iter(sides), None),
        after=next(iter(sides), None),
        judged=Judged(shown=findings),
        audited=Audited("prod"),
    )


BY_OPERATOR = changed(Cause.OPERATOR, Level.WARNING)
BY_RELEASE = changed(Cause.RELEASE, Level.INFO)
OPENED = Finding(DEPLOYMENT_GONE, "It opens something.", "x", level=Level.ERROR)
BOTH = report(BY_OPERATOR, BY_RELEASE)


@every_row(
    ("wish", "of", "is_told"),
    [
        ({}, BOTH, True),
        ({}, report(is_first=True), True),
        ({}, report(), False),  # all that changed is excused
        ({"deployments": ["pro?"]}, BOTH, True),
        ({"deployments": ["staging", "PROD"]}, BOTH, False),
        ({"level": Level.WARNING}, BOTH, True),
        ({"level": Level.WARNING}, report(BY_RELEASE), False),
        ({"level": Level.WARNING}, report(is_first=True), False),
        ({"level": Level.ERROR}, report(BY_OPERATOR, OPENED), True),
        ({"causes": {Cause.RELEASE}}, BOTH, True),
        ({"causes": {Cause.UNKNOWN}}, BOTH, False),
        ({"causes": {Cause.OPERATOR}}, report(is_first=True), False),
        # One change has to meet all of it, and what is no change is nobody's doing.
        ({"causes": {Cause.RELEASE}, "level": Level.WARNING}, BOTH, False),
        ({"causes": {Cause.OPERATOR}, "level": Level.ERROR}, report(BY_OPERATOR, OPENED), False),
    ],
)
def test_who_is_told_of_what(wish: dict[str, Any], of: Report, is_told: bool) -> None:
    assert Wish(**wish).is_met(of) is is_told


def test_confaudit_yaml_knows_all_levels_and_causes() -> None:
    fields = {one.name: one.type for one in msgspec.structs.fields(Webhook)}
    assert get_args(fields["level"]) == tuple(level.word for level in Level)
    named = get_args(get_args(get_args(fields["causes"])[0])[0])
    assert set(named) == {cause.value for cause in Cause}
    assert Hook(command=["x"]).level == Level.INFO.word


def test_the_examples_of_the_topic_are_valid() -> None:
    example = topics.text("notifications").split("```yaml\n")[1].split("```")[0]
    found = parse(example.encode(), Path("confaudit.yaml")).configuration.notifications
    assert {type(one) for one in found.values()} == {Webhook, Email, Hook}


@pytest.mark.parametrize(
    ("text", "written", "as_code"),
    [
        ("a & b", "a &amp; b", "`a &amp; b`"),
        ("<!channel>", "&lt;!channel&gt;", "`&lt;!channel&gt;`"),
        ("`x` <https://x|y>", "`x` &lt;https://x|y&gt;", None),
        ("", "", ""),
        (" ", " ", " "),
    ],
)
def test_slack_reads_no_markup_from_foreign_text(
    text: str, written: str, as_code: str | None
) -> None:
    assert mrkdwn(text) == written
    found = mrkdwn_code(text)
    assert found.count("`") in (0, 2)
    assert as_code in (found, None)


@pytest.mark.parametrize("text", ["&" * 1000, "x" * 299 + "<" * 9, "x" * 300, "é" * 301, "<" * 75])
def test_no_text_is_longer_than_slack_takes(text: str) -> None:
    written = mrkdwn(text)
    assert len(written) <= 300
    assert re.fullmatch(r"(&(amp|lt);|[xé])*…?", written)
    assert written.endswith("…") == (len(text.replace("&", "12345").replace("<", "1234")) > 300)


@pytest.mark.parametrize(
    ("asked", "seconds"), [(0, PAUSE_SECONDS), (7, 7), (3600, LONGEST_PAUSE_SECONDS)]
)
def test_a_server_may_ask_for_a_longer_pause_within_bounds(asked: float, seconds: float) -> None:
    assert pause(NotifyError("x", wait_seconds=asked)) == seconds
