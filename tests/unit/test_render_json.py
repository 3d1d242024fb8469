import json
from dataclasses import fields

import jsonschema
import pytest

from confaudit.core.model import Change, ChangeKind, Facet, Fidelity, Subject, ValueSource
from confaudit.render import RenderOptions, render
from confaudit.render.json_v1 import document, schema
from tests.golden.sample_reports import EVERY_KIND, REPORTS


def _by_key(name: str) -> dict[str, dict[str, object]]:
    changes = document(REPORTS[name])["changes"]
    return {change.get("option") or change["path"]: change for change in changes}


@pytest.mark.parametrize("name", REPORTS)
def test_valid_against_the_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(json.loads(render(REPORTS[name], "json", RenderOptions())), schema())


def test_the_schema_refuses_what_is_not_the_format() -> None:
    found = document(REPORTS["every-kind"])
    found["changes"][0]["kind"] = "improved"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, schema())


@pytest.mark.parametrize(
    ("field", "enum"),
    [("subject", Subject), ("kind", ChangeKind), ("source_after", ValueSource)],
)
def test_the_schema_knows_every_member(field: str, enum: type) -> None:
    assert set(schema()["$defs"]["ChangeEntry"]["properties"][field]["enum"]) == set(enum)


def test_the_schema_knows_every_fidelity() -> None:
    known = schema()["$defs"]["ComparedSide"]["properties"]["fidelity"]["enum"]
    assert set(known) == set(Fidelity)


def test_every_field_of_a_change_has_a_place() -> None:
    places = {"key": "option", "spec": "name"}
    entry = schema()["$defs"]["ChangeEntry"]["properties"]
    assert {places.get(field.name, field.name) for field in fields(Change)} <= set(entry)


def test_missing_is_left_out_and_null_is_not() -> None:
    changes = _by_key("every-kind")
    assert "before" not in changes["tls-new"]
    assert changes["tls-new"]["after"] is False
    assert "after" not in changes["tls-gone"]


def test_a_duration_beyond_doubles_stays_exact() -> None:
    text = render(REPORTS["every-kind"], "json", RenderOptions())
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
    text = render(REPORTS["hostile"], "json", RenderOptions())
    assert text.isascii()
    assert "\x1b" not in text
    assert text.endswith("}\n")


def test_the_summary_counts_the_changes() -> None:
    summary = document(REPORTS["every-kind"])["summary"]
    assert summary["total"] == len(EVERY_KIND) == sum(summary["by_kind"].values())
    assert sum(summary["by_subject"].values()) == len(EVERY_KIND)
