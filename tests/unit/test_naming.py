"""What findings are said to be about: names that people know, and no rule's id."""

from msgspec.structs import replace

from confaudit.core.judge.finding import Effect, Finding
from confaudit.core.judge.rules import DOWNGRADE, OPTION_ADDED, RULES
from confaudit.core.judge.rules.changes import CONTROL_RESTORED
from confaudit.core.report.naming import name_of, name_or_title
from confaudit.present.entries import Entry
from confaudit.present.page import present
from tests.golden.sample_reports import REPORTS, rule, spec
from tests.tables import every_row
from tests.unit.deployments import known

RULE = rule("a-rule", Effect.ADVICE)
FOUND = Finding(rule=RULE, message="So it is.", subject="CODER_NOPE")


@every_row(
    ("finding", "name"),
    [
        (FOUND, "CODER_NOPE"),
        (replace(FOUND, spec=spec("cache-age")), "--cache-age"),
        (replace(FOUND, subject="a-rule"), ""),
        (replace(FOUND, subject="."), ""),
        (replace(FOUND, rule=OPTION_ADDED, subject="new-options"), ""),
        (replace(FOUND, rule=DOWNGRADE, subject="version"), ""),
        (replace(FOUND, rule=CONTROL_RESTORED, subject="a-rule:CODER_NOPE"), "CODER_NOPE"),
        (replace(FOUND, rule=CONTROL_RESTORED, subject="a-rule:a-rule"), ""),
        (
            replace(FOUND, rule=CONTROL_RESTORED, subject="a-rule:x", spec=spec("cache-age")),
            "--cache-age",
        ),
    ],
)
def test_a_subject_that_is_no_name_is_not_shown(finding: Finding, name: str) -> None:
    assert name_of(finding) == name
    assert name_or_title(finding) == (name or finding.rule.title)


RULE_IDS = {*RULES, *(one.rule.id for one in known())}


def told_about(name: str) -> list[Entry]:
    page = present(REPORTS[name], 200)
    return [row for group in page.all_groups for row in group.rows if not group.are_changes]


@every_row("name", REPORTS)
def test_no_report_is_about_a_rule(name: str) -> None:
    rows = told_about(name)
    ids = RULE_IDS | {row.rule for row in rows}
    assert not [row for row in rows if ids & {one.text for one in row.names}]
