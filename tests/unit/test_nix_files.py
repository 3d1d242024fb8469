"""Nix files: what they set, text by text."""

from tests.tables import every_row
from tests.unit.file_texts import deployments, settings, told


def module(body):
    return "{ config, lib, pkgs, ... }: {\n  services.coder = {\n" + body + "\n  };\n}\n"


NIX = {
    "a template of sops-nix in a list": (
        "{ config, ... }: { systemd.services.coder.serviceConfig = {\n"
        '  EnvironmentFile = [ config.sops.templates."c".path config.x."d".path ]; };\n'
        "  sops.templates.\"c\".content = ''\n    CODER_A=a\n  ''; }",
        "A=a unseen",
    ),
    "a template of sops-nix": (
        '{ config, ... }: { services.coder = { accessUrl = "https://a";\n'
        '  environment.file = config.sops.templates."coder/env".path; };\n'
        "  sops.templates.\"coder/env\".content = ''\n    CODER_A=a\n"
        "    CODER_B=${config.b}\n  ''; }",
        "ACCESS_URL=https://a A=a B:unresolved",
    ),
    "further arguments of docker": (
        '{ ... }: { virtualisation.oci-containers.containers.c = { image = "coder/coder";\n'
        'extraOptions = [ "--init" "--env=CODER_A=a" "-e" "CODER_B=b" "--env-file=/x" ]; }; }',
        "A=a B=b unseen",
    ),
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
    "a script that asks where the program is": (
        "{ systemd.services.ide.script = ''\n  exec ${lib.getExe pkgs.coder} server --url x\n''; }",
        "--url=x",
    ),
    "a script that starts another server": (
        "{ systemd.services.ide = { environment.CODER_A = 1; script = ''\n"
        "  ${lib.getExe pkgs.minio} server --url x\n''; }; }",
        "A=1",
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


@every_row("case", NIX)
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


def test_the_release_of_a_package_that_is_overridden():
    package = 'package = pkgs.coder.overrideAttrs (_: rec { version = "2.34.0"; });'
    assert settings(module(f'accessUrl = "https://a"; {package}')).version == "2.34.0"
