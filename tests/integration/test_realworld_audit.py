"""What the audit says about files as operators keep them: exactly this, and nothing else.

Everything that is not listed must be silent: near-empty reports are the proof against noise. Each
entry is `version that runs, files`; then the verdict, and each finding as `affects rule subject`.
The target is 2.35.1. New options, which most upgrades bring, are left out.
"""

import json
import os
from pathlib import Path

import pytest

from confaudit.cli.main import run

TWINS_FOLDER = Path(__file__).parents[1] / "data" / "operator_files"
DATA = os.environ.get("CONFAUDIT_TEST_DATA", "")
REAL_FOLDER = Path(DATA, "realworld")
needs_data = pytest.mark.skipif(
    not DATA, reason="NOT PROVED on the sixteen real files: set CONFAUDIT_TEST_DATA"
)
QUIET_RULE = "option-added"


@pytest.fixture
def told(monkeypatch, capsys):
    for name in list(os.environ):
        if name.startswith(("CODER_", "CONFAUDIT_")):
            monkeypatch.delenv(name)

    def call(folder, version, *files):
        monkeypatch.chdir(folder)
        inputs = [word for file in files for word in ("-i", file)]
        arguments = ["upgrade", "--from", version, "--to", "2.35.1", "--no-config", *inputs]
        assert run([*arguments, "-f", "json", "--exit-zero"]) == 0
        out, err = capsys.readouterr()
        assert "planted" not in out + err
        return json.loads(out)

    return call


def lines(report):
    for one in report["findings"]:
        if one["rule"] != QUIET_RULE:
            yield f"{one['affects']['answer']} {one['rule']} {one['subject']}"


def compare(report, expected):
    verdict, *findings = expected.strip().splitlines()
    assert sorted(lines(report)) == sorted(findings)
    assert report["verdict"] == verdict


TWINS = {
    "2.32.4 compose-map.yaml": """
starts, 3 behaviours may change
depends ai-gateway-on ai-gateway-enabled
depends email-verified-required oidc-ignore-email-verified
depends empty-value-counts oidc-sign-in-text
yes option-unknown CODER_EMPTY
yes option-unknown CODER_FROM_SHELL
yes option-unknown CODER_LITERAL_DOLLAR
yes option-unknown CODER_NESTED
yes shadowed-setting access-url
yes option-deprecated verbose
depends offline-access-missing oidc-scopes
""",
    "2.33.0 compose-list.yaml": """
will not start, 1 behaviour changes
yes value-invalid access-url
yes trusted-headers-unused proxy-trusted-headers
yes ai-gateway-on ai-gateway-enabled
yes option-unknown CODER_EMPTY
yes option-unknown CODER_SESSION_TOKEN_FROM_SHELL
""",
    "2.25.2 compose-cut.yaml": """
starts, 1 behaviour changes, 1 more may change
yes clear-text-secret compose-cut.yaml
yes ai-gateway-on ai-gateway-enabled
depends email-verified-required oidc-ignore-email-verified
depends oidc-links-repaired oidc-issuer-url
yes idle-oidc-without-client-id oidc-issuer-url
""",
    "2.31.9 helm-values.yaml": """
will not start, 1 behaviour changes
yes value-not-text CODER_VERBOSE
yes reference-left-as-text CODER_PG_CONNECTION_URL
yes ai-gateway-on ai-gateway-enabled
yes chart-key-unknown coder.ingress.wildCardHost
yes option-unknown CODER_REDIS
yes option-deprecated verbose
no empty-value-counts CODER_OIDC_ICON_URL
yes idle-oidc-without-client-id oidc-group-mapping
yes idle-oidc-without-client-id oidc-group-regex-filter
yes idle-oidc-without-client-id oidc-scopes
""",
    "2.30.0 helm-subchart.yaml": """
starts, 2 behaviours may change
depends default-changed secure-auth-cookie
depends ai-gateway-on ai-gateway-enabled
""",
    "2.30.0 argocd-application.yaml": """
starts, 2 behaviours may change
depends ai-gateway-on ai-gateway-enabled
depends default-changed secure-auth-cookie
yes option-deprecated verbose
""",
    "2.33.1 helmrelease-oci.yaml": """
starts, 2 behaviours may change
depends ai-gateway-on ai-gateway-enabled
depends forwarded-host-untrusted proxy-trusted-origins
yes chart-key-unknown coder.base
""",
    "2.30.0 manifests.yaml": """
starts, 3 behaviours may change
depends default-changed secure-auth-cookie
depends ai-gateway-on ai-gateway-enabled
depends forwarded-host-untrusted proxy-trusted-origins
yes option-deprecated verbose
""",
    "2.30.0 mixed.env": """
starts, 3 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
yes forwarded-host-untrusted proxy-trusted-origins
yes option-unknown CODER_ESCAPED
yes option-unknown CODER_JINJA
yes option-unknown CODER_LAST
yes option-unknown CODER_PASSED
yes role-mapping-unused oidc-user-role-mapping
yes idle-oidc-without-client-id oidc-user-role-mapping
depends idle-without-licence default-quiet-hours-schedule
yes idle-oidc-without-client-id oidc-sign-in-text
""",
    "2.33.11 packaged.env": """
will not start, 1 behaviour changes
yes no-http-address http-address
yes ai-gateway-on ai-gateway-enabled
no empty-value-counts CODER_ACCESS_URL
""",
    "2.29.1 server.yaml": """
will not start, 1 behaviour changes
yes no-http-address http-address
yes start-stun-address derp-server-stun-addresses
yes ai-gateway-on ai-gateway-enabled
yes duplicate-setting session-duration
yes default-pinned docs-url
yes idle-oidc-without-client-id oidc-email-domain
yes idle-oidc-without-client-id oidc-group-mapping
yes idle-oidc-without-client-id oidc-scopes
""",
    "2.30.0 coder.service": """
starts, 3 behaviours may change
depends ai-gateway-on ai-gateway-enabled
depends default-changed secure-auth-cookie
depends email-verified-required oidc-ignore-email-verified
yes option-unknown CODER_CUT
yes option-unknown CODER_PERCENT
yes shadowed-setting access-url
yes shadowed-setting http-address
yes option-deprecated verbose
depends offline-access-missing oidc-scopes
""",
    "2.33.9 compose.nix": """
may not start, 1 behaviour changes
depends start-oidc-incomplete oidc-issuer-url
yes ai-gateway-on ai-gateway-enabled
yes option-unknown CODER_PATH
yes option-deprecated verbose
""",
    "2.8.5 shapes.tf": """
starts, 6 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes chart-liveness-probe-off chart-liveness-probe-off
yes default-changed secure-auth-cookie
yes forwarded-host-untrusted proxy-trusted-origins
yes owner-token-cap max-admin-token-lifetime
yes token-lifetime-default default-token-lifetime
yes option-unknown CODER_GENERATED
yes option-unknown CODER_PRODUCT
yes option-unknown CODER_URL_OF
yes option-deprecated verbose
yes chart-owned-variable CODER_HTTP_ADDRESS
depends group-sync-in-database oidc-group-mapping
yes duplicate-setting verbose
yes idle-oidc-without-client-id oidc-group-mapping
depends idle-relay-url derp-server-relay-url
""",
    "2.31.4 heredoc.tf": """
starts, 1 behaviour changes
yes ai-gateway-on ai-gateway-enabled
depends idle-relay-url derp-server-relay-url
""",
    "2.30.0 module.nix": """
starts, 3 behaviours may change
depends default-changed secure-auth-cookie
depends ai-gateway-on ai-gateway-enabled
depends forwarded-host-untrusted proxy-trusted-origins
yes option-deprecated verbose
""",
    "2.30.0 install-unit.sh": """
starts, 2 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
yes option-deprecated verbose
""",
    "2.30.0 template.yaml": """
starts, 3 behaviours may change
depends ai-gateway-on ai-gateway-enabled
depends default-changed secure-auth-cookie
depends email-verified-required oidc-ignore-email-verified
depends offline-access-missing oidc-scopes
yes option-deprecated verbose
""",
    "2.30.1 kustomization.yaml": """
starts, 2 behaviours may change
depends ai-gateway-on ai-gateway-enabled
depends default-changed secure-auth-cookie
yes option-deprecated verbose
""",
    "2.30.0 container-app.yaml": """
starts, 2 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
""",
    "2.30.1 docker-inspect.json": """
starts, 2 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
yes option-unknown CODER_OIDC_SCOPE
yes clear-text-secret docker-inspect.json
""",
    "2.30.0 docker-service.json": """
starts, 2 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
yes option-deprecated verbose
""",
    "2.30.0 ecs-stack.yaml": """
starts, 2 behaviours change, 1 more may change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
depends forwarded-host-untrusted proxy-trusted-origins
yes option-deprecated verbose
""",
    "2.31.0 ecs-task.json": """
starts, 2 behaviours may change
depends default-changed secure-auth-cookie
depends ai-gateway-on ai-gateway-enabled
yes option-unknown CODER_MAX_SESSION_EXPIRY
""",
    "2.29.1 render.yaml": """
starts, 2 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
yes idle-oidc-without-client-id oidc-client-secret
yes option-renamed telemetry-enable
""",
    "2.33.0 environ": """
starts, 1 behaviour changes
yes ai-gateway-on ai-gateway-enabled
yes idle-oidc-without-client-id oidc-sign-in-text
yes clear-text-secret environ
""",
    "2.33.0 printenv.txt": """
starts, 1 behaviour changes
yes ai-gateway-on ai-gateway-enabled
yes option-unknown CODER_X
""",
    "2.31.0 install-docker.sh": """
starts, 2 behaviours change
yes clear-text-secret install-docker.sh
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
yes option-unknown CODER_OIDC_ROLE_FIELD
yes option-deprecated verbose
yes option-renamed telemetry-enable
""",
    "2.33.0 start.sh": """
starts, 1 behaviour may change
depends ai-gateway-on ai-gateway-enabled
""",
    "2.33.0 user-data.yaml": """
starts, 1 behaviour changes
yes clear-text-secret user-data.yaml
yes ai-gateway-on ai-gateway-enabled
yes idle-oidc-without-client-id oidc-client-secret
yes option-deprecated verbose
yes option-renamed telemetry-enable
""",
    "2.30.1 Dockerfile": """
starts, 2 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
yes option-unknown CODER_OIDC_ROLE_FIELD
yes option-deprecated verbose
""",
}

REAL = {
    "2.1.4 helmrelease-oidc-multidoc.yaml": """
starts, 11 behaviours change, 1 more may change
depends start-licence-telemetry telemetry
yes ai-gateway-on ai-gateway-enabled
yes chart-liveness-probe-off chart-liveness-probe-off
yes default-changed default-quiet-hours-schedule
yes email-verified-required oidc-ignore-email-verified
yes forwarded-host-untrusted proxy-trusted-origins
yes owner-token-cap max-admin-token-lifetime
yes setting-takes-effect telemetry
yes token-lifetime-default default-token-lifetime
yes workspace-renames-off allow-workspace-renames
depends default-changed secure-auth-cookie
yes chart-key-unknown coder.ingress.service
yes chart-key-unknown coder.ingress.wildCardHost
yes legacy-prefix CODER_GITAUTH_<N>_*
yes option-deprecated verbose
yes option-renamed telemetry-enable
depends group-sync-in-database oidc-group-mapping
yes chart-session-affinity chart-session-affinity
yes default-changed metrics-cache-refresh-interval
yes prometheus-address-unused prometheus-address
yes offline-access-missing oidc-scopes
depends oidc-links-repaired oidc-issuer-url
depends idle-without-licence oidc-user-role-field
""",
    "2.26.1 helmrelease-nested-anchors.yaml": """
starts, 1 behaviour changes, 4 more may change
yes chart-liveness-probe-off chart-liveness-probe-off
depends default-changed secure-auth-cookie
depends ai-gateway-on ai-gateway-enabled
depends email-verified-required oidc-ignore-email-verified
depends forwarded-host-untrusted proxy-trusted-origins
yes chart-key-unknown coder.probes
yes chart-key-unknown coder.strategy
depends idle-without-licence oidc-user-role-field
""",
    "2.30.0 helm-values-sops.yaml": """
starts, 1 behaviour changes, 1 more may change
yes ai-gateway-on ai-gateway-enabled
depends gitlab-read-api CODER_EXTERNAL_AUTH_0
yes option-unknown CODER_PROXY_TRUSTED_PROXIES
""",
    "2.30.0 helm-values-subchart.yaml": """
starts, 2 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
""",
    "2.36.1 helm-values-subchart.yaml": """
may not start, as far as 2.36.0 is known
depends downgrade version
""",
    "2.30.0 argocd-helm-template.yaml": """
starts, 2 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
yes chart-key-unknown coder.ingress.wildcardTLS
yes external-auth-scopes-comma CODER_EXTERNAL_AUTH_0
yes ingress-wildcard-unused wildcard-access-url
""",
    "2.30.0 compose-twenty-services.yaml envfile-shared-dotenv.env": """
safe
yes clear-text-secret compose-twenty-services.yaml
yes option-unknown CODER_LOG_HUMAN
yes option-unknown CODER_MAX_SESSION_EXPIRY
yes option-unknown CODER_RATE_LIMIT_API
yes option-unknown CODER_RATE_LIMIT_DISABLE_ALL
yes option-deprecated verbose
yes option-renamed aibridge-enabled
yes option-renamed telemetry-enable
yes clear-text-secret envfile-shared-dotenv.env
yes not-passed-on CODER_OIDC_ISSUER_URL
yes group-mapping-names-roles oidc-group-mapping
yes offline-access-missing oidc-scopes
depends oidc-links-repaired oidc-issuer-url
depends idle-without-licence oidc-user-role-field
""",
    "2.30.0 compose-twenty-services.yaml": """
safe
yes clear-text-secret compose-twenty-services.yaml
yes option-unknown CODER_LOG_HUMAN
yes option-unknown CODER_MAX_SESSION_EXPIRY
yes option-unknown CODER_RATE_LIMIT_API
yes option-unknown CODER_RATE_LIMIT_DISABLE_ALL
yes option-deprecated verbose
yes option-renamed aibridge-enabled
yes option-renamed telemetry-enable
yes group-mapping-names-roles oidc-group-mapping
depends oidc-links-repaired oidc-issuer-url
depends idle-without-licence oidc-user-role-field
depends offline-access-missing oidc-scopes
""",
    "2.33.0 compose-list-crlf.yaml": """
may not start, 2 behaviours may change
depends no-http-address http-address
depends ai-gateway-on ai-gateway-enabled
depends forwarded-host-untrusted proxy-trusted-origins
yes option-unknown CODER_TLS_INSECURE_SKIP_VERIFY
""",
    "2.30.0 compose-list-crlf.yaml": """
may not start, 3 behaviours may change
depends no-http-address http-address
depends ai-gateway-on ai-gateway-enabled
depends default-changed secure-auth-cookie
depends forwarded-host-untrusted proxy-trusted-origins
yes option-unknown CODER_TLS_INSECURE_SKIP_VERIFY
""",
    "2.25.2 compose-cut-lines.yaml": """
starts, 1 behaviour changes
yes clear-text-secret compose-cut-lines.yaml
yes ai-gateway-on ai-gateway-enabled
yes dangerous-option dangerous-allow-path-app-site-owner-access
yes placeholder-value CODER_ACCESS_URL
""",
    "2.33.0 compose-bare-interpolation.yaml": """
starts, 1 behaviour changes, 5 more may change
yes clear-text-secret compose-bare-interpolation.yaml
yes ai-gateway-on ai-gateway-enabled
depends email-verified-required oidc-ignore-email-verified
depends empty-value-counts oauth2-github-default-provider-enable
depends empty-value-counts oidc-allow-signups
depends empty-value-counts oidc-sign-in-text
depends forwarded-host-untrusted proxy-trusted-origins
yes option-deprecated tls-redirect-http-to-https
depends offline-access-missing oidc-scopes
depends oidc-links-repaired oidc-issuer-url
""",
    "2.33.11 envfile-packaged-empty.env": """
will not start, 1 behaviour changes
yes no-http-address http-address
yes ai-gateway-on ai-gateway-enabled
no empty-value-counts CODER_ACCESS_URL
""",
    "2.34.0 envfile-packaged-empty.env": """
will not start
yes no-http-address http-address
""",
    "2.17.0 envfile-packaged-empty.env": """
will not start, 3 behaviours change
yes no-http-address http-address
yes ai-gateway-on ai-gateway-enabled
yes default-changed email-smarthost
yes owner-token-cap max-admin-token-lifetime
no empty-value-counts CODER_ACCESS_URL
""",
    "2.29.1 yaml-config-full-dump.yaml": """
starts, 1 behaviour changes
yes ai-gateway-on ai-gateway-enabled
yes option-renamed tls-redirect-http-to-https
yes default-pinned docs-url
yes default-pinned secure-auth-cookie
yes personal-path cache-dir
yes setting-redundant yaml-config-full-dump.yaml
""",
    "2.10.0 yaml-config-duplicate-key.yaml": """
starts, 3 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes owner-token-cap max-admin-token-lifetime
yes token-lifetime-default default-token-lifetime
yes duplicate-setting max-token-lifetime
yes duplicate-setting session-duration
yes experiment-gone experiments:shared-ports
yes option-renamed verbose
""",
    "2.30.0 systemd-dead-names.service": """
starts, 3 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
yes forwarded-host-untrusted proxy-trusted-origins
yes option-unknown CODER_ALLOW_WORKSPACE_AUTOSTOP_CANCEL
yes option-unknown CODER_AUTOSTOP_DEFAULT_SCHEDULE
yes option-unknown CODER_FAILED_JOB_CLEANUP_DURATION
yes option-unknown CODER_MAX_WORKSPACE_AUTOSTOP_DURATION
yes placeholder-value CODER_ACCESS_URL
""",
    "2.33.9 nix-compose-dead-names.nix": """
starts, 1 behaviour changes
yes clear-text-secret nix-compose-dead-names.nix
yes ai-gateway-on ai-gateway-enabled
yes client-only CODER_DISABLE_DIRECT_CONNECTIONS
yes option-unknown CODER_BLOCK_FILEDL
yes option-unknown CODER_DISABLE_PORT_FORWARD
yes option-renamed telemetry-enable
yes dangerous-option dangerous-allow-path-app-sharing
""",
    "2.8.5 terraform-configmaps.tf": """
starts, 6 behaviours change
depends start-licence-telemetry telemetry
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
yes forwarded-host-untrusted proxy-trusted-origins
yes owner-token-cap max-admin-token-lifetime
yes setting-takes-effect telemetry
yes token-lifetime-default default-token-lifetime
yes option-unknown CODER_FIRST_USER_TRIAIL
yes option-unknown CODER_OIDC_ROLE_FIELD
yes role-mapping-unused oidc-user-role-mapping
yes option-deprecated verbose
yes option-renamed telemetry-enable
depends group-sync-in-database oidc-group-mapping
yes duplicate-setting access-url
depends oidc-links-repaired oidc-issuer-url
depends offline-access-missing oidc-scopes
""",
    "2.29.0 terraform-configmaps.tf": """
starts, 3 behaviours change
yes ai-gateway-on ai-gateway-enabled
yes default-changed secure-auth-cookie
yes forwarded-host-untrusted proxy-trusted-origins
yes option-unknown CODER_FIRST_USER_TRIAIL
yes option-unknown CODER_OIDC_ROLE_FIELD
yes role-mapping-unused oidc-user-role-mapping
yes option-deprecated verbose
yes option-renamed telemetry-enable
yes duplicate-setting access-url
depends oidc-links-repaired oidc-issuer-url
depends offline-access-missing oidc-scopes
""",
}


@pytest.mark.parametrize("run_of", TWINS)
def test_a_twin_gets_its_findings_and_no_other(told, run_of):
    compare(told(TWINS_FOLDER, *run_of.split()), TWINS[run_of])


def test_every_twin_is_audited():
    audited = {file for run_of in TWINS for file in run_of.split()[1:]}
    assert audited == {p.name for p in TWINS_FOLDER.iterdir() if p.suffix != ".expected"}


@needs_data
@pytest.mark.parametrize("run_of", REAL)
def test_a_real_file_gets_its_findings_and_no_other(told, run_of):
    compare(told(REAL_FOLDER, *run_of.split()), REAL[run_of])


@needs_data
def test_every_real_file_is_audited():
    audited = {file for run_of in REAL for file in run_of.split()[1:]}
    assert audited == {p.name for p in REAL_FOLDER.iterdir() if p.suffix != ".md"}


ONLY_THE_ADDRESS = """\
services:
  coder:
    image: ghcr.io/coder/coder:v2.33.11
    environment: {CODER_HTTP_ADDRESS: "0.0.0.0:3000", CODER_ACCESS_URL: "${CODER_ACCESS_URL}"}
"""


def test_an_env_file_beside_a_compose_file_is_not_the_servers_environment(told, tmp_path):
    """The same empty names stop the server where they are its environment."""
    (tmp_path / "compose.yaml").write_text(ONLY_THE_ADDRESS)
    (tmp_path / ".env").write_text((TWINS_FOLDER / "packaged.env").read_text())
    report = told(tmp_path, "2.33.11", "compose.yaml", ".env")
    assert not {one["effect"] for one in report["findings"]} & {"will-not-start"}
    assert report["verdict"] == "starts, 1 behaviour changes"


def test_what_nobody_can_see_stands_in_the_notes(told):
    notes = told(TWINS_FOLDER, "2.30.0", "helm-subchart.yaml")["notes"]
    assert any("envFrom" in note for note in notes)
    notes = told(TWINS_FOLDER, "2.31.9", "helm-values.yaml")["notes"]
    assert any("is encrypted: 1 setting: CODER_SESSION_DURATION" in note for note in notes)


@needs_data
@pytest.mark.parametrize(
    ("version", "file", "words"),
    [
        ("2.26.1", "helmrelease-nested-anchors.yaml", "envFrom sets variables"),
        ("2.30.0", "helm-values-sops.yaml", "is encrypted: 15 settings"),
        ("2.30.0", "helm-values-sops.yaml", "need 2.24.0 or newer"),
        ("2.30.0", "argocd-helm-template.yaml", "The files say ^2.0.0; 2.30.0 is assumed"),
        ("2.30.0", "argocd-helm-template.yaml", "is a template"),
        ("2.33.0", "compose-list-crlf.yaml", "an env_file sets further variables"),
        ("2.25.2", "compose-cut-lines.yaml", "no YAML at line 11"),
        ("2.36.1", "helm-values-subchart.yaml", "newer than the catalogue"),
    ],
)
def test_blind_spots_of_real_files_are_told(told, version, file, words):
    assert any(words in note for note in told(REAL_FOLDER, version, file)["notes"])
