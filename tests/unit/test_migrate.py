"""Old names become current ones: what is rewritten, what is not, and that nothing else changes."""

import gzip
import json
import os
import random
import stat
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit.catalog import release
from confaudit.core.coder.startup import cell
from confaudit.core.judge.finding import Phase
from confaudit.core.migrate import Migrant, migrate
from confaudit.core.migrate.names import groups
from confaudit.core.upgrade.situate import prediction_of
from confaudit.errors import ConfigError, SourceError
from confaudit.operator_files import (
    Deployment,
    decode,
    merge,
    open_file,
    read_env_file,
    read_server_yaml,
)
from confaudit.operator_files.file import plain
from confaudit.workflows.audit import AuditScope
from confaudit.workflows.migrate import write_fixed
from tests.tables import every_row
from tests.unit.file_texts import read_all


def deprecated_only(version):
    """A release with the options that have other names now, and a few more: quick to start."""
    whole = release(version)
    wanted = {"access-url", "email-from", "http-address", "postgres-auth"}
    wanted |= {"notifications-webhook-endpoint", "external-auth-providers"}
    for spec in release("2.35.1").options.values():
        wanted |= {spec.key, *spec.use_instead} if spec.use_instead else set()
    return replace(whole, options={k: v for k, v in whole.options.items() if k in wanted})


SOURCE, TARGET = deprecated_only("2.33.0"), deprecated_only("2.35.1")
SECRET = "planted-secret-4711"


def read(texts):
    return read_all([plain(text, name) for name, text in texts.items()])


def run(texts, source=SOURCE, target=TARGET, reader=read):
    """Migrate, and prove on the way that the files still say the same."""
    inputs = reader(texts)
    done = migrate(Migrant(inputs, texts, source, target))
    again = reader(done.texts)
    before, after = (prediction_of(None, source, target, one) for one in (inputs, again))
    assert values(before) == values(after)
    assert before.errors == after.errors
    kept = [one for one in inputs.given if one.name not in dropped(done)]
    assert sorted(map(said, again.given)) == sorted(map(said, kept))
    return done, again


def said(given):
    return given.state, repr(given.value), repr(given.structure)


def values(prediction):
    return {key: setting.value for key, setting in prediction.effective.items()}


def dropped(done):
    return {one.given.name for one in done.patches if not one.patch.add}


def one_file(text, **more):
    done, again = run({"file": text}, **more)
    return done.texts["file"], done, again


def pairs():
    """Every alias of the newest release: the deprecated option and the one to use."""
    for spec in TARGET.options.values():
        heirs = [TARGET.options[key] for key in spec.use_instead]
        same = [heir for heir in heirs if cell(heir) == cell(spec)]
        if same:
            yield spec, same[0]


PAIRS = list(pairs())
SAMPLES = {"bool": "true", "int": "7", "duration": "36h0m0s", "string-array": "10.0.0.0/8,b"}


def both(release_, *specs):
    """A release with two options only: quick to start."""
    return {spec.key: spec for spec in specs if spec.key in release_.options}


def sample(spec):
    return SAMPLES.get(spec.type, "some-value")


def test_there_are_49_aliases():
    assert len(PAIRS) == 49


# --- every alias in every form --------------------------------------------------------------------

FORMS = {
    "env file": ("", "{}={}\n", ""),
    "exported": ("#!/bin/sh\n", "export {}='{}'\n", ""),
    "systemd": ("[Service]\nExecStart=/usr/bin/coder server\n", 'Environment="{}={}"\n', ""),
    "helm values": ("coder:\n  env:\n", '    - name: {}\n      value: "{}"\n', "  image: {}\n"),
    "helm, value first": ("coder:\n  env:\n", "    - value: '{1}'\n      name: {0}\n", ""),
    "helm, on one line": ("coder:\n  env:\n", '    - {{name: {}, value: "{}"}}\n', ""),
    "helm release": (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart:\n    spec:\n"
        "      chart: coder\n  values:\n    coder:\n      env:\n",
        '        - name: "{}"\n          value: "{}"\n',
        "",
    ),
    "argo application": (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    chart: coder\n"
        "    helm:\n      values: |\n        coder:\n          env:\n",
        '            - name: {}\n              value: "{}"\n',
        "",
    ),
    "config map": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: coder}\ndata:\n",
        '  {}: "{}"\n',
        "",
    ),
    "compose map": (
        "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.33.0\n    environment:\n",
        '      {}: "{}"\n',
        "    ports: ['7080:7080']\n",
    ),
    "compose list": (
        "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.33.0\n    environment:\n",
        "      - {}={}\n",
        "",
    ),
    "terraform": (
        'resource "kubernetes_config_map" "coder" {\n  data = {\n',
        '    {} = "{}"\n',
        "  }\n}\n",
    ),
    "terraform set": (
        'resource "helm_release" "coder" {\n',
        '  set {{\n    name  = "coder.env[{2}].name"\n    value = "{0}"\n  }}\n'
        '  set {{\n    name  = "coder.env[{2}].value"\n    value = "{1}"\n  }}\n',
        "}\n",
    ),
    "nix": ("{ pkgs, ... }: {\n  environment = {\n", '    {} = "{}";\n', "  };\n}\n"),
    "broken yaml": ("coder:\n  env: [\n", "    - name: {}\n      value: {}\n", ""),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_variable_in_every_form(form):
    head, entry, tail = FORMS[form]
    numbered = [(old, new, number) for number, (old, new) in enumerate(PAIRS)]
    text = head + "".join(entry.format(old.env, sample(old), n) for old, _, n in numbered) + tail
    made = "".join(entry.format(new.env, sample(old), n) for old, new, n in numbered)
    expected = head + made + tail
    made, done, again = one_file(text)
    assert made == expected
    assert len(done.patches) == len(PAIRS)
    assert done.skipped == ()
    assert not list(groups(again, SOURCE, TARGET))


@every_row(("old", "new"), PAIRS, ids=lambda spec: spec.key)
def test_each_alias_alone_by_every_way(old, new):
    source, target = (replace(one, options=both(one, old, new)) for one in (SOURCE, TARGET))
    texts = {"coder.env": f"{old.env}={sample(old)}\n"}
    done, _ = run(texts, source, target)
    assert done.texts == {"coder.env": f"{new.env}={sample(old)}\n"}
    unit = f"[Service]\nExecStart=/usr/bin/coder server --{old.flag}={sample(old)} --x\n"
    done, _ = run({"coder.service": unit}, source, target)
    assert done.texts["coder.service"] == unit.replace(f"--{old.flag}=", f"--{new.flag}=")


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("final", [True, False])
def test_every_path_of_the_servers_yaml(line_end, final):
    places = [(old, new) for old, new in PAIRS if old.yaml_path]
    text = as_yaml({old.yaml_path: yaml_value(old) for old, _ in places}).replace("\n", line_end)
    text = text if final else text.removesuffix(line_end)
    made, done, again = one_file(text)
    assert sorted(one.name for one in again.given) == sorted(new.yaml_path for _, new in places)
    assert len(done.patches) == len(places)
    assert made.count("\n") == made.count(line_end)
    assert made.endswith(line_end) is final
    assert not list(groups(again, SOURCE, TARGET))


def yaml_value(spec):
    return "[10.0.0.0/8, b]" if spec.type == "string-array" else f'"{sample(spec)}"'


def as_yaml(leaves, step=2):
    tree = {}
    for path, value in leaves.items():
        *above, key = path.split(".")
        at = tree
        for group in above:
            at = at.setdefault(group, {})
        at[key] = value
    return "".join(yaml_lines(tree, 0, step))


def yaml_lines(tree, depth, step):
    for key, below in tree.items():
        indent = " " * depth * step
        if isinstance(below, dict):
            yield f"{indent}{key}:\n"
            yield from yaml_lines(below, depth + 1, step)
        else:
            yield f"{indent}{key}: {below}\n"


# --- exact texts ----------------------------------------------------------------------------------

COMPOSE = "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.33.0\n    environment:\n"

EXACT = {
    "comments, quotes, order, line ends and a name in a comment": (
        "# CODER_TELEMETRY is off\r\n\r\nCODER_ACCESS_URL='https://a.example'\r\n"
        '  CODER_TELEMETRY="false"  \r\nCODER_VERBOSE=true\r\n',
        "# CODER_TELEMETRY is off\r\n\r\nCODER_ACCESS_URL='https://a.example'\r\n"
        '  CODER_TELEMETRY_ENABLE="false"  \r\nCODER_VERBOSE=true\r\n',
    ),
    "a longer name that begins the same": (
        "CODER_TELEMETRY=false\nCODER_TELEMETRY_URL=https://t.example\n",
        "CODER_TELEMETRY_ENABLE=false\nCODER_TELEMETRY_URL=https://t.example\n",
    ),
    "a byte order mark and no final line end": (
        "\ufeffCODER_TELEMETRY=false",
        "\ufeffCODER_TELEMETRY_ENABLE=false",
    ),
    "old Mac line ends": ("A=1\rCODER_TELEMETRY=false\r", "A=1\rCODER_TELEMETRY_ENABLE=false\r"),
    "an interpolation of the same name": (
        COMPOSE + "      CODER_TELEMETRY: ${CODER_TELEMETRY:-false} # CODER_TELEMETRY\n",
        COMPOSE + "      CODER_TELEMETRY_ENABLE: ${CODER_TELEMETRY:-false} # CODER_TELEMETRY\n",
    ),
    "another service's variable of the same name": (
        "services:\n  other:\n    image: alpine\n    environment:\n      CODER_TELEMETRY: x\n"
        + COMPOSE.removeprefix("services:\n")
        + "      CODER_TELEMETRY: 'false'\n",
        "services:\n  other:\n    image: alpine\n    environment:\n      CODER_TELEMETRY: x\n"
        + COMPOSE.removeprefix("services:\n")
        + "      CODER_TELEMETRY_ENABLE: 'false'\n",
    ),
    "a secret's key that is called like the variable": (
        "coder:\n  env:\n    - name: CODER_EMAIL_FROM\n      value: a@b.example\n"
        "    - name: CODER_NOTIFICATIONS_EMAIL_AUTH_PASSWORD # keep\n      valueFrom:\n"
        "        secretKeyRef:\n          name: s\n"
        "          key: CODER_NOTIFICATIONS_EMAIL_AUTH_PASSWORD\n",
        "coder:\n  env:\n    - name: CODER_EMAIL_FROM\n      value: a@b.example\n"
        "    - name: CODER_EMAIL_AUTH_PASSWORD # keep\n      valueFrom:\n"
        "        secretKeyRef:\n          name: s\n"
        "          key: CODER_NOTIFICATIONS_EMAIL_AUTH_PASSWORD\n",
    ),
    "several variables on a line, and a line that goes on": (
        "[Service]\nEnvironment=CODER_TELEMETRY=false CODER_AIBRIDGE_ENABLED=true \\\n"
        "  CODER_NOTIFICATIONS_EMAIL_FROM=a@b.example\n",
        "[Service]\nEnvironment=CODER_TELEMETRY_ENABLE=false CODER_AI_GATEWAY_ENABLED=true \\\n"
        "  CODER_EMAIL_FROM=a@b.example\n",
    ),
    "a name that is given twice, the last counting": (
        "CODER_TELEMETRY=true\nCODER_TELEMETRY=false\n",
        "CODER_TELEMETRY_ENABLE=true\nCODER_TELEMETRY_ENABLE=false\n",
    ),
    "twice on one line": (
        '[Service]\nEnvironment="CODER_TELEMETRY=true" "CODER_TELEMETRY=false"\n',
        '[Service]\nEnvironment="CODER_TELEMETRY_ENABLE=true" "CODER_TELEMETRY_ENABLE=false"\n',
    ),
    "Homebrew's prefix": (
        "HOMEBREW_CODER_TELEMETRY=false\n",
        "HOMEBREW_CODER_TELEMETRY_ENABLE=false\n",
    ),
    "flags in a list": (
        COMPOSE + "      CODER_ACCESS_URL: http://a\n"
        '    command: ["server", "--aibridge-enabled", "--telemetry-enable=false"]\n',
        COMPOSE + "      CODER_ACCESS_URL: http://a\n"
        '    command: ["server", "--ai-gateway-enabled", "--telemetry=false"]\n',
    ),
    "a template": (
        "{{- if .Values.x }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: coder}\ndata:\n"
        "  CODER_TELEMETRY: {{ .Values.CODER_TELEMETRY | quote }}\n{{- end }}\n",
        "{{- if .Values.x }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: coder}\ndata:\n"
        "  CODER_TELEMETRY_ENABLE: {{ .Values.CODER_TELEMETRY | quote }}\n{{- end }}\n",
    ),
    "yaml: a group renamed in place": (
        "aibridge: # ours\n    enabled: true\n\n    # why\n    retention: 3d\npgAuth: password\n",
        "ai_gateway: # ours\n    enabled: true\n\n    # why\n    retention: 3d\npgAuth: password\n",
    ),
    "yaml: a group moved with its comments": (
        "notifications:\n  # how mail goes\n  email:\n    # from whom\n    from: 'a@b.example'\n"
        "    emailTLS:\n      startTLS: true\n    # forceTLS: true\n\n  webhook:\n"
        "    endpoint: https://h.example\npgAuth: password\n",
        "notifications:\n\n  webhook:\n    endpoint: https://h.example\n"
        "# how mail goes\nemail:\n  # from whom\n  from: 'a@b.example'\n"
        "  emailTLS:\n    startTLS: true\n  # forceTLS: true\npgAuth: password\n",
    ),
    "yaml: into a group that is there": (
        "email:\n   hello: h.example\n\n# below\nnotifications:\n  email:\n    from: a@b.example\n"
        "    emailTLS:\n      startTLS: true",
        "email:\n   hello: h.example\n   from: a@b.example\n   emailTLS:\n     startTLS: true\n"
        "\n# below",
    ),
    "yaml: a list and a text over several lines": (
        "aibridgeproxy:\n  allowed_private_cidrs:\n  - 10.0.0.0/8\n  # two\n  - 11.0.0.0/8\n"
        "  upstream_proxy: >-\n    http://\n    # no comment\npgAuth: password\n",
        "ai_gateway_proxy:\n  allowed_private_cidrs:\n  - 10.0.0.0/8\n  # two\n  - 11.0.0.0/8\n"
        "  upstream_proxy: >-\n    http://\n    # no comment\npgAuth: password\n",
    ),
    "yaml: a rule within a text, and a second document": (
        "---\naibridge:\n  bedrock_model: |\n    a: b\n    ---\n    c\n  retention: 3d\n---\n"
        "aibridge:\n  retention: 4d\n",
        "---\nai_gateway:\n  bedrock_model: |\n    a: b\n    ---\n    c\n  retention: 3d\n---\n"
        "aibridge:\n  retention: 4d\n",
    ),
    "yaml: a path that is written twice": (
        "notifications:\n  email:\n    from: a@b.example\n  email:\n    from: c@d.example\n",
        "email:\n  from: a@b.example\nemail:\n  from: c@d.example\n",
    ),
}


@every_row("case", EXACT)
def test_exact_texts(case):
    before, after = EXACT[case]
    assert one_file(before)[0] == after


def test_a_path_that_moved_is_fatal_and_can_only_be_mended_during_the_upgrade():
    text = "aibridge:\n  base_url: https://x.example\n  enabled: true\n  nonsense: 1\n"
    done = migrate(Migrant(read({"f": text}), {"f": text}, release("2.27.0"), TARGET))
    assert done.texts["f"] == (
        "aibridge:\n  nonsense: 1\nai_gateway:\n  anthropic_base_url: https://x.example\n"
        "  enabled: true\n"
    )
    assert {one.phase for one in done.patches} == {Phase.DURING}


# --- what stays -----------------------------------------------------------------------------------

ELSEWHERE = "coder:\n  envFrom:\n    - secretRef: {name: more}\n  env:\n"

LEFT = {
    "another meaning": (
        "CODER_VERBOSE=true\nCODER_SSH_HOSTNAME_PREFIX=x.\nCODER_ADDRESS=:1\n",
        {
            "CODER_VERBOSE": "CODER_LOG_FILTER means something else",
            "CODER_SSH_HOSTNAME_PREFIX": "CODER_WORKSPACE_HOSTNAME_SUFFIX means something else",
            "CODER_ADDRESS": "CODER_HTTP_ADDRESS and CODER_TLS_ADDRESS mean something else",
        },
    ),
    "both names, two values": (
        "CODER_TELEMETRY=false\nCODER_TELEMETRY_ENABLE=true\n",
        {"CODER_TELEMETRY": "its new name is set as well, to another value"},
    ),
    "both names, a value nobody sees": (
        COMPOSE + "      CODER_TELEMETRY: ${T}\n      CODER_TELEMETRY_ENABLE: ${T}\n",
        {
            "CODER_TELEMETRY": "its new name is set as well, and whether to the same value is "
            "not known"
        },
    ),
    "both names of a list, which adds up": (
        "CODER_AIBRIDGE_PROXY_ALLOWED_PRIVATE_CIDRS=10.0.0.0/8\n"
        "CODER_AI_GATEWAY_PROXY_ALLOWED_PRIVATE_CIDRS=10.0.0.0/8\n",
        {
            "CODER_AIBRIDGE_PROXY_ALLOWED_PRIVATE_CIDRS": "its new name is set as well, and both "
            "together mean something else than one"
        },
    ),
    "both names of a checked number, each of which resets the other": (
        "CODER_AIBRIDGE_CIRCUIT_BREAKER_MAX_REQUESTS=9\n"
        "CODER_AI_GATEWAY_CIRCUIT_BREAKER_MAX_REQUESTS=9\n",
        {
            "CODER_AIBRIDGE_CIRCUIT_BREAKER_MAX_REQUESTS": "its new name is set as well, and both "
            "together mean something else than one"
        },
    ),
    "a value from the shell": (
        COMPOSE + "      CODER_ACCESS_URL: http://a\n      CODER_TELEMETRY:\n",
        {"CODER_TELEMETRY": "its value comes from the shell, under the same name"},
    ),
    "another value made of it": (
        "coder:\n  env:\n    - name: CODER_EMAIL_FROM\n"
        "      value: $(CODER_NOTIFICATIONS_EMAIL_HELLO)\n"
        "    - name: CODER_NOTIFICATIONS_EMAIL_HELLO\n      value: h\n",
        {"CODER_NOTIFICATIONS_EMAIL_HELLO": "something else refers to it by its name"},
    ),
    "a later line made of it": (
        'CODER_NOTIFICATIONS_EMAIL_HELLO=h\nCODER_EMAIL_FROM="me@${CODER_NOTIFICATIONS_EMAIL_HELLO}"\n',
        {"CODER_NOTIFICATIONS_EMAIL_HELLO": "something else refers to it by its name"},
    ),
    "a map's key that an entry takes its value from": (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n"
        "  CODER_NOTIFICATIONS_EMAIL_AUTH_PASSWORD: x\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n"
        "      containers:\n        - image: ghcr.io/coder/coder:v2.33.0\n          env:\n"
        "            - name: CODER_EMAIL_AUTH_PASSWORD\n              valueFrom:\n"
        "                secretKeyRef: {name: s, key: CODER_NOTIFICATIONS_EMAIL_AUTH_PASSWORD}\n",
        {},
    ),
    "a map's key that something takes its value from": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n"
        "  CODER_TELEMETRY: 'false'\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n"
        "      containers:\n        - image: ghcr.io/coder/coder:v2.33.0\n          env:\n"
        "            - name: CODER_TELEMETRY\n              valueFrom:\n"
        "                configMapKeyRef: {name: c, key: CODER_TELEMETRY}\n",
        {"CODER_TELEMETRY": "something else refers to it by its name"},
    ),
    "an encrypted file": (
        "coder:\n  env:\n    - name: CODER_TELEMETRY\n      value: 'false'\n"
        "    - name: CODER_PG_CONNECTION_URL\n      value: ENC[AES256_GCM,data:x]\n",
        {"CODER_TELEMETRY": "its file is encrypted, and the checksum covers its names as well"},
    ),
    "a name inside a quoted text": (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    chart: coder\n"
        '    helm:\n      values: "coder:\\n  env:\\n    - name: CODER_ACCESS_URL\\n      '
        "value: http://a\\n    - name:\\n        CODER_TELEMETRY\\n      value: 'true'\"\n",
        {"CODER_TELEMETRY": "its place in the file cannot be changed by lines alone"},
    ),
    "yaml: a group on one line": (
        "aibridge: {enabled: true}\n",
        {"aibridge.enabled": "its place in the file cannot be changed by lines alone"},
    ),
    "yaml: to a group on one line": (
        "aibridge:\n  enabled: true\nai_gateway: {retention: 3d}\n",
        {"aibridge.enabled": "its place in the file cannot be changed by lines alone"},
    ),
    "yaml: a template": (
        "{{ if x }}\naibridge:\n  enabled: true\n{{ end }}\n",
        {"aibridge.enabled": "its place in the file cannot be changed by lines alone"},
    ),
    "two prefixes of one family": (
        "CODER_GITAUTH_0_ID=a\nCODER_EXTERNAL_AUTH_0_ID=b\n",
        {
            "CODER_GITAUTH_0_ID": "CODER_EXTERNAL_AUTH_<N>_ is used as well, so that numbers "
            "would meet"
        },
    ),
    "a family that may be incomplete": (
        ELSEWHERE + "    - name: CODER_GITAUTH_0_ID\n      value: a\n",
        {"CODER_GITAUTH_0_ID": "others of its family may be set where nobody sees them here"},
    ),
}


@pytest.mark.parametrize("case", LEFT)
def test_what_is_left_as_it_is_and_why(case):
    text, skipped = LEFT[case]
    made, done, _ = one_file(text)
    assert made == text
    assert dict(done.skipped) == skipped
    assert done.patches == ()


def test_before_2_18_two_names_are_two_values():
    text = "CODER_NOTIFICATIONS_EMAIL_HELLO=h\n"
    _, done, _ = one_file(text, source=release("2.16.0"), target=release("2.17.3"))
    assert dict(done.skipped) == {
        "CODER_NOTIFICATIONS_EMAIL_HELLO": "before Coder 2.18 the two names do not share their "
        "value"
    }


def test_a_yaml_key_that_has_no_successor_is_left_and_the_variable_named():
    text = "aibridge:\n  openai_key: planted-secret\n"
    _, done, _ = one_file(text, source=release("2.29.5"), target=release("2.30.0"))
    assert dict(done.skipped) == {
        "aibridge.openai_key": "only CODER_AIBRIDGE_OPENAI_KEY sets it now"
    }


def test_half_a_rename_is_none():
    """By environment and by YAML, of which one cannot be rewritten: renamed, YAML would win."""
    texts = {"a.env": "CODER_AIBRIDGE_ENABLED=true\n", "b.yaml": "aibridge: {enabled: false}\n"}
    done, _ = run(texts)
    assert done.texts == texts
    assert [name for name, _ in done.skipped] == ["CODER_AIBRIDGE_ENABLED", "aibridge.enabled"]


def test_a_file_that_is_not_here_is_left():
    inputs = read_env_file("CODER_TELEMETRY=false\n", "elsewhere.env")
    assert migrate(Migrant(inputs, {}, SOURCE, TARGET)).skipped == (
        ("CODER_TELEMETRY", "its file is not here"),
    )


@pytest.mark.parametrize("hidden", ["REDACTED", "CONCEALED", "http://REDACTED@p.example"])
def test_values_that_were_redacted_are_not_taken_to_be_the_same(hidden):
    text = as_yaml({"aibridgeproxy.upstream_proxy": "a", "ai_gateway_proxy.upstream_proxy": "b"})
    inputs = read({"f": text})
    given = tuple(replace(one, value=hidden) for one in inputs.given)
    done = migrate(Migrant(replace(inputs, given=given), {"f": text}, SOURCE, TARGET))
    assert done.texts == {"f": text}


def test_the_env_file_of_a_service_stays_when_the_compose_file_is_made_of_it():
    compose = COMPOSE.replace("    environment:", "    env_file: .env\n    environment:")
    texts = {
        "compose.yaml": compose + "      CODER_TELEMETRY: ${CODER_TELEMETRY}\n",
        ".env": "CODER_TELEMETRY=false\n",
    }
    done, _ = run(texts)
    assert done.texts == texts
    beside = {**texts, "compose.yaml": COMPOSE + "      CODER_TELEMETRY: ${CODER_TELEMETRY}\n"}
    done, _ = run(beside)
    assert done.texts == {
        "compose.yaml": COMPOSE + "      CODER_TELEMETRY_ENABLE: ${CODER_TELEMETRY}\n",
        ".env": "CODER_TELEMETRY=false\n",
    }


# --- both names say the same ----------------------------------------------------------------------

BOTH = {
    "env file": (
        "# why\nCODER_TELEMETRY=false\nA=1\nCODER_TELEMETRY_ENABLE=false\n",
        "# why\nA=1\nCODER_TELEMETRY_ENABLE=false\n",
    ),
    "a secret": (
        f"CODER_EMAIL_AUTH_PASSWORD={SECRET}\nCODER_NOTIFICATIONS_EMAIL_AUTH_PASSWORD={SECRET}\n",
        f"CODER_EMAIL_AUTH_PASSWORD={SECRET}\n",
    ),
    "compose map": (
        COMPOSE + "      CODER_TELEMETRY: 'false'\n      CODER_TELEMETRY_ENABLE: \"false\"\n",
        COMPOSE + '      CODER_TELEMETRY_ENABLE: "false"\n',
    ),
    "compose list": (
        COMPOSE + "      - CODER_TELEMETRY_ENABLE=false\n      - CODER_TELEMETRY=false",
        COMPOSE + "      - CODER_TELEMETRY_ENABLE=false\n",
    ),
    "helm values": (
        "coder:\n  env:\n    - name: CODER_TELEMETRY\n      value: 'false'\n"
        "    - name: CODER_TELEMETRY_ENABLE\n      value: 'false'\n",
        "coder:\n  env:\n    - name: CODER_TELEMETRY_ENABLE\n      value: 'false'\n",
    ),
    "systemd": (
        "[Service]\nEnvironment='CODER_TELEMETRY=false'\nEnvironment=CODER_TELEMETRY_ENABLE=false\n",
        "[Service]\nEnvironment=CODER_TELEMETRY_ENABLE=false\n",
    ),
    "yaml": (
        "# mail\nnotifications:\n  email:\n    # the old\n    from: a@b.example\n"
        "email:\n    # the new\n    from: a@b.example\n",
        "# mail\nemail:\n    # the old\n    # the new\n    from: a@b.example\n",
    ),
}


@every_row("case", BOTH)
def test_of_two_that_say_the_same_the_old_one_goes(case):
    text, expected = BOTH[case]
    made, done, again = one_file(text)
    assert made == expected
    assert [one.patch.add for one in done.patches] == [()]
    assert not list(groups(again, SOURCE, TARGET))


def test_the_patch_of_what_goes_shows_all_its_lines():
    for value, shown in (("'false'", "'false'"), ("'false' # note", "'<unchanged>")):
        text = BOTH["helm values"][0].replace("value: 'false'", f"value: {value}", 1)
        _, done, _ = one_file(text)
        assert done.patches[0].patch.remove == (
            "    - name: CODER_TELEMETRY",
            f"      value: {shown}",
        )


CROWDED = {
    "two on a line": "[Service]\nEnvironment=CODER_TELEMETRY=false CODER_TELEMETRY_ENABLE=false\n",
    "more keys": "coder:\n  env:\n    - name: CODER_TELEMETRY\n      value: 'false'\n"
    "      x: 1\n    - {name: CODER_TELEMETRY_ENABLE, value: 'false'}\n",
    "a longer value": COMPOSE
    + "      CODER_NOTIFICATIONS_EMAIL_FROM: >-\n        a@b\n      CODER_EMAIL_FROM: a@b\n",
    "a flag": "[Service]\nExecStart=coder server --telemetry-enable=true --telemetry=true\n",
}


@pytest.mark.parametrize("case", CROWDED)
def test_what_cannot_be_taken_out_by_its_line_stays(case):
    made, done, _ = one_file(CROWDED[case])
    assert made == CROWDED[case]
    assert [why for _, why in done.skipped] == [
        "its new name says the same, and it cannot be taken out by its line alone"
    ]


# --- families, phases, patches --------------------------------------------------------------------


def test_a_family_changes_its_prefix_as_a_whole():
    text = (
        f"CODER_GITAUTH_0_ID=a\nCODER_GITAUTH_0_CLIENT_SECRET={SECRET}\n"
        "CODER_GITAUTH_10_ID=b\nCODER_GITAUTH_OTHER=1\n"
    )
    made, done, _ = one_file(text)
    assert made == (
        f"CODER_EXTERNAL_AUTH_0_ID=a\nCODER_EXTERNAL_AUTH_0_CLIENT_SECRET={SECRET}\n"
        "CODER_EXTERNAL_AUTH_10_ID=b\nCODER_GITAUTH_OTHER=1\n"
    )
    assert SECRET not in repr(done)
    assert {one.phase for one in done.patches} == {Phase.BEFORE}


@pytest.mark.parametrize(
    ("source", "target", "phases"),
    [
        ("2.2.0", "2.35.1", {Phase.DURING}),
        ("2.2.1", "2.35.1", {Phase.BEFORE}),
        ("2.1.4", "2.2.0", set()),
    ],
)
def test_the_new_prefix_came_with_2_2_1(source, target, phases):
    text = "CODER_GITAUTH_0_ID=a\n"
    done, _ = run({"f": text}, release(source), release(target))
    assert {one.phase for one in done.patches} == phases


@pytest.mark.parametrize(("source", "phase"), [("2.33.0", Phase.DURING), ("2.34.0", Phase.BEFORE)])
def test_what_the_running_release_knows_can_be_done_before(source, phase):
    text = "CODER_AIBRIDGE_ENABLED=true\nCODER_AIBRIDGE_PROVIDER_0_TYPE=openai\n"
    done, _ = run({"f": text}, release(source), TARGET)
    assert [(one.new, one.phase) for one in done.patches] == [
        ("CODER_AI_GATEWAY_ENABLED", phase),
        ("CODER_AI_GATEWAY_PROVIDER_0_TYPE", phase),
    ]


PATCHES = {
    "a public value": ("CODER_TELEMETRY=false\n", "CODER_TELEMETRY_ENABLE=false"),
    "a secret": (
        f"CODER_NOTIFICATIONS_EMAIL_AUTH_PASSWORD={SECRET}\n",
        "CODER_EMAIL_AUTH_PASSWORD=<unchanged>",
    ),
    "a secret within a public value": (
        f"CODER_AIBRIDGE_PROXY_UPSTREAM=http://u:{SECRET}@p.example\n",
        "CODER_AI_GATEWAY_PROXY_UPSTREAM=<unchanged>",
    ),
    "a comment, which may hold anything": (
        COMPOSE + f"      CODER_TELEMETRY: false # {SECRET}\n",
        "      CODER_TELEMETRY_ENABLE: <unchanged>",
    ),
    "something else on the line": (
        f"[Service]\nEnvironment=A={SECRET} CODER_TELEMETRY=false B={SECRET}\n",
        "… CODER_TELEMETRY_ENABLE=<unchanged>",
    ),
    "a flag among others": (
        f"[Service]\nExecStart=coder server --postgres-url {SECRET} --telemetry-enable=true\n",
        "… --telemetry=true",
    ),
    "a list of maps": (
        "coder:\n  env:\n  - name: CODER_TELEMETRY\n    value: 'false'\n",
        "  - name: CODER_TELEMETRY_ENABLE",
    ),
    "yaml": (
        'notifications:\n  email:\n    from: "a@b.example"\n',
        'email:\n  from: "a@b.example"',
    ),
    "yaml with a secret": (
        f"aibridgeproxy:\n  upstream_proxy: http://u:{SECRET}@p.example\n",
        "ai_gateway_proxy:\n  upstream_proxy: <unchanged>",
    ),
    "yaml over several lines": (
        "aibridgeproxy:\n  allowed_private_cidrs:\n    - 10.0.0.0/8\n",
        "ai_gateway_proxy:\n  allowed_private_cidrs: <unchanged>",
    ),
}


@every_row("case", PATCHES)
def test_patches_show_what_changes_and_no_secret(case):
    text, added = PATCHES[case]
    _, done, _ = one_file(text)
    assert ["\n".join(one.patch.add) for one in done.patches] == [added]
    assert SECRET not in repr(done.patches)
    assert done.patches[0].patch.position == done.patches[0].given.position


# --- made-up files --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_any_file_of_the_servers_yaml(seed):
    """Old, new and other keys, both, comments, blanks, quotes, depths: the settings stay."""
    chance = random.Random(seed)  # noqa: S311
    places = [(old, new) for old, new in PAIRS if old.yaml_path]
    leaves = {"networking.http.httpAddress": "0.0.0.0:80", "pgAuth": "password"}
    for old, new in chance.sample(places, 14):
        for spec in chance.choice(([old], [old], [new], [old, new])):
            leaves[spec.yaml_path] = yaml_value(old)
    leaves = dict(chance.sample(sorted(leaves.items()), len(leaves)))
    lines = []
    for number, line in enumerate(as_yaml(leaves, step=chance.choice((2, 4))).splitlines()):
        indent = line[: len(line) - len(line.lstrip())]
        lines += chance.choice(([], [], [""], [f"{indent}# note {number}"], [f"# note {number}"]))
        lines.append(line + chance.choice(("", "", f" # note {number}.5")))
    text = "\n".join(lines) + "\n"
    inputs = read({"f": text})
    done = migrate(Migrant(inputs, {"f": text}, SOURCE, TARGET))
    again = read(done.texts)
    before, after = (prediction_of(None, SOURCE, TARGET, one) for one in (inputs, again))
    assert values(before) == values(after)
    left = {name for name, _ in done.skipped}
    assert {
        one.given.name for group in groups(again, SOURCE, TARGET) for one in group.entries
    } == left
    assert comments(done.texts["f"]) == comments(text)


def comments(text):
    """Those with a line of their own; what stands behind a key goes with it."""
    return {line.strip() for line in text.splitlines() if line.strip().startswith("#")}


# --- real upgrades --------------------------------------------------------------------------------

DATA = os.environ.get("CONFAUDIT_TEST_DATA", "")


@pytest.mark.skipif(not DATA, reason="CONFAUDIT_TEST_DATA is not set: no real upgrade cases")
def test_real_cases_keep_their_configuration():
    with gzip.open(Path(DATA, "coder", "upgrade-cases.jsonl.gz"), "rt") as lines:
        cases = [json.loads(line) for line in lines]
    rewritten = 0
    for case in cases[::4]:
        source, target = release(case["from"]), release(case["to"])
        texts = {"e": "".join(f"{k}='{v}'\n" for k, v in case["env"].items()), "y": case["yaml"]}
        inputs = read_both(texts)
        done = migrate(Migrant(inputs, texts, source, target))
        again = read_both(done.texts)
        before, after = (prediction_of(None, source, target, one) for one in (inputs, again))
        assert values(before) == values(after) or len(after.errors) < len(before.errors)
        assert not [one for one in groups(again, source, target) if not one.obstacle]
        rewritten += len(done.patches)
    assert rewritten


def read_both(texts):
    parts = [read_env_file(texts["e"], "e")]
    parts += [read_server_yaml(texts["y"], "y")] if texts["y"] else []
    return merge(*parts)


# --- on disk --------------------------------------------------------------------------------------


def scope(opened):
    return AuditScope(SOURCE, TARGET, None, Deployment("", read_all(opened), tuple(opened)))


def written(folder, files, target_folder):
    return write_fixed([scope([open_file(path) for path in files])], target_folder)


def test_copies_are_exact_private_and_complete(tmp_path):
    before = b"\xef\xbb\xbf# caf\xc3\xa9\r\nCODER_TELEMETRY=false\r\nCODER_ACCESS_URL=http://a\r"
    unit = b"[Service]\nExecStart=coder server\n"
    source = tmp_path / "in"
    source.mkdir()
    (source / "coder.env").write_bytes(before)
    (source / "coder.service").write_bytes(unit)
    out = tmp_path / "a" / "out"
    done = written(source, [source / "coder.env", source / "coder.service"], out)
    assert (out / "coder.env").read_bytes() == before.replace(b"TELEMETRY", b"TELEMETRY_ENABLE")
    assert (out / "coder.service").read_bytes() == unit
    assert (source / "coder.env").read_bytes() == before
    assert [stat.S_IMODE(path.stat().st_mode) for path in (out, *sorted(out.iterdir()))] == [
        0o700,
        0o600,
        0o600,
    ]
    assert [one.new for one in done.patches] == ["CODER_TELEMETRY_ENABLE"]


def test_copies_can_be_written_again_and_stay_private(tmp_path):
    path, out = tmp_path / "coder.env", tmp_path / "out"
    path.write_text("CODER_TELEMETRY=false\n")
    out.mkdir()
    (out / "coder.env").write_text("old")
    (out / "coder.env").chmod(0o644)
    written(tmp_path, [path], out)
    assert (out / "coder.env").read_text() == "CODER_TELEMETRY_ENABLE=false\n"
    assert stat.S_IMODE((out / "coder.env").stat().st_mode) == 0o600


def test_files_of_one_name_keep_their_folders(tmp_path):
    for name in ("blue", "green"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "coder.env").write_text(f"CODER_ACCESS_URL=http://{name}\n")
    files = [tmp_path / "in" / name / "coder.env" for name in ("blue", "green")]
    written(tmp_path, files, tmp_path / "out")
    assert (tmp_path / "out" / "green" / "coder.env").read_text().endswith("//green\n")
    assert (tmp_path / "out" / "blue" / "coder.env").read_text().endswith("//blue\n")


@pytest.mark.parametrize("folder", [".", "../in", "link"])
def test_originals_are_never_replaced(tmp_path, monkeypatch, folder):
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "in")
    Path("coder.env").write_text("CODER_TELEMETRY=false\n")
    with pytest.raises(ConfigError, match="replace the originals"):
        written(tmp_path, [Path("coder.env")], Path(folder))
    assert Path("coder.env").read_text() == "CODER_TELEMETRY=false\n"


def test_originals_in_folders_below_are_never_replaced(tmp_path):
    for name in ("blue", "green"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "coder.env").write_text("CODER_TELEMETRY=false\n")
    files = [tmp_path / name / "coder.env" for name in ("blue", "green")]
    with pytest.raises(ConfigError, match="replace originals"):
        written(tmp_path, files, tmp_path)


def test_what_cannot_be_copied_exactly_is_refused(tmp_path):
    path = tmp_path / "coder.env"
    path.write_bytes(b"CODER_TELEMETRY=false\n")
    opened = [open_file(path)]
    path.write_bytes(b"CODER_TELEMETRY=true\n")
    with pytest.raises(SourceError, match="changed since"):
        write_fixed([scope(opened)], tmp_path / "out")
    path.unlink()
    with pytest.raises(SourceError, match="no file on disk"):
        write_fixed([scope(opened)], tmp_path / "out")
    content = b"CODER_TELEMETRY=false # \xff\n"
    path.write_bytes(content)
    opened = [decode(content, str(path))]
    with pytest.raises(SourceError, match="not UTF-8"):
        write_fixed([scope(opened)], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path):
    path = tmp_path / "coder.env"
    path.write_text("CODER_TELEMETRY=false\n")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot write"):
        written(tmp_path, [path], tmp_path / "file" / "below")


# --- several deployments ------------------------------------------------------------------------


def joint(shared, *others, sources=(SOURCE, SOURCE)):
    """Migrate deployments of which each reads a file of its own and one that all read."""
    return migrate(
        *(
            Migrant(read({"shared": shared, own: text}), {"shared": shared, own: text}, *releases)
            for own, text, *releases in (
                (f"own-{number}", text, source, TARGET)
                for number, (text, source) in enumerate(zip(others, sources, strict=True))
            )
        )
    )


def test_what_several_deployments_read_is_rewritten_once():
    done = joint("CODER_TELEMETRY=false\n", "CODER_PG_AUTH=password\n", "CODER_LOG_FILTER=x\n")
    assert done.texts == {
        "shared": "CODER_TELEMETRY_ENABLE=false\n",
        "own-0": "CODER_PG_AUTH=password\n",
        "own-1": "CODER_LOG_FILTER=x\n",
    }
    assert [one.new for one in done.patches] == ["CODER_TELEMETRY_ENABLE"]
    assert done.skipped == ()


def test_what_one_of_them_needs_as_it_is_stays_for_all():
    shared, other = "CODER_TELEMETRY=false\n", "CODER_TELEMETRY_ENABLE=true\n"
    alone = migrate(Migrant(read({"own-1": other, "shared": shared}),
                            {"own-1": other, "shared": shared}, SOURCE, TARGET))  # fmt: skip
    done = joint(shared, "CODER_LOG_FILTER=x\n", other)
    assert [name for name, _ in alone.skipped] == ["CODER_TELEMETRY"]
    assert done.texts["shared"] == shared
    assert "CODER_TELEMETRY" in dict(done.skipped)
