import json
from typing import Any

import jsonschema
import pytest
from msgspec.structs import fields, replace

from confaudit.core.judge.finding import Confidence, Effect, Finding, Patch, Phase
from confaudit.core.lifecycle.lifecycle import Event, EventKind
from confaudit.core.lifecycle.lives import Lives
from confaudit.core.model import (
    MISSING,
    Cause,
    Change,
    ChangeKind,
    Facet,
    Fidelity,
    OptionSpec,
    Subject,
    Value,
    ValueSource,
)
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Table
from confaudit.core.upgrade.known import Truth
from confaudit.present.page import present
from confaudit.render.json_v1 import document, schema
from tests.golden.sample_changes import option
from tests.golden.sample_reports import EVERY_KIND, FINDINGS, REPORTS, judged, spec
from tests.golden.sample_texts import sample_text
from tests.tables import every_row
from tests.unit.report_schema import REPORT_SCHEMA


def _by_key(name: str) -> dict[str, dict[str, object]]:
    changes = document(REPORTS[name])["changes"]
    return {change.get("option") or change["path"]: change for change in changes}


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@every_row("name", REPORTS)
def test_valid_against_the_schema(name: str) -> None:
    REPORT_SCHEMA.validate(json.loads(sample_text(name, "json")))


def test_the_schema_refuses_what_is_not_the_format() -> None:
    found = document(REPORTS["every-kind"])
    found["changes"][0]["kind"] = "improved"
    with pytest.raises(jsonschema.ValidationError):
        REPORT_SCHEMA.validate(found)


@pytest.mark.parametrize(
    ("field", "enum"),
    [
        ("subject", Subject),
        ("kind", ChangeKind),
        ("source_after", ValueSource),
        ("cause", Cause),
    ],
)
def test_the_schema_knows_every_member(field: str, enum: type) -> None:
    assert set(schema()["$defs"]["ChangeEntry"]["properties"][field]["enum"]) == set(enum)


@pytest.mark.parametrize(
    ("field", "enum"), [("effect", Effect), ("confidence", Confidence), ("phase", Phase)]
)
def test_the_schema_knows_every_word_of_a_finding(field: str, enum: type) -> None:
    assert set(schema()["$defs"]["FindingEntry"]["properties"][field]["enum"]) == set(enum)


def test_the_schema_knows_every_answer() -> None:
    answers = schema()["$defs"]["AffectsEntry"]["properties"]["answer"]["enum"]
    assert set(answers) == set(Truth)


def test_the_schema_knows_every_kind_of_event() -> None:
    kinds = schema()["$defs"]["EventEntry"]["properties"]["kind"]["enum"]
    assert set(kinds) == set(EventKind)


def test_the_schema_knows_every_fidelity() -> None:
    known = schema()["$defs"]["ComparedSide"]["properties"]["fidelity"]["enum"]
    assert set(known) == set(Fidelity)


def test_the_schema_knows_every_report() -> None:
    assert set(schema()["$defs"]["Document"]["properties"]["kind"]["enum"]) == set(ReportKind)
    assert {report.kind for report in REPORTS.values()} == set(ReportKind)


_COMPARISON = {"before", "after", "changes"}


@every_row("name", REPORTS)
def test_a_report_has_the_parts_it_speaks_of(name: str) -> None:
    report, found = REPORTS[name], document(REPORTS[name])
    told = _COMPARISON if report.sides else {"changes"} if report.changes else set()
    assert found.keys() & _COMPARISON == told
    assert ("findings" in found) == report.kind.is_audit
    assert ("summary" in found) == (report.kind.is_audit or bool(report.sides))
    assert found.get("prediction") == report.prediction
    assert list(found.get("tables", {})) == [table.id for table in report.tables]


def test_table_rows_are_objects_by_column() -> None:
    tables = document(REPORTS["catalog-show-backports"])["tables"]
    assert [column["id"] for column in tables["events"]["columns"]] == [
        "release",
        "date",
        "event",
        "what",
        "backports",
    ]
    assert tables["events"]["rows"] == [
        {
            "release": "2.35.0",
            "date": "2026-07-07",
            "event": "introduced",
            "what": "bool, default true, hidden",
            "backports": ["2.29.18", "2.32.8", "2.33.9", "2.34.3"],
        }
    ]


def test_the_life_of_an_option_is_told_event_by_event() -> None:
    lives = document(REPORTS["catalog-show-backports"])["lives"]
    assert lives["lines"][:2] + lives["lines"][-1:] == ["2.0", "2.1", "2.35"]
    assert lives["options"] == {
        "oidc-repair-links": [
            {
                "kind": "introduced",
                "versions": ["2.29.18", "2.32.8", "2.33.9", "2.34.3", "2.35.0"],
                "date": "2026-07-07",
                "what": "bool, default true, hidden",
            }
        ]
    }
    assert lives.keys().isdisjoint({"here", "target"}), "nobody goes anywhere"


def test_a_cell_that_is_missing_is_left_out() -> None:
    assert document(REPORTS["hostile-tables"])["tables"]["gaps"]["rows"] == [{}]


@pytest.mark.parametrize(
    ("change", "level"), [(EVERY_KIND[0], "warning"), (EVERY_KIND[10], "info")]
)
def test_a_cause_comes_with_its_evidence_and_level(change: Change, level: str) -> None:
    change = replace(change, cause=Cause.RELEASE, evidence="It says so.")
    report = replace(REPORTS["every-kind"], judged=judged(changes=(change,)))
    found = document(report)
    REPORT_SCHEMA.validate(found)
    (entry,) = found["changes"]
    assert (entry["cause"], entry["evidence"]) == ("release", "It says so.")
    assert entry["level"] == level


@every_row(
    ("kind", "entry", "places"),
    [
        (Change, "ChangeEntry", {"key": "option", "spec": "name"}),
        (Finding, "FindingEntry", {"because": "affects", "spec": "option", "change": "rule"}),
        (Patch, "PatchEntry", {"position": "line"}),
        (Column, "ColumnEntry", {}),
        (Table, "TableEntry", {"id": "title"}),
        (Lives, "LivesEntry", {"events": "options"}),
        (Event, "EventEntry", {}),
    ],
)
def test_every_field_has_a_place(kind: type, entry: str, places: dict[str, str]) -> None:
    known = schema()["$defs"][entry]["properties"]
    assert {places.get(field.name, field.name) for field in fields(kind)} <= set(known)


def test_missing_is_left_out_and_null_is_not() -> None:
    changes = _by_key("every-kind")
    assert "before" not in changes["tls-new"]
    assert changes["tls-new"]["after"] is False
    assert "after" not in changes["tls-gone"]


def test_a_duration_beyond_doubles_stays_exact() -> None:
    text = sample_text("every-kind", "json")
    assert '"before": 3155760000000000001,' in text


def test_items_of_lists() -> None:
    assert _by_key("every-kind")["oidc-scopes"]["items"] == {
        "added": ["groups"],
        "removed": ["profile"],
        "reordered": True,
    }


def test_facets_but_the_source_which_has_its_own_fields() -> None:
    facets = _by_key("every-kind")["tls-old"]["facets"]
    assert isinstance(facets, list)
    assert [facet["facet"] for facet in facets] == ["type", "hidden", "use_instead"]
    assert Facet.SOURCE not in [facet["facet"] for facet in facets]


def test_the_text_is_ascii_so_that_a_terminal_is_not_fooled() -> None:
    text = sample_text("hostile", "json")
    assert text.isascii()
    assert "\x1b" not in text
    assert text.endswith("}\n")


def test_the_summary_counts_the_changes() -> None:
    summary = document(REPORTS["every-kind"])["summary"]
    assert summary["total"] == len(EVERY_KIND) == sum(summary["by_kind"].values())
    assert sum(summary["by_subject"].values()) == len(EVERY_KIND)


def test_causes_are_counted_where_somebody_judged() -> None:
    assert document(REPORTS["every-cause"])["summary"]["by_cause"] == {
        "operator": 2,
        "release": 22,
        "computed": 1,
        "unknown": 1,
    }
    assert "by_cause" not in document(REPORTS["every-kind"])["summary"]


def test_findings_are_counted_by_level_and_effect() -> None:
    summary = document(REPORTS["upgrade"])["summary"]
    assert summary["by_level"] == {"error": 2, "warning": 4, "info": 2}
    assert list(summary["by_effect"]) == list(Effect)
    assert sum(summary["by_effect"].values()) == len(REPORTS["upgrade"].findings)


def _env(entry: dict[str, Any]) -> str | None:
    """What to paste as a variable, if anything."""
    (setting,) = entry.get("paste", [{}])
    found: str | None = setting.get("env")
    return found


@pytest.mark.parametrize(
    ("kind", "before", "after", "text"),
    [
        (ChangeKind.CHANGED, 60 * 10**9, 7 * 86_400 * 10**9, "CODER_CACHE_AGE=168h"),
        (ChangeKind.ADDED, MISSING, 0, "CODER_CACHE_AGE=0s"),
        (ChangeKind.REMOVED, 60 * 10**9, MISSING, "CODER_CACHE_AGE=1m"),
        (ChangeKind.CHANGED, 60 * 10**9, MISSING, "CODER_CACHE_AGE"),
    ],
)
def test_what_to_paste_is_the_value_a_change_leads_to(
    kind: ChangeKind, before: Value, after: Value, text: str
) -> None:
    change = option("cache-age", kind, before, after, type="duration")
    (found,) = document(replace(REPORTS["every-kind"], judged=judged(changes=(change,))))["changes"]
    assert _env(found) == text


@pytest.mark.parametrize(
    ("proposed", "instead", "text"),
    [
        (60 * 10**9, (), "CODER_CACHE_AGE=1m"),
        (0, (), "CODER_CACHE_AGE=0s"),
        (MISSING, (), "CODER_CACHE_AGE"),
        (60 * 10**9, (spec("cache-life", "duration"),), "CODER_CACHE_LIFE=1m"),
        (MISSING, (spec("cache-life", "duration"),), "CODER_CACHE_LIFE"),
    ],
)
def test_what_to_paste_for_a_finding_is_what_it_proposes(
    proposed: Value, instead: tuple[OptionSpec, ...], text: str
) -> None:
    of_age = replace(FINDINGS[1], spec=spec("cache-age", "duration"), before=5 * 10**9)
    finding = replace(of_age, proposed=proposed, instead=instead)
    (found,) = document(replace(REPORTS["upgrade"], judged=judged(findings=(finding,))))["findings"]
    assert _env(found) == text


def test_there_is_nothing_to_paste_for_a_leaf_or_a_chart_key() -> None:
    assert "paste" not in _by_key("every-kind")["telemetry.trace"]
    assert "paste" not in document(REPORTS["upgrade"])["findings"][0]


@every_row("name", REPORTS)
def test_every_entry_tells_its_link(name: str) -> None:
    told = document(REPORTS[name])
    changes = {
        change.get("anchor", f"{change['subject']}:{change.get('option', change.get('path'))}")
        for part in (told, *told.get("entries", []))
        for change in part.get("changes", [])
    }
    findings = {one.get("anchor", one["fingerprint"]) for one in told.get("findings", [])}
    page = present(REPORTS[name], 100)
    shown = [row.anchor for group in page.all_groups for row in group.rows]
    assert sorted(shown) == sorted(changes | findings)


def test_a_finding_with_all_it_says() -> None:
    (found,) = (
        finding
        for finding in document(REPORTS["upgrade"])["findings"]
        if finding["rule"] == "option-renamed"
    )
    del found["why"], found["message"]
    assert found == {
        "fingerprint": "89a968ba6c6c",
        "rule": "option-renamed",
        "effect": "deprecated",
        "level": "warning",
        "confidence": "certain",
        "subject": "gateway-url",
        "affects": {"answer": "yes", "because": "it is set in values.yaml"},
        "phase": "before",
        "steps": ["Rename the variable."],
        "option": {
            "flag": "bridge-url",
            "env": "CODER_BRIDGE_URL",
            "yaml": "bridge.bridge-url",
            "group": "Networking",
        },
        "instead": [
            {
                "flag": "gateway-url",
                "env": "CODER_GATEWAY_URL",
                "yaml": "gateway.gateway-url",
                "group": "Networking",
            }
        ],
        "proposed": "https://a.example.com/v1",
        "paste": [
            {
                "flag": "--gateway-url=https://a.example.com/v1",
                "env": "CODER_GATEWAY_URL=https://a.example.com/v1",
                "yaml": 'gateway:\n  gateway-url: "https://a.example.com/v1"',
                "helm": '- name: CODER_GATEWAY_URL\n  value: "https://a.example.com/v1"',
            }
        ],
        "type": "url",
        "before": "https://a.example.com/v1",
        "after": "https://b.example.com/v1",
        "introduced_in": ["2.34.0"],
        "positions": [
            {
                "file": "deploy/values.yaml",
                "line": 40,
                "column": 13,
                "excerpt": {"before": "- name: ", "name": "CODER_BRIDGE_URL", "after": ""},
            },
            {"file": "deploy/values.yaml", "line": 77},
        ],
        "patches": [
            {
                "form": "helm-values",
                "file": "deploy/values.yaml",
                "line": 40,
                "remove": ["    - name: CODER_BRIDGE_URL"],
                "add": ["    - name: CODER_GATEWAY_URL"],
            }
        ],
        "origin": "upgrade",
    }


def test_a_finding_without_steps_has_the_rules_advice() -> None:
    findings = {f["rule"]: f for f in document(REPORTS["upgrade"])["findings"]}
    assert findings["secret-exposed"]["steps"] == ["Look after the secret-exposed."]
