"""Terraform files: what they set, text by text."""

import pytest

from confaudit.core.given import Holds
from confaudit.operator_files import plain
from tests.tables import every_row
from tests.unit.file_texts import deployments, read, settings, told


def release(body, before=""):
    return f'{before}\nresource "helm_release" "ide" {{\n  chart = "coder"\n{body}\n}}\n'


def env(items):
    return "values = [yamlencode({ coder = { env = " + items + " } })]"


def container(kind, body):
    return f'resource "{kind}" "ide" {{\n{body}\n}}\n'


TERRAFORM = {
    "values": (
        release(env('[{ name = "CODER_A", value = "a" }, { name = "CODER_B", valueFrom = {} }]')),
        "A=a B:reference",
    ),
    "values that only Terraform knows": (
        release(env('[{ name = "CODER_A", value = "${var.a}" }, { name = "CODER_B", value = x }]')),
        "A:unresolved B:unresolved",
    ),
    "local values": (
        release(
            env('concat(local.env, [{ name = "CODER_B", value = local.b }])'),
            'locals {\n b = "b.${local.c}"\n c = "c"\n env = [{ name = "CODER_A", value = 1 }]\n}',
        ),
        "A=1 B=b.c",
    ),
    "a variable's default": (
        release(
            env('[{ name = "CODER_A", value = "https://${var.a-b}" }]'),
            'variable "a-b" { default = "a" }',
        ),
        "A=?https://a",
    ),
    "lists with more than is seen": (
        release(env('concat([{ name = "CODER_A", value = "a" }], var.more)')),
        "A=a unseen",
    ),
    "a choice": (
        release(env('[{ name = "CODER_A", value = var.x ? "a" : "b" }]')),
        "A:unresolved",
    ),
    "files of values": (
        release('values = [file("v.yaml"), templatefile("${path.module}/w.tpl", { a = 1 })]'),
        "unseen unseen",
    ),
    "a heredoc": (
        release("values = [<<-EOT\n  coder:\n    env: [{name: CODER_A, value: '${x}'}]\n  EOT\n]"),
        "A:unresolved",
    ),
    "single settings": (
        release(
            'set {\n name = "coder.env[0].name"\n value = "CODER_A"\n}\n'
            'set {\n name = "coder.env[0].value"\n value = "a"\n}'
        ),
        "A=a",
    ),
    "single settings over values": (
        release(
            env('[{ name = "CODER_A", value = "a" }, { name = "CODER_B", value = "b" }]')
            + '\nset {\n name = "coder.env[1].value"\n value = "c"\n}'
        ),
        "A=a B=c",
    ),
    "single settings in a list": (
        release('set = [{ name = "coder.env[0].name", value = "CODER_A" },\n'
                '{ name = "coder.env[0].value", value = "a" }]'),
        "A=a",
    ),
    "a docker container": (
        container("docker_container", 'image = "ghcr.io/coder/coder:v2.30.0"\n'
                  'env = ["CODER_A=a", "CODER_B=${var.b}"]\ncommand = ["--verbose"]'),
        "A=a B:unresolved --verbose=true",
    ),
    "a container with some variables more": (
        container("docker_container", 'image = "ghcr.io/coder/coder"\n'
                  'env = concat(["CODER_A=a"], var.more)'),
        "A=a unseen",
    ),
    "a deployment": (
        container("kubernetes_deployment", 'spec { template { spec { container {\n'
                  'image = "ghcr.io/coder/coder"\nargs = ["--verbose"]\n'
                  'env {\n name = "CODER_A"\n value = "a"\n}\n'
                  'env {\n name = "CODER_B"\n value_from { secret_key_ref { key = "x" } }\n}\n'
                  'env_from { config_map_ref { name = "x" } }\n'
                  'dynamic "env" { for_each = x }\n} } } }'),
        "A=a B:reference --verbose=true unseen unseen",
    ),
    "a ConfigMap that is in the file": (
        container("kubernetes_config_map", 'metadata { name = "x" }\ndata = { CODER_A = "a" }')
        + container("kubernetes_pod", 'spec { container {\nimage = "ghcr.io/coder/coder"\n'
                    'env_from { config_map_ref {\n'
                    'name = kubernetes_config_map.ide.metadata[0].name\n} }\n} }'),
        "A=a",
    ),
    "a task of ECS": (
        container("aws_ecs_task_definition", "container_definitions = jsonencode([{\n"
                  'image = "ghcr.io/coder/coder"\n'
                  'environment = [{ name = "CODER_A", value = "a" }]\n'
                  'secrets = [{ name = "CODER_B", valueFrom = x.arn }]\n'
                  'environmentFiles = [{ value = "arn:x" }]\n}])'),
        "A=a B:reference unseen",
    ),
    "a container app": (
        container("azurerm_container_app", 'template { container {\nimage = "ghcr.io/coder/coder"\n'
                  'env {\n name = "CODER_A"\n value = "a"\n}\n'
                  'env {\n name = "CODER_B"\n secret_name = "b"\n}\n} }'),
        "A=a B:reference",
    ),
    "anything else": (
        container("some_thing", 'config = merge({ CODER_A = "a" }, var.more)'),
        "A=a unseen",
    ),
}  # fmt: skip


@every_row("case", TERRAFORM)
def test_terraform(case):
    text, expected = TERRAFORM[case]
    assert " ".join(told(settings(text, suffix=".tf"))) == expected


VERSION = 'variable "v" {\n  default = "2.30.0"\n}\n'
VERSIONS = {
    "written": ([("a.tf", release('version = "2.31.0"'))], "2.31.0", ""),
    "a default": ([("a.tf", release("version = var.v", VERSION))], "2.30.0", ""),
    "a default in another file": (
        [("a.tf", release("version = var.v")), ("variables.tf", VERSION)],
        "2.30.0",
        "",
    ),
    "what a variables file says": (
        [("a.tf", release("version = var.v", VERSION)), ("x.auto.tfvars", 'v = "2.32.0"')],
        "2.32.0",
        "",
    ),
    "two variables files that differ": (
        [
            ("a.tf", release("version = var.v", VERSION)),
            ("a.tfvars", 'v = "2.32.0"'),
            ("b.tfvars", 'v = "2.33.0"'),
        ],
        "2.30.0",
        "",
    ),
    "nobody says it": ([("a.tf", release("version = var.v"))], "", "var.v"),
    "in an image": (
        [
            ("a.tf", VERSION + 'locals {\n  image = "ghcr.io/coder/coder:v${var.v}"\n}\n'),
            ("b.tf", container("docker_container", 'image = local.image\nenv = ["CODER_A=a"]')),
        ],
        "2.30.0",
        "",
    ),
}


@every_row("case", VERSIONS)
def test_the_version_in_a_folder_of_terraform(case):
    files, version, hint = VERSIONS[case]
    operator = settings(*files)
    assert (operator.version, operator.version_hint) == (version, hint)


def test_a_local_value_of_another_file_stands_where_it_is_used():
    files = [
        ("a.tf", "\n\n\n\nlocals {\n  env = { CODER_A = 1 }\n}\n"),
        ("b.tf", container("docker_container", 'image = "ghcr.io/coder/coder"\nenv = local.env')),
    ]
    (given,) = settings(*files).given
    assert (given.position.file, given.position.line) == ("b.tf", 3)


@pytest.mark.parametrize("file", ['file("${path.module}/v.yaml")', '"${file("./v.yaml")}"'])
def test_values_that_are_given_are_layers_of_the_release(file):
    text = release(f"values = [{file}, yamlencode({{ coder = {{ env = [] }} }})]")
    values = "coder:\n  env:\n  - {name: CODER_A, value: a}\n"
    operator = settings(("main.tf", text), ("v.yaml", values))
    assert list(told(operator)) == []
    assert operator.replaced[0].names == ("CODER_A",)


def test_values_set_in_a_list_that_is_not_here_may_have_names_there():
    one = 'set {\n  name = "coder.env[1].value"\n  value = "a"\n}\n'
    for files, holds in (('values = [file("v.yaml")]\n', Holds.OPEN), ("", Holds.NAMELESS)):
        operator = settings(release(files + one), suffix=".tf")
        assert operator.chart.keys["coder.env"].holds is holds


def test_what_is_set_by_a_call_or_for_each_of_something_is_not_known():
    url = 'set {\n  name = "coder.env[0].value"\n  value = format("https://%s", var.x)\n}\n'
    more = 'dynamic "set" {\n  for_each = var.more\n  content { name = set.key }\n}\n'
    values = env('[{ name = "CODER_ACCESS_URL", value = "x" }]')
    operator = settings(release(f"{values}\n{url}{more}"), suffix=".tf")
    assert list(told(operator)) == ["ACCESS_URL:unresolved", "unseen"]


def test_a_template_with_quotes_in_it_is_yaml_for_those_who_fill_it_in():
    values = """coder:
  env:
%{ if oidc ~}
  - {name: CODER_OIDC_SCOPES, value: "${join(",", scopes)}"}
%{ endif ~}
  - {name: CODER_A, value: a}
"""
    operator = settings(values, suffix=".yaml.tpl")
    assert list(told(operator)) == ["OIDC_SCOPES:unresolved", "A=a"]
    assert operator.chart is not None  # of lines alone nobody can tell that


def test_what_a_template_gives_to_workspaces_reaches_no_server():
    agent = 'resource "coder_agent" "main" {\n env = { CODER_A = 1 }\n}\n'
    pod = container("kubernetes_pod", 'spec { container { env { name = "CODER_B" } } }')
    server = release(env('[{ name = "CODER_ACCESS_URL", value = "a" }]'))
    assert list(told(settings(agent + pod + server, suffix=".tf"))) == ["ACCESS_URL=a"]


def test_two_servers_of_a_folder_are_two_deployments():
    one = 'resource "helm_release" "%s" {\n  chart = "coder"\n  version = "2.30.%d"\n}\n'
    found = deployments(("a.tf", one % ("a", 0)), ("b.tf", one % ("b", 1))).found
    assert [deployment.operator.version for deployment in found] == ["2.30.0", "2.30.1"]


def test_another_program_of_coder_is_told_and_not_read():
    text = 'resource "helm_release" "p" {\n  chart = "coder-provisioner"\n}\n'
    found = deployments(("a.tf", text + release(env('[{ name = "CODER_A", value = "a" }]'))))
    assert list(told(found.found[0].operator)) == ["A=a"]
    assert "external provisioner" in found.notes[0]


def test_calls_may_nest_as_deeply_as_somebody_likes() -> None:
    resource = 'resource "a" "b" {\n  env = { CODER_HTTP_ADDRESS = "x" }\n  a = '
    found = read(plain(resource + "jsonencode(" * 20_000 + "\n}\n", "deep.tf"))
    assert [one.name for one in found.given] == ["CODER_HTTP_ADDRESS"]


def test_texts_may_hold_calls_as_deeply_as_somebody_likes() -> None:
    text = release("values = [" + '"${file(' * 5_000 + "]")
    assert read(plain(text, "deep.tf")).version == ""
