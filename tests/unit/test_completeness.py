"""What an input leaves out makes answers depend, in every form; what is no input is never safe."""

from collections.abc import Mapping

import pytest
from msgspec import Struct

from confaudit.catalog.loader import packaged
from confaudit.core.given import Form
from confaudit.core.judge.audit import audit
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.judge.verdict import NOTHING_READ, lint_verdict, verdict
from confaudit.core.report.coverage import anything_read
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situate import situation_of
from confaudit.errors import SourceError
from confaudit.operator_files import READERS, decode, read_deployments, recognised
from tests.tables import every_row
from tests.unit.deployments import known

IMAGE = "ghcr.io/coder/coder:v2.20.0"
URL = "https://coder.example.com"
HIDDEN = {
    "CODER_AI_GATEWAY_ENABLED": "false",
    "CODER_SECURE_AUTH_COOKIE": "false",
    "CODER_MAX_ADMIN_TOKEN_LIFETIME": "1h",
}
"""What another file sets: each takes an answer back that only its absence would give."""
ENV = "".join(f"{name}={value}\n" for name, value in HIDDEN.items())
PAIRS = ", ".join(f"{name}: '{value}'" for name, value in HIDDEN.items())
MAP = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: hidden}}\ndata: {{{PAIRS}}}\n"
ITEMS = ", ".join(f"{{name: {name}, value: '{value}'}}" for name, value in HIDDEN.items())
VALUES = f"coder: {{env: [{{name: CODER_ACCESS_URL, value: '{URL}'}}, {ITEMS}]}}\n"
VALUES_MAP = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hidden}\n"
    f"data:\n  values.yaml: |\n    {VALUES}"
)
FROM_MAP = "envFrom: [{configMapRef: {name: hidden}}]"
CHARTED = f"coder: {{{FROM_MAP}, env: [{{name: CODER_ACCESS_URL, value: '{URL}'}}]}}"
CONTAINER = f"{{image: '{IMAGE}', {FROM_MAP}, env: [{{name: CODER_ACCESS_URL, value: '{URL}'}}]}}"
DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: coder}\n"
    f"spec: {{template: {{spec: {{containers: [{CONTAINER}]}}}}}}\n"
)


class Inputs(Struct, frozen=True):
    """One form: a file that points to another one, which is named `hidden.…`; and an empty one."""

    reader: str
    text: str
    hidden: str = ""
    """What the other file holds; empty where the form has nothing that points to one."""
    name: str = "hidden.env"
    empty: str = ""
    open: str = ""
    """A text that leaves out what no other file can give."""

    @property
    def complete(self) -> Mapping[str, str]:
        return {"input": self.text, **({self.name: self.hidden} if self.hidden else {})}

    @property
    def incomplete(self) -> Mapping[str, str]:
        return {"input": self.open or self.text} if self.hidden or self.open else {}


def kind(name: str, spec: str, api: str = "example.com/v1") -> str:
    return f"apiVersion: {api}\nkind: {name}\nmetadata: {{name: coder}}\nspec:\n{spec}\n"


FORMS = {
    Form.ENV_FILE: Inputs(
        "env-file",
        f"CODER_ACCESS_URL={URL}\n",
        empty="LANG=C\n",
        open=f"CODER_ACCESS_URL={URL}\n{{% for one in more %}}\n{{{{ one }}}}\n{{% endfor %}}\n",
    ),
    Form.HELM_VALUES: Inputs(
        "helm-values", CHARTED + "\n", MAP, "hidden.yaml", "coder: {image: {tag: v2.20.0}}\n"
    ),
    Form.HELM_RELEASE: Inputs(
        "kubernetes",
        kind(
            "HelmRelease",
            "  chart: {spec: {chart: coder, version: 2.20.0}}\n"
            "  valuesFrom: [{kind: ConfigMap, name: hidden}]",
        ),
        VALUES_MAP,
        "hidden.yaml",
        kind("HelmRelease", "  chart: {spec: {chart: coder, version: 2.20.0}}"),
    ),
    Form.ARGO_APPLICATION: Inputs(
        "kubernetes",
        kind(
            "Application",
            "  source: {chart: coder, targetRevision: 2.20.0, helm: {valueFiles: [hidden.yaml]}}",
        ),
        VALUES,
        "hidden.yaml",
        kind("Application", "  source: {chart: coder, targetRevision: 2.20.0}"),
    ),
    Form.HELM_CHART: Inputs(
        "kubernetes",
        kind(
            "HelmChart",
            f"  chart: coder\n  version: 2.20.0\n  valuesContent: |\n    {CHARTED}",
            "helm.cattle.io/v1",
        ),
        MAP,
        "hidden.yaml",
        kind("HelmChart", "  chart: coder\n  version: 2.20.0", "helm.cattle.io/v1"),
    ),
    Form.HELM_OUTPUT: Inputs(
        "helm-output",
        f"USER-SUPPLIED VALUES:\n{CHARTED}\n",
        MAP,
        "hidden.yaml",
        "USER-SUPPLIED VALUES:\nnull\n",
    ),
    Form.HELMFILE: Inputs(
        "helmfile",
        "releases:\n  - {name: coder, chart: coder-v2/coder, version: 2.20.0,"
        " values: [hidden.yaml]}\n",
        VALUES,
        "hidden.yaml",
        "releases:\n  - {name: db, chart: bitnami/postgresql}\n",
    ),
    Form.KUBERNETES: Inputs(
        "kubernetes", DEPLOYMENT, MAP, "hidden.yaml", "apiVersion: v1\nkind: Service\n"
    ),
    Form.KUSTOMIZATION: Inputs(
        "kustomization",
        "helmCharts: [{name: coder, version: 2.20.0, valuesFile: hidden.yaml}]\n",
        VALUES,
        "hidden.yaml",
        empty="configMapGenerator: [{name: a, literals: [X=1]}]\n",
    ),
    Form.COMPOSE: Inputs(
        "compose",
        f"services: {{coder: {{image: '{IMAGE}', env_file: hidden.env,"
        f" environment: {{CODER_ACCESS_URL: '{URL}'}}}}}}\n",
        ENV,
        empty="services: {web: {image: nginx}}\n",
    ),
    Form.SYSTEMD: Inputs(
        "systemd",
        f"[Service]\nEnvironment=CODER_ACCESS_URL={URL}\nEnvironmentFile=/etc/hidden.env\n"
        "ExecStart=/usr/bin/coder server\n",
        ENV,
        empty="[Service]\nExecStart=/usr/bin/coder server\n",
    ),
    Form.SYSTEMCTL_SHOW: Inputs(
        "systemd",
        f"Id=coder.service\nEnvironment=CODER_ACCESS_URL={URL}\n"
        "EnvironmentFiles=/etc/hidden.env (ignore_errors=no)\n"
        "ExecStart={ path=/usr/bin/coder ; argv[]=/usr/bin/coder server ; }\n",
        ENV,
        empty="Id=nginx.service\nEnvironment=LANG=C\nExecStart={ path=/n ; argv[]=/n ; }\n",
    ),
    Form.QUADLET: Inputs(
        "systemd",
        f"[Container]\nImage={IMAGE}\nEnvironment=CODER_ACCESS_URL={URL}\n"
        "EnvironmentFile=hidden.env\n",
        ENV,
        empty="[Container]\nImage=docker.io/nginx\nEnvironment=LANG=C\n",
    ),
    Form.SERVER_YAML: Inputs(
        "server-yaml", f"networking:\n  accessURL: {URL}\n", empty="networking: {}\n"
    ),
    Form.TERRAFORM: Inputs(
        "terraform",
        'resource "helm_release" "coder" {\n  chart = "coder"\n  version = "2.20.0"\n'
        '  values = [file("hidden.yaml")]\n}\n',
        VALUES,
        "hidden.yaml",
        'resource "null_resource" "a" {\n}\n',
    ),
    Form.NIX: Inputs(
        "nix",
        f'{{ ... }}:\n{{\n  services.coder.accessUrl = "{URL}";\n'
        '  services.coder.environment.file = "/run/hidden.env";\n}\n',
        ENV,
        empty="{ ... }:\n{\n  services.nginx.enable = true;\n}\n",
    ),
    Form.ANSIBLE: Inputs(
        "ansible",
        f"- hosts: all\n  tasks:\n    - docker_container:\n        name: coder\n"
        f"        image: {IMAGE}\n        env_file: hidden.env\n"
        f"        env: {{CODER_ACCESS_URL: '{URL}'}}\n",
        ENV,
        empty="- hosts: all\n  tasks:\n    - apt: {name: nginx}\n",
    ),
    Form.VARIABLES: Inputs(
        "variables",
        f"CODER_ACCESS_URL: {URL}\n",
        empty="coder_port: 80\n",
        open=f"coder_version: 2.20.0\ncoder_env:\n  CODER_ACCESS_URL: {URL}\n",
    ),
    Form.DOCKER_INSPECT: Inputs(
        "containers",
        f'[{{"Name": "/coder", "Config": {{"Image": "{IMAGE}",'
        f' "Env": ["CODER_ACCESS_URL={URL}"]}}}}]\n',
        empty='[{"Name": "/web", "Config": {"Image": "nginx", "Env": ["A=b"]}}]\n',
    ),
    Form.DOCKER_RUN: Inputs(
        "script",
        f"docker run -e CODER_ACCESS_URL={URL} --env-file hidden.env {IMAGE}\n",
        ENV,
        empty="docker run -e A=b nginx\n",
    ),
    Form.ECS: Inputs(
        "containers",
        f'{{"containerDefinitions": [{{"name": "coder", "image": "{IMAGE}",'
        f' "environment": [{{"name": "CODER_ACCESS_URL", "value": "{URL}"}}],'
        ' "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/hidden.env"}]}]}\n',
        ENV,
        empty='{"containerDefinitions": [{"name": "web", "image": "nginx"}]}\n',
    ),
    Form.RENDER: Inputs(
        "containers",
        f"services:\n  - type: web\n    name: coder\n    runtime: image\n"
        f"    image: {{url: '{IMAGE}'}}\n"
        f"    envVars:\n      - {{key: CODER_ACCESS_URL, value: '{URL}'}}\n",
        empty="services:\n  - {type: web, name: a, runtime: image, image: {url: nginx}}\n",
        open=f"services:\n  - type: web\n    name: coder\n    runtime: image\n"
        f"    image: {{url: '{IMAGE}'}}\n    envVars:\n      - fromGroup: more\n"
        f"      - {{key: CODER_ACCESS_URL, value: '{URL}'}}\n",
    ),
    Form.CONTAINER_APP: Inputs(
        "containers",
        f"properties: {{template: {{containers: [{{name: coder, image: '{IMAGE}',"
        f" env: [{{name: CODER_ACCESS_URL, value: '{URL}'}}]}}]}}}}\n",
        empty="properties: {template: {containers: [{name: web, image: nginx}]}}\n",
    ),
    Form.PROCESS: Inputs(
        "process", f"CODER_ACCESS_URL={URL}\0PATH=/bin\0HOME=/\0", empty="PATH=/bin\0HOME=/\0"
    ),
    Form.SCRIPT: Inputs(
        "script",
        f"#!/bin/sh\n. ./hidden.env\nexport CODER_ACCESS_URL={URL}\ncoder server\n",
        ENV,
        empty="#!/bin/sh\nexport LANG=C\n",
    ),
    Form.PIPELINE: Inputs(
        "pipeline",
        "env: {CODER_VERSION: 2.20.0}\njobs:\n  deploy:\n    steps:\n      - run: |\n"
        f"          docker run -e CODER_ACCESS_URL={URL} --env-file hidden.env {IMAGE}\n",
        ENV,
        empty="jobs: {deploy: {steps: [{run: docker run -e A=b nginx}]}}\n",
    ),
    Form.DOCKERFILE: Inputs(
        "dockerfile",
        f"FROM {IMAGE}\nENV CODER_ACCESS_URL={URL}\n",
        empty="FROM nginx\nENV A=b\n",
        open=f'FROM {IMAGE}\nENV CODER_ACCESS_URL={URL}\nENTRYPOINT ["sh", "-c", "./run"]\n',
    ),
    Form.TEXT: Inputs(
        "text",
        f'services:\n  coder:\n    environment:\n      CODER_ACCESS_URL: "{URL}"\n  broken: "\n',
        empty="services:\n  a: [\n",
        open="services:\n  coder:\n    env_file: hidden.env\n    environment:\n"
        f'      CODER_ACCESS_URL: "{URL}"\n  broken: "\n',
    ),
}

NOTHING_TO_SAY = {"chart", "cloud-init", "fly"}
"""Forms of files that set nothing themselves, or whose settings are of another form."""


def situations(files):
    source, target = packaged().nearest("2.20.0"), packaged().nearest("2.35.1")
    read = [decode(text.encode(), name) for name, text in files.items()]
    for one in read_deployments(read).found:
        if one.files[0].name == "input":
            made = asked_in_clear(known())
            yield situation_of(None, source, target, one.operator, packaged(), checks=made)


def audited(files):
    (situation,) = situations(files)
    return situation, list(audit(situation, known()))


def sure(found):
    return {(one.rule.id, one.subject) for one in found if one.affects is Truth.YES}


def test_every_form_is_here():
    assert set(FORMS) == set(Form)
    assert {one.reader for one in FORMS.values()} | NOTHING_TO_SAY == set(READERS)
    for form, inputs in FORMS.items():
        assert recognised(decode(inputs.text.encode(), "input")).name == inputs.reader, form


@pytest.mark.parametrize("form", FORMS)
def test_what_is_complete_gives_firm_answers(form):
    inputs = FORMS[form]
    situation, found = audited(inputs.complete)
    assert situation.complete, situation.unseen
    assert [one for one in found if one.affects is Truth.DEPENDS] == []
    assert ("ai-gateway-on" in {rule for rule, _ in sure(found)}) is not bool(inputs.hidden)


@pytest.mark.parametrize("form", [form for form in FORMS if FORMS[form].incomplete])
def test_what_is_incomplete_is_sure_of_nothing_that_hangs_on_the_rest(form):
    inputs = FORMS[form]
    situation, found = audited(inputs.incomplete)
    assert situation.unseen
    answers = {one.rule.id: one.affects for one in found}
    assert answers["ai-gateway-on"] is Truth.DEPENDS
    if inputs.hidden:
        assert sure(found) <= sure(audited(inputs.complete)[1])
    assert "may change" in verdict(found, is_read=anything_read(situation)) or not anything_read(
        situation
    )


def told_of_nothing(files):
    """What is said of an input without a setting: a refusal, or a verdict of each command."""
    try:
        for situation in situations(files):
            found, is_read = list(audit(situation, known())), anything_read(situation)
            yield verdict(found, is_read=is_read)
            yield lint_verdict(found, "2.35.1", is_read=is_read)
    except SourceError as refused:
        yield "refused" if refused.hint else str(refused)


@every_row("form", FORMS)
def test_what_is_empty_is_never_safe(form):
    said = set(told_of_nothing({"input": FORMS[form].empty}))
    assert said in ({NOTHING_READ}, {"refused"})
