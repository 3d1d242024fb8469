"""An audit without any of Coder's settings: what counts as none, and what is said then."""

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.given import ChartValue, ChartValues, OperatorSettings, Position
from confaudit.core.judge.finding import Effect, Finding, Rule
from confaudit.core.judge.judge import judge
from confaudit.core.judge.threshold import Threshold
from confaudit.core.judge.verdict import NOTHING_READ, lint_verdict, verdict
from confaudit.core.model import Fidelity, Level
from confaudit.core.report.coverage import anything_read
from confaudit.core.report.exits import exit_code
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situate import situation_of
from confaudit.errors import ExitCode
from confaudit.operator_files import read_env_file
from confaudit.present.page import present
from tests.golden.sample_reports import LINT, UPGRADE
from tests.tables import every_row


def finding(effect, affects=Truth.YES):
    rule = Rule("a-rule", "A rule", effect, Level.WARNING, "Why.", "Fix.")
    return Finding(rule=rule, message="It is so.", subject="x", affects=affects)


@pytest.mark.parametrize(
    ("found", "upgrade", "lint"),
    [
        ([], NOTHING_READ, NOTHING_READ),
        ([finding(Effect.BEHAVIOUR)], NOTHING_READ, NOTHING_READ),
        ([finding(Effect.WILL_NOT_START, Truth.DEPENDS)], NOTHING_READ, NOTHING_READ),
        ([finding(Effect.WILL_NOT_START)], "will not start", "Coder 2.35.1 will not start"),
    ],
)
def test_only_what_is_certain_is_said(found, upgrade, lint):
    assert verdict(found, is_read=False) == upgrade
    assert lint_verdict(found, "2.35.1", is_read=False) == lint


def situation(snapshot, operator):
    release = packaged().nearest("2.34.0")
    return situation_of(snapshot, release, release, operator, packaged())


@every_row(
    ("text", "is_read"),
    [
        ("CODER_VERBOSE=true", True),
        ("HOMEBREW_CODER_VERBOSE=true", True),
        ("CODER_EXTERNAL_AUTH_0_ID=x", True),
        ("CODER_NO_SUCH_NAME=x", True),
        ("CODER_URL=https://coder.example.com", False),  # for who uses a server
        ("LANG=C", False),
    ],
)
def test_only_what_the_server_reads_is_a_setting_of_its(text, is_read):
    assert anything_read(situation(None, read_env_file(text, "coder.env"))) is is_read


ON = ChartValue(Position("values.yaml", 1))


@every_row(
    ("chart", "is_read"),
    [
        (ChartValues(), False),
        (ChartValues({"coder.envUseClusterAccessURL": ON}), False),  # the vendor's own values
        (ChartValues({"coder.tls.secretNames": replace(ON, is_on=False)}), False),
        (ChartValues({"coder.tls.secretNames": ON}), True),
        (ChartValues({"provisionerDaemon.pskSecretName": ON}), True),
        (ChartValues(is_whole=False), False),
        (ChartValues(is_whole=False, is_made=True), True),
    ],
)
def test_a_chart_that_is_told_to_set_something_is_told_a_setting(chart, is_read):
    assert anything_read(situation(None, OperatorSettings(chart=chart))) is is_read


@pytest.mark.parametrize(
    ("told", "is_read"),
    [
        ({}, True),
        ({"settings": {}}, True),
        ({"settings": {}, "config": {}}, False),
        ({"fidelity": Fidelity.SHAPE}, False),
    ],
)
def test_a_snapshot_without_a_value_tells_nothing(told, is_read):
    snapshot = replace(default_snapshot(packaged().nearest("2.34.0")), config={"verbose": True})
    assert anything_read(situation(replace(snapshot, **told), OperatorSettings())) is is_read


@pytest.mark.parametrize("report", [UPGRADE, LINT], ids=lambda report: report.kind)
def test_a_report_on_nothing_calls_nothing_safe(report):
    blind = replace(report, judged=judge([]), statement=NOTHING_READ, nothing_read=True)
    assert blind.headline == "Nothing of Coder's settings was read"
    assert blind.result == "result: 0 error, 0 warning, 0 info, nothing read"
    assert present(blind, 100).mood == "info"
    assert "nothing to do" not in blind.empty
    assert exit_code(blind, Threshold(Level.INFO)) is ExitCode.OK
    assert exit_code(blind, Threshold(Level.INFO, is_strict=True)) is ExitCode.INCOMPLETE
