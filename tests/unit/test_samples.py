"""The samples: small, consistent, and telling exactly the stories their README promises."""

import importlib.util
import json
import os
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from confaudit.core.coder import endpoints
from confaudit.demo import wire
from confaudit.demo.story import DeploymentState, Response, states

SAMPLES = Path(__file__).parents[2] / "samples"
README = (SAMPLES / "README.md").read_text(encoding="utf-8")
DOCS = ("2026-01-05", "2026-01-14", "2026-01-19")
RELEASES = ("2.33.0", "2.34.5")
CONFIG_PATHS = {  # of options that matter in the story, written down by hand
    "access-url": "access_url",
    "aibridge-openai-key": "ai.bridge.openai.key",
    "aibridge-proxy-upstream": "ai.aibridge_proxy.upstream_proxy",
    "audit-logs-retention": "retention.audit_logs",
    "email-smarthost": "notifications.email.smarthost",
    "external-auth-providers": "external_auth",
    "notifications-email-smarthost": "notifications.email.smarthost",
    "oidc-scopes": "oidc.scopes",
    "samesite-auth-cookie": "http_cookies.same_site",
    "session-duration": "session_lifetime.default_duration",
    "ssh-config-options": "config_ssh.SSHConfigOptions",
    "telemetry": "telemetry.enable",
}
ABSENT = object()

needs_data = pytest.mark.skipif(
    "CONFAUDIT_TEST_DATA" not in os.environ, reason="CONFAUDIT_TEST_DATA names no folder of facts"
)


@pytest.fixture(scope="module")
def told() -> tuple[DeploymentState, ...]:
    return states()


def data() -> Path:
    return Path(os.environ["CONFAUDIT_TEST_DATA"])


def by_flag(state: DeploymentState) -> dict[str, Any]:
    options: Any = state.payload["options"]
    return {option["flag"]: option for option in options}


def at(tree: Any, path: str) -> Any:
    for key in path.split("."):
        tree = tree.get(key, ABSENT) if isinstance(tree, dict) else ABSENT
    return tree


def leaf_text(value: Any) -> Any:
    """An option's value as the config tree shows it."""
    enum = isinstance(value, dict) and "Choices" in value
    return value["Value"] if enum else value


def table(heading: str, nth: int = 0) -> list[list[str]]:
    """Rows of the nth table below a heading of the README, without backticks."""
    section = README.split(f"{heading}\n", 1)[1].split("\n#", 1)[0]
    found = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)[nth].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in row.strip("|").split(" | ")] for row in found]


def docs_leaves(node: Any, path: str = "") -> set[str]:
    """Leaves of a docs page: URL and host:port objects and struct values count as one."""
    one = not isinstance(node, dict) or not node or {"value"} == set(node)
    if one or {"host", "port"} == set(node) or "forceQuery" in node:
        return {path}
    return {leaf for key in node for leaf in docs_leaves(node[key], f"{path}.{key}".strip("."))}


def docs_page(date: str) -> Any:
    text = (SAMPLES / f"docs/{date}.txt").read_text(encoding="utf-8")
    return json.JSONDecoder().raw_decode(text, text.index("{"))[0]


def load(name: str) -> Any:
    return json.loads((SAMPLES / "prod" / name).read_text(encoding="utf-8"))


# --- the folder


def test_samples_stay_small() -> None:
    found = (path for path in SAMPLES.rglob("*") if path.is_file())
    files = [path for path in found if path.suffix not in {".pyc", ".png"}]  # what is installed
    assert sum(path.stat().st_size for path in files) < 400_000


def test_every_sample_file_is_in_the_readme() -> None:
    named = " ".join(row[0] for row in table("# Samples"))
    patterns = [
        re.sub(r"DATE|VERSION|\d(?=\\.json)", r"[\\d.-]+", re.escape(name))
        for name in re.findall(r"[\w./-]+\.\w+", named)
    ]
    for path in SAMPLES.rglob("*.*"):
        name = path.relative_to(SAMPLES).as_posix()
        if path.suffix not in {".pyc", ".md"} and name != "__init__.py":
            assert any(
                re.fullmatch(p, name) or re.fullmatch(f"prod/{p}", name) for p in patterns
            ), name


@pytest.mark.parametrize("version", RELEASES)
def test_release_files_hold_one_option_per_line_and_no_prose(version: str) -> None:
    lines = (SAMPLES / f"prod/release-{version}.json").read_text("utf-8").splitlines()
    options = load(f"release-{version}.json")["options"]
    assert [json.loads(line.rstrip(",")) for line in lines[5 : 5 + len(options)]] == options
    assert not any("description" in json.dumps(option) for option in options)


# --- story one


@pytest.mark.parametrize("date", DOCS)
def test_docs_extract_has_heading_commit_date_and_one_json_value(date: str) -> None:
    heading, commit_date, *_ = (SAMPLES / f"docs/{date}.txt").read_text("utf-8").splitlines()
    assert heading
    assert re.fullmatch(date + r" \d\d:\d\d:\d\d [+-]\d\d:\d\d", commit_date)
    assert docs_page(date).keys() == {"config", "options"}


def test_docs_story_is_the_readmes() -> None:
    rows = table("## Story one: an API docs page grows")
    seen: set[str] = set()
    for date in DOCS:
        leaves = docs_leaves(docs_page(date)["config"])
        mine = [row for row in rows if row[0] == date]
        assert {row[1] for row in mine} == {str(len(leaves))}
        assert not seen - leaves
        if seen:
            assert leaves - seen == {row[2] for row in mine}
        seen = leaves


# --- story two


def test_states_are_in_order_of_time_and_say_which_release_they_are(
    told: tuple[DeploymentState, ...],
) -> None:
    assert [state.version.split("+")[0] for state in told] == ["v2.33.0", "v2.33.0", "v2.34.5"]
    assert [state.taken_at.utcoffset() is not None for state in told] == [True] * 3
    assert sorted(told, key=lambda state: state.taken_at) == list(told)
    assert [len(by_flag(state)) for state in told] == [238, 238, 282]


@pytest.mark.parametrize("index", range(3))
def test_payload_has_the_shape_of_the_wire(told: tuple[DeploymentState, ...], index: int) -> None:
    state = told[index]
    assert state.payload.keys() == {"config", "options"}
    for flag, option in by_flag(state).items():
        secret = option.get("annotations", {}).get("secret") == "true"
        assert ("value" in option) is not secret, flag
        assert option.get("value_source", "env") in {"flag", "env", "yaml", "default"}, flag
        assert not option.keys() & {"leaf", "description"}, flag
        assert all({"flag", "value"} <= other.keys() for other in option.get("use_instead", []))
    assert not [key for key in _keys(state.payload) if key == "description"]
    cookie = by_flag(state)["samesite-auth-cookie"]["value"]
    assert cookie == {"Choices": ["lax", "none"], "Value": "lax"}


def _keys(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [*node, *(key for child in node.values() for key in _keys(child))]
    return [key for child in node for key in _keys(child)] if isinstance(node, list) else []


@pytest.mark.parametrize("index", range(3))
def test_config_agrees_with_the_options(told: tuple[DeploymentState, ...], index: int) -> None:
    agree(told[index], CONFIG_PATHS)


@needs_data
@pytest.mark.parametrize("index", range(3))
def test_config_agrees_with_every_option(told: tuple[DeploymentState, ...], index: int) -> None:
    version = told[index].version.removeprefix("v").split("+")[0]
    facts = json.loads((data() / "coder/options.json").read_text("utf-8"))
    release = next(entry for entry in facts["releases"] if entry["version"] == version)
    specs = [facts["variants"][number] for number in release["options"]]
    paths = {spec["flag"]: spec["json_path"] for spec in specs}
    assert paths.keys() == by_flag(told[index]).keys()
    agree(told[index], paths)


def agree(state: DeploymentState, paths: dict[str, str]) -> None:
    for flag, path in paths.items():
        option, leaf = by_flag(state)[flag], at(state.payload["config"], path)
        if "value" not in option:
            assert leaf in ("", ABSENT), flag
        elif leaf is ABSENT:
            assert not option["value"], flag
        else:
            assert leaf == leaf_text(option["value"]), flag


@pytest.mark.parametrize(
    "leaf", ["pg_connection_url", "scim_api_key", "external_token_encryption_keys", "browser_only"]
)
def test_omitted_leaves_are_absent(told: tuple[DeploymentState, ...], leaf: str) -> None:
    assert [at(state.payload["config"], leaf) for state in told] == [ABSENT] * 3


@pytest.mark.parametrize(("heading", "before"), [("1 → 2", 0), ("2 → 3", 1)])
def test_option_changes_are_the_readmes(
    told: tuple[DeploymentState, ...], heading: str, before: int
) -> None:
    old, new = by_flag(told[before]), by_flag(told[before + 1])
    found = {
        flag: [_shown(old[flag]), _shown(new[flag]), f"{_source(old[flag])} → {_source(new[flag])}"]
        for flag in old.keys() & new.keys()
        if (_shown(old[flag]), _source(old[flag])) != (_shown(new[flag]), _source(new[flag]))
    }
    rows = table(f"### What a diff {heading} must show")
    assert {row[0]: row[1:4] for row in rows} == found


def _shown(option: Any) -> str:
    return json.dumps(option["value"]) if "value" in option else "secret"


def _source(option: Any) -> str:
    source: str = option.get("value_source", "unset")
    return source


def test_declared_changes_of_the_upgrade_are_the_readmes(told: tuple[DeploymentState, ...]) -> None:
    old, new = by_flag(told[1]), by_flag(told[2])
    both = old.keys() & new.keys()
    assert dict(table("### What a diff 2 → 3 must show", nth=1)) == {
        "added": str(len(new.keys() - old.keys())),
        "removed": str(len(old.keys() - new.keys())),
        "newly deprecated (`use_instead`)": _count(both, old, new, "use_instead"),
        "newly hidden": _count(both, old, new, "hidden"),
        "other default": str(sum(old[f].get("default") != new[f].get("default") for f in both)),
    }


def _count(flags: set[str], old: Any, new: Any, key: str) -> str:
    return str(sum(key in new[flag] and key not in old[flag] for flag in flags))


@pytest.mark.parametrize(("heading", "before"), [("1 → 2", 0), ("2 → 3", 1)])
def test_endpoint_changes_are_the_readmes(
    told: tuple[DeploymentState, ...], heading: str, before: int
) -> None:
    old, new = told[before].answers, told[before + 1].answers
    section = README.split(f"### What a diff {heading} must show")[1].split("\n#", 1)[0]
    text = section.split("Endpoints: ")[1]
    changed = {endpoint for endpoint in new if old.get(endpoint) != new[endpoint]}
    assert {name for name in re.findall(r"`([\w/]+)`", text) if name in new} == changed


def test_secrets_are_planted_where_the_readme_says(told: tuple[DeploymentState, ...]) -> None:
    leaks = [sorted(_leaks(state.payload["options"])) for state in told]
    early = ["aibridge-proxy-upstream", "notifications-email-auth-password"]
    late = ["ai-gateway-proxy-upstream", "aibridge-openai-key", *early]
    assert leaks == [early, early, late]
    section = README.split("### What must never be seen again")[1].split("\n#", 1)[0]
    assert set(late) <= set(re.findall(r"`([\w-]+)`", section))
    assert at(told[0].payload["config"], "ai.aibridge_proxy.upstream_proxy").startswith(
        "http://proxyuser:planted-secret-proxy@"
    )


def _leaks(options: Any) -> list[str]:
    return [option["flag"] for option in options if "planted-secret" in json.dumps(option)]


@pytest.mark.parametrize("index", range(3))
def test_endpoints_agree_with_the_options(told: tuple[DeploymentState, ...], index: int) -> None:
    state, options = told[index], by_flag(told[index])
    body: dict[str, Any] = {name: answer.body for name, answer in state.answers.items()}
    features = body["entitlements"]["features"]
    login = body["users/authmethods"]
    ssh = body["deployment/ssh"]
    tokens = body["users/me/keys/tokens/tokenconfig"]
    value = {flag: option.get("value") for flag, option in options.items()}
    assert body["experiments"] == value["experiments"]
    assert body["appearance"]["docs_url"] == value["docs-url"]
    assert body["appearance"]["support_links"] == value["support-links"]
    assert body["buildinfo"]["dashboard_url"] == value["access-url"]
    assert body["buildinfo"]["telemetry"] == value["telemetry"]
    assert features["aibridge"]["enabled"] == value["aibridge-enabled"]
    assert features["scim"]["enabled"] == ("value_source" in options["scim-auth-header"])
    assert login["password"]["enabled"] is not value["disable-password-auth"]
    assert login["oidc"]["signInText"] == value["oidc-sign-in-text"]
    assert ssh["hostname_prefix"] == value["ssh-hostname-prefix"]
    assert ssh["hostname_suffix"] == value["workspace-hostname-suffix"]
    assert tokens["max_token_lifetime"] == value["max-token-lifetime"]


def test_auditor_is_refused_what_coder_refuses(told: tuple[DeploymentState, ...]) -> None:
    refused = {name: a.status for name, a in told[2].answers.items() if a.status != 200}
    forbidden = {"ai/providers", "debug/health", "debug/health/settings"}
    assert {name for name in refused if not name.startswith("organizations/")} == {
        *forbidden,
        "replicas",
        "settings/idpsync/organization",
    }
    assert refused.pop("replicas") == 404
    assert set(refused.values()) == {403}
    assert told[2].answers["licenses"] == Response(200, [])
    assert "ai/providers" not in told[1].answers


@pytest.mark.parametrize("index", range(3))
def test_every_endpoint_of_the_release_answers(
    told: tuple[DeploymentState, ...], index: int
) -> None:
    state = told[index]
    minor = int(state.version.split(".")[1])
    alone = [row for row in endpoints.ENDPOINTS.values() if not row.per_organization]
    assert {row.name: row.name in state.answers for row in alone} == {
        row.name: row.since <= minor for row in alone
    }
    for name in endpoints.names(state.answers["organizations"].body):
        assert name in state.answers


# --- the generated files


def regenerate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("regenerate", SAMPLES / "regenerate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_docs_extract_keeps_the_facts_and_drops_the_prose() -> None:
    page = (
        "Somebody abc123 feat: words of others\n2026-02-03 04:05:06 +00:00\n\nMore words\n"
        '{\n"detail": "string"\n}\nGET /deployment/config\n{\n "config": {"a": true}\n}\nThe end\n'
    )
    date, text = regenerate().docs_extract(page)
    assert date == "2026-02-03"
    assert json.loads(text[text.index("{") :]) == {"config": {"a": True}}
    assert "2026-02-03 04:05:06 +00:00\n" in text
    assert "words" not in text


@pytest.mark.parametrize("page", ["no date", "2026-02-03 04:05:06 +00:00\nno example"])
def test_a_page_without_date_or_example_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="the page has no"):
        regenerate().docs_extract(page)


@needs_data
def test_generated_files_are_what_the_command_writes() -> None:
    made = regenerate().samples(data())
    assert len(made) == 5
    for path, text in made.items():
        assert (SAMPLES / path).read_text("utf-8") == text, path


@needs_data
@pytest.mark.parametrize("version", RELEASES)
def test_a_release_with_nothing_set_is_the_servers_own_payload(version: str) -> None:
    path = data() / f"coder/payloads/default-{version}.json"
    assert wire.payload(load(f"release-{version}.json"), {}) == json.loads(path.read_text("utf-8"))


@needs_data
@pytest.mark.parametrize("version", RELEASES)
def test_settings_reach_the_wire_as_on_a_real_server(version: str) -> None:
    """A production server's payload, rebuilt from what its operators set."""
    path = data() / f"coder/payloads/production-{version}.json"
    real = json.loads(path.read_text("utf-8"))
    release = load(f"release-{version}.json")
    assert wire.payload(release, _settings_of(real, release)) == real


def _settings_of(real: Any, release: Any) -> dict[str, Any]:
    nested = {o["flag"]: o for top in real["options"] for o in top.get("use_instead", [])}
    leaf = {option["flag"]: option["leaf"] for option in release["options"]}
    return {
        option["flag"]: {
            "value": option.get("value", nested.get(option["flag"], {}).get("value", "")),
            "value_source": option["value_source"],
        }
        for option in real["options"]
        if option.get("value_source") not in (None, "default")
        and leaf[option["flag"]] not in {leaf[o["flag"]] for o in option.get("use_instead", [])}
    }
