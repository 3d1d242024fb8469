"""The one way from what was read to a Situation: the chart, templates' defaults, redaction."""

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.judge.audit import audit
from confaudit.core.judge.judge import judge
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.judge.verdict import verdict
from confaudit.core.model import Setting, ValueSource
from confaudit.core.secret import secret
from confaudit.core.upgrade import predict
from confaudit.core.upgrade.situate import situation_of
from confaudit.operator_files import decode
from tests.tables import every_row
from tests.unit.deployments import known
from tests.unit.file_texts import read_all

PLANTED = "planted-secret"


def judged(situation):
    return judge(audit(situation, known())).shown


def helm(environment, extra=""):
    lines = "".join(f"    - {{name: {k}, value: '{v}'}}\n" for k, v in environment.items())
    return {"values.yaml": f"coder:\n{extra}  env:\n{lines}"}


def compose(environment, extra=""):
    lines = "".join(f"      {k}: '{v}'\n" for k, v in environment.items())
    return {"compose.yaml": f"services:\n  coder:\n{extra}    environment:\n{lines}"}


def layers(environment, extra=""):
    """Two files of values, of which the second one wins."""
    base = helm({"CODER_ACCESS_URL": "https://old.example.com"}, extra)
    return {**base, "values-prod.yaml": helm(environment)["values.yaml"]}


def pod(environment, extra=""):
    """A Deployment that takes more from a ConfigMap, beside a YAML file for the server."""
    lines = "".join(f"        - {{name: {k}, value: '{v}'}}\n" for k, v in environment.items())
    return {
        "deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: coder}\n"
        "spec:\n  template:\n    spec:\n      containers:\n      - name: coder\n"
        "        image: ghcr.io/coder/coder:v2.33.0\n"
        f"        envFrom: [{{configMapRef: {{name: more}}}}]\n        env:\n{lines}",
        "server.yaml": f"networking: {{http: {{sessionDuration: 24h0m0s}}}}\n{extra}",
    }


def situation(source, target, files, snapshot):
    operator = read_all([decode(text.encode(), name) for name, text in files.items()])
    catalog = packaged()
    old, new = catalog.nearest(source), catalog.nearest(target)
    return situation_of(snapshot, old, new, operator, catalog, checks=asked_in_clear(known()))


URL = {"CODER_ACCESS_URL": "https://coder.example.com"}
TLS = "  tls: {secretNames: [coder-tls]}\n"
IMAGE = "    image: ghcr.io/coder/coder:v2.33.0\n"
HINT = {"CODER_DOCS_URL": "${DOCS:-https://docs.example.com}"}

DEPLOYMENTS = {
    "listens by the chart's TLS": (
        "2.33.0", "2.34.0", helm, {**URL, "CODER_HTTP_ADDRESS": ""}, TLS),
    "listens nowhere": ("2.33.0", "2.34.0", helm, {**URL, "CODER_HTTP_ADDRESS": ""}, ""),
    "may listen nowhere": (
        "2.33.0", "2.34.0", compose, {**URL, "CODER_HTTP_ADDRESS": "${WHERE:-}"}, IMAGE),
    "is checked alone": ("2.35.1", "2.35.1", helm, {**URL, "CODER_HTTP_ADDRESS": ""}, TLS),
    "gets pprof by a newer chart": ("2.24.4", "2.25.0", helm, URL, ""),
    "gets a cluster host by a newer chart": ("2.34.5", "2.35.1", helm, URL, TLS),
    "goes back to an older chart": ("2.35.1", "2.24.4", helm, URL, TLS),
    "says what the chart says": (
        "2.24.4", "2.35.1", helm, {"CODER_PROMETHEUS_ADDRESS": "127.0.0.1:2112"}, TLS),
    "leaves the access URL to the chart": ("2.30.0", "2.35.1", helm, {"CODER_VERBOSE": "true"}, ""),
    "has a secret in clear": (
        "2.33.0", "2.35.1", helm, {**URL, "CODER_OIDC_CLIENT_SECRET": PLANTED}, ""),
    "has a secret by default": (
        "2.33.0", "2.35.1", compose, {**URL, "CODER_OIDC_CLIENT_SECRET": f"${{S:-{PLANTED}}}"},
        IMAGE),
    "has a database with a password": (
        "2.33.0", "2.35.1", helm,
        {**URL, "CODER_PG_CONNECTION_URL": f"postgres://coder:{PLANTED}@db/coder"}, ""),
    "has a database with a password by default": (
        "2.33.0", "2.35.1", compose,
        {**URL, "CODER_PG_CONNECTION_URL": f"${{PG:-postgres://coder:{PLANTED}@db/coder}}"}, IMAGE),
    "has a database without a password": (
        "2.33.0", "2.35.1", helm, {**URL, "CODER_PG_CONNECTION_URL": "postgres://db/coder"}, ""),
    "has an example of a database": (
        "2.33.0", "2.35.1", helm, {**URL, "CODER_PG_CONNECTION_URL": "<postgres-url>"}, ""),
    "has a password that is refused": (
        "2.33.0", "2.35.1", helm, {"CODER_ACCESS_URL": f"https://u:{PLANTED}%zz@example.com"}, ""),
    "has a password by default that is refused": (
        "2.33.0", "2.35.1", compose,
        {"CODER_ACCESS_URL": f"${{U:-https://u:{PLANTED}%zz@example.com}}"}, IMAGE),
    "has a password in a smarthost": (
        "2.33.0", "2.35.1", helm, {**URL, "CODER_EMAIL_SMARTHOST": f"u:{PLANTED}@mail:25"}, ""),
    "has a password in a proxy's list": (
        "2.33.0", "2.35.1", compose,
        {**URL, "CODER_PROXY_TRUSTED_ORIGINS": f"${{P:-u:{PLANTED}@10.0.0.0/8,10.1.0.0/16}}"},
        IMAGE),
    "has two names with different secrets": (
        "2.33.0", "2.35.1", helm,
        {**URL, "CODER_AIBRIDGE_OPENAI_KEY": "sk-aaaaaaaa", "CODER_AI_GATEWAY_OPENAI_KEY": ""}, ""),
    "has a duration that is refused": (
        "2.33.0", "2.34.0", helm, {**URL, "CODER_SESSION_DURATION": "8 hours"}, ""),
    "has a duration that may be refused": (
        "2.33.0", "2.34.0", compose, {**URL, "CODER_SESSION_DURATION": "${LIFE:-8 hours}"}, IMAGE),
    "has a text without a default": (
        "2.33.0", "2.35.1", helm, {"CODER_ACCESS_URL": "https://{{ .host }}"}, ""),
    "has a provider without a number": (
        "2.31.1", "2.33.0", helm, {**URL, "CODER_EXTERNAL_AUTH_GITHUB_DEFAULT_PROVIDER_ENABLE": ""},
        ""),
    "has providers": (
        "2.34.0", "2.35.0", compose,
        {**URL, "CODER_EXTERNAL_AUTH_1_TYPE": "${KIND:-github}", "CODER_EXTERNAL_AUTH_1_ID": "x"},
        IMAGE),
    "has names nobody knows": (
        "2.33.0", "2.35.1", helm, {**URL, "CODER_NOPE": "1", "CODER_VERBOSE": "true"}, ""),
    "has what is the default anyway": (
        "2.33.0", "2.35.1", compose, {**URL, "CODER_TELEMETRY": "${T:-true}"}, IMAGE),
    "has two layers": ("2.33.0", "2.34.0", layers, {**URL, "CODER_HTTP_ADDRESS": ""}, TLS),
    "has a secret in the second layer": (
        "2.33.0", "2.35.1", layers, {**URL, "CODER_PROVISIONER_DAEMON_PSK": f"${{K:-{PLANTED}}}"},
        TLS),
    "is set up by a manifest": (
        "2.33.0", "2.34.0", pod, {**URL, "CODER_SESSION_DURATION": "${LIFE:-8 hours}"}, ""),
    "has a YAML file that is refused": (
        "2.33.0", "2.34.0", pod, {**URL, "CODER_VERBOSE": "${LOUD:-true}"}, "nope: 1\n"),
    "makes one value of another": (
        "2.33.0", "2.34.0", helm,
        {"CODER_OIDC_ICON_URL": "${ICON:-example.com}",
         "CODER_ACCESS_URL": "https://$(CODER_OIDC_ICON_URL)"}, ""),
    "has experiments": (
        "2.33.0", "2.35.1", compose, {**URL, "CODER_EXPERIMENTS": "${E:-*}"}, IMAGE),
    "has an issuer that may be Google's": (
        "2.24.4", "2.35.1", compose,
        {**URL, "CODER_OIDC_ISSUER_URL": "${ISSUER:-https://accounts.google.com}"}, IMAGE),
}  # fmt: skip


def running(version):
    """What a server says that has a secret and a password of its own."""
    plain = default_snapshot(packaged().nearest(version))
    shown = {
        "access-url": "https://REDACTED@coder.example.com",
        "postgres-url": secret(True, "0123456789abcdef"),
        "verbose": True,
    }
    own = {key: Setting(value, ValueSource.ENV) for key, value in shown.items()}
    return replace(plain, settings={**plain.settings, **own})


@pytest.fixture(params=[False, True], ids=["files alone", "with a snapshot"])
def place(request):
    """Makes the Situation of a row with some of its environment replaced."""

    def make(row, environment):
        source, target, form, _, extra = row
        snapshot = running(source) if request.param else None
        return situation(source, target, form(environment, extra), snapshot)

    return make


table = pytest.mark.parametrize("row", DEPLOYMENTS.values(), ids=DEPLOYMENTS)


def literally(environment):
    """The defaults in place of their templates."""
    return {
        name: text.partition(":-")[2].removesuffix("}") if text.startswith("${") else text
        for name, text in environment.items()
    }


@table
def test_a_default_changes_nothing_else_and_what_is_assumed_is_what_would_hold(row, place):
    """Together, as making a Situation is what costs."""
    plain, hinted = judged(place(row, row[3])), place(row, {**row[3], **HINT})
    again = judged(hinted)
    assert again == plain
    assert verdict(again) == verdict(plain)
    assert PLANTED not in repr(again)

    assumed, literal = hinted.assumed, place(row, literally({**row[3], **HINT}))
    assert judged(assumed) == judged(literal)
    assert assumed.prediction == literal.prediction
    assert assumed.running == literal.running
    assert PLANTED not in repr(assumed) + repr(literal)


def test_a_variable_that_a_template_asks_for_stays_legal():
    environment = {
        "CODER_DOMAIN": "a.example.com",
        "CODER_ACCESS_URL": "${CODER_DOMAIN:-https://b}",
    }
    found = judged(situation("2.33.0", "2.34.0", helm(environment), None))
    assert "CODER_DOMAIN" not in {one.subject for one in found}


def test_the_chart_goes_by_the_release_on_each_side():
    moved = situation("2.24.4", "2.25.0", helm(URL), None).prediction
    assert moved.changed["pprof-address"] == ("127.0.0.1:6060", "0.0.0.0:6060")
    back = situation("2.25.0", "2.24.4", helm(URL), None).prediction
    assert back.changed["pprof-address"] == ("0.0.0.0:6060", "127.0.0.1:6060")
    own = {**URL, "CODER_PPROF_ADDRESS": "127.0.0.1:1"}
    assert "pprof-address" not in situation("2.24.4", "2.25.0", helm(own), None).prediction.changed


def test_what_a_newer_chart_sets_beats_what_the_old_server_was_given():
    plain = running("2.24.4")
    own = {"pprof-address": Setting("127.0.0.1:9", ValueSource.ENV)}
    snapshot = replace(plain, settings={**plain.settings, **own})
    found = situation("2.24.4", "2.25.0", helm(URL), snapshot).prediction
    assert found.changed["pprof-address"] == ("127.0.0.1:9", "0.0.0.0:6060")


def test_a_secret_that_is_given_is_shown_as_set_and_has_not_changed():
    environment = {**URL, "CODER_PG_CONNECTION_URL": f"postgres://u:{PLANTED}@db/coder"}
    found = situation("2.33.0", "2.35.1", helm(environment), running("2.33.0")).prediction
    assert "postgres-url" not in found.changed
    assert found.effective["postgres-url"].value == secret(True)


AUTH, GATEWAY = "CODER_EXTERNAL_AUTH_0_", "CODER_AI_GATEWAY_PROVIDER_0_"
CREDENTIALS = ("KEY", "KEYS", "BEDROCK_ACCESS_KEY", "BEDROCK_ACCESS_KEYS",
               "BEDROCK_ACCESS_KEY_SECRET", "BEDROCK_ACCESS_KEY_SECRETS")  # fmt: skip


def test_checks_of_providers_see_their_secrets_and_show_none():
    faulty = f"{PLANTED},,{PLANTED}"
    environment = {
        **URL,
        **{f"{GATEWAY}{name}": faulty for name in CREDENTIALS},
        f"{GATEWAY}TYPE": f"bedrock-{PLANTED}",
        f"{GATEWAY}NAME": f"_{PLANTED}",
        f"{AUTH}CLIENT_SECRET": PLANTED,
        **{f"{AUTH}{name}": f"({PLANTED}" for name in ("ID", "REGEX", "NO_REFRESH")},
    }
    found = judged(situation("2.35.1", "2.35.1", helm(environment), None))
    assert {one.rule.id for one in found} >= {
        "start-ai-provider-key-twice",
        "start-ai-provider-keys",
        "start-ai-provider-name",
        "start-ai-provider-type",
        "start-external-auth-id",
        "start-external-auth-regex",
        "start-external-auth-switch",
    }
    assert PLANTED not in repr(found)


@every_row("name", [*(f"{GATEWAY}{one}" for one in CREDENTIALS), f"{AUTH}CLIENT_SECRET"])
def test_no_secret_of_a_provider_is_left(name):
    found = situation("2.33.0", "2.35.1", helm({**URL, name: PLANTED}), None)
    assert PLANTED not in repr(found)


@pytest.mark.parametrize(
    ("target", "has_snapshot", "starts"),
    [
        ("2.33.0", False, ["2.33.0"]),
        ("2.34.5", False, ["2.33.0", "2.34.5"]),
        ("2.33.0", True, ["2.33.0"] * 2),
        ("2.34.5", True, ["2.33.0", "2.33.0", "2.34.5"]),
    ],
)
def test_each_start_is_worked_out_once(monkeypatch, target, has_snapshot, starts):
    """With a snapshot the source starts twice: as its server declares it, and as its release."""
    started = []

    class Counted(predict.Start):
        def __init__(self, release, *told):
            started.append(release.version)
            super().__init__(release, *told)

    monkeypatch.setattr(predict, "Start", Counted)
    ran = default_snapshot(packaged().nearest("2.33.0")) if has_snapshot else None
    situation("2.33.0", target, helm({"CODER_ACCESS_URL": "https://a.example.com"}), ran)
    assert started == starts
