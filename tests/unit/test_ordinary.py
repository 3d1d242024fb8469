"""The other side of redaction: what is ordinary stays as it is."""

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest

from confaudit.catalog import loader
from confaudit.core.model import RawDeployment
from confaudit.core.secret import SECRET_OPTIONS, is_secret_option
from confaudit.core.snapshot.credentials import credentials, redact_text
from confaudit.core.snapshot.redact import redact, redact_operator
from confaudit.demo.story import states
from confaudit.errors import SourceError
from confaudit.operator_files import decode, read_deployments
from tests.tables import every_row

DATA = os.environ.get("CONFAUDIT_TEST_DATA", "")
PLANTED = ("planted", "proxyuser")


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from strings(one)


def masked(texts):
    """The texts that are not what they were, less those that something was planted in."""
    ordinary = (one for one in texts if not any(word in one for word in PLANTED))
    return {text for text in ordinary if redact_text(text) != text}


def test_nothing_in_the_catalogue_is_masked():
    seen = {id(loader.release(one).options): loader.release(one) for one in loader.versions()}
    specs = [spec for release in seen.values() for spec in release.options.values()]
    told = ("name", "flag", "env", "yaml_path", "json_path", "default", "group", "type")
    texts = {getattr(spec, field) for spec in specs for field in told}
    assert masked({one for one in texts if isinstance(one, str)}) == set()


@pytest.mark.parametrize("number", range(len(states())))
def test_only_secrets_of_the_samples_are_masked(number):
    state = states()[number]
    assert masked(strings(dict(state.payload))) == set()
    assert gone(state.payload) == set()


def gone(payload):
    """The options whose value is not what it was though it is no secret."""
    clean = redact(RawDeployment(payload)).payload
    pairs = zip(payload["options"], clean["options"], strict=True)
    return {
        before.get("flag", "")
        for before, after in pairs
        if before.get("flag", "") not in SECRET_OPTIONS
        and not any(word in json.dumps(before) for word in PLANTED)
        and before.get("value") != after.get("value")
    }


needs_data = pytest.mark.skipif(not DATA, reason="NOT PROVED on real data: set CONFAUDIT_TEST_DATA")


@needs_data
def test_no_ordinary_value_of_a_payload_is_masked():
    for path in sorted(Path(DATA).glob("coder/payloads*/*.json")):
        payload = json.loads(path.read_text())
        assert gone(payload) == set(), path
        assert masked(strings(payload)) == set(), path


@needs_data
def test_no_ordinary_setting_of_a_real_file_is_masked():
    specs = tuple(loader.packaged().nearest("2.35.1").options.values())
    secrets = {
        name
        for spec in specs
        if is_secret_option(spec)
        for name in (spec.flag, spec.env, spec.yaml_path)
    }
    told = 0
    for given, clean in real_settings(specs):
        told += 1
        planted = any(word in repr(given.value) for word in PLANTED)
        assert given.name in secrets or planted or seen(given) == seen(clean), given.name
    assert told > 300


def seen(given):
    return given.value, given.structure


def real_settings(specs):
    for path in sorted(Path(DATA).glob("realworld*/**/*.*")):
        for operator in operators(path) if path.is_file() else ():
            yield from zip(operator.given, redact_operator(operator, specs).given, strict=True)


def operators(path):
    with suppress(SourceError):  # what is beside them says what is to be expected
        found = read_deployments([decode(path.read_bytes(), path.name)]).found
        return [one.operator for one in found]
    return []


@every_row(
    "text",
    [
        "https://hooks.example.com/coder",
        "https://alerts.corp.example/hooks/coder-alerts-production",
        "https://h.example/webhook/coder",
        "https://h.example/?q=workspaces&tab=2",
        "https://h.example/?tenant=8a6f0f2e-3c1b-4d5e-9f10-1a2b3c4d5e6f",
        "https://h.example/?client_id=1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e",
        "https://h.example/?response_type=code&scope=openid",
        "https://h.example/a/b?next=%2Fworkspaces%2Fone",
        "ghcr.io/coder/coder@sha256:1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e",
        "actions/checkout@v4",
        "coder/coder@main",
        "ssh -o ServerAliveInterval=30 -u coder",
        "--password-file /run/secrets/smtp",
        "license: true",
        "Notifications: Webhook: Endpoint",
        "webhook:\n  endpoint: https://h.example",
        "http_cookies:\n  same_site: lax",
        '{"webhook": {"endpoint": "https://h.example"}}',
        '{"api_keys": null}',
        "the password is in <password> below",
        "exit code: 1",
        "Basic authentication is on; Bearer Tokens are not",
        "pat.authentication-service.corp.example",
        "task-runner-1 and risk-free",
        "sha256:0123456789abcdef",
        "Content-Security-Policy: default-src 'self'; report-uri /csp",
        "X-Request-ID",
        "group:read,api_key:read,user_secret:read",
        "2024-01-02T03:04:05Z",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "coder-7d4b9c6f5d-x2x4z",
        "| password | required |\n| secret | string, 16 letters |\n| api_keys | 7d |",
        "| token | 2024-01-02T03:04:05Z |",
        "password\tstring\nkey\ted25519",
        "<td>Token</td><td>24h0m0s</td>",
        "| license | Apache-2.0 |",
        "cat <<EOF\nnothing secret\nEOF",
        "fe80:0:0:0:204",
        "00:1b:44:11:3a",
        "127.0.0.1:8080:80",
        "https://registry.example/v2/artifacts/0123456789abcdef0123456789abcdef",
    ],
)
def test_what_only_reminds_of_a_credential_stays(text):
    assert credentials(text) == ()
