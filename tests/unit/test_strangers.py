"""What sets up no server of Coder is named as what it is; what does is none of these."""

import pytest

from confaudit.errors import SourceError
from confaudit.operator_files import decode, read_deployments
from tests.tables import every_row

SECRET = "planted-secret"
STRANGERS = {
    "code-server, itself": (f"bind-addr: a:1\nauth: password\npassword: {SECRET}\n", "code-server"),
    "code-server, deployed": (
        f"services: {{ide: {{image: codercom/code-server, environment: [PASSWORD={SECRET}]}}}}",
        "code-server",
    ),
    "code-server, released": (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: coder}\n"
        "spec: {values: {image: {repository: ghcr.io/coder/code-server}}}\n",
        "code-server",
    ),
    "values of Coder 1": ("coderd: {devurlsHost: '*.example.com'}\ningress: {}\n", "Coder 1"),
    "a release of Coder 1": (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
        "spec: {values: {coderd: {replicas: 1}}}\n",
        "Coder 1",
    ),
    "a template": (
        'terraform {\n required_providers {\n  coder = { source = "coder/coder" }\n }\n}\n'
        'resource "coder_agent" "main" {\n env = { CODER_AGENT_TOKEN = "x" }\n}\n',
        "template of workspaces",
    ),
    "a development container": (
        '// why\n{\n  "image": "a",\n  "remoteUser": "me",\n  "remoteEnv": {"CODER_URL": "x"}\n}\n',
        "development container",
    ),
    "a development container on one line": (
        '{"image": "a", "containerEnv": {"CODER_AGENT_TOKEN": "x"}}',
        "development container",
    ),
    "Bicep": (
        "resource c 'Microsoft.App/containerApps@2023-05-01' = {\n"
        "  properties: {template: {containers: [{image: 'ghcr.io/coder/coder:v2.30.0'}]}}\n}\n",
        "az bicep build",
    ),
    "Terraform in JSON": (
        '{"resource": {"docker_container": {"coder": {"image": "ghcr.io/coder/coder"}}}}',
        ".tf files",
    ),
    "a state of Terraform": (
        f'{{"terraform_version": "1.9.0", "a": "CODER_ACCESS_URL={SECRET}"}}',
        ".tf files",
    ),
    "a quadlet of a manifest": ("[Kube]\nYaml=coder.yaml\n", "manifest"),
    "an answer of the API": ('{"config": {"a": 1}, "options": [{"env": "CODER_A"}]}', "SNAPSHOT"),
    "kubectl describe": (
        "Name:      coder\nNamespace: coder\nContainers:\n  coder:\n    Environment:\n"
        f"      CODER_ACCESS_URL: https://a.example.com\n      CODER_A: {SECRET}\n",
        "-o yaml",
    ),
    "kubectl get": ("NAME    READY   UP-TO-DATE\ncoder   1/1     1\n", "-o yaml"),
    "docker ps": ("CONTAINER ID   IMAGE\n1   ghcr.io/coder/coder:v2.30.0\n", "docker inspect"),
    "docker inspect -f": (f"[CODER_ACCESS_URL=a CODER_A={SECRET}]\n", "docker inspect coder"),
    "systemctl status": ('\u25cf coder.service - "Coder"\n   Active: active\n', "systemctl cat"),
}


@every_row(("text", "sentence"), STRANGERS.values(), ids=STRANGERS)
def test_what_sets_up_no_server_is_named_and_refused(text, sentence):
    with pytest.raises(SourceError) as caught:
        read_deployments([decode(text.encode(), "input")])
    said = f"{caught.value.message} ({caught.value.hint})"
    assert said.startswith("input is ")
    assert sentence in said
    assert SECRET not in said


def test_among_other_files_it_is_a_note():
    text, _ = STRANGERS["code-server, itself"]
    files = [decode(text.encode(), "config.yaml"), decode(b"CODER_VERBOSE=true\n", "coder.env")]
    read = read_deployments(files)
    assert [one.name for one in read.found] == ["coder.env"]
    (note,) = read.notes
    assert note.startswith("config.yaml is the configuration of code-server")


SERVERS = {
    "beside code-server": (
        "services:\n  ide: {image: codercom/code-server}\n"
        "  coder: {image: 'ghcr.io/coder/coder:v2.30.0', environment: [CODER_A=b]}\n"
    ),
    "beside a template": (
        'resource "coder_agent" "main" {}\nresource "docker_container" "coder" {\n'
        ' image = "ghcr.io/coder/coder:v2.30.0"\n'
        ' env = ["CODER_ACCESS_URL=https://a.example.com"]\n}\n'
    ),
    "below a name of Coder 1": "coderd:\n  coder: {env: [{name: CODER_ACCESS_URL, value: x}]}\n",
}


@pytest.mark.parametrize("text", SERVERS.values(), ids=SERVERS)
def test_where_a_server_is_set_up_it_is_read(text):
    assert read_deployments([decode(text.encode(), "input")]).found
