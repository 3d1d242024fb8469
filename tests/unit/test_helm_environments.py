"""helmfiles and ApplicationSets for several environments: a deployment for each that is told."""

import pytest

from confaudit.operator_files import decode, read_deployments
from confaudit.operator_files.file import plain
from confaudit.operator_files.helm.parameters import Environment, guessed
from tests.tables import every_row
from tests.unit.file_texts import told


def env(name, value="x"):
    return f"coder: {{env: [{{name: CODER_{name}, value: {value}}}]}}\n"


ENVIRONMENTS = """\
environments:
  dev:
    values:
      - tag: 2.31.0
  prod: {values: [prod.yaml]}
---
"""
RELEASES = """\
releases:
  - name: coder
    chart: coder-v2/coder
    version: {{ .Values.tag }}
    values:
      - values.yaml
      - {{ .Environment.Name }}/values.yaml.gotmpl
"""
GUESSED = RELEASES.replace("{{ .Values.tag }}", "2.30.0").replace(
    "{{ .Environment.Name }}/values.yaml.gotmpl", "values-{{ .Environment.Name }}.yaml"
)
FOLDERS = {
    "values.yaml": env("A"),
    "dev/values.yaml.gotmpl": env("B", "{{ .Environment.Name }}"),
    "prod/values.yaml.gotmpl": env("C", "{{ .Values.tag }}"),
    "prod.yaml": "tag: 2.30.0\n",
}
BOTH = ["dev 2.31.0 B=dev", "prod 2.30.0 C=2.30.0"]
LAYERS = {
    "values.yaml": env("A"),
    "values-dev.yaml": "coder: {replicaCount: 2}\n",
    "values-prod.yaml": env("C"),
}
SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: coder}
spec:
  generators: [%s]
  template:
    metadata: {name: 'coder-{{env}}'}
    spec:
      source: {chart: coder, targetRevision: '{{version}}', helm: {valueFiles: [values.yaml, '%s']}}
"""
DEV, PROD = "{env: dev, version: 2.31.0}", "{env: prod, version: 2.30.0}"
LIST = f"list: {{elements: [{DEV}, {PROD}]}}"
MATRIX = (
    "matrix: {generators: [{list: {elements: [{version: 2.30.0}]}}, "
    "{list: {elements: [{env: dev}, {env: prod}]}}]}"
)
MERGE = (
    f"merge: {{mergeKeys: [env], generators: [{{{LIST}}}, "
    "{list: {elements: [{env: dev, version: 2.32.0}]}}]}"
)
GIT = (
    "git: {directories: [{path: apps/*}, {path: apps/old, exclude: true}], values: {v: '{{path}}'}}"
)
CONFIG = "git: {files: [{path: 'envs/**/config.json'}]}"
CLUSTERS = "clusters: {values: {version: 2.30.0}}"
BY_ENV = "values-{{env}}.yaml"
PATHS = SET.replace("{{env}}", "{{path.basename}}").replace("{{version}}", "2.30.0")
IN_GIT = PATHS.replace("chart: coder, targetRevision: '2.30.0'", "path: '{{path}}'")

CASES = {
    "a helmfile that lists them": (
        {"helmfile.yaml": ENVIRONMENTS + RELEASES, **FOLDERS},
        ["coder, dev 2.31.0 B=dev", "coder, prod 2.30.0 C=2.30.0"],
    ),
    "a helmfile whose base lists them": (
        {
            "helmfile.yaml": f"bases: [e.yaml]\n{RELEASES}",
            "e.yaml": ENVIRONMENTS.removesuffix("---\n"),
            **FOLDERS,
        },
        ["coder, dev 2.31.0 B=dev", "coder, prod 2.30.0 C=2.30.0"],
    ),
    "a helmfile that lists none": (
        {"helmfile.yaml": GUESSED, **LAYERS},
        ["coder, dev 2.30.0 A=x", "coder, prod 2.30.0 C=x"],
    ),
    "a helmfile without its files": (
        {"helmfile.yaml": GUESSED, "values.yaml": env("A")},
        ["helmfile.yaml 2.30.0 A=x unseen"],
    ),
    "a helmfile without the values of an environment": (
        {
            "helmfile.yaml": ENVIRONMENTS
            + RELEASES.replace(".tag }}", '.tag | default "2.29.0" }}'),
            **{name: text for name, text in FOLDERS.items() if name != "prod.yaml"},
        },
        ["coder, dev 2.31.0 B=dev", "coder, prod - C:unresolved"],
    ),
    "a helmfile that is the same in both": (
        {"helmfile.yaml": ENVIRONMENTS + GUESSED.replace("-{{ .Environment.Name }}", ""), **LAYERS},
        ["helmfile.yaml 2.30.0 A=x", "values-dev.yaml -", "values-prod.yaml - C=x"],
    ),
    "a list": ({"a.yaml": SET % (LIST, BY_ENV), **LAYERS}, ["dev 2.31.0 A=x", "prod 2.30.0 C=x"]),
    "a list without files": (
        {"a.yaml": SET % (LIST, BY_ENV), "values.yaml": env("A")},
        ["dev 2.31.0 A=x unseen", "prod 2.30.0 A=x unseen"],
    ),
    "a matrix": (
        {"a.yaml": SET % (MATRIX, BY_ENV), **LAYERS},
        ["dev 2.30.0 A=x", "prod 2.30.0 C=x"],
    ),
    "a merge": ({"a.yaml": SET % (MERGE, BY_ENV), **LAYERS}, ["dev 2.32.0 A=x", "prod 2.30.0 C=x"]),
    "folders in git": (
        {
            "r/set.yaml": PATHS % (GIT, "{{values.v}}/v.yaml"),
            "r/values.yaml": env("A"),
            **{f"r/apps/{name}/v.yaml": env("B") for name in ("dev", "old", "prod")},
        },
        ["r/apps/old/v.yaml - B=x", "dev 2.30.0 B=x", "prod 2.30.0 B=x"],
    ),
    "charts in folders in git": (
        {
            "r/set.yaml": PATHS.replace(
                "chart: coder, targetRevision: '2.30.0'", "path: '{{path}}'"
            )
            % (GIT, "prod.yaml"),
            "r/apps/dev/Chart.yaml": "apiVersion: v2\nname: dev\nversion: 0.1.0\ndependencies:\n"
            "- {name: coder, version: 2.31.0, repository: 'https://helm.coder.com/v2'}\n",
            "r/apps/dev/values.yaml": f"coder:\n  {env('A')}",
            "r/apps/dev/prod.yaml": f"coder:\n  {env('B')}",
            "r/apps/other/values.yaml": "a: b\n",
        },
        ["r/set.yaml 2.31.0 B=x"],
    ),
    "files in git": (
        {
            "set.yaml": SET % (CONFIG, BY_ENV),
            "envs/eu/dev/config.json": DEV,
            "envs/eu/prod/config.json": PROD,
            **LAYERS,
        },
        ["dev 2.31.0 A=x", "prod 2.30.0 C=x"],
    ),
    "clusters that nobody knows here": (
        {
            "a.yaml": (SET % (CLUSTERS, BY_ENV)).replace("{{version}}", "{{.values.version}}"),
            **LAYERS,
        },
        ["dev 2.30.0 A=x", "prod 2.30.0 C=x"],
    ),
    "clusters without files": (
        {"a.yaml": SET % (CLUSTERS, BY_ENV), "values.yaml": env("A")},
        ["a.yaml - A=x unseen"],
    ),
}


def which(deployment):
    """What an environment is called in a deployment's name."""
    inner = deployment.name.rpartition("(")[2].rstrip(")").removeprefix("ApplicationSet coder, ")
    return inner.removeprefix("coder-")


@every_row("case", CASES)
def test_each_environment_is_a_deployment(case):
    files, expected = CASES[case]
    read = read_deployments([decode(text.encode(), name) for name, text in files.items()])
    found = [
        " ".join((which(one), one.operator.version or "-", *told(one.operator)))
        for one in read.found
    ]
    assert sorted(found) == sorted(expected)


FILLED = [
    ("{{ .Environment.Name }}", "prod"),
    ("{{- .Environment.Name -}}", "prod"),
    ("{{ .Environment.Name | quote }}", "prod"),
    ("{{ .Environment.Name | upper }}", "{{ .Environment.Name | upper }}"),
    ('{{ .Values.tag | default "2.30.0" }}', "2.30.0"),
    ('{{ default "x" .Environment.Name }}', "prod"),
    ("{{ .Values.tag | default .Values.other }}", "{{ .Values.tag | default .Values.other }}"),
    ("{{`{{ .Environment.Name }}`}}", "{{ .Environment.Name }}"),
    ("{{path[1]}} {{ index .path.segments 1 }}", "b c"),
    ("{{ .unknown }} {{", "{{ .unknown }} {{"),
    ("{{ .unsafe }}", "{{ .unsafe }}"),
]


@every_row(("text", "expected"), FILLED)
def test_a_template_that_names_a_value_is_filled_in(text, expected):
    known = {
        "Environment.Name": "prod",
        "path.1": "b",
        "path.segments.1": "c",
        "unsafe": "a: 'b'\n",
    }
    assert Environment("prod", known).fill(text) == expected


@every_row(
    ("paths", "expected"),
    [
        (["v-{{a}}.yaml"], ["1", "2"]),
        (["{{ .a }}/{{b}}/v.yaml"], ["x, y"]),
        (["$values/{{path}}/v.yaml"], ["x/y", "deep/x/y"]),
        (["v-{{a}}.yaml", "{{a}}/{{a}}/v.yaml"], ["1", "2"]),
        (["{{a}}{{b}}{{c}}{{d}}.yaml"], []),
        (["v.yaml"], []),
    ],
)  # fmt: skip
def test_environments_are_guessed_by_the_files_that_were_given(paths, expected):
    files = [plain("", name) for name in ("v-1.yaml", "v-2.yaml", "x/y/v.yaml", "deep/x/y/v.yaml")]
    assert [one.name for one in guessed(paths, files)] == expected


@pytest.mark.parametrize(
    ("version", "tag"), [("{{ .Values.x }}", ""), ("2.30.0", "  image: {tag: {{ env `TAG` }}}\n")]
)
def test_a_template_without_quotes_tells_no_version(version, tag):
    text = f"releases:\n- name: a\n  chart: coder\n  version: {version}\n  values: [v.yaml]\n"
    values = f"coder:\n{tag}  env: [{{name: CODER_A, value: x}}]\n"
    files = [plain(text, "helmfile.yaml"), plain(values, "v.yaml")]
    (one,) = read_deployments(files).found
    assert (one.operator.version, one.operator.version_hint) == ("", "a template")
