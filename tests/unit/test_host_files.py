"""NixOS, Terraform and systemd: what their files set, text by text."""

import pytest

from confaudit.core.given import Channel, Form, GivenState
from confaudit.operator_files import decode, read_deployments

MARKS = {GivenState.LITERAL: "", GivenState.EMPTY: "", GivenState.UNRESOLVED: "?"}


def told(operator):
    """Each setting as `NAME=value`, `?` where it is a default, its state where it has none."""
    for one in operator.given:
        name = f"--{one.name}" if one.channel is Channel.FLAG else one.name.removeprefix("CODER_")
        known = one.state in MARKS and one.value is not None
        yield f"{name}={MARKS[one.state]}{one.value}" if known else f"{name}:{one.state}"
    yield from ("unseen" for _ in operator.elsewhere)


def deployments(*texts, suffix=""):
    """What texts come to that lie in one folder; each is a text, or a name with one."""
    named = [one if isinstance(one, tuple) else (f"file{suffix}", one) for one in texts]
    return read_deployments([decode(text.encode(), name) for name, text in named])


def settings(*texts, suffix=""):
    (found,) = deployments(*texts, suffix=suffix).found
    return found.operator


def module(body):
    return "{ config, lib, pkgs, ... }: {\n  services.coder = {\n" + body + "\n  };\n}\n"


NIX = {
    "the module's options": (
        module('accessUrl = "https://a"; wildcardAccessUrl = "*.a"; tlsKey = "/k";'),
        "ACCESS_URL=https://a WILDCARD_ACCESS_URL=*.a TLS_KEY_FILE=/k",
    ),
    "the module's options one by one": (
        '{ ... }: { services.coder.enable = true; services.coder.accessUrl = "https://a"; }',
        "ACCESS_URL=https://a",
    ),
    "a module on a condition": (
        '{ lib, ... }: { config = lib.mkIf x { services.coder = { accessUrl = "https://a"; }; }; }',
        "ACCESS_URL=https://a",
    ),
    "names that are given in the file": (
        'let domain = "a.b"; in { services.coder.accessUrl = "https://${domain}"; }',
        "ACCESS_URL=https://a.b",
    ),
    "names that are not": (
        'with lib; { services.coder.accessUrl = "https://${config.x}"; }',
        "ACCESS_URL:unresolved",
    ),
    "two texts put together": (
        '{ services.coder.accessUrl = "https://" + "a" + ".b"; }',
        "ACCESS_URL=https://a.b",
    ),
    "further variables": (
        module(
            'environment.extra = { CODER_A = true; CODER_B = toString 5; CODER_C = null; '
            'CODER_D = lib.mkForce "d"; } // more;'
        ),
        "A=true B=5 D=d unseen",
    ),
    "variables on a condition": (
        module(
            'environment.extra = { CODER_A = "a"; } // lib.optionalAttrs x { CODER_B = "b"; };'
            " environment.file = null;"
        ),
        "A=a B=?b",
    ),
    "variables that the module sets itself": (
        module('environment.extra = { CODER_ACCESS_URL = "x"; CODER_A = "a"; };'),
        "A=a",
    ),
    "a file of variables": (module("environment.file = config.age.x.path;"), "unseen"),
    "a password in the store": (
        module('database.password = "p";'),
        "PG_CONNECTION_URL=user=coder password=p database=coder",
    ),
    "a unit's flags": (
        '{ systemd.services.coder.serviceConfig.ExecStart = "${x}/bin/coder server --in-memory"; }',
        "--in-memory=true",
    ),
    "a unit's script": (
        "{ systemd.services.ide.script = ''\n  exec coder server \\\n    --url x\n''; }",
        "--url=x",
    ),
    "a unit's variables": (
        "{ systemd.services.coder = { environment = lib.mkMerge [ { CODER_A = 1; } (lib.mkIf x "
        '{ CODER_B = "b"; }) ]; serviceConfig = { Environment = [ "CODER_C=c" "CODER_D=d" ];'
        ' EnvironmentFile = "-/run/c.env"; }; }; }',
        "A=1 B=?b C=c D=d unseen",
    ),
    "a file that is written here": (
        '{ systemd.services.coder.serviceConfig.EnvironmentFile = "/etc/c/c.env";\n'
        "environment.etc.\"c/c.env\".text = ''\n  CODER_A=a # all\n''; }",
        "A=a # all",
    ),
    "a container": (
        '{ virtualisation.oci-containers.containers = { db.image = "postgres:16"; ide = { '
        'image = "ghcr.io/coder/coder:v2.30.1"; cmd = [ "--verbose" ]; environment.CODER_A = "a"; '
        "environmentFiles = [ x.path ]; }; }; }",
        "A=a --verbose=true unseen",
    ),
    "a quadlet": (
        '{ virtualisation.quadlet.containers.ide.containerConfig = { image = "ghcr.io/coder/coder";'
        ' environments = { CODER_A = "a"; }; exec = "server --verbose"; }; }',
        "A=a --verbose=true",
    ),
    "a program with its texts' escapes": (
        "{ x = ''\n  services:\n    c:\n      image: ghcr.io/coder/coder\n      environment:\n"
        "        A: ''$''\\{B:-b}\n        CODER_A: \"it'''s\"\n        CODER_B: ''${X:-d}\n''; }",
        "A=?b A=it''s B=?d",
    ),
    "one that is broken": ('{ services.coder = { accessUrl = "https://a"; ] x = (', "ACCESS_URL=https://a"),
}  # fmt: skip


@pytest.mark.parametrize("case", NIX)
def test_nix(case):
    text, expected = NIX[case]
    assert " ".join(told(settings(text, suffix=".nix"))) == expected


def test_what_the_nixos_module_sets_itself():
    operator = settings(module('accessUrl = "https://a"; tlsCert = "/c";'), suffix=".nix")
    assert [(one.name, one.value) for one in operator.preset] == [
        ("CODER_ADDRESS", "127.0.0.1:3000"),
        ("CODER_PG_CONNECTION_URL", None),
        ("CODER_TLS_ENABLE", "1"),
    ]
    other = settings(module('listenAddress = "[::]:80"; environment.extra.CODER_ADDRESS = "x";'))
    assert [one.value for one in other.preset] == ["[::]:80", None, ""]
    assert "environment.extra" in other.notes[0]


def test_two_servers_of_a_nix_file_are_two_deployments():
    one = '%s = { image = "ghcr.io/coder/coder:v2.30.%d"; environment.CODER_ACCESS_URL = "%s"; };'
    text = "".join(one % (name, number, name) for number, name in enumerate("ab"))
    found = deployments("{ virtualisation.oci-containers.containers = { " + text + " }; }").found
    assert [(one.operator.name, one.operator.version) for one in found] == [
        ("container a", "2.30.0"),
        ("container b", "2.30.1"),
    ]


def test_another_program_in_a_nix_file_is_told_and_not_read():
    proxy = (
        'serviceConfig.ExecStart = "${x}/bin/coder wsproxy server --a"; environment.CODER_A = 1;'
    )
    found = deployments(
        "{ systemd.services.proxy = { " + proxy + ' }; services.coder.accessUrl = "https://a"; }'
    )
    assert list(told(found.found[0].operator)) == ["ACCESS_URL=https://a"]
    assert "workspace proxy" in found.notes[0]


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


@pytest.mark.parametrize("case", TERRAFORM)
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


@pytest.mark.parametrize("case", VERSIONS)
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


def test_values_that_are_given_are_layers_of_the_release():
    text = release('values = [file("${path.module}/v.yaml"), yamlencode({ coder = { env = [] } })]')
    values = "coder:\n  env:\n  - {name: CODER_A, value: a}\n"
    operator = settings(("main.tf", text), ("v.yaml", values))
    assert list(told(operator)) == []
    assert operator.replaced[0].names == ("CODER_A",)


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


SERVICE = "[Service]\nExecStart=/usr/bin/coder server\n"
UNITS = {
    "words and quotes": (
        SERVICE + 'Environment="CODER_A=a b" CODER_B=\'b c\' CODER_C=c"d e"f CODER_D=x\\x20y\n',
        "A=a b B=b c C=cd ef D=x y",
    ),
    "a comment within a line": (
        SERVICE + "Environment=CODER_A=a \\\n# no\n  CODER_B=b\n",
        "A=a B=b",
    ),
    "an empty assignment": (
        SERVICE + "Environment=CODER_A=a\nEnvironmentFile=/x\nEnvironment=\nEnvironmentFile=\n"
        "Environment=CODER_B=b\n",
        "B=b",
    ),
    "what is passed and taken away": (
        SERVICE + "Environment=CODER_A=a CODER_B=b\nPassEnvironment=CODER_C\n"
        "UnsetEnvironment=CODER_A\n",
        "B=b C:pass-through",
    ),
    "another section": ("[Unit]\nEnvironment=CODER_A=a\n" + SERVICE, ""),
    "variables on the command line": (
        "[Service]\nExecStart=/usr/bin/env CODER_A=a /usr/bin/coder server --verbose\n",
        "A=a --verbose=true",
    ),
    "a drop-in alone": ("[Service]\nEnvironment=CODER_A=a\nEnvironmentFile=/x\n", "A=a unseen"),
    "a container": (
        "[Service]\nExecStart=/usr/bin/docker run -e CODER_A=a -e CODER_B --env-file /x \\\n"
        "  ghcr.io/coder/coder:v2.30.0 server --verbose\n",
        "A=a B:pass-through --verbose=true unseen",
    ),
    "a quadlet": (
        "[Container]\nImage=ghcr.io/coder/coder:v2.30.0\nEnvironment=CODER_A=a\nExec=--verbose\n"
        "EnvironmentFile=/x\nSecret=x,type=env,target=CODER_B\n[Service]\nEnvironment=CODER_C=c\n",
        "A=a --verbose=true B:reference unseen",
    ),
    "what cat prints": (
        "# /lib/systemd/system/coder.service\n" + SERVICE + "Environment=CODER_A=a\n\n"
        "# /etc/systemd/system/coder.service.d/x.conf\n[Service]\nEnvironment=CODER_A=b\n",
        "A=a A=b",
    ),
    "what cat prints of two units": (
        "# /lib/systemd/system/db.service\n[Service]\nEnvironment=PGDATA=x\n\n"
        "# /lib/systemd/system/coder.service\n" + SERVICE + "Environment=CODER_A=a\n",
        "A=a",
    ),
    "what show prints": (
        "Type=notify\nExecStart={ path=/usr/bin/coder ; argv[]=/usr/bin/coder server --verbose ; "
        'ignore_errors=no ; pid=0 }\nEnvironment=CODER_A=a "CODER_B=b c"\n'
        "EnvironmentFiles=/a (ignore_errors=no)\nEnvironmentFiles=/b (ignore_errors=yes)\n",
        "--verbose=true A=a B=b c unseen unseen",
    ),
    "what old releases show": (
        "FragmentPath=/x\nEnvironment=CODER_A=a b c CODER_B=100%\n",
        "A=a b c B=100%",
    ),
}


@pytest.mark.parametrize("case", UNITS)
def test_units(case):
    text, expected = UNITS[case]
    assert " ".join(told(settings(text))) == expected


def test_what_is_written_in_another_section_is_told():
    operator = settings("[Unit]\nEnvironment=CODER_A=a\n" + SERVICE)
    assert operator.notes == ("file, line 2: systemd ignores Environment= in the section [Unit]",)


def test_a_unit_of_another_program_is_told_and_not_read():
    proxy = "[Service]\nEnvironment=CODER_A=a\nExecStart=/usr/bin/coder wsproxy server\n"
    found = deployments(("p.service", proxy), ("c.service", SERVICE + "Environment=CODER_B=b\n"))
    assert [list(told(one.operator)) for one in found.found] == [["B=b"]]
    assert "workspace proxy" in found.notes[0]


ENVIRONMENT_FILE = """\
export CODER_A=a
CODER_B=b # all of it
CODER_C=c\\
d \\
  e
CODER_D="d \\"e\\"" f
"""


def test_an_environment_file_as_systemd_reads_it():
    unit = SERVICE + "EnvironmentFile=-/etc/c.env\n"
    operator = settings(("coder.service", unit), ("c.env", ENVIRONMENT_FILE))
    assert list(told(operator)) == ["B=b # all of it", "C=cd   e", 'D=d "e"f']
    assert operator.notes == ("c.env, line 1: systemd ignores a line that begins with `export`",)
    assert {one.form for one in operator.given} == {Form.ENV_FILE}


def test_a_file_of_a_quadlet_as_podman_reads_it():
    unit = "[Container]\nImage=ghcr.io/coder/coder\nEnvironmentFile=c.env\nEnvironment=CODER_A=a\n"
    operator = settings(("c.container", unit), ("c.env", "CODER_A=b # no\n"))
    assert list(told(operator)) == ["A=b", "A=a"]
