"""--render: kustomize, helm and docker compose do what they do best, within bounds."""

import json
import shutil
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest

from confaudit.operator_files import rendering
from tests.integration.processes import DEADLINE, wait_until

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: coder}
spec:
  selector: {matchLabels: {app: coder}}
  template:
    metadata: {labels: {app: coder}}
    spec:
      containers:
        - {name: coder, image: "ghcr.io/coder/coder:v2.30.0"}
"""
KUSTOMIZATION = """\
resources: [../base]
images: [{name: ghcr.io/coder/coder, newTag: v2.33.0}]
configMapGenerator: [{name: env, literals: [CODER_VERBOSE=true]}]
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: coder}
      spec:
        template:
          spec:
            containers: [{name: coder, envFrom: [{configMapRef: {name: env}}]}]
"""
COMPOSE = "services: {coder: {image: 'ghcr.io/coder/coder:v2.33.0', env_file: coder.env}}\n"
VALUES = "coder:\n  env:\n    - {name: CODER_VERBOSE, value: 'true'}\n"
CHART = "apiVersion: v2\nname: coder\nversion: 2.33.0\n"
TEMPLATE = DEPLOYMENT.replace("v2.30.0", "v2.33.0").replace(
    'v2.33.0"}', 'v2.33.0", env: {{ toJson .Values.coder.env }}}'
)
FOLDERS = {
    "kubectl": (
        {
            "base/kustomization.yaml": "resources: [deployment.yaml]\n",
            "base/deployment.yaml": DEPLOYMENT,
            "prod/kustomization.yaml": KUSTOMIZATION,
        },
        ["prod/kustomization.yaml", "base/deployment.yaml"],
    ),
    "docker-compose": (
        {"compose.yaml": f"version: '3.7'\n{COMPOSE}", "coder.env": "CODER_VERBOSE=true\n"},
        ["compose.yaml"],
    ),
    "helm": (
        {"Chart.yaml": CHART, "templates/d.yaml": TEMPLATE, "values.yaml": VALUES},
        ["values.yaml"],
    ),
}


def lay(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("tool", FOLDERS)
def test_what_the_real_tool_makes_of_it_is_what_is_read(tool, clean_folder, confaudit):
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed: what it renders was not read")
    files, given = FOLDERS[tool]
    lay(clean_folder, files)
    _, out, err = confaudit("lint", *given, "--render", "-f", "json")
    assert not err
    report = json.loads(out)
    assert [one["rule"] for one in report["findings"]] == ["option-deprecated"]
    assert report["findings"][0]["positions"][0]["file"] == f"{given[0]} (rendered)"
    assert "2.33.0" in out


@pytest.fixture
def stand_in(clean_folder, monkeypatch):
    """A folder with a kustomization, and tools that are the script it is called with."""
    lay(clean_folder, {"kustomization.yaml": "resources: []\n"})
    monkeypatch.setenv("PATH", f"{clean_folder / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("PLANTED", "planted-secret")

    def install(script):
        for tool in ("kustomize", "kubectl"):
            lay(clean_folder / "bin", {tool: f"#!/bin/sh\n{script}\n"})
            (clean_folder / "bin" / tool).chmod(0o755)

    return install


ESCAPES = f"setsid sleep {2 * DEADLINE} & wait"
BOUNDS = {
    "it fails": ("echo planted-secret >&2; exit 3", "kustomize cannot render kustomization.yaml"),
    "it hangs": (f"sleep {2 * DEADLINE} & wait", "cannot render kustomization.yaml"),
    "a child of it leaves its session": (ESCAPES, "cannot render kustomization.yaml"),
    "it never ends": ("yes CODER_A=planted-secret", "larger than 8 MiB"),
    "it prints nothing": ("true", "no file that configures Coder"),
}


@pytest.mark.parametrize("case", BOUNDS)
def test_a_tool_has_bounds_and_its_words_go_nowhere(case, stand_in, monkeypatch, confaudit):
    monkeypatch.setattr(rendering, "TIMEOUT", 0.5)
    monkeypatch.setattr(rendering, "_apart", tuple)  # as where the system helps with nothing
    script, message = BOUNDS[case]
    stand_in(script)
    begun = monotonic()
    code, out, err = confaudit("lint", "kustomization.yaml", "--render")
    assert monotonic() - begun < DEADLINE  # the pipe that a child holds open makes nobody wait
    assert code == 2
    assert message in err
    assert "planted" not in out + err


def running(word):
    """The processes with a word on their command lines."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes())
    return [one for one in found if word in one]


def test_nothing_that_a_tool_starts_outlives_it(stand_in, monkeypatch, confaudit):
    if not rendering._apart():
        pytest.skip("no processes apart here: that a child cannot leave them was not seen")
    monkeypatch.setattr(rendering, "TIMEOUT", 0.5)
    stand_in("setsid sleep 314.159 & wait")
    confaudit("lint", "kustomization.yaml", "--render")
    wait_until(lambda: not running(b"314.159"))  # the kernel ends them, soon


def test_a_tool_has_no_network_where_the_system_can_do_that(stand_in, confaudit):
    if not rendering._apart():
        pytest.skip("no network apart here: that there is none was not seen")
    stand_in('test "$(grep -c : /proc/net/dev)" = 1 || exit 3; echo "CODER_VERBOSE=true"')
    code, out, err = confaudit("lint", "kustomization.yaml", "--render", "-f", "concise")
    assert (code, err) == (0, "")
    assert "CODER_VERBOSE is deprecated" in out


def test_what_cannot_be_rendered_is_read_as_it_stands_and_noted(stand_in, clean_folder, confaudit):
    lay(clean_folder, {"Chart.yaml": CHART, "values.yaml": VALUES})
    stand_in("exit 1")
    shutil.copy(clean_folder / "bin" / "kubectl", clean_folder / "bin" / "helm")
    code, out, err = confaudit("lint", "values.yaml", "--render")
    assert (code, err) == (0, "")
    assert "helm cannot render values.yaml, which is read as it stands" in " ".join(out.split())
    assert "values.yaml:3" in out


@pytest.mark.parametrize(
    "text",
    ["resources: [deep]\n", "resources: ['x\\0y', aa]\n", "- {", "\0", "x" * 300_000],
    ids=("deep", "no path", "no YAML", "no text", "large"),
)
def test_kustomizations_that_nobody_gave_are_looked_at_within_bounds(text, clean_folder):
    lay(clean_folder, {"kustomization.yaml": text, "deep/kustomization.yaml": "resources: [..]\n"})
    assert len(rendering._built_on(clean_folder)) <= 2


def test_a_tool_sees_nothing_of_the_callers_environment(stand_in, confaudit):
    stand_in('test -z "$PLANTED" || exit 3; echo "CODER_VERBOSE=true"')
    code, out, err = confaudit("lint", "kustomization.yaml", "--render", "-f", "concise")
    assert (code, err) == (0, "")
    assert "CODER_VERBOSE is deprecated" in out


REFUSED = {
    "nothing to render": (["lint", "a.env", "--render"], "none of the files is"),
    "no tool": (["lint", "kustomization.yaml", "--render"], "needs kustomize or kubectl"),
    "forms by position": (["lint", "a.env", "--form", "env-file", "--render"], "leave one of them"),
    "copies": (
        ["upgrade", "--to", "2.35.1", "-i", "a.env", "--render", "--write-fixed", "out"],
        "leave one of them out",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_rendered_is_said_in_one_sentence(
    case, clean_folder, monkeypatch, confaudit
):
    lay(clean_folder, {"a.env": "CODER_VERBOSE=1\n", "kustomization.yaml": "resources: []\n"})
    monkeypatch.setenv("PATH", str(clean_folder))
    arguments, message = REFUSED[case]
    code, out, err = confaudit(*arguments)
    assert (code, out) == (2, "")
    assert message in err
