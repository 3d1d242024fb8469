"""Values in all the forms that operators write them in: what is told of each, and what to do."""

import pytest

from confaudit.catalog.loader import packaged
from confaudit.core.judge.audit import audit
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.upgrade.situate import situation_of
from confaudit.operator_files import decode, read_env_file
from confaudit.workflows.operator_files import blind_spots
from tests.tables import every_row
from tests.unit.deployments import known
from tests.unit.file_texts import read_all

SCHEME, HOST, REFUSED = "access-url-without-scheme", "idle-access-url-host", "value-invalid"
LISTEN, LOCKED = "start-listen-address", "idle-login-none"


def audited(operator, version="2.35.1"):
    release, checks = packaged().lend(version), asked_in_clear(known())
    return audit(situation_of(None, release, release, operator, packaged(), checks=checks), known())


def told(*lines, version="2.35.1"):
    return {one.rule.id: one for one in audited(read_env_file("\n".join(lines), "f"), version)}


ACCESS_URLS = [
    (SCHEME, ["coder.example.com", "coder.example.com:443", "coder", "URL", "10.0.0.1", "ws://x",
              "localhost:3000", "//coder.example.com", "coder.example.com/x", "https//x", "ftp://x",
              '"filled in automatically with load-balancer IP or DNS"']),
    (HOST, ["http:/x", "https:coder.example.com", "https:", "https://", "http://:3000",
            "https:///path", "https://https://coder.example.com", "https://*.example.com"]),
    (REFUSED, ["10.0.0.1:3000", "::1", "[::1]:3000", '" https://coder.example.com"',
               "https://coder.example.com:abc", "'\"https://coder.example.com\"'"]),
    (None, ["https://coder.example.com", "HTTPS://CODER.EXAMPLE.COM", "http://10.0.0.1:7080/",
            "https://coder", "https://coder.example.com:/x", "https://[fd00::1]:8443"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "urls"), ACCESS_URLS)
@pytest.mark.parametrize("version", ["2.0.2", "2.35.1"])
def test_an_access_url_in_every_form(rule, urls, version):
    expected = {rule} - {None}
    for url in urls:
        found = told(f"CODER_ACCESS_URL={url}", version=version).keys()
        assert found & {SCHEME, HOST, REFUSED} == expected, url


@every_row(
    ("line", "step"),
    [
        ('CODER_ACCESS_URL=" https://a.example.com "', "Take the blanks around the value of"),
        ("CODER_ACCESS_URL='\"https://a.example.com\"'", "Take the quotes in the value of"),
        ("CODER_SESSION_DURATION='\"24h\"'", "Take the quotes in the value of"),
        ("CODER_ACCESS_URL=10.0.0.1:80", "Give CODER_ACCESS_URL a value of the type url, such as"),
        ("CODER_TLS_ADDRESS=http://a:1", "Give CODER_TLS_ADDRESS a value of the type host:port"),
        ("CODER_WILDCARD_ACCESS_URL=a.example.com", "Give CODER_WILDCARD_ACCESS_URL a value"),
    ],
)
def test_a_value_that_is_refused_is_mended_where_it_is_wrong(line, step):
    found = told(line)["value-invalid"]
    assert found.steps[0].startswith(step)
    assert found.because == f"{line.partition('=')[0]} is set"  # and no word on another release


WILDCARDS = [
    (True, ["apps.example.com", "https://*.apps.example.com", "http://apps.example.com", "*",
            "foo.*.example.com", "*.*.example.com", "*.example.com/"]),
    (False, ["*.apps.example.com", "*.apps.example.com:8443", "*--x.example.com", "*.localhost"]),
]  # fmt: skip


@pytest.mark.parametrize(("is_refused", "hosts"), WILDCARDS)
def test_a_wildcard_host_in_every_form(is_refused, hosts):
    for host in hosts:
        found = told(f"CODER_WILDCARD_ACCESS_URL={host}")
        assert (REFUSED in found) is is_refused, host


def test_a_wildcard_host_with_a_port_was_refused_before_2_7():
    line = "CODER_WILDCARD_ACCESS_URL=*.apps.example.com:8443"
    before, since = told(line, version="2.6.0"), told(line, version="2.7.0")
    assert {"start-wildcard-host", REFUSED} & before.keys()
    assert not {"start-wildcard-host", REFUSED} & since.keys()


TLS = ("CODER_TLS_ENABLE=true", "CODER_TLS_CERT_FILE=/c", "CODER_TLS_KEY_FILE=/k")
ADDRESSES = [
    ("CODER_HTTP_ADDRESS", (), {LISTEN}),
    ("CODER_ADDRESS", (), {"start-old-listen-address", REFUSED}),
    ("CODER_TLS_ADDRESS", TLS, {"start-tls-listen-address", REFUSED}),
    ("CODER_PROMETHEUS_ADDRESS", ("CODER_PROMETHEUS_ENABLE=1",),
     {"idle-prometheus-listen", REFUSED}),
    ("CODER_PPROF_ADDRESS", ("CODER_PPROF_ENABLE=1",), {"idle-pprof-listen", REFUSED}),
    ("CODER_EMAIL_SMARTHOST", (), {"idle-email-port"}),
    ("CODER_DERP_SERVER_STUN_ADDRESSES", (), {"start-stun-address"}),
]  # fmt: skip


@every_row(("name", "beside", "rules"), ADDRESSES)
def test_a_url_is_no_address_to_listen_on(name, beside, rules):
    for url in ("http://localhost", "http://0.0.0.0:3000", "https://coder.example.com", "10.0.0.1"):
        found = told(f"{name}={url}", *beside)
        assert found.keys() & rules, url
        assert {one.spec.env for rule, one in found.items() if rule in rules} == {name}
    assert not told(f"{name}=10.0.0.1:3000", *beside).keys() & rules


def test_a_smarthost_without_a_port_was_refused_while_it_was_an_address():
    """Until 2.17 the option code wanted host and port; since, every mail fails."""
    assert REFUSED in told("CODER_NOTIFICATIONS_EMAIL_SMARTHOST=mail.example.com", version="2.15.1")
    assert "idle-email-port" in told("CODER_EMAIL_SMARTHOST=mail.example.com", version="2.18.0")


PASSWORDS = [
    # password, what is told of it in 2.6, 2.19 and 2.20
    ("plain", "", "", ""),
    ("a@b", "", "", ""),
    ("a:b", "", "", ""),
    ("a#b", "password", "password", ""),
    ("a/b", "password", "password", ""),
    ("a?b", "password", "password", ""),
    ("a@b#c", "host", "host", "host"),
    ("12#c", "host", "host", "host"),
    ("12/c", "host", "host", "host"),
    ("12?c", "host", "host", "host"),
    ("a@b/c", "host", "host", "host"),
    ("a^b", "userinfo", "", ""),
    ("a@b^c", "userinfo", "userinfo", "userinfo"),
    ("50%off", "escape", "escape", "escape"),
    ("a%23b%40c", "", "", ""),
]


@every_row("row", PASSWORDS, ids=[row[0] for row in PASSWORDS])
def test_a_database_password_that_is_not_escaped(row):
    password, *expected = row
    for version, ending in zip(("2.6.0", "2.19.0", "2.20.0"), expected, strict=True):
        found = told(f"CODER_PG_CONNECTION_URL='postgres://u:{password}@db/c'", version=version)
        rules = [rule for rule in found if rule.startswith("start-postgres-url-")]
        assert rules == ([f"start-postgres-url-{ending}"] if ending else []), version
        assert password not in repr([found[rule] for rule in rules])


COMPOSE = """
services:
  coder:
    image: ghcr.io/coder/coder:v2.35.1
    environment: {CODER_ACCESS_URL: "https://a.example.com", %s}
"""


@every_row(
    ("name", "value", "variables"),
    [
        ("CODER_WILDCARD_ACCESS_URL", "*.${DOMAIN}", "DOMAIN"),
        ("CODER_WILDCARD_ACCESS_URL", "*.apps.${DOMAIN:-}", "DOMAIN"),
        ("CODER_WILDCARD_ACCESS_URL", "*.${SUB}.${DOMAIN}", "SUB and DOMAIN"),
        ("CODER_SESSION_DURATION", "${HOURS}h", "HOURS"),
        ("CODER_WILDCARD_ACCESS_URL", "*.${DOMAIN:-example.com}", None),
        ("CODER_WILDCARD_ACCESS_URL", "*.${DOMAIN:?}", None),
    ],
)
def test_what_is_made_of_unknown_variables_depends_and_is_mended_there(name, value, variables):
    text = COMPOSE % f'{name}: "{value}"'
    found = {one.rule.id: one for one in audited(read_all([decode(text.encode(), "c.yaml")]))}
    refused = found.get("value-invalid")
    if variables is None:
        assert refused is None
    else:
        assert refused.affects == "depends"
        assert refused.steps[0].startswith(f"Set {variables} where the file is filled in")


def test_a_condition_without_a_name_is_nothing_to_set():
    text = (
        "{ systemd.services.coder.environment = lib.mkMerge [ { CODER_A = 1; } "
        '(lib.mkIf x { CODER_TELEMETRY = "false"; }) ]; }'
    )
    found = {one.rule.id: one for one in audited(read_all([decode(text.encode(), "c.nix")]))}
    assert found["start-licence-telemetry"].affects == "depends"
    assert "Set " not in found["start-licence-telemetry"].steps[0]


def test_a_flag_that_is_not_known_is_named_as_it_is_written():
    text = 'export CODER_A=$A\ncoder server --postgres-url "$PG"\n'
    notes = [*blind_spots(read_all([decode(text.encode(), "start.sh")]))]
    assert any(note.endswith("--postgres-url.") for note in notes)


LISTS = [
    ("CODER_OIDC_SCOPES", "idle-scopes-in-one"),
    ("CODER_OAUTH2_GITHUB_ALLOWED_ORGS", "idle-items-in-one"),
    ("CODER_OAUTH2_GITHUB_ALLOWED_TEAMS", "idle-items-in-one"),
    ("CODER_OIDC_EMAIL_DOMAIN", "idle-items-in-one"),
    ("CODER_EXTERNAL_AUTH_0_SCOPES", "external-auth-scopes-comma"),
    ("CODER_GITAUTH_0_SCOPES", "external-auth-scopes-comma"),
]


@every_row(("name", "rule"), LISTS)
def test_items_are_told_apart_by_commas_but_for_external_auth_by_blanks(name, rule):
    """The reader of numbered variables splits scopes at blanks; lists of options are CSV."""
    by_comma, by_blank = told(f"{name}=a/b,c/d"), told(f"{name}=a/b c/d")
    assert (rule in by_comma) is ("AUTH_0" in name)
    assert (rule in by_blank) is ("AUTH_0" not in name)
    assert rule not in told(f"{name}=a/b")


OFF = "CODER_DISABLE_PASSWORD_AUTH=true"
NO_APP = "CODER_OAUTH2_GITHUB_DEFAULT_PROVIDER_ENABLE=false"
LOGINS = [
    # settings, release, what is told: nobody, only GitHub's built-in app, or nothing
    ([OFF, NO_APP], "2.35.1", LOCKED),
    ([OFF], "2.35.1", "idle-login-built-in"),
    ([OFF], "2.19.3", LOCKED),
    ([OFF, NO_APP, "CODER_OIDC_ISSUER_URL=https://id.example.com"], "2.35.1", LOCKED),
    ([OFF, NO_APP, "CODER_OIDC_CLIENT_ID=x"], "2.35.1", None),
    ([OFF, NO_APP, "CODER_OIDC_CLIENT_ID=x"], "2.19.3", LOCKED),
    ([OFF, NO_APP, "CODER_OAUTH2_GITHUB_CLIENT_ID=x"], "2.35.1", None),
    ([OFF, "CODER_OAUTH2_GITHUB_CLIENT_SECRET=x"], "2.19.3", None),
    ([NO_APP], "2.35.1", None),
]


@every_row(("lines", "version", "rule"), LOGINS)
def test_whether_a_way_to_log_in_is_left(lines, version, rule):
    found = told(*lines, version=version).keys()
    assert found & {LOCKED, "idle-login-built-in"} == {rule} - {None}


@pytest.mark.parametrize(
    "value", ["postgres://u:x$(hunter)y@db/c", "postgres://u:a@b$hunter#c@db/c"]
)
def test_what_only_looks_like_a_reference_in_a_password_is_not_told(value):
    values = f"coder: {{env: [{{name: CODER_PG_CONNECTION_URL, value: '{value}'}}]}}"
    files = (
        decode(values.encode(), "v.yaml"),
        decode(f"CODER_PG_CONNECTION_URL={value}".encode(), "e"),
    )
    for file in files:
        assert "hunter" not in repr(audited(read_all([file])))
