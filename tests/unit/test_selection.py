"""Filters: a table of selections and the changes they leave."""

from confaudit.core.changes.selection import Selection
from confaudit.core.judge.judge import is_selected
from confaudit.core.judge.rules.changes import change_findings
from confaudit.core.model import Cause, Change, ChangeKind, OptionSpec, Subject
from tests.tables import every_row

SCOPES = OptionSpec("OIDC Scopes", "oidc-scopes", env="CODER_OIDC_SCOPES", yaml_path="oidc.scopes")
CHANGES = (
    Change(
        Subject.OPTION,
        "oidc-scopes",
        ChangeKind.CHANGED,
        [],
        ["a"],
        path="oidc.scopes",
        spec=SCOPES,
        cause=Cause.OPERATOR,
    ),
    Change(
        Subject.OPTION,
        "ai-gateway-enabled",
        ChangeKind.RENAMED,
        False,
        True,
        was="aibridge-enabled",
        cause=Cause.RELEASE,
    ),
    Change(
        Subject.CONFIG,
        "telemetry.trace",
        ChangeKind.REMOVED,
        False,
        None,
        path="telemetry.trace",
        cause=Cause.UNKNOWN,
    ),
)


@every_row(
    ("selection", "expected"),
    [
        (Selection(), ["oidc-scopes", "ai-gateway-enabled", "telemetry.trace"]),
        (Selection(causes=frozenset({Cause.OPERATOR})), ["oidc-scopes"]),
        (
            Selection(causes=frozenset({Cause.RELEASE, Cause.UNKNOWN})),
            ["ai-gateway-enabled", "telemetry.trace"],
        ),
        (Selection(only=("oidc-*",)), ["oidc-scopes"]),
        (Selection(only=("CODER_OIDC_*",)), ["oidc-scopes"]),
        (Selection(only=("--oidc-scopes",)), ["oidc-scopes"]),
        (Selection(only=("OIDC Scopes",)), ["oidc-scopes"]),
        (Selection(only=("aibridge-*", "telemetry.*")), ["ai-gateway-enabled", "telemetry.trace"]),
        (Selection(exclude=("*",)), []),
        (Selection(only=("*",), exclude=("ai-*",)), ["oidc-scopes", "telemetry.trace"]),
    ],
)
def test_selection(selection, expected):
    shown = [one for one in change_findings(CHANGES) if is_selected(one, selection)]
    assert [one.change.key for one in shown] == expected
