"""The choke point, rule by rule; tests/integration/test_no_secret_escapes.py proves it whole."""

import json

import pytest

from confaudit.catalog import loader
from confaudit.core.model import Fidelity, RawDeployment, StoredFiles
from confaudit.core.secret import SECRET_OPTIONS, is_secret, looks_secret, secret
from confaudit.core.snapshot.credentials import redact_text
from confaudit.core.snapshot.redact import redact, redact_files
from confaudit.errors import SourceError
from tests.tables import every_row

PLANTED = "planted-secret-0a1b"


def option(flag, **fields):
    return {"flag": flag, "name": flag, "env": f"CODER_{flag.upper()}", **fields}


def clean_options(*options, key=b""):
    clean = redact(RawDeployment({"config": {}, "options": list(options)}), key)
    return {o["flag"]: o for o in clean.payload["options"]}


ANNOTATED = {"secret": "true"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"annotations": ANNOTATED, "value_source": "env"}, True),
        ({"annotations": ANNOTATED, "value": PLANTED, "value_source": "env"}, True),
        ({"annotations": ANNOTATED, "value": None, "value_source": "yaml"}, True),
        ({"annotations": ANNOTATED, "value": ""}, False),
        ({"annotations": ANNOTATED}, False),
    ],
)
def test_an_annotated_secret_becomes_set_or_unset(given, told):
    other = option("other", value=1, value_source="default")
    found = clean_options(option("some-thing", **given), other)["some-thing"]
    assert found["value"] == {"secret_set": told}
    assert found.get("value_source") == given.get("value_source")


def test_releases_without_value_sources_cannot_tell():
    found = clean_options(option("oidc-client-secret", annotations=ANNOTATED, value=""))
    assert found["oidc-client-secret"]["value"] == {"secret_set": None}


@every_row("flag", sorted(SECRET_OPTIONS))
def test_the_deny_list_holds_without_annotation(flag):
    found = clean_options(option(flag, value=PLANTED, default=PLANTED, value_source="env"))
    assert found[flag]["value"] == {"secret_set": True}
    assert PLANTED not in json.dumps(found)


def test_the_deny_list_knows_every_option_any_release_marks():
    marked = {
        spec.flag
        for version in loader.versions()
        for spec in loader.release(version).options.values()
        if spec.secret
    }
    assert marked == SECRET_OPTIONS


def test_no_public_option_of_any_release_is_taken_for_a_secret():
    flags = {
        spec.flag
        for version in loader.versions()
        for spec in loader.release(version).options.values()
    }
    assert {flag for flag in flags - SECRET_OPTIONS if looks_secret(flag)} == set()


def test_a_new_secret_that_nobody_annotated_is_caught_by_its_name():
    found = clean_options(option("future-provider-api-key", value=PLANTED, value_source="env"))
    assert found["future-provider-api-key"]["value"] == {"secret_set": True}


def test_values_inside_use_instead_are_dropped_at_any_depth():
    inner = option("c", annotations=ANNOTATED, value=PLANTED)
    middle = option("b", value="x", use_instead=[inner])
    outer = option("a", value="x", use_instead=[middle], value_source="env")
    found = clean_options(outer)["a"]
    assert [o["flag"] for o in found["use_instead"]] == ["b"]
    assert PLANTED not in json.dumps(found)


NESTED = option("email-auth-password", annotations=ANNOTATED, value=PLANTED)
ALIASES = (
    option("email-auth-password", annotations=ANNOTATED, value_source="env"),
    option(
        "notifications-email-auth-password",
        annotations=ANNOTATED,
        use_instead=[NESTED],
        value_source="env",
    ),
)


def test_nothing_is_derived_from_a_secret_without_a_key():
    assert all(o["value"] == {"secret_set": True} for o in clean_options(*ALIASES).values())


def test_a_key_fingerprints_what_slipped_for_both_aliases():
    found = clean_options(*ALIASES, key=b"k1")
    marks = {json.dumps(o["value"]) for o in found.values()}
    assert len(marks) == 1
    assert "fingerprint" in marks.pop()
    other = clean_options(*ALIASES, key=b"k2")
    assert other["email-auth-password"] != found["email-auth-password"]


def test_a_rotation_shows_in_the_fingerprint():
    rotated = option(
        "notifications-email-auth-password",
        annotations=ANNOTATED,
        use_instead=[{**NESTED, "value": "another"}],
        value_source="env",
    )
    before = clean_options(*ALIASES, key=b"k")["email-auth-password"]["value"]
    after = clean_options(ALIASES[0], rotated, key=b"k")["email-auth-password"]["value"]
    assert is_secret(before)
    assert is_secret(after)
    assert before != after


@every_row(
    ("text", "left"),
    [
        (f"http://user:{PLANTED}@proxy:3128", "http://REDACTED@proxy:3128"),
        (f"http://{PLANTED}@proxy:3128/x", "http://REDACTED@proxy:3128/x"),
        (f"postgres://u:a@b/{PLANTED}@db/coder", "postgres://REDACTED@db/coder"),
        (f"postgres://u:{PLANTED}/x@db/coder?a=b", "postgres://REDACTED@db/coder?a=b"),
        (f"https://a/?b=https://u:{PLANTED}@c&d=e://{PLANTED}@f", None),
        (f"https://a/?b=c://d/?https://u:{PLANTED}@c", "https://a/?b=c://d/?https://REDACTED@c"),
        (f"?b=https%3a%2F%2Fu%3A{PLANTED}%40c&d", "?b=https%3a%2F%2FREDACTED%40c&d"),
        (f"see http://u:{PLANTED}@a and http://v:{PLANTED}@b", None),
        (f"https://b.example/o?sig={PLANTED}&x=1", "https://b.example/o?sig=REDACTED&x=1"),
        (f"https://b.example/o?X-Amz-Signature={PLANTED}", None),
        (f"https://b.example/o?a=1&X-Goog-Signature={PLANTED}#f", None),
        (f"https://b.example/cb#access_token={PLANTED}", None),
        (f"host=db user=coder password={PLANTED} sslmode=on", None),
        (f"user:{PLANTED}@smtp.example.com:587", "REDACTED@smtp.example.com:587"),
        (f"Authorization: Bearer {PLANTED}", None),
        (f"ProxyCommand nc --password={PLANTED} host", None),
        (rf"{{\"token\": \"{PLANTED}\"}}", r"{\"token\": \"REDACTED\"}"),
        (rf"\\\"token\\\":\\\"{PLANTED}\\\",1", r"\\\"token\\\":\\\"REDACTED\\\",1"),
        (rf'password="a\"{PLANTED}" x', 'password="REDACTED" x'),
        (f'token="{PLANTED} cut off', 'token="REDACTED'),
        (f"token=a'{PLANTED}#{PLANTED}&x", "token=REDACTED&x"),
        (f"{{'token': '{PLANTED}'}}", "{'token': 'REDACTED'}"),
        (f'token => "{PLANTED}"', 'token => "REDACTED"'),
        (f'{{"tokens":["{PLANTED}","{PLANTED}"],"x":1}}', '{"tokens":REDACTED,"x":1}'),
        (f'{{"token":{{"a":"{PLANTED}"}},"x":1}}', '{"token":REDACTED,"x":1}'),
        (f"https://h/?a=https%3A%2F%2Fb%3Ftoken%3D{PLANTED}", None),
        (f"https://h/?token[0]={PLANTED}&token%5B%5D={PLANTED}", None),
        (f'{{"url":"https://h/?token={PLANTED}"}}', '{"url":"https://h/?token=REDACTED"}'),
        (f"sk-{PLANTED}", "REDACTED"),
        (f"x sk-ant-api03-{PLANTED} y", "x REDACTED y"),
        ("ghp_plantedsecret0a1bplantedsecret", "REDACTED"),
        ("glpat-planted-secret-0a1b", "REDACTED"),
        ("AKIAIOSFODNN7EXAMPLE", "REDACTED"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkIjoxfQ.c2VjcmV0", "REDACTED"),
        ("Abcdefghi1-plantedsecret012345678", "REDACTED"),
        (
            f"-----BEGIN RSA PRIVATE KEY-----\n{PLANTED}\n-----END RSA PRIVATE KEY-----\nrest",
            "REDACTED\nrest",
        ),
        (f"-----BEGIN PRIVATE KEY-----\n{PLANTED} cut off", "REDACTED"),
    ],
)
def test_credentials_inside_text_go_and_the_rest_stays(text, left):
    found = redact_text(text)
    assert "planted" not in found
    assert "AKIA" not in found
    assert found == (left or found)
    assert redact_text(found) == found, "redacting twice changes nothing"


@every_row(
    "text",
    [
        "https://coder.com/docs/@v2.33.0",
        "https://coder.example.com:8443/docs/@v2.33.0?tab=a",
        "CRON_TZ=UTC 0 0 * * *",
        "stun.l.google.com:19302",
        "coder@example.com",
        "api.anthropic.com,api.openai.com",
        '{"access_type": "offline"}',
        "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "8a6f0f2e-3c1b-4d5e-9f10-1a2b3c4d5e6f",
        "default-src 'self'; img-src https: data:",
        "Basic authentication is off",
        "127.0.0.1:3000",
        "postgres",
        "api_key:read",
        "arn:aws:bedrock:us-east-1:123456789012:model/x",
    ],
)
def test_ordinary_text_is_left_alone(text):
    assert redact_text(text) == text


def test_a_long_key_is_redacted_whole():
    assert redact_text("sk-" * 100_000) == "REDACTED"


def test_the_type_names_of_a_docs_page_are_no_secrets():
    page = RawDeployment({"config": {"openai": {"key": "string"}}}, fidelity=Fidelity.SHAPE)
    assert redact(page).payload["config"] == {"openai": {"key": "string"}}


def test_map_values_under_secret_names_are_masked_anywhere():
    config = {
        "oidc": {"auth_url_params": {"client_secret": PLANTED, "access_type": "offline"}},
        "x": [{"clientAssertion": PLANTED}, {"apiKey": [PLANTED]}],
        "scim_api_key": PLANTED,
        "pg_connection_url": f"postgres://u:{PLANTED}@db/coder",
    }
    found = redact(RawDeployment({"config": config})).payload["config"]
    assert PLANTED not in json.dumps(found)
    assert found["oidc"]["auth_url_params"]["access_type"] == "offline"
    assert found["scim_api_key"] == {"secret_set": True}


def test_what_is_typed_in_is_secret_though_it_is_a_number():
    config = {"pin": 1234, "otp": 123456, "retention": {"api_keys": 7}, "spin": 4, "password": True}
    found = redact(RawDeployment({"config": config})).payload["config"]
    assert found["pin"] == found["otp"] == {"secret_set": True}
    assert [found[name] for name in ("retention", "spin", "password")] == [{"api_keys": 7}, 4, True]


def test_settings_with_secret_looking_names_that_are_none_stay():
    config = {
        "disable_password_auth": True,
        "max_token_lifetime": 3155760000000000000,
        "client_key_file": "/etc/tls/key.pem",
        "password_file": "/run/secrets/smtp",
        "token_url": "https://idp.example.com/token",
        "secure_auth_cookie": False,
        "client_secret": "",
    }
    assert redact(RawDeployment({"config": config})).payload["config"] == config


def test_keys_of_a_map_are_text_too():
    config = {"mapping": {f"http://u:{PLANTED}@idp": "admins"}}
    assert PLANTED not in json.dumps(redact(RawDeployment({"config": config})).payload)


def test_endpoints_pass_through_the_same_gate():
    endpoints = {"appearance": {"logo_url": f"https://x/y?token={PLANTED}"}}
    clean = redact(RawDeployment({"config": {}}, endpoints))
    assert PLANTED not in json.dumps(clean.endpoints)


def test_a_marker_must_look_like_one():
    assert secret(True, "0123456789abcdef") == {
        "secret_set": True,
        "fingerprint": "0123456789abcdef",
    }
    assert is_secret({"secret_set": True, "fingerprint": "0123456789abcdef"})
    assert is_secret({"secret_set": None})
    assert not is_secret({"secret_set": True, "fingerprint": PLANTED})
    assert not is_secret({"secret_set": PLANTED})
    assert not is_secret({"secret_set": True, "more": 1})
    config = {"x": {"secret_set": True, "fingerprint": PLANTED, "password": PLANTED}}
    found = redact(RawDeployment({"config": config})).payload["config"]
    assert found["x"]["password"] == {"secret_set": True}


def test_what_a_source_read_never_shows_in_a_repr():
    raw = RawDeployment({"config": {"a": PLANTED}}, {"b": PLANTED})
    assert PLANTED not in repr(raw)
    assert PLANTED not in repr(StoredFiles({"settings.json": PLANTED}))


def test_hand_edited_files_are_redacted_when_read():
    settings = {
        "format": 1,
        "settings": {
            "postgres-url": {"value": PLANTED, "source": "env"},
            "aibridge-proxy-upstream": {"value": f"http://u:{PLANTED}@p"},
        },
    }
    clean = redact_files(StoredFiles({"settings.json": json.dumps(settings)}))
    document = clean.documents["settings.json"]
    assert PLANTED not in json.dumps(document)
    assert document["settings"]["postgres-url"] == {"value": {"secret_set": True}, "source": "env"}


def test_a_damaged_file_is_named_and_not_quoted():
    with pytest.raises(SourceError) as caught:
        redact_files(StoredFiles({"settings.json": "{" + PLANTED}))
    assert "settings.json" in caught.value.message
    assert PLANTED not in str(caught.value)


def test_a_secret_name_counts_on_every_channel():
    option = {"flag": "mystery", "env": "CODER_MYSTERY_PASSWORD", "value": "planted-secret"}
    clean = redact(RawDeployment({"options": [option]})).payload
    assert "planted-secret" not in json.dumps(clean)
