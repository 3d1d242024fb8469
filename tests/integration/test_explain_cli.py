"""Causes, filters and thresholds of `diff`, and the story of one option: the command line."""

import json
from importlib.resources import files

import pytest

from confaudit.cli.main import run
from confaudit.demo.story import states

RELEASE, OPERATOR, COMPUTED, UNKNOWN = "release", "operator", "computed", "unknown"


@pytest.fixture
def folder(clean_folder):
    for number, state in enumerate(states(), start=1):
        headers = f"HTTP/1.1 200 OK\r\nX-Coder-Build-Version: {state.version}\r\n\r\n"
        (clean_folder / f"{number}.json").write_text(headers + json.dumps(state.payload))
    return clean_folder


def report(capsys, *arguments):
    assert run(["diff", *arguments, "-f", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def keys(found, cause):
    return sorted(c["option"] for c in found["changes"] if c["cause"] == cause)


def test_the_operators_step_is_all_the_operators_doing(folder, capsys):
    found = report(capsys, "1.json", "2.json")
    assert found["summary"]["by_cause"] == {OPERATOR: 6, RELEASE: 0, COMPUTED: 0, UNKNOWN: 0}
    assert keys(found, OPERATOR) == [
        "aibridge-enabled",
        "email-smarthost",
        "max-token-lifetime",
        "oidc-scopes",
        "scim-auth-header",
        "session-duration",
    ]


def test_the_upgrade_hides_nothing_the_operator_did(folder, capsys):
    found = report(capsys, "2.json", "3.json")
    assert keys(found, OPERATOR) == ["audit-logs-retention"]
    assert keys(found, COMPUTED) == ["docs-url"]
    assert keys(found, UNKNOWN) == []
    assert found["changes"][0]["option"] == "audit-logs-retention"
    assert "1 by the operator" in found["verdict"]
    assert "by the release 2.33.0 → 2.34.5" in found["verdict"]
    assert all(change["evidence"] for change in found["changes"])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (["--cause", "operator"], ["audit-logs-retention"]),
        (["--cause", "operator", "--cause", "computed"], ["audit-logs-retention", "docs-url"]),
        (["--only", "CODER_AUDIT_*"], ["audit-logs-retention"]),
        (["--only", "retention.*"], ["audit-logs-retention"]),
        (["--only", "--docs-url"], ["docs-url"]),
        (["--only", "*retention*", "--exclude", "ai-*"], ["audit-logs-retention"]),
        (["--exclude", "*"], []),
    ],
)
def test_filters(folder, capsys, filters, expected):
    whole = report(capsys, "2.json", "3.json")
    found = report(capsys, "2.json", "3.json", *filters)
    assert [change["option"] for change in found["changes"]] == expected
    assert found["summary"]["hidden"] == len(whole["changes"]) - len(expected)


@pytest.mark.parametrize(
    ("filters", "fail_on", "code"),
    [
        (["--cause", "operator"], "any", 1),
        (["--cause", "operator"], "warning", 1),
        (["--cause", "operator"], "error", 0),
        (["--cause", "computed"], "info", 1),
        (["--cause", "computed"], "warning", 0),
        (["--cause", "unknown"], "any", 0),
        (["--only", "ai-gateway-enabled"], "warning", 1),
        (["--only", "ai-gateway-retention"], "warning", 0),
    ],
)
def test_thresholds_count_what_is_shown(folder, filters, fail_on, code):
    assert run(["diff", "2.json", "3.json", *filters, "--fail-on", fail_on]) == code


@pytest.mark.parametrize(
    ("name", "said", "taken"),
    [
        ("ai-gateway-enabled", "renames --aibridge-enabled", ""),
        ("CODER_AIBRIDGE_ENABLED", "renames --aibridge-enabled", ""),
        ("ai.bridge.enabled", "moves the default", ""),
        ("--audit-logs-retention", "set by yaml", ""),
        ("sesion-duration", "did not change", "taken to mean --session-duration"),
        ("docs-url", "follows from the version", ""),
    ],
)
def test_the_story_of_one_option(folder, capsys, name, said, taken):
    assert run(["explain", name, "2.json", "3.json"]) == 0
    out = capsys.readouterr()
    assert said in " ".join(out.out.split())
    assert taken in out.err


def test_the_story_shows_both_sides_under_the_names_they_had(folder, capsys):
    assert run(["explain", "ai-gateway-enabled", "1.json", "3.json", "-f", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["tables"]["sides"]["rows"]
    assert [(row["name"], row["value"], row["source"]) for row in rows] == [
        ("--aibridge-enabled", True, "env"),
        ("--ai-gateway-enabled", True, "default"),
    ]


def test_the_story_comes_with_the_whole_life(folder, capsys):
    """The table tells what is on the way, the picture all there ever was."""
    assert run(["explain", "aibridge-enabled", "1.json", "3.json", "-f", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    lives = found["lives"]["options"]
    assert list(lives) == ["ai-gateway-enabled", "aibridge-enabled"], "both names it had"
    assert [row["release"] for row in found["tables"]["events"]["rows"]] == ["2.34.0"]
    assert lives["aibridge-enabled"][0]["versions"] == ["2.27.0"]
    assert (found["lives"]["here"], found["lives"]["target"]) == ("2.33.0", "2.34.5")


def test_a_name_nobody_knows(folder, capsys):
    assert run(["explain", "no-such-thing-at-all", "1.json", "2.json"]) == 2
    assert "Traceback" not in capsys.readouterr().err


PAGES = [str(files("confaudit.samples") / f"docs/2026-01-{day}.txt") for day in ("05", "19")]
IN_PAGES = {
    "ai.aibridge_proxy.domain_allowlist": "CODER_AIBRIDGE_PROXY_DOMAIN_ALLOWLIST",
    "ai.aibridge_proxy.upstream_proxy": "CODER_AIBRIDGE_PROXY_UPSTREAM",
    "ai.aibridge_proxy.upstream_proxy_ca": "CODER_AIBRIDGE_PROXY_UPSTREAM_CA",
    "ai.bridge.structured_logging": "CODER_AIBRIDGE_STRUCTURED_LOGGING",
    "pg_conn_max_idle": "CODER_PG_CONN_MAX_IDLE",
    "pg_conn_max_open": "CODER_PG_CONN_MAX_OPEN",
}


def test_docs_pages_are_the_releases_doing(folder, capsys):
    found = report(capsys, *PAGES)
    assert {(c["kind"], c["path"], c["env"], c["cause"]) for c in found["changes"]} == {
        ("added", path, env, RELEASE) for path, env in IN_PAGES.items()
    }
    assert {c["evidence"] for c in found["changes"]} == {"Coder 2.30.0 adds it"}
    last = found["changes"][-1]
    told = {name: last[name] for name in ("leaf_of", "yaml_path", "type", "default", "after")}
    assert told == {
        "leaf_of": "postgres-conn-max-open",
        "yaml_path": "pgConnMaxOpen",
        "type": "int",
        "default": "10",
        "after": "int",
    }
    assert "paste" not in last, "a type is no value to set"
    assert found["before"]["fit"] == {
        "releases": [{"first": "2.29.0", "last": "2.29.17"}],
        "shared": 190,
        "others": 0,
    }
    assert [note.count("docs pages") for note in found["notes"]] == [1]


@pytest.mark.parametrize("name", ["CODER_PG_CONN_MAX_*", "--postgres-conn-max-*", "pgConnMax*"])
def test_leaves_of_docs_pages_are_found_by_the_names_of_their_options(folder, capsys, name):
    found = report(capsys, *PAGES, "--only", name)
    assert [c["path"] for c in found["changes"]] == ["pg_conn_max_idle", "pg_conn_max_open"]


@pytest.mark.parametrize("form", ["text", "md", "html", "concise"])
def test_every_format_tells_leaves_by_their_options(folder, capsys, form):
    assert run(["diff", *PAGES, "-f", form]) == 0
    out = capsys.readouterr().out
    for path in IN_PAGES:
        assert path in out
    assert "--postgres-conn-max-open" in out
    assert "Coder 2.30.0 adds it" in out


PAYLOADS = ["2.json", "3.json"]


@pytest.mark.parametrize(
    ("inputs", "names", "said"),
    [
        (
            PAGES,
            (
                "pg_conn_max_open",
                "--postgres-conn-max-open",
                "CODER_PG_CONN_MAX_OPEN",
                "pgConnMaxOpen",
            ),
            "--postgres-conn-max-open was added, by the release: Coder 2.30.0 adds it.",
        ),
        (
            PAYLOADS,
            ("template_builder.disabled", "CODER_DISABLE_TEMPLATE_BUILDER"),
            "--disable-template-builder was added, by the release: Coder 2.34.0 adds it.",
        ),
        (PAGES, ("http_address",), "--http-address did not change."),
        (PAGES, ("cluster.host",), "Neither side has --cluster-host."),
        (PAYLOADS, ("cluster.host",), "Neither side has --cluster-host."),
    ],
)
def test_a_leaf_is_told_by_its_option(folder, capsys, inputs, names, said):
    for name in names:
        assert run(["explain", name, *inputs, "-f", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["verdict"] == said
        (key,) = found["lives"]["options"]
        assert found["title"].startswith(f"--{key} between ")
        sides = [row.get("name") for row in found["tables"]["sides"]["rows"]]
        assert None not in sides or "events" in found["tables"], "its arrival, be it later"


@pytest.mark.parametrize(
    ("name", "input_", "said"),
    [
        ("pg_conn_max_open", PAGES[1], "--postgres-conn-max-open is in"),
        ("pg_conn_max_open", PAGES[0], "--postgres-conn-max-open is not in"),
        ("CODER_SESSION_DURATION", "2.json", "--session-duration is in"),
    ],
)
def test_one_input_is_told_alone_where_there_is_no_deployment(folder, capsys, name, input_, said):
    assert run(["explain", name, input_, "-f", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == f"{said} {'/'.join(input_.split('/')[-2:])}."
    assert {"sides", "events", "facts"} == found["tables"].keys()
    assert any("second input" in note for note in found["notes"])


def test_a_leaf_without_an_option_gets_no_flag(folder, capsys):
    text = (folder / "3.json").read_text().replace('"config": {', '"config": {"own": 1, ')
    (folder / "own.json").write_text(text)
    assert run(["explain", "own", "3.json", "own.json", "-f", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["title"].startswith("own between ")
    assert [row.get("name") for row in found["tables"]["sides"]["rows"]] == [None, "own"]
    assert "lives" not in found


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("text", "the same 4 values in another order"),
        ("md", "the same 4 values in another order"),
        ("html", "the same 4 values in another order"),
        ("json", '"is_reordered": true'),
    ],
)
def test_a_set_in_another_order_is_told_as_such(folder, capsys, form, said):
    head, _, body = (folder / "2.json").read_text().partition("\n\n")
    state = json.loads(body)
    scopes = next(one for one in state["options"] if one["flag"] == "oidc-scopes")
    scopes["value"].reverse()
    state["config"]["oidc"]["scopes"] = scopes["value"]
    (folder / "turned.json").write_text(f"{head}\n\n{json.dumps(state)}")
    pair = ["2.json", "turned.json"]
    assert run(["diff", *pair, "-f", form]) == 0
    out = capsys.readouterr().out
    assert said in out
    assert "1 change: 1 computed." in out
    assert run(["diff", *pair, "--cause", "operator", "--fail-on", "any"]) == 0


def test_a_version_the_catalogue_lacks_is_said(folder, capsys):
    text = (folder / "3.json").read_text().replace("v2.34.5", "v2.99.0")
    (folder / "new.json").write_text(text)
    found = report(capsys, "3.json", "new.json")
    assert any("2.99.0" in note and "2.36.0" in note for note in found["notes"])
