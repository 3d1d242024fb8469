"""Every rule on small deployments: what it tells, and the twin about which it is silent."""

import re

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.coder.releases import Catalog
from confaudit.core.given import Channel, Form, Given, GivenState, OperatorSettings, Position
from confaudit.core.judge.audit import CHECKS, audit
from confaudit.core.judge.finding import Effect, Phase
from confaudit.core.judge.rules import RULES
from confaudit.core.model import MISSING, Level
from confaudit.core.secret import secret
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situate import situation_of
from confaudit.operator_files import decode, merge, read_env_file, read_server_yaml
from tests.tables import every_row
from tests.unit.deployments import env, running
from tests.unit.file_texts import read_all


def situation(source, target, *operator, snapshot=None):
    catalog = packaged()
    old, new = catalog.lend(source), catalog.lend(target)
    return situation_of(snapshot, old, new, merge(*operator), catalog)


def yaml(text):
    return read_server_yaml(text, "coder.yaml")


def flags(*pairs):
    given = (
        Given(Channel.FLAG, name, GivenState.LITERAL, Position("unit", 1), Form.SYSTEMD, value)
        for name, value in pairs
    )
    return OperatorSettings(given=tuple(given), forms=(Form.SYSTEMD,))


def files(**texts):
    named = {
        "values": "values.yaml",
        "prod": "values-prod.yaml",
        "compose": "compose.yaml",
        "dotenv": ".env",
        "chart": "Chart.yaml",
    }
    return read_all([decode(text.encode(), named[name]) for name, text in texts.items()])


def moved(version, key, before, after):
    """A way on which nothing happens but that the default of one option moves."""
    release = packaged().nearest(version)
    old, new = (
        replace(
            release,
            version=name,
            options={**release.options, key: replace(release.options[key], default=text)},
        )
        for name, text in ((release.version, before), (f"{release.version}9", after))
    )
    return situation_of(None, old, new, OperatorSettings(), Catalog([old, new]))


DOTENV_COMPOSE = """
services:
  coder:
    image: ghcr.io/coder/coder:v2.34.0
    environment: {CODER_ACCESS_URL: "${CODER_ACCESS_URL}"}
"""
HELM = "coder: {env: [{name: CODER_ACCESS_URL, value: 'https://a.example.com'}, %s]}"
CHART = (
    "apiVersion: v2\nname: ide\nversion: 0.1.0\n"
    "dependencies: [{name: coder, version: 2.34.0, repository: 'https://helm.coder.com/v2'}]\n"
)
DUMP = "networking: {secureAuthCookie: false, docsURL: 'https://coder.com/docs/@v2.29.1'}\n"

LOUD = [
    # rule, subject, affects, from, to, inputs
    ("name-refused", "aibridge-openai-key", "yes", "2.29.1", "2.30.0",
     [yaml("aibridge: {openai_key: x}")]),
    ("name-refused", "in-memory", "yes", "2.24.4", "2.25.0", [flags(("in-memory", None))]),
    ("name-refused", "networking.http.sesionDuration", "yes", "2.34.0", "2.35.0",
     [yaml("networking: {http: {sesionDuration: 1h}}")]),
    ("name-refused", "oidc-repair-links", "yes", "2.29.18", "2.30.0",
     [flags(("oidc-repair-links", "true"))]),
    ("name-not-known", "oauth2Provider.enable", "depends", "2.35.0", "2.99.0",
     [yaml("oauth2Provider: {enable: true}")]),
    ("name-not-known", "--frobnicate", "depends", "2.99.0", "2.99.0", [flags(("frobnicate", "1"))]),
    ("not-known", "CODER_FROBNICATE", "depends", "2.35.0", "2.99.0", [env("CODER_FROBNICATE=1")]),
    ("not-known", "experiments:frobnicate", "depends", "2.99.0", "2.99.0",
     [env("CODER_EXPERIMENTS=frobnicate")]),
    ("value-invalid", "session-duration", "depends", "2.34.0", "2.35.1",
     [env("CODER_SESSION_DURATION=CHANGE_ME")]),
    ("value-invalid", "session-duration", "yes", "2.33.0", "2.34.0",
     [env("CODER_SESSION_DURATION=8 hours")]),
    ("value-invalid", "max-token-lifetime", "yes", "2.29.1", "2.28.0",
     [env("CODER_MAX_TOKEN_LIFETIME=7d")]),
    ("empty-value-fatal", "session-duration", "yes", "2.33.0", "2.34.0",
     [env("CODER_SESSION_DURATION=")]),
    ("empty-value-fatal", "address", "yes", "2.33.0", "2.34.0", [env("CODER_ADDRESS=")]),
    ("value-not-text", "CODER_VERBOSE", "yes", "2.33.0", "2.34.0",
     [files(values=HELM % "{name: CODER_VERBOSE, value: true}")]),
    ("downgrade", "version", "depends", "2.35.1", "2.34.5", [env("CODER_VERBOSE=true")]),
    ("option-unknown", "CODER_OIDC_ROLE_FIELD", "yes", "2.34.0", "2.35.0",
     [env("CODER_OIDC_ROLE_FIELD=groups")]),
    ("option-unknown", "CODER_POSTGRES_URL", "yes", "2.34.0", "2.35.0",
     [env("CODER_POSTGRES_URL=postgres://db/coder")]),
    ("option-unknown", "coder_verbose", "yes", "2.34.0", "2.35.0", [env("coder_verbose=true")]),
    ("option-not-yet", "CODER_OAUTH2_PROVIDER_ENABLE", "yes", "2.34.0", "2.35.0",
     [env("CODER_OAUTH2_PROVIDER_ENABLE=true")]),
    ("client-only", "CODER_DISABLE_DIRECT_CONNECTIONS", "yes", "2.34.0", "2.35.0",
     [env("CODER_DISABLE_DIRECT_CONNECTIONS=true")]),
    ("other-program", "CODER_PROVISIONERD_TAGS", "yes", "2.34.0", "2.35.0",
     [env("CODER_PROVISIONERD_TAGS=a=b")]),
    ("client-only", "CODER_SSH_WAIT", "yes", "2.34.0", "2.35.0", [env("CODER_SSH_WAIT=no")]),
    ("option-removed", "in-memory", "yes", "2.24.4", "2.25.0", [env("CODER_IN_MEMORY=true")]),
    ("option-removed", "telemetry-trace", "yes", "2.30.0", "2.31.1",
     [env("CODER_TELEMETRY_TRACE=true")]),
    ("option-not-yet", "oidc-repair-links", "yes", "2.29.18", "2.30.0",
     [env("CODER_OIDC_REPAIR_LINKS=false")]),
    ("option-not-yet", "dangerous-oidc-email-fallback", "yes", "2.34.5", "2.34.4",
     [env("CODER_DANGEROUS_OIDC_EMAIL_FALLBACK=true")]),
    ("setting-ignored", "notifications-email-smarthost", "yes", "2.16.0", "2.17.0",
     [env("CODER_NOTIFICATIONS_EMAIL_SMARTHOST=mail.example.com:25")]),
    ("experiment-gone", "experiments:web-push", "yes", "2.32.0", "2.33.0",
     [env("CODER_EXPERIMENTS=web-push,oauth2")]),
    ("experiment-gone", "experiments:never-was", "yes", "2.32.0", "2.33.0",
     [env("CODER_EXPERIMENTS=never-was")]),
    ("duplicate-setting", "session-duration", "yes", "2.34.0", "2.35.0",
     [yaml("networking: {http: {sessionDuration: 5m}}\n"
           "networking: {http: {sessionDuration: 24h}}\n")]),
    ("list-replaced", "coder.env", "yes", "2.34.0", "2.35.0",
     [files(values=HELM % "{name: CODER_B, value: b}", prod=HELM % "{name: CODER_C, value: c}")]),
    ("values-misplaced", "coder", "yes", "2.34.0", "2.35.0",
     [files(values=HELM % "{name: CODER_B, value: b}", chart=CHART)]),
    ("shadowed-setting", "verbose", "yes", "2.34.0", "2.35.0",
     [flags(("verbose", "false")), env("CODER_VERBOSE=true")]),
    ("shadowed-setting", "ai-gateway-enabled", "yes", "2.34.0", "2.35.0",
     [env("CODER_AI_GATEWAY_ENABLED=true"), yaml("ai_gateway: {enabled: false}")]),
    ("two-names", "ai-gateway-enabled", "yes", "2.34.0", "2.35.0",
     [env("CODER_AIBRIDGE_ENABLED=true"), yaml("ai_gateway: {enabled: false}")]),
    ("reference-left-as-text", "CODER_DOCS_URL", "yes", "2.34.0", "2.35.0",
     [files(values=HELM % "{name: CODER_DOCS_URL, value: $(B)}, {name: B, value: b}")]),
    ("not-passed-on", "CODER_OIDC_SCOPES", "yes", "2.34.0", "2.35.0",
     [files(compose=DOTENV_COMPOSE, dotenv="CODER_OIDC_SCOPES=openid\nCODER_ACCESS_URL=x\n")]),
    ("default-changed", "secure-auth-cookie", "yes", "2.31.0", "2.31.1",
     [env("CODER_ACCESS_URL=https://coder.example.com")]),
    ("default-changed", "secure-auth-cookie", "depends", "2.31.0", "2.31.1",
     [env("CODER_ACCESS_URL=${WHERE}")]),
    ("default-changed", "metrics-cache-refresh-interval", "yes", "2.5.0", "2.5.1",
     [env("CODER_VERBOSE=true")]),
    ("empty-value-counts", "oidc-sign-in-text", "yes", "2.33.0", "2.34.0",
     [env("CODER_OIDC_SIGN_IN_TEXT=")]),
    ("empty-value-counts", "CODER_TLS_CERT_FILE", "no", "2.33.0", "2.34.0",
     [env("CODER_TLS_CERT_FILE=")]),
    ("setting-takes-effect", "telemetry", "yes", "2.17.0", "2.18.0",
     [env("CODER_TELEMETRY=false")]),
    ("setting-takes-effect", "email-smarthost", "yes", "2.17.0", "2.18.0",
     [env("CODER_NOTIFICATIONS_EMAIL_SMARTHOST=mail.example.com:25")]),
    ("setting-takes-effect", "boundary-log-retention", "yes", "2.34.5", "2.35.1",
     [env("CODER_BOUNDARY_LOG_RETENTION=7d")]),
    ("setting-takes-effect", "boundary-log-retention", "depends", "2.34.5", "2.35.1",
     [env("CODER_BOUNDARY_LOG_RETENTION=${HOW_LONG}")]),
    ("value-changes", "email-smarthost", "yes", "2.17.0", "2.18.0",
     [env("CODER_EMAIL_SMARTHOST=[mail]:25")]),
    ("clear-text-secret", "coder.env", "yes", "2.34.0", "2.35.0",
     [env("CODER_PG_CONNECTION_URL=postgres://coder:planted-secret@db/coder")]),
    ("clear-text-secret", "coder.yaml", "depends", "2.34.0", "2.35.0", [yaml("fooKey: 1")]),
    ("secret-exposed", "email-auth-password", "yes", "2.33.0", "2.35.0",
     [env("CODER_EMAIL_AUTH_PASSWORD=planted-secret")]),
    ("secret-exposed", "provisioner-daemon-psk", "yes", "2.8.0", "2.9.0",
     [env("CODER_PROVISIONER_DAEMON_PSK=planted-secret")]),
    ("dangerous-option", "dangerous-allow-path-app-sharing", "yes", "2.34.0", "2.35.0",
     [env("CODER_DANGEROUS_ALLOW_PATH_APP_SHARING=true")]),
    ("option-renamed", "aibridge-enabled", "yes", "2.33.0", "2.34.0",
     [env("CODER_AIBRIDGE_ENABLED=true")]),
    ("option-deprecated", "verbose", "yes", "2.33.0", "2.34.0", [env("CODER_VERBOSE=true")]),
    ("legacy-prefix", "CODER_GITAUTH_<N>_*", "yes", "2.33.0", "2.34.0",
     [env("CODER_GITAUTH_0_TYPE=github")]),
    ("legacy-prefix", "CODER_AIBRIDGE_PROVIDER_<N>_*", "yes", "2.33.0", "2.34.0",
     [env("CODER_AIBRIDGE_PROVIDER_0_TYPE=openai")]),
    ("default-pinned", "secure-auth-cookie", "yes", "2.29.1", "2.35.1", [yaml(DUMP)]),
    ("default-pinned", "docs-url", "yes", "2.29.1", "2.35.1", [yaml(DUMP)]),
    ("placeholder-value", "CODER_ACCESS_URL", "yes", "2.34.0", "2.35.0",
     [env("CODER_ACCESS_URL=https://<your-domain>")]),
    ("personal-path", "cache-dir", "yes", "2.34.0", "2.35.0",
     [env("CODER_CACHE_DIRECTORY=/Users/jane/cache")]),
    ("option-added", "new-options", "no", "2.34.0", "2.35.0", [env("CODER_VERBOSE=true")]),
]  # fmt: skip

QUIET = [
    # rule that must be silent, from, to, inputs
    ("name-refused", "2.29.1", "2.30.0", [env("CODER_AIBRIDGE_OPENAI_KEY=planted-secret")]),
    ("name-refused", "2.29.18", "2.32.8", [flags(("oidc-repair-links", "true"))]),
    ("value-invalid", "2.28.0", "2.29.1", [env("CODER_MAX_TOKEN_LIFETIME=168h")]),
    ("value-invalid", "2.34.0", "2.35.1", [env("CODER_WILDCARD_ACCESS_URL=*.<your-domain>")]),
    ("empty-value-fatal", "2.32.0", "2.33.0", [env("CODER_SESSION_DURATION=")]),
    ("value-not-text", "2.33.0", "2.34.0",
     [files(values=HELM % "{name: CODER_VERBOSE, value: 'true'}")]),
    ("downgrade", "2.34.5", "2.35.1", [env("CODER_VERBOSE=true")]),
    ("option-unknown", "2.34.0", "2.35.0",
     [env("CODER_FIRST_USER_EMAIL=a@example.com; CODER_URL=x; CODER_DB_PASSWORD=x; "
          "CODER_EXTERNAL_AUTH_0_SCOPES=a; CODER_CONFIG_DIR=/x; GITHUB_TOKEN=x; "
          "CODER_AGENT_URL=x; CODER_VERSION=v2; KUBE_POD_IP=1.2.3.4")]),
    ("option-unknown", "2.34.0", "2.35.0",
     [env("CODER_REGION=eu; CODER_ACCESS_URL=https://${CODER_REGION}.example.com")]),
    ("client-only", "2.34.0", "2.35.0", [env("CODER_BLOCK_DIRECT=true")]),
    ("other-program", "2.34.0", "2.35.0",
     [env("CODER_PROVISIONER_DAEMON_PSK=x; CODER_URL=https://x; CODER_VERBOSE=true")]),
    ("option-removed", "2.24.4", "2.25.0", [env("CODER_EPHEMERAL=true")]),
    ("option-not-yet", "2.29.18", "2.32.8", [env("CODER_OIDC_REPAIR_LINKS=false")]),
    ("setting-ignored", "2.16.0", "2.18.0",
     [env("CODER_NOTIFICATIONS_EMAIL_SMARTHOST=mail.example.com:25")]),
    ("setting-ignored", "2.16.0", "2.17.0",
     [env("CODER_EMAIL_SMARTHOST=mail.example.com:25")]),
    ("experiment-gone", "2.31.1", "2.32.0", [env("CODER_EXPERIMENTS=web-push,*")]),
    ("duplicate-setting", "2.34.0", "2.35.0", [env("ENABLE_TLS=true; ENABLE_TLS=false")]),
    ("duplicate-setting", "2.34.0", "2.35.0",
     [env("CODER_VERBOSE=true"), read_env_file("CODER_VERBOSE=false", "override.env")]),
    ("list-replaced", "2.34.0", "2.35.0",
     [files(values=HELM % "{name: CODER_B, value: b}", prod=HELM % "{name: CODER_B, value: c}")]),
    ("values-misplaced", "2.34.0", "2.35.0",
     [files(values=f"coder: {{{HELM}}}" % "{name: CODER_B, value: b}", chart=CHART)]),
    ("shadowed-setting", "2.34.0", "2.35.0",
     [flags(("verbose", "false")), env("CODER_TLS_ENABLE=true")]),
    ("two-names", "2.34.0", "2.35.0",
     [env("CODER_AIBRIDGE_ENABLED=1"), yaml("ai_gateway: {enabled: true}")]),
    ("reference-left-as-text", "2.34.0", "2.35.0",
     [files(values=HELM % "{name: B, value: b}, {name: CODER_DOCS_URL, value: $(B)}")]),
    ("not-passed-on", "2.34.0", "2.35.0",
     [files(compose=DOTENV_COMPOSE, dotenv="CODER_ACCESS_URL=x\nPOSTGRES_USER=x\n")]),
    ("default-changed", "2.31.0", "2.31.1", [env("CODER_ACCESS_URL=http://coder.example.com")]),
    ("default-changed", "2.31.0", "2.31.1",
     [env("CODER_ACCESS_URL=https://a.example.com; CODER_SECURE_AUTH_COOKIE=false")]),
    ("name-not-known", "2.34.0", "2.35.0", [yaml("oauth2Provider: {enable: true}")]),
    ("name-not-known", "2.34.0", "2.99.0", [yaml("aibridge: {openai_key: x}")]),
    ("not-known", "2.34.0", "2.35.0", [env("CODER_FROBNICATE=1")]),
    ("not-known", "2.34.0", "2.99.0", [env("CODER_CONFIG_DIR=/x; CODER_NO_OPEN=1")]),
    ("default-changed", "2.32.0", "2.33.0", [env("CODER_VERBOSE=true")]),
    ("default-changed", "2.34.0", "2.35.0", [env("CODER_VERBOSE=true")]),
    ("default-changed", "2.15.0", "2.16.0", [env("CODER_VERBOSE=true")]),
    ("empty-value-counts", "2.32.0", "2.33.0", [env("CODER_OIDC_SIGN_IN_TEXT=")]),
    ("empty-value-counts", "2.34.0", "2.35.0", [env("CODER_OIDC_SIGN_IN_TEXT=")]),
    ("setting-takes-effect", "2.18.0", "2.19.0", [env("CODER_TELEMETRY=false")]),
    ("setting-takes-effect", "2.17.0", "2.18.0", [env("CODER_TELEMETRY=true")]),
    ("setting-takes-effect", "2.34.5", "2.35.1", [env("CODER_SCIM_USE_LEGACY=true")]),
    ("setting-takes-effect", "2.34.5", "2.35.1",
     [files(values=HELM % "{name: CODER_VERBOSE, value: 'true'}")]),
    ("value-changes", "2.17.0", "2.18.0", [env("CODER_EMAIL_SMARTHOST=mail.example.com:25")]),
    ("clear-text-secret", "2.34.0", "2.35.0",
     [env("CODER_PG_CONNECTION_URL=postgres:///coder?host=/run/postgresql; "
          "CODER_DISABLE_PASSWORD_AUTH=true; CODER_OIDC_CLIENT_SECRET=${SECRET}")]),
    ("secret-exposed", "2.33.0", "2.35.0", [env("CODER_EMAIL_AUTH_USERNAME=coder")]),
    ("secret-exposed", "2.30.0", "2.33.0", [env("CODER_AIBRIDGE_OPENAI_KEY=planted-secret")]),
    ("dangerous-option", "2.34.0", "2.35.0",
     [env("CODER_DANGEROUS_ALLOW_PATH_APP_SHARING=false")]),
    ("option-renamed", "2.33.0", "2.34.0", [env("CODER_AI_GATEWAY_ENABLED=true")]),
    ("option-renamed", "2.32.0", "2.33.0", [env("CODER_AIBRIDGE_ENABLED=true")]),
    ("option-deprecated", "2.33.0", "2.34.0", [env("CODER_LOG_FILTER=.*")]),
    ("legacy-prefix", "2.33.0", "2.34.0", [env("CODER_EXTERNAL_AUTH_0_TYPE=github")]),
    ("legacy-prefix", "2.0.0", "2.1.0", [env("CODER_GITAUTH_0_TYPE=github")]),
    ("default-pinned", "2.32.0", "2.35.1", [yaml("networking: {secureAuthCookie: true}")]),
    ("default-pinned", "2.29.1", "2.35.1", [env("CODER_SECURE_AUTH_COOKIE=false")]),
    ("setting-redundant", "2.34.0", "2.35.1", [yaml("networking: {http: {sessionDuration: 24h}}")]),
    ("placeholder-value", "2.34.0", "2.35.0", [env("CODER_ACCESS_URL=https://exxon.example.com")]),
    ("personal-path", "2.34.0", "2.35.0", [env("CODER_CACHE_DIRECTORY=/home/coder/.cache")]),
    ("option-added", "2.25.0", "2.26.0", [env("CODER_VERBOSE=true")]),
]  # fmt: skip


def told(found):
    return {(one.rule.id, one.subject): one for one in found}


@pytest.mark.parametrize(
    ("rule", "subject", "affects", "source", "target", "operator"),
    LOUD,
    ids=[f"{case[0]}-{case[1]}-{case[3]}" for case in LOUD],
)
def test_it_is_told(rule, subject, affects, source, target, operator):
    found = told(audit(situation(source, target, *operator)))
    assert (rule, subject) in found
    assert found[rule, subject].affects.value == affects
    assert "planted-secret" not in repr(found)


@every_row(
    ("rule", "source", "target", "operator"),
    QUIET,
    ids=[f"{number}-{case[0]}-{case[1]}" for number, case in enumerate(QUIET)],
)
def test_it_is_silent(rule, source, target, operator):
    assert rule not in {one.rule.id for one in audit(situation(source, target, *operator))}


BY_OTHER_TESTS = {"setting-redundant"}


def test_every_rule_speaks_and_is_silent_somewhere():
    assert {case[0] for case in LOUD} | BY_OTHER_TESTS == RULES.keys()
    assert {case[0] for case in QUIET} == RULES.keys()


def test_ids_are_permanent_looking_and_words_are_whole():
    for name, rule in RULES.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert rule.why.endswith(".")
        assert rule.fix.endswith(".")
        assert not rule.title.endswith(".")
    assert len({rule.title for rule in RULES.values()}) == len(RULES)


def test_what_stops_the_server_is_an_error():
    """But for a name that nobody here knows: it may stop it, and may be as right as any."""
    for rule in RULES.values():
        stops = rule.effect is Effect.WILL_NOT_START and rule.id != "name-not-known"
        assert (rule.level is Level.ERROR) >= stops, rule.id


def test_a_written_out_file_is_told_once():
    catalog = packaged()
    release = catalog.nearest("2.35.1")
    lines = [
        Given(
            Channel.YAML, spec.yaml_path, GivenState.LITERAL, Position("coder.yaml", line),
            Form.SERVER_YAML, spec.default,
        )
        for line, spec in enumerate(release.options.values(), 1)
        if spec.yaml_path
        and spec.default
        and not spec.default_computed_from
        and not spec.type.startswith("struct")
    ]  # fmt: skip
    found = audit(situation("2.34.5", "2.35.1", OperatorSettings(given=tuple(lines))))
    redundant = [one for one in found if one.rule.id == "setting-redundant"]
    assert [one.subject for one in redundant] == ["coder.yaml"]
    assert redundant[0].message.startswith(f"{len(lines)} of {len(lines)} YAML keys")


# --- details ------------------------------------------------------------------------------------


def only(rule, found):
    (finding,) = (one for one in found if one.rule.id == rule)
    return finding


@every_row(
    ("rule", "source", "target", "text", "versions"),
    [
        ("default-changed", "2.31.0", "2.33.0", "CODER_ACCESS_URL=https://a.example.com",
         ("2.31.1",)),
        ("option-renamed", "2.33.0", "2.35.1", "CODER_AIBRIDGE_ENABLED=true", ("2.34.0",)),
        ("empty-value-fatal", "2.29.1", "2.35.1", "CODER_SESSION_DURATION=", ("2.34.0",)),
        ("option-not-yet", "2.29.18", "2.31.1", "CODER_OIDC_REPAIR_LINKS=true", ("2.30.0",)),
        ("option-removed", "2.20.0", "2.27.0", "CODER_IN_MEMORY=true", ("2.25.0",)),
        ("setting-takes-effect", "2.1.4", "2.35.1", "CODER_TELEMETRY=false", ("2.18.0",)),
        ("experiment-gone", "2.29.1", "2.35.1", "CODER_EXPERIMENTS=web-push", ("2.33.0",)),
    ],
)  # fmt: skip
def test_a_finding_names_the_release_that_brings_it(rule, source, target, text, versions):
    assert only(rule, audit(situation(source, target, env(text)))).introduced_in == versions


@pytest.mark.parametrize(
    ("source", "target", "text", "phase"),
    [
        ("2.33.0", "2.34.0", "CODER_AIBRIDGE_ENABLED=true", Phase.DURING),
        ("2.34.0", "2.35.0", "CODER_AIBRIDGE_ENABLED=true", Phase.BEFORE),
    ],
)
def test_a_rename_waits_for_the_release_that_knows_the_new_name(source, target, text, phase):
    assert only("option-renamed", audit(situation(source, target, env(text)))).phase is phase


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("CODER_IN_MEMORY", "Use CODER_EPHEMERAL instead."),
        ("CODER_TELEMETRY_TRACE", "Take it out; no option does the same."),
    ],
)
def test_a_removed_option_names_its_replacement(name, step):
    found = audit(situation("2.24.4", "2.25.0", env(f"{name}=true")))
    assert only("option-removed", found).steps == (step,)


def test_what_neither_release_reads_is_no_more_than_a_warning():
    found = audit(situation("2.30.0", "2.31.1", env("CODER_TELEMETRY_TRACE=true")))
    assert only("option-removed", found).severity is Level.WARNING


def test_a_refused_yaml_key_is_told_by_its_other_name():
    found = audit(situation("2.29.1", "2.30.0", yaml("aibridge: {openai_key: x}")))
    assert only("name-refused", found).steps == ("Use CODER_AIBRIDGE_OPENAI_KEY instead.",)


def test_a_misspelt_key_is_told_by_the_nearest_one():
    found = audit(situation("2.34.0", "2.35.0", yaml("networking: {http: {sesionDuration: 1h}}")))
    assert "networking.http.sessionDuration" in only("name-refused", found).steps[0]


def test_a_default_is_told_before_and_after():
    found = only("default-changed", audit(situation("2.5.0", "2.5.1", env("CODER_VERBOSE=true"))))
    assert (found.before, found.after) == (3_600_000_000_000, 14_400_000_000_000)
    assert "1h → 4h" in found.message
    assert "CODER_METRICS_CACHE_REFRESH_INTERVAL=1h" in found.steps[0]


@every_row(
    ("key", "before", "after", "setting"),
    [
        ("session-duration", "168h0m0s", "24h0m0s", "CODER_SESSION_DURATION=168h"),
        ("session-duration", "24h0m0s", "168h0m0s", "CODER_SESSION_DURATION=24h"),
        ("session-duration", "1m30.5s", "24h0m0s", "CODER_SESSION_DURATION=1m30s500ms"),
        ("disable-path-apps", "true", "false", "CODER_DISABLE_PATH_APPS=true"),
        ("provisioner-daemons", "3", "4", "CODER_PROVISIONER_DAEMONS=3"),
        ("ssh-hostname-prefix", "coder.", "c.", "CODER_SSH_HOSTNAME_PREFIX=coder."),
        ("ssh-hostname-prefix", "", "c.", "CODER_SSH_HOSTNAME_PREFIX"),
        ("oidc-scopes", "openid,email", "openid", "CODER_OIDC_SCOPES"),
    ],
)
def test_a_default_is_kept_by_a_text_that_every_release_reads(key, before, after, setting):
    """Only from 2.29 on a duration may be written in days."""
    way = moved("2.28.0", key, before, after)
    (finding,) = (one for one in audit(way) if one.rule.id == "default-changed")
    assert finding.steps == (f"Set {setting} to keep what was, or accept the new default.",)


def test_an_unknown_access_url_leaves_the_cookie_open():
    found = audit(situation("2.31.0", "2.31.1", env("CODER_ACCESS_URL=${WHERE}")))
    cookie = only("default-changed", found)
    assert cookie.after is MISSING
    assert cookie.because == (
        "CODER_SECURE_AUTH_COOKIE follows the access URL: "
        "the value of CODER_ACCESS_URL is one for systemd and another for docker"
    )


def test_options_of_what_is_off_are_quiet():
    found = audit(situation("2.32.0", "2.33.0", env("CODER_VERBOSE=true")))
    assert "aibridge-proxy-domain-allowlist" not in {one.subject for one in found}
    on = audit(
        situation(
            "2.32.0",
            "2.33.0",
            env("CODER_AIBRIDGE_PROXY_ENABLED=true; CODER_AIBRIDGE_ENABLED=true"),
        )
    )
    assert "aibridge-proxy-domain-allowlist" in {one.subject for one in on}


def test_duplicates_that_agree_are_only_noted():
    found = audit(situation("2.34.0", "2.35.0", env("CODER_VERBOSE=true; CODER_VERBOSE=true")))
    assert only("duplicate-setting", found).severity is Level.INFO


def test_two_secrets_are_never_said_to_be_the_same():
    text = "CODER_OIDC_CLIENT_SECRET=planted-secret; CODER_OIDC_CLIENT_SECRET=planted-secret"
    found = only("duplicate-setting", audit(situation("2.34.0", "2.35.0", env(text))))
    assert found.severity is Level.WARNING
    assert found.before is MISSING


def test_a_compose_value_from_the_dotenv_is_in_clear_there_only():
    compose = DOTENV_COMPOSE.replace("CODER_ACCESS_URL", "CODER_OIDC_CLIENT_SECRET")
    both = files(compose=compose, dotenv="CODER_OIDC_CLIENT_SECRET=planted-secret\n")
    found = only("clear-text-secret", audit(situation("2.34.0", "2.35.0", both)))
    assert found.subject == ".env"
    assert "planted" not in repr(found)


# --- from a snapshot alone ----------------------------------------------------------------------


def test_a_snapshot_tells_what_a_release_removes():
    before = running("2.24.4", in_memory=True)
    found = told(audit(situation("2.24.4", "2.25.0", OperatorSettings(), snapshot=before)))
    assert found["option-removed", "in-memory"].affects is Truth.YES


def test_a_snapshot_tells_an_old_name_when_there_was_no_other():
    before = running("2.33.11", aibridge_enabled=True)
    found = told(audit(situation("2.33.11", "2.34.0", OperatorSettings(), snapshot=before)))
    assert found["option-renamed", "aibridge-enabled"].phase is Phase.DURING


def test_a_snapshot_cannot_tell_which_of_two_names_was_used():
    before = running("2.34.0", aibridge_enabled=True, ai_gateway_enabled=True)
    found = told(audit(situation("2.34.0", "2.35.0", OperatorSettings(), snapshot=before)))
    assert ("option-renamed", "aibridge-enabled") not in found


def test_a_snapshot_tells_that_a_secret_was_in_clear():
    before = running("2.14.4", notifications_email_auth_password=secret(True))
    found = told(audit(situation("2.14.4", "2.15.0", OperatorSettings(), snapshot=before)))
    finding = found["secret-exposed", "notifications-email-auth-password"]
    assert finding.message == (
        "The API of Coder 2.14.4 shows CODER_NOTIFICATIONS_EMAIL_AUTH_PASSWORD in clear."
    )


def test_a_secret_with_two_names_is_told_once():
    before = running("2.29.5", aibridge_openai_key=secret(True))
    found = audit(situation("2.29.5", "2.34.5", OperatorSettings(), snapshot=before))
    assert only("secret-exposed", found).message == (
        "The API of Coder 2.29.5 and 2.34.5 shows CODER_AI_GATEWAY_OPENAI_KEY in clear."
    )


@pytest.mark.parametrize(
    ("source", "target", "key", "how"),
    [
        ("2.29.5", "2.29.5", "aibridge_openai_key", "Rotate "),
        ("2.29.5", "2.34.5", "aibridge_openai_key", "Give the variable the new key before"),
        ("2.33.0", "2.35.1", "aibridge_bedrock_access_key_secret", "Give the variable the new key"),
        ("2.34.0", "2.35.1", "aibridge_bedrock_access_key_secret", "Change it in the dashboard"),
        ("2.29.5", "2.35.1", "email_auth_password", "Rotate "),
    ],
)
def test_a_key_is_rotated_where_it_is_kept(source, target, key, how):
    """Once the database has it, the server ends where its variable is not what that holds."""
    before = running(source, **{key: secret(True)})
    found = only(
        "secret-exposed", audit(situation(source, target, OperatorSettings(), snapshot=before))
    )
    assert found.steps[0].startswith(how)


@every_row(
    ("name", "version", "told"),
    [
        ("CODER_AIBRIDGE_ANTHROPIC_KEY", "2.34.0", "in the dashboard"),
        ("CODER_AI_GATEWAY_PROVIDER_0_KEYS", "2.35.0", "in the dashboard"),
        ("CODER_AIBRIDGE_PROVIDER_0_BEDROCK_ACCESS_KEY_SECRET", "2.34.0", "in the dashboard"),
        ("CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS", "2.29.5", "dbcrypt rotate"),
        ("CODER_AIBRIDGE_ANTHROPIC_KEY", "2.33.0", None),
        ("CODER_OIDC_CLIENT_SECRET", "2.35.0", None),
    ],
)
def test_a_file_with_such_a_key_says_how_to_rotate_it(name, version, told):
    both = [env(f"{name}=planted-secret")]
    found = only("clear-text-secret", audit(situation(version, version, *both)))
    more = found.steps[1:]
    assert [told in step and step.startswith(name) for step in more] == ([True] if told else [])


def test_nothing_is_said_of_a_deployment_that_stays_as_it_is():
    for version in ("2.0.0", "2.17.0", "2.31.0", "2.35.1"):
        before = running(version)
        assert audit(situation(version, version, OperatorSettings(), snapshot=before)) == ()


def test_every_check_is_used_once():
    assert len(set(CHECKS)) == len(CHECKS)
