"""Which files set up one server together."""

import pytest

from confaudit.core.given import GivenState
from confaudit.errors import SourceError
from confaudit.operator_files import decode, form_word, read_as_one
from confaudit.operator_files.layers import layered
from tests.tables import every_row
from tests.unit.file_texts import POD_ENVIRONMENT, read_together

COMPOSE = "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.30.0\n    environment:\n"
SERVER = COMPOSE + "      CODER_ACCESS_URL: https://a.example.com\n"
VALUES = "coder:\n  env:\n    - name: CODER_ACCESS_URL\n      value: https://a.example.com\n"
UNIT = "[Service]\nEnvironmentFile=/etc/coder.d/coder.env\nExecStart=/usr/bin/coder server\n"
ENV = "CODER_ACCESS_URL=https://a.example.com\n"
DEPLOYMENT = (
    POD_ENVIRONMENT
    + """\
            - name: CODER_WILDCARD_ACCESS_URL
              valueFrom: {configMapKeyRef: {name: names, key: wildcard}}
"""
)
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {CODER_A: '1'}\n"
NAMES = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: names}\ndata: {wildcard: '*.a.com'}\n"

TOGETHER = {
    "files that know nothing of each other": (
        {"compose.yaml": SERVER, "values.yaml": VALUES, "x/coder.env": ENV},
        ["compose.yaml", "values.yaml", "x/coder.env"],
    ),
    "a unit and its file, wherever it lies": (
        {"etc/coder.env": ENV, "coder.service": UNIT},
        ["coder.service etc/coder.env"],
    ),
    "a unit and a file of another name": (
        {"laptop.env": ENV, "coder.service": UNIT},
        ["laptop.env", "coder.service"],
    ),
    "two compose files of two folders, one with its .env": (
        {"a/compose.yaml": SERVER, "b/compose.yaml": SERVER, "b/.env": "X=1\n"},
        ["a/compose.yaml", "b/compose.yaml b/.env"],
    ),
    "an env file of any name that fills in what a compose file alone asks for": (
        {"compose.yaml": SERVER + "      CODER_A: '${OUR_DOMAIN}'\n", "prod.env": "OUR_DOMAIN=x\n"},
        ["compose.yaml prod.env"],
    ),
    "a server's own environment, which a compose file asks for as well": (
        {
            "compose.yaml": COMPOSE + "      CODER_ACCESS_URL: '${CODER_ACCESS_URL}'\n",
            "coder.env": ENV,
        },
        ["compose.yaml", "coder.env"],
    ),
    "a .env beside a compose file without a server": (
        {"compose.yaml": "services: {web: {image: nginx}}\n", ".env": ENV},
        [".env"],
    ),
    "a compose file and what lies over it": (
        {
            "compose.yaml": SERVER,
            "compose.override.yaml": "services: {coder: {environment: {CODER_VERBOSE: '1'}}}\n",
        },
        ["compose.yaml compose.override.yaml"],
    ),
    "values for two environments over one base": (
        {"values.yaml": VALUES, "values-dev.yaml": VALUES, "values-prod.yaml": VALUES},
        ["values.yaml values-dev.yaml", "values.yaml values-prod.yaml"],
    ),
    "a workload and its ConfigMaps": (
        {"settings.yaml": SETTINGS, "deploy.yaml": DEPLOYMENT, "names.yaml": NAMES},
        ["deploy.yaml settings.yaml names.yaml"],
    ),
    "the ConfigMap of another folder's deployment": (
        {"a/deploy.yaml": DEPLOYMENT, "b/deploy.yaml": DEPLOYMENT, "b/settings.yaml": SETTINGS},
        ["a/deploy.yaml", "b/deploy.yaml b/settings.yaml"],
    ),
    "a ConfigMap alone": ({"settings.yaml": SETTINGS}, ["settings.yaml"]),
    "two servers of one file": (
        {"all.yaml": f"{DEPLOYMENT}---\n{DEPLOYMENT.replace('name: coder}', 'name: b}')}"},
        ["all.yaml", "all.yaml"],
    ),
    "the server's YAML that a variable names": (
        {"coder.env": "CODER_CONFIG_PATH=/etc/coder/c.yaml\n", "c.yaml": "telemetry: {}\n"},
        ["coder.env c.yaml"],
    ),
    "an env file and a YAML that it does not name": (
        {"coder.env": ENV, "c.yaml": "telemetry:\n  enable: false\n"},
        ["coder.env", "c.yaml"],
    ),
}


@every_row("case", TOGETHER)
def test_files_belong_to_what_points_to_them(case):
    files, expected = TOGETHER[case]
    found = read_together(files).found
    assert [" ".join(file.name for file in one.files) for one in found] == expected


def test_what_is_pointed_to_and_given_is_read_in_its_place():
    (one,) = read_together({"d.yaml": DEPLOYMENT, "s.yaml": SETTINGS, "n.yaml": NAMES}).found
    assert [(given.name, given.value) for given in one.operator.given] == [
        ("CODER_A", "1"),
        ("CODER_WILDCARD_ACCESS_URL", "*.a.com"),
    ]
    assert not one.operator.elsewhere


def test_what_is_pointed_to_and_not_given_is_elsewhere():
    (one,) = read_together({"d.yaml": DEPLOYMENT}).found
    assert [other.resource for other in one.operator.elsewhere] == ["configmap/settings"]
    assert [given.state for given in one.operator.given] == [GivenState.REFERENCE]


def test_what_is_not_understood_is_a_note_and_not_the_end():
    broken = {"notes.txt": "hello\n", "x.yaml": "apiVersion: v1\nkind: Service\n", "a.env": ENV}
    read_anyway = read_together(broken)
    assert [one.name for one in read_anyway.found] == ["a.env"]
    assert [note.split()[0] for note in read_anyway.notes] == ["notes.txt", "x.yaml"]
    with pytest.raises(SourceError, match=r"notes\.txt is no file .*; x\.yaml is a Service"):
        read_together({name: broken[name] for name in ("notes.txt", "x.yaml")})
    with pytest.raises(SourceError, match=r"notes\.txt"):
        read_together(broken, read_as_one)


def test_a_config_map_beside_a_server_that_does_not_use_it_reaches_nobody():
    unused = SETTINGS.replace("settings", "unused")
    both = read_together({"all.yaml": f"{DEPLOYMENT}---\n{unused}"})
    assert [len(one.operator.given) for one in both.found] == [1]
    assert "ConfigMap unused" in both.notes[0]


def test_servers_of_one_file_are_named():
    two = f"{DEPLOYMENT}---\n{DEPLOYMENT.replace('name: coder}', 'name: b}')}"
    names = [one.name for one in read_together({"all.yaml": two}).found]
    assert names == ["all.yaml (Deployment coder)", "all.yaml (Deployment b)"]
    with pytest.raises(SourceError, match="sets up several servers"):
        read_together({"all.yaml": two}, read_as_one)


LAYERS = [
    ("values.yaml values-prod.yaml", ["0 1"]),
    ("values-prod.yaml values.yaml", ["1 0"]),
    ("values.yaml prod-values.yaml values.secret.yaml", ["0 1 2"]),
    ("values.yaml get-values.yaml vendor.yaml", ["0", "1", "2"]),
    ("a/values.yaml b/values.yaml", ["0", "1"]),
    ("base.yaml prod.yaml", ["0 1"]),
    ("one.yaml two.yaml", ["0", "1"]),
    ("values.yaml values-dev.yaml values-prod.yaml values-extra.yaml", ["0 1 3", "0 2 3"]),
]


@every_row(("names", "groups"), LAYERS)
def test_layers_are_known_by_their_names(names, groups):
    found = layered(names.split(), "helm-values")
    assert [" ".join(map(str, group)) for group in found] == groups


EXTENDING = "services:\n  coder:\n    extends: {file: common.yaml, service: base}\n"
COMMON = SERVER.replace("  coder:", "  base:") + "    env_file: all.env\n"


def test_a_service_is_made_of_the_one_that_it_extends():
    own = f"{EXTENDING}    environment: {{CODER_VERBOSE: '1'}}\n"
    files = {"common.yaml": COMMON, "all.env": "CODER_ACCESS_URL=x\nCODER_A=1\n"}
    (one,) = read_together({**files, "compose.yaml": own}).found
    assert [(given.name, given.value) for given in one.operator.given] == [
        ("CODER_ACCESS_URL", "x"),  # by a file, which every `environment` overrides
        ("CODER_A", "1"),
        ("CODER_ACCESS_URL", "https://a.example.com"),
        ("CODER_VERBOSE", "1"),
    ]
    assert (one.operator.version, one.operator.elsewhere) == ("2.30.0", ())
    assert {file.name for file in one.files} == {*files, "compose.yaml"}


def test_what_a_service_extends_and_is_not_here_is_elsewhere():
    own = f"{EXTENDING}    environment: {{CODER_ACCESS_URL: https://a.example.com}}\n"
    (one,) = read_together({"compose.yaml": own}).found
    assert [other.resource for other in one.operator.elsewhere] == ["file/common.yaml"]


def test_a_variable_without_a_name_is_elsewhere():
    (one,) = read_together({"c.yaml": COMPOSE + "      - CODER_A=1\n      - ${MORE}\n"}).found
    assert [given.name for given in one.operator.given] == ["CODER_A"]
    assert [other.resource for other in one.operator.elsewhere] == ["environment"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["values.yaml", "values-prod.yaml"], "values.yaml + values-prod.yaml"),
        (["a/values.yaml", "a/values-prod.yaml"], "a/values.yaml + values-prod.yaml"),
        (["values.yaml", *(f"values-{n}.yaml" for n in "abcd")], "values.yaml + 4 more"),
    ],
)
def test_a_deployment_is_named_after_its_layers(names, expected):
    text = "coder: {env: [{name: CODER_VERBOSE, value: 'true'}]}"
    (one,) = read_together(dict.fromkeys(names, text)).found
    assert one.name == expected


@every_row(
    ("text", "expected"),
    [
        ("apiVersion: v2\nname: coder\nversion: 2.30.0\n", "chart"),
        ("apiVersion: a/v1\nkind: Application\n", "argo-application"),
        ("apiVersion: a/v1\nkind: HelmChartConfig\n", "helm-chart"),
        ("apiVersion: a/v1\nkind: OCIRepository\n", "kubernetes (OCIRepository)"),
        ("apiVersion: a/v1\nkind: A\n---\napiVersion: a/v1\nkind: B\n", "kubernetes"),
        ("x", ""),
    ],
)
def test_a_file_without_settings_is_something_too(text, expected):
    assert form_word(decode(text.encode(), "file.yaml")) == expected
