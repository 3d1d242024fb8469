"""Endpoint endpoints: equal states become equal answers, odd ones are refused."""

import json
from hashlib import sha256
from typing import Any

import pytest

from confaudit.core.coder import endpoints
from confaudit.core.coder.endpoints import ENDPOINTS, normalise
from confaudit.core.coder.stable_forms import UnexpectedAnswer
from tests.tables import every_row

STABLE: dict[str, tuple[Any, Any]] = {
    "buildinfo": (
        {
            "version": "v2.33.0+abc1234",
            "deployment_id": "d-1",
            "external_url": "https://github.com/coder/coder/commit/abc1234",
            "webpush_public_key": "BKey",
            "telemetry": False,
        },
        {"version": "v2.33.0+abc1234", "deployment_id": "d-1", "telemetry": False},
    ),
    "experiments": (["oauth2", "agents"], ["agents", "oauth2"]),
    "experiments/available": ({"safe": ["b", "a"]}, {"safe": ["a", "b"]}),
    "deployment/ssh": (
        {"hostname_prefix": "coder.", "ssh_config_options": None},
        {"hostname_prefix": "coder."},
    ),
    "entitlements": (
        {
            "features": {
                "user_limit": {
                    "entitlement": "entitled",
                    "enabled": True,
                    "limit": 100,
                    "actual": 93,
                    "usage_period": {"start": "2026-01-01T00:00:00Z"},
                }
            },
            "warnings": ["You have 93 of 100 users.", "You have 94 of 100 users."],
            "errors": [],
            "has_license": True,
            "trial": False,
            "refreshed_at": "2026-01-05T00:00:00Z",
        },
        {
            "features": {"user_limit": {"entitlement": "entitled", "enabled": True, "limit": 100}},
            "warnings": ["You have # of # users."],
            "has_license": True,
            "trial": False,
        },
    ),
    "appearance": (
        {
            "application_name": "",
            "docs_url": "https://coder.com/docs/@v2.33.0",
            "support_links": [
                {
                    "name": "Report a bug",
                    "target": "https://github.com/coder/coder/issues/new?body=v2.33.0%2Babc",
                    "icon": "bug",
                },
                {"name": "Docs", "target": "https://coder.com/docs/@v2.33.0/admin", "icon": "docs"},
                {"name": "Own", "target": "https://wiki.example.com/v2.33.0", "icon": "x"},
            ],
            "announcement_banners": [{"enabled": True, "message": "b"}, {"message": "a"}],
        },
        {
            "application_name": "",
            "docs_url": "https://coder.com/docs/@{version}",
            "support_links": {
                "Report a bug": {
                    "name": "Report a bug",
                    "target": "https://github.com/coder/coder/issues/new?{version}",
                    "icon": "bug",
                },
                "Docs": {
                    "name": "Docs",
                    "target": "https://coder.com/docs/@{version}/admin",
                    "icon": "docs",
                },
                "Own": {"name": "Own", "target": "https://wiki.example.com/v2.33.0", "icon": "x"},
            },
            "announcement_banners": [{"enabled": True, "message": "b"}, {"message": "a"}],
        },
    ),
    "users/authmethods": (
        {"password": {"enabled": True}, "oidc": {"enabled": False, "signInText": ""}},
        {"password": {"enabled": True}, "oidc": {"enabled": False, "signInText": ""}},
    ),
    "auth/scopes": ({"external": ["b", "a"]}, {"external": ["a", "b"]}),
    "debug/health": (
        {
            "time": "2026-01-05T00:00:00Z",
            "healthy": True,
            "severity": "warning",
            "coder_version": "v2.33.0",
            "database": {"severity": "ok", "warnings": [], "latency": "1ms"},
            "derp": {
                "severity": "warning",
                "warnings": [{"code": "EDERP02", "message": "x"}, {"code": "EDERP01"}],
                "regions": {"999": {"node_reports": [{"round_trip_ping": "5ms"}]}},
            },
        },
        {
            "severity": "warning",
            "sections": {
                "database": {"severity": "ok"},
                "derp": {"severity": "warning", "warnings": ["EDERP01", "EDERP02"]},
            },
        },
    ),
    "debug/health/settings": (
        {"dismissed_healthchecks": ["Websocket", "DERP"]},
        {"dismissed_healthchecks": ["DERP", "Websocket"]},
    ),
    "regions": (
        {"regions": [{"id": "1", "name": "primary", "healthy": True, "icon_url": ""}]},
        {"regions": {"primary": {"id": "1", "name": "primary", "icon_url": ""}}},
    ),
    "workspaceproxies": (
        {
            "regions": [
                {
                    "id": "2",
                    "name": "paris",
                    "healthy": True,
                    "derp_only": False,
                    "version": "v2.33.0",
                    "created_at": "2026-01-01T00:00:00Z",
                    "updated_at": "2026-01-02T00:00:00Z",
                    "status": {"status": "ok", "checked_at": "2026-01-05T00:00:00Z"},
                }
            ]
        },
        {
            "regions": {
                "paris": {
                    "id": "2",
                    "name": "paris",
                    "derp_only": False,
                    "version": "v2.33.0",
                    "created_at": "2026-01-01T00:00:00Z",
                }
            }
        },
    ),
    "replicas": ([{"id": "1", "hostname": "pod-a"}, {"id": "2"}], {"count": 2}),
    "licenses": (
        [{"id": 7, "uuid": "u", "claims": {"jti": "j", "iat": 1, "license_expires": 1800000000}}],
        {"7": {"id": 7, "uuid": "u", "claims": {"license_expires": 1800000000}}},
    ),
    "organizations": (
        [
            {
                "id": "o-1",
                "name": "acme",
                "is_default": True,
                "created_at": "2026-01-01T00:00:00Z",
                "updated_at": "2026-01-02T00:00:00Z",
                "default_org_member_roles": ["b", "a"],
            }
        ],
        {
            "acme": {
                "id": "o-1",
                "name": "acme",
                "is_default": True,
                "default_org_member_roles": ["a", "b"],
            }
        },
    ),
    "settings/idpsync/organization": (
        {"field": "orgs", "mapping": {"x": ["o-2", "o-1"]}, "organization_assign_default": False},
        {"field": "orgs", "mapping": {"x": ["o-1", "o-2"]}, "organization_assign_default": False},
    ),
    "organizations/acme/settings/idpsync/groups": (
        {"field": "g", "mapping": {"x": ["2", "1"], "y": None}, "regex_filter": None},
        {"field": "g", "mapping": {"x": ["1", "2"]}},
    ),
    "organizations/acme/settings/idpsync/roles": (
        {"field": "r", "mapping": {"x": ["b", "a"]}},
        {"field": "r", "mapping": {"x": ["a", "b"]}},
    ),
    "notifications/settings": ({"notifier_paused": True}, {"notifier_paused": True}),
    "notifications/templates/system": (
        [{"id": "t", "name": "Deleted", "method": "smtp", "enabled_by_default": True}],
        {
            "Deleted": {
                "method": "smtp",
                "enabled_by_default": True,
                "wording_sha256": sha256(b"{}").hexdigest(),
            }
        },
    ),
    "notifications/templates/custom": (None, {}),
    "notifications/dispatch-methods": (
        {"available": ["webhook", "smtp"], "default": "smtp"},
        {"available": ["smtp", "webhook"], "default": "smtp"},
    ),
    "oauth2-provider/apps": (
        [{"id": "1", "name": "App", "callback_url": "https://x.example", "endpoints": {"a": "b"}}],
        {"App": {"id": "1", "name": "App", "callback_url": "https://x.example"}},
    ),
    "ai/providers": (
        [
            {
                "id": "1",
                "name": "main",
                "base_url": "https://ai.example",
                "api_keys": [{"id": "k", "masked": "sk-…abcd"}],
                "created_at": "2026-01-01T00:00:00Z",
                "updated_at": "2026-01-02T00:00:00Z",
            }
        ],
        {"main": {"id": "1", "name": "main", "base_url": "https://ai.example"}},
    ),
    "prebuilds/settings": ({"reconciliation_paused": False}, {"reconciliation_paused": False}),
    "users/roles": ([{"name": "owner", "built_in": True}], {}),
    "organizations/acme/members/roles": (
        [
            {"name": "organization-admin", "built_in": True, "assignable": True},
            {
                "name": "auditor-plus",
                "built_in": False,
                "assignable": False,
                "organization_permissions": [
                    {"resource_type": "template", "action": "read"},
                    {"resource_type": "group", "action": "read"},
                ],
            },
        ],
        {
            "auditor-plus": {
                "name": "auditor-plus",
                "built_in": False,
                "organization_permissions": [
                    {"resource_type": "group", "action": "read"},
                    {"resource_type": "template", "action": "read"},
                ],
            }
        },
    ),
}


def test_every_endpoint_has_a_case() -> None:
    assert {endpoints.endpoint(name).name for name in STABLE} == set(ENDPOINTS)


@every_row("name", STABLE)
def test_the_stable_form(name: str) -> None:
    answer, stable = STABLE[name]
    before = json.dumps(answer)
    assert normalise(name, answer) == stable
    assert json.dumps(answer) == before, "answers are never changed in place"


@every_row(
    "odd",
    [
        "text",
        7,
        True,
        1.5,
        [None],
        ["a", 1],
        [[]],
        {"features": 7},
        {"regions": {}},
        {"a": [{}]},
        [],
    ],
    ids=repr,
)
def test_odd_answers_are_refused_and_never_crash(odd: Any) -> None:
    for name in STABLE:
        try:
            normalise(name, odd)
        except UnexpectedAnswer:
            assert not endpoints.is_expected(name, odd), name
        else:
            assert endpoints.is_expected(name, odd), name
            assert not isinstance(odd, str | int | float), name


def test_items_of_the_same_name_all_stay() -> None:
    links = [{"name": "Docs", "target": target} for target in ("b", "a", "c")]
    expected = {
        "Docs": {"name": "Docs", "target": "a"},
        "Docs (2)": {"name": "Docs", "target": "b"},
        "Docs (3)": {"name": "Docs", "target": "c"},
    }
    for turned in (links, links[::-1]):
        stable = normalise("appearance", {"support_links": list(turned)})
        assert stable == {"support_links": expected}


def test_new_wording_changes_the_hash_alone() -> None:
    def template(body: str) -> Any:
        sent = [{"name": "Deleted", "title_template": "t", "body_template": body}]
        return normalise("notifications/templates/system", sent)

    assert template("one") == template("one")
    assert template("one") != template("two")
    assert "one" not in json.dumps(template("one"))


@pytest.mark.parametrize("suffix", ["", "+abc1234", "-devel+abc1234", "-rc.1"])
def test_an_upgrade_alone_does_not_show_in_appearance(suffix: str) -> None:
    def appearance(version: str) -> Any:
        docs = f"https://coder.com/docs/@{version}"
        bug = f"https://github.com/coder/coder/issues/new?labels=x&body=[`{version}`](commit/1)"
        links = [{"name": "Docs", "target": docs}, {"name": "Bug", "target": bug}]
        return normalise("appearance", {"docs_url": docs, "support_links": links})

    assert appearance(f"v2.33.0{suffix}") == appearance("v2.34.5+fffffff")


def test_names_expand_over_organizations() -> None:
    listed: Any = [{"name": "acme"}, {"name": "a/b"}, {"name": ""}, {"id": "x"}, "text", None]
    assert list(endpoints.names(listed)) == [
        "organizations/acme/settings/idpsync/groups",
        "organizations/acme/settings/idpsync/roles",
        "organizations/acme/members/roles",
    ]
    assert list(endpoints.names({"name": "acme"})) == []


@every_row(
    ("name", "status", "message", "reason"),
    [
        ("replicas", 404, "Resource not found or you do not…", "needs the Owner role"),
        ("replicas", 404, "Route not found.", endpoints.NOT_IN_VERSION),
        ("entitlements", 404, "", endpoints.NOT_IN_VERSION),
        ("regions", 404, "Resource not found or…", endpoints.NOT_IN_VERSION),
        ("regions", 403, "Forbidden.", "needs a signed-in user"),
        ("workspaceproxies", 403, "X is a Premium feature. Contact sales!", endpoints.NOT_LICENSED),
        ("oauth2-provider/apps", 403, "x requires enabling the 'y'", endpoints.EXPERIMENT_OFF),
        (
            "organizations/acme/settings/idpsync/roles",
            403,
            "Forbidden.",
            "needs the Owner, User Admin or Organization Admin role",
        ),
    ],
)
def test_refusals(name: str, status: int, message: str, reason: str) -> None:
    assert endpoints.refusal(name, status, message) == reason


def test_only_a_licensed_deployment_conceals_its_licenses() -> None:
    assert endpoints.concealed({"licenses": [], "entitlements": {"has_license": True}})
    assert not endpoints.concealed({"licenses": [], "entitlements": {"has_license": False}})
    assert not endpoints.concealed({"licenses": [{"id": 1}], "entitlements": {"has_license": True}})
    assert not endpoints.concealed({"licenses": []})
