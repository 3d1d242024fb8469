"""Descriptions of containers: where each tool has them, and which of them run a server."""

import pytest

from confaudit.core.given import Form, GivenState
from confaudit.operator_files import decode, read_deployments
from confaudit.operator_files.forms import recognised
from tests.tables import every_row

URL = "https://coder.example.com"
IMAGE = "ghcr.io/coder/coder:v2.30.0"
LIST = f"[{{name: CODER_ACCESS_URL, value: '{URL}'}}]"
MAP = f"{{CODER_ACCESS_URL: '{URL}'}}"
LINES = f'["CODER_ACCESS_URL={URL}"]'

SHAPES = {
    "a container": (
        f'[{{"Name": "/c", "Config": {{"Image": "{IMAGE}", "Env": {LINES}}}}}]',
        Form.DOCKER_INSPECT,
    ),
    "an image": (
        f'[{{"RepoTags": ["{IMAGE}"], "Config": {{"Image": "", "Env": {LINES}}}}}]',
        Form.DOCKER_INSPECT,
    ),
    "a container of podman": (
        f'[{{"Image": "ab12", "ImageName": "{IMAGE}", "Config": {{"Env": {LINES}}}}}]',
        Form.DOCKER_INSPECT,
    ),
    "a container by jq": (
        f'{{"Config": {{"Image": "{IMAGE}", "Env": {LINES}}}}}',
        Form.DOCKER_INSPECT,
    ),
    "its configuration alone": (f'{{"Image": "{IMAGE}", "Env": {LINES}}}', Form.DOCKER_INSPECT),
    "JSON with tabs": (
        f'[\n\t{{\n\t\t"Config": {{\n\t\t\t"Image": "{IMAGE}", "Env": {LINES}\n\t\t}}\n\t}}\n]',
        Form.DOCKER_INSPECT,
    ),
    "a task in a service": (
        f'{{"TaskTemplate": {{"ContainerSpec": {{"Image": "{IMAGE}", "Env": {LINES}}}}}}}',
        Form.DOCKER_INSPECT,
    ),
    "a list of definitions": (
        f"[{{name: c, image: '{IMAGE}', essential: true, environment: {LIST}}}]",
        Form.ECS,
    ),
    "App Runner": (
        f"{{SourceConfiguration: {{ImageRepository: {{ImageIdentifier: '{IMAGE}', "
        f"ImageConfiguration: {{RuntimeEnvironmentVariables: {MAP}}}}}}}}}",
        Form.CONTAINER_APP,
    ),
    "DigitalOcean": (
        "{services: [{name: c, image: {registry: coder, repository: coder, tag: v2.30.0}, "
        f"envs: [{{key: CODER_ACCESS_URL, value: '{URL}'}}]}}]}}",
        Form.CONTAINER_APP,
    ),
    "Azure's groups": (
        f"{{properties: {{containers: [{{name: c, properties: {{image: '{IMAGE}', "
        f"environmentVariables: {LIST}}}}}]}}}}",
        Form.CONTAINER_APP,
    ),
}


def servers(text):
    return read_deployments([decode(text.encode(), "input")]).found


@every_row(("text", "form"), SHAPES.values(), ids=SHAPES)
def test_the_container_is_found_where_its_tool_has_it(text, form):
    (one,) = servers(text)
    (given,) = one.operator.given
    assert (given.name, given.value, given.form) == ("CODER_ACCESS_URL", URL, form)
    assert one.operator.version == "2.30.0"


def inspected(*containers):
    return f"[{', '.join(containers)}]"


def container(name, image, env="[]", more=""):
    return f'{{"Name": "/{name}", "Config": {{"Image": "{image}", "Env": {env}{more}}}}}'


def test_every_server_is_one_deployment_and_other_programs_are_none():
    text = inspected(
        container("db", "postgres:16", '["POSTGRES_PASSWORD=planted-secret"]'),
        container("blue", IMAGE),
        container("green", "registry.example.com/own:3", LINES),
        container("web", "nginx", '["CODER_UPSTREAM=http://blue"]'),
    )
    names = [one.name for one in servers(text)]
    assert names == ["input (container blue)", "input (container green)"]


LABEL = ', "Labels": {"org.opencontainers.image.version": "v2.31.4"}'


@pytest.mark.parametrize(
    ("image", "more", "version"),
    [
        ("ghcr.io/coder/coder:latest", LABEL, ("2.31.4", "")),
        ("ghcr.io/coder/coder:v2.30.0", LABEL, ("2.30.0", "")),
        ("ghcr.io/coder/coder", "", ("", "")),
        ("ghcr.io/coder/coder:latest", "", ("", "latest")),
    ],
)
def test_an_image_tells_its_version_where_its_tag_does_not(image, more, version):
    (one,) = servers(inspected(container("coder", image, "[]", more)))
    assert (one.operator.version, one.operator.version_hint) == version


@pytest.mark.parametrize(
    ("value", "state", "default"),
    [
        ("[parameters('url')]", GivenState.UNRESOLVED, "https://a"),
        ("[concat('https://', variables('host'))]", GivenState.UNRESOLVED, None),
        ("[[a]", GivenState.LITERAL, "[a]"),
        ("[1, 2", GivenState.LITERAL, "[1, 2"),
    ],
)
def test_an_expression_of_azures_templates_stays_open(value, state, default):
    text = (
        "{parameters: {url: {type: string, defaultValue: 'https://a'}}, resources: [{properties: "
        f"{{template: {{containers: [{{name: c, image: '{IMAGE}', "
        f'env: [{{name: CODER_ACCESS_URL, value: "{value}"}}]}}]}}}}}}]}}'
    )
    (given,) = servers(text)[0].operator.given
    assert (given.state, given.value) == (state, default)


@every_row(
    ("entry", "state", "value"),
    [
        ("Value: '${Domain}/x'", GivenState.UNRESOLVED, None),
        ("Value: !Sub 'a-${Domain}'", GivenState.UNRESOLVED, None),
        ("Value: {'Fn::Sub': 'a-${Domain}'}", GivenState.UNRESOLVED, None),
        ("Value: !Ref Domain", GivenState.UNRESOLVED, None),
        ("Value: {Ref: Domain}", GivenState.UNRESOLVED, None),
        ("Value: !Ref Known", GivenState.UNRESOLVED, "k"),
        ("Value: {'Fn::Sub': 'a-${Known}'}", GivenState.UNRESOLVED, "a-k"),
        ("Value: !Join ['', [a, b]]", GivenState.REFERENCE, None),
        ("Value: !Sub plain", GivenState.LITERAL, "plain"),
        ("Value: ''", GivenState.EMPTY, ""),
    ],
)
def test_what_a_stack_fills_in_stays_open(entry, state, value):
    text = (
        "Parameters: {Known: {Default: k}, Tag: {Default: v2.30.0}}\n"
        "Resources: {T: {Properties: {ContainerDefinitions: [{"
        "Image: !Sub 'ghcr.io/coder/coder:${Tag}', "
        f"Environment: [{{Name: CODER_VERBOSE, {entry}}}]}}]}}}}}}"
    )
    (one,) = servers(text)
    assert one.operator.version == "2.30.0"
    (given,) = one.operator.given
    assert (given.name, given.state, given.value) == ("CODER_VERBOSE", state, value)


def test_flags_follow_an_entrypoint_that_is_the_server_already():
    more = '"command": ["--telemetry=false"]'
    text = f'{{"containerDefinitions": [{{"image": "{IMAGE}", {more}}}]}}'
    (one,) = servers(text)
    assert [(given.name, given.value) for given in one.operator.given] == [("telemetry", "false")]


POD = f"{{containers: [{{name: coder, image: '{IMAGE}', args: [--verbose]}}]}}"
ENTRYPOINTS = {
    "compose": f"services: {{c: {{image: '{IMAGE}', command: --verbose}}}}",
    "kubernetes": f"{{apiVersion: v1, kind: Pod, metadata: {{name: c}}, spec: {POD}}}",
}


@pytest.mark.parametrize("text", ENTRYPOINTS.values(), ids=ENTRYPOINTS)
def test_flags_alone_go_to_the_entrypoint_in_every_form(text):
    (one,) = servers(text)
    assert [(each.name, each.value) for each in one.operator.given] == [("verbose", "true")]


def made_for(kind, name):
    return f"ownerReferences: [{{kind: {kind}, name: {name}}}]"


def test_what_a_cluster_makes_of_a_workload_is_no_further_server():
    deployment = (
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: coder}, "
        f"spec: {{template: {{spec: {POD}}}}}}}"
    )
    pods = [
        f"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, {made_for('ReplicaSet', 'a')}}}, "
        f"spec: {POD}}}"
        for name in ("a-1", "a-2")
    ]
    replicas = (
        f"{{apiVersion: apps/v1, kind: ReplicaSet, metadata: {{name: a, "
        f"{made_for('Deployment', 'coder')}}}, spec: {{template: {{spec: {POD}}}}}}}"
    )
    everything = (
        f"{{apiVersion: v1, kind: List, items: [{', '.join([*pods, replicas, deployment])}]}}"
    )
    some = f"{{apiVersion: v1, kind: List, items: [{', '.join(pods)}]}}"
    for text in (everything, some):
        assert len(servers(text)) == 1


def test_what_a_container_points_to_is_missing_until_it_is_given():
    task = (
        f'{{"containerDefinitions": [{{"image": "{IMAGE}", "environmentFiles": '
        '[{"value": "arn:aws:s3:::bucket/coder.env", "type": "s3"}]}]}'
    )
    (alone,) = servers(task)
    assert [one.resource for one in alone.operator.elsewhere] == ["file/coder.env"]
    files = [decode(task.encode(), "task.json"), decode(b"CODER_VERBOSE=true\n", "coder.env")]
    (both,) = read_deployments(files).found
    assert not both.operator.elsewhere
    assert [one.value for one in both.operator.given] == ["true"]


def test_a_group_of_variables_is_taken_over_or_missing():
    service = (
        f"services: [{{name: c, runtime: image, image: {{url: '{IMAGE}'}}, "
        "envVars: [{fromGroup: shared}]}]\n"
    )
    group = "envVarGroups: [{name: shared, envVars: [{key: CODER_VERBOSE, sync: false}]}]\n"
    (alone,), (both,) = servers(service), servers(service + group)
    assert [one.resource for one in alone.operator.elsewhere] == ["group/shared"]
    assert not both.operator.elsewhere
    assert [one.state for one in both.operator.given] == [GivenState.REFERENCE]


FLY = f"""\
app = "coder"
[build]
  image = "{IMAGE}"
[env]
  CODER_ACCESS_URL = "{URL}"
  CODER_VERBOSE = true
[processes]
  app = "--telemetry=false"
"""


def test_an_application_of_fly_is_read_and_its_secrets_are_elsewhere():
    (one,) = servers(FLY)
    assert [(each.position.line, each.name, each.value) for each in one.operator.given] == [
        (5, "CODER_ACCESS_URL", URL),
        (6, "CODER_VERBOSE", "true"),
        (8, "telemetry", "false"),
    ]
    assert one.operator.version == "2.30.0"
    assert one.operator.elsewhere


@every_row("fault", ["[", "x = " + "[" * 9_000, "x = " + "9" * 5_000], ids=["end", "deep", "long"])
def test_what_python_cannot_read_of_toml_is_no_file_of_fly(fault):
    names = [recognised(decode(text.encode(), "a.toml")).name for text in (FLY, FLY + fault)]
    assert (names[0], names[1] == "fly") == ("fly", False)


PROCESS = [
    ('HOME=/root\nPATH=/bin\nCODER_X="a" # b $c\n', [(3, '"a" # b $c')]),
    ("HOME=/root\nPATH=/bin\nCODER_X=[\n {}\n]\nCODER_Y=1\n", [(3, "[\n {}\n]"), (6, "1")]),
    ("PATH=/bin\0CODER_X=a\nb\0CODER_Y=\0", [(1, "a\nb"), (2, "")]),
    (
        "HOME=/root\nPATH=/bin\nCODER_PORT=tcp://10.0.0.2:80\nCODER_PORT_80_TCP_ADDR=10.0.0.2\n"
        "CODER_SERVICE_HOST=10.0.0.2\nCODER_SERVICE_PORT_HTTP=80\nCODER_X_PORT=1\nCODER_Y=1\n",
        [(7, "1"), (8, "1")],
    ),
    ("PATH=/bin\0CODER_SERVICE_HOST=a\0CODER_PORT_1_UDP=a\0CODER_Y=1\0", [(1, "1")]),
    ("HOME=/root\nPATH=/bin\nCODER_PORT=1\n", [(3, "1")]),
]


@every_row(("text", "expected"), PROCESS)
def test_a_process_has_its_variables_as_they_stand(text, expected):
    file = decode(text.encode(), "input")
    assert recognised(file).name == "process"
    (one,) = servers(text)
    found = [each for each in one.operator.given if each.name.startswith("CODER_")]
    assert [(each.position.line, each.value) for each in found] == expected


@pytest.mark.parametrize("text", ["HOME=/root\nCODER_X=1\n", "# PATH=/bin HOME=/root\nCODER_X=1\n"])
def test_an_env_file_is_no_process(text):
    assert recognised(decode(text.encode(), "input")).name == "env-file"
