"""The live API against a scripted loopback server: what a reading holds, and how it is made."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from confaudit.core.coder import endpoints
from confaudit.core.model import Fidelity
from confaudit.errors import ApiError
from confaudit.sources import api
from confaudit.sources.http_target import ApiTarget
from confaudit.transport import client
from tests.integration.scripted_server import (
    BUILD,
    PAYLOAD,
    TOKEN,
    Reply,
    ScriptedServer,
    coder,
    with_build,
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "BACKOFF_SECONDS", 0.001)
    monkeypatch.setattr(api, "PAUSE_SECONDS", 0.001)


@pytest.fixture
def key() -> str:
    return f"users__me__keys__{TOKEN.partition('-')[0]}"


def target(server: ScriptedServer, **settings: object) -> ApiTarget:
    return replace(ApiTarget(server.url, token=TOKEN, timeout_seconds=5, retries=2), **settings)


def test_a_healthy_deployment_is_read(key: str) -> None:
    expiry = Reply({"expires_at": "2026-12-01T10:00:00.123456789+02:00"})
    with ScriptedServer(coder(experiments=Reply(["b", "a"]), **{key: expiry})) as server:
        answer = api.read(target(server))
    deployment = answer.deployment
    assert deployment.payload == PAYLOAD
    assert deployment.fidelity is Fidelity.FULL
    assert deployment.version == "2.33.0"
    assert deployment.label == server.url
    assert deployment.endpoints["experiments"] == ["b", "a"]
    assert deployment.endpoints["buildinfo"] == {"version": BUILD, "deployment_id": "d-1"}
    assert deployment.taken_at is None
    assert answer.token_expires_at == datetime(2026, 12, 1, 8, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"expires_at": None}),
        Reply({"expires_at": "soon"}),
        Reply({"expires_at": "2026-12-01T10:00:00"}),
        Reply(["2026-12-01T10:00:00Z"]),
        Reply({"message": "Forbidden."}, 403),
        Reply(b"<html>", content_type="text/html"),
    ],
)
def test_an_untold_expiry_is_ignored(key: str, reply: Reply) -> None:
    with ScriptedServer(coder(**{key: reply})) as server:
        assert api.read(target(server, endpoints=False)).token_expires_at is None


def test_a_token_without_id_is_not_asked_about() -> None:
    with ScriptedServer(coder()) as server:
        api.read(target(server, token="nodash", endpoints=False))
    assert [asked.path.rpartition("/")[2] for asked in server.asked] == [
        "buildinfo",
        "config",
        "buildinfo",
    ]


def test_every_request_is_a_get_with_our_headers() -> None:
    with ScriptedServer(coder()) as server:
        api.read(target(server, token=f"{TOKEN}\n"))
    assert {asked.method for asked in server.asked} == {"GET"}
    for asked in server.asked:
        assert asked.headers["Coder-Session-Token"] == TOKEN
        assert asked.headers["User-Agent"].startswith("confaudit/")
        assert asked.headers["Accept"] == "application/json"
        assert asked.headers["Accept-Encoding"] == "gzip"
        assert "Authorization" not in asked.headers


def test_a_path_prefix_is_kept() -> None:
    script = {path.replace("/api", "/teams/coder/api"): reply for path, reply in coder().items()}
    with ScriptedServer(script) as server:
        answer = api.read(target(server, url=f"{server.url}/teams/coder/", endpoints=False))
    assert answer.deployment.payload == PAYLOAD


def test_compressed_answers_are_read() -> None:
    with ScriptedServer(coder(deployment__config=Reply(PAYLOAD, zipped=True))) as server:
        assert api.read(target(server, endpoints=False)).deployment.payload == PAYLOAD


def test_a_whole_reading_takes_one_connection_per_parallel_request() -> None:
    with ScriptedServer(coder()) as server:
        api.read(target(server))
    asked = {asked.path.removeprefix("/api/v2/") for asked in server.asked}
    assert asked >= {
        "appearance", "auth/scopes", "buildinfo", "debug/health", "debug/health/settings",
        "deployment/config", "deployment/ssh", "entitlements", "experiments",
        "experiments/available", "licenses", "notifications/dispatch-methods",
        "notifications/settings", "notifications/templates/custom",
        "notifications/templates/system", "oauth2-provider/apps", "organizations",
        "prebuilds/settings", "regions", "replicas", "settings/idpsync/organization",
        "users/authmethods", "users/roles", "workspaceproxies",
    }  # fmt: skip
    assert "ai/providers" not in asked, "2.33 does not have it"


class TestEndpoints:
    def test_refusals_have_stable_words(self) -> None:
        premium = {"message": "Workspace Proxy is a Premium feature. Contact sales!"}
        experiment = {"message": "OAuth2 provider requires enabling the 'oauth2' experiment."}
        hidden = {"message": "Resource not found or you do not have access to this resource"}
        script = coder(
            workspaceproxies=Reply(premium, 403),
            **{"oauth2-provider__apps": Reply(experiment, 403)},
            debug__health=Reply({"message": "Forbidden.", "detail": "planted-secret"}, 403),
            replicas=Reply(hidden, 404),
            users__authmethods=Reply({"message": "Route not found."}, 404),
            experiments=Reply({"unexpected": "object"}),
        )
        with ScriptedServer(script) as server:
            unavailable = api.read(target(server)).deployment.unavailable
        assert {name: unavailable[name] for name in sorted(unavailable)}.items() >= {
            "workspaceproxies": endpoints.NOT_LICENSED,
            "oauth2-provider/apps": endpoints.EXPERIMENT_OFF,
            "debug/health": "needs the Owner role",
            "replicas": "needs the Owner role",
            "users/authmethods": endpoints.NOT_IN_VERSION,
            "experiments": endpoints.UNEXPECTED,
            "ai/providers": endpoints.NOT_IN_VERSION,
        }.items()

    @pytest.mark.parametrize(
        "reply",
        [
            Reply({"message": "down"}, 500),
            Reply({"message": "signed out"}, 401),
            Reply(b"<html>planted-secret</html>", content_type="text/html"),
            Reply(b'{"a": planted-secret}'),
            Reply(b"[]", announced=500),
            Reply(status=307, headers={"Location": "https://evil.example"}),
        ],
    )
    def test_a_failing_one_never_fails_the_reading(self, reply: Reply) -> None:
        with ScriptedServer(coder(appearance=reply)) as server:
            deployment = api.read(target(server)).deployment
        assert set(deployment.failed) == {"appearance"}
        assert "planted-secret" not in deployment.failed["appearance"]
        assert deployment.payload == PAYLOAD

    def test_those_of_each_organization_are_asked(self) -> None:
        organizations = [{"name": "default", "id": "1"}, {"name": "../users"}, {"id": "3"}]
        script = coder(
            organizations=Reply(organizations),
            organizations__default__settings__idpsync__groups=Reply({"field": "groups"}),
        )
        with ScriptedServer(script) as server:
            deployment = api.read(target(server)).deployment
        prefix = "organizations/default/"
        assert deployment.endpoints[f"{prefix}settings/idpsync/groups"] == {"field": "groups"}
        assert f"{prefix}members/roles" in deployment.unavailable
        assert not [asked for asked in server.asked if ".." in asked.path]

    def test_too_many_organizations_are_not_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api, "MAX_ORGANIZATION_ENDPOINTS", 3)
        organizations = Reply([{"name": "first"}, {"name": "second"}])
        with ScriptedServer(coder(organizations=organizations)) as server:
            failed = api.read(target(server)).deployment.failed
        assert set(failed) == {
            "organizations/second/settings/idpsync/groups",
            "organizations/second/settings/idpsync/roles",
            "organizations/second/members/roles",
        }

    def test_licenses_hidden_from_others_than_owners_are_not_empty(self) -> None:
        entitlements = Reply({"has_license": True, "features": {}})
        script = coder(licenses=Reply([]), entitlements=entitlements)
        with ScriptedServer(script) as server:
            deployment = api.read(target(server)).deployment
        assert deployment.unavailable["licenses"] == "needs the Owner role"
        assert "licenses" not in deployment.endpoints

    def test_an_unknown_version_asks_for_all(self) -> None:
        with ScriptedServer(coder(buildinfo=Reply({"version": "custom"}))) as server:
            api.read(target(server))
        assert server.count("/api/v2/ai/providers") == 1


class TestRollout:
    new = "v2.34.0+def5678"

    def test_a_reading_across_two_builds_starts_again(self) -> None:
        config = [
            with_build(Reply({**PAYLOAD, "options": [{"flag": "new"}]}), self.new),
            Reply(PAYLOAD),
        ]
        with ScriptedServer(coder(deployment__config=config)) as server:
            answer = api.read(target(server))
        assert answer.deployment.payload == PAYLOAD
        assert server.count("/api/v2/deployment/config") == 2

    def test_the_body_of_buildinfo_counts_too(self) -> None:
        old, new = Reply({"version": BUILD}, build=""), Reply({"version": self.new}, build="")
        with ScriptedServer(coder(buildinfo=[old, new])) as server:
            answer = api.read(target(server, endpoints=False))
        assert answer.deployment.version == "2.34.0"
        assert server.count("/api/v2/buildinfo") == 4

    def test_it_gives_up_when_it_never_settles(self) -> None:
        config = with_build(Reply(PAYLOAD), self.new)
        with (
            ScriptedServer(coder(deployment__config=config)) as server,
            pytest.raises(ApiError, match="mid-rollout") as raised,
        ):
            api.read(target(server, endpoints=False))
        assert raised.value.hint
        assert server.count("/api/v2/deployment/config") == api.ATTEMPTS


@pytest.fixture
def debug_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG, "confaudit.api"):
        yield caplog


def test_the_log_tells_method_path_status_and_time_only(
    debug_log: pytest.LogCaptureFixture,
) -> None:
    secret = Reply({**PAYLOAD, "options": [{"flag": "planted-secret-body"}]})
    with ScriptedServer(coder(deployment__config=secret)) as server:
        api.read(target(server, endpoints=False))
    lines = [record.getMessage() for record in debug_log.records if record.name == "confaudit.api"]
    assert any(line.startswith("GET api/v2/deployment/config 200 ") for line in lines)
    assert all(line.endswith(" ms") for line in lines)
    assert "planted-secret" not in debug_log.text


def test_the_target_and_the_answer_do_not_show_secrets() -> None:
    with ScriptedServer(coder()) as server:
        shown = repr(target(server)) + repr(api.read(target(server)))
    assert TOKEN not in shown
    assert "access_url" not in shown
