"""Several deployments in one run: each gets what it would get alone, in one report."""

import json
import shutil
from pathlib import Path

import pytest

from confaudit.catalog.loader import packaged
from confaudit.workflows.versions import version_by_word

TWINS = Path(__file__).parents[1] / "data" / "operator_files"
UNRELATED = (
    "argocd-application.yaml",
    "coder.service",
    "compose-list.yaml",
    "compose-map.yaml",
    "helm-values.yaml",
    "helmrelease-oci.yaml",
    "manifests.yaml",
    "mixed.env",
    "server.yaml",
    "shapes.tf",
)
LINT = ("lint", "--version", "2.33.0")
UPGRADE = ("upgrade", "--from", "2.30.0", "--to", "2.35.1")


@pytest.fixture
def folder(clean_folder):
    for name in UNRELATED:
        home = clean_folder / Path(name).stem
        home.mkdir()
        shutil.copy(TWINS / name, home / name)
    return clean_folder


@pytest.fixture
def told(confaudit):
    def call(command, *files, flags=()):
        marks = ["-i"] if command[0] == "upgrade" else []
        named = [word for file in files for word in (*marks, file)]
        code, out, err = confaudit(*command, *named, *flags, "-f", "json", "--exit-zero")
        assert code == 0, err
        return json.loads(out)

    return call


@pytest.mark.parametrize("command", [LINT, UPGRADE], ids=lambda command: command[0])
def test_together_they_get_exactly_what_each_gets_alone(folder, told, command):
    files = [f"{Path(name).stem}/{name}" for name in UNRELATED]
    alone = [told(command, file) for file in files]
    whole = told(command, *files)
    assert whole["findings"] == [one for each in alone for one in each["findings"]]
    assert [one["verdict"] for one in whole["deployments"]] == [one["verdict"] for one in alone]
    for part, single in zip(whole["deployments"], alone, strict=True):
        assert {*single["notes"]} <= {*part["notes"], *whole["notes"]}
    assert [one["name"] for one in whole["deployments"]] == files
    assert whole["verdict"].startswith("3 of 10 deployments will not start")


def test_a_report_on_several_comes_back_from_json(folder, confaudit, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    files = ("mixed/mixed.env", "compose-list/compose-list.yaml")
    assert confaudit(*LINT, *files, "-f", "json", "-o", "saved.json", "-f", "md")[0] == 1
    direct = confaudit(*LINT, *files, "-f", "html")[1]
    assert confaudit("convert", "saved.json", "-f", "html")[1] == direct


def test_copies_are_those_of_single_runs_and_each_file_is_written_once(folder, confaudit):
    (folder / "old.env").write_bytes(b"CODER_TELEMETRY=false # caf\xc3\xa9\r\nCODER_VERBOSE=1\r")
    (folder / "old.yaml").write_text(
        "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.30.0\n"
        "    environment: {CODER_TELEMETRY: 'false', CODER_ACCESS_URL: 'https://a.example.com'}\n"
    )
    files = ["old.env", "old.yaml", *(f"{Path(name).stem}/{name}" for name in UNRELATED[:3])]
    for number, file in enumerate(files):
        assert confaudit(*UPGRADE, "-i", file, "--write-fixed", f"alone-{number}")[0] < 2
    inputs = [word for file in files for word in ("-i", file)]
    code, out, _ = confaudit(*UPGRADE, *inputs, "--write-fixed", "together")
    assert code < 2
    assert out.count("rewritten in copies below together") == 1
    changed = 0
    for number, file in enumerate(files):
        copy = (folder / "together" / Path(file).name).read_bytes()
        assert copy == (folder / f"alone-{number}" / Path(file).name).read_bytes()
        changed += copy != (folder / file).read_bytes()
    assert changed == 2


def test_a_filter_that_means_something_of_one_of_them_is_none_of_a_stranger(folder, confaudit):
    (folder / "a.env").write_text("CODER_ACCESS_URL=https://a.example.com\nCODER_NOPE=1\n")
    code, out, _ = confaudit(*LINT, "a.env", "mixed/mixed.env", "--only", "CODER_NOPE")
    assert (code, "Check of 2 deployments" in out) == (0, True)
    assert "1 thing to mend" in out
    code, _, err = confaudit(*LINT, "a.env", "mixed/mixed.env", "--only", "CODER_NEVER")
    assert (code, "CODER_NEVER" in err) == (2, True)


def test_one_that_tells_no_release_is_left_out_and_the_others_are_audited(folder, confaudit, told):
    values = "coder:\n  image: {{tag: {}}}\n  env: [{{name: CODER_VERBOSE, value: '1'}}]\n"
    (folder / "told.yaml").write_text(values.format("v2.33.0"))
    (folder / "line.yaml").write_text(values.format("2.33.x"))
    (folder / "any.yaml").write_text(values.format("^2.30"))
    (folder / "none.env").write_text("CODER_VERBOSE=1\n")
    files = ("told.yaml", "line.yaml", "any.yaml", "none.env")
    upgrade = ("upgrade", "--to", "2.36.0")
    whole = told(upgrade, *files)
    assert whole["verdict"].startswith("2 of 4 deployments not audited, the others start")
    parts, newest = whole["deployments"], version_by_word("2.33", packaged().versions)
    assert [one.get("not_audited", False) for one in parts] == [False, False, True, True]
    assert [one["releases"][:1] for one in parts] == [["2.33.0"], [newest], [], []]
    rows = whole["tables"]["deployments"]["rows"]
    assert [row["told_by"] for row in rows] == [
        "itself", "2.33.x; newest known", "^2.30", "nothing"
    ]  # fmt: skip
    assert parts[0]["findings"] == [
        one["fingerprint"] for one in told(upgrade, "told.yaml")["findings"]
    ]
    marked = [word for file in files for word in ("-i", file)]
    code, out, _ = confaudit(*upgrade, *marked, "--strict")
    assert (code, out.count("Say with --from which release runs")) == (3, 2)
    assert "not_audited" not in told(("upgrade", "--from", "2.33.0", "--to", "2.36.0"), *files)
    code, _, err = confaudit(*upgrade, "-i", "any.yaml", "-i", "none.env")
    assert (code, "in any.yaml and none.env; the files say ^2.30" in err) == (2, True)


def test_a_file_that_is_not_read_is_a_note_on_all(folder, told):
    (folder / "cm.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
    whole = told(LINT, "mixed/mixed.env", "cm.yaml", "compose-list/compose-list.yaml")
    assert len(whole["deployments"]) == 2
    assert any(note.startswith("cm.yaml is") for note in whole["notes"])
    single = told(LINT, "mixed/mixed.env", "cm.yaml")
    assert "deployments" not in single
    assert any(note.startswith("cm.yaml is") for note in single["notes"])


EMPTY = {
    "values.yaml": "coder:\n  image: {tag: v2.30.0}\n",
    "release.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
    "metadata: {name: coder}\nspec: {chart: {spec: {chart: coder, version: 2.30.0}}}\n",
    "application.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
    "metadata: {name: coder}\nspec:\n  source: {chart: coder, repoURL: https://helm.coder.com/v2,"
    " targetRevision: 2.30.0, helm: {valueFiles: [prod.yaml]}}\n",
    "compose.yaml": "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.30.0\n",
    "with-env-file.yaml": "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.30.0\n"
    "    env_file: [missing.env]\n",
    "deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: coder}\n"
    "spec: {template: {spec: {containers: [{name: coder,"
    " image: 'ghcr.io/coder/coder:v2.30.0', envFrom: [{secretRef: {name: x}}]}]}}}\n",
    "coder.service": "[Service]\nExecStart=/usr/bin/coder server\nEnvironmentFile=/etc/coder.env\n",
    "server.yaml": "networking: {}\n",
    "main.tf": 'resource "helm_release" "coder" {\n  chart = "coder"\n  version = "2.30.0"\n'
    '  values = [file("prod.yaml")]\n}\n',
    "Dockerfile": "FROM ghcr.io/coder/coder:v2.30.0\n",
    "inspected.json": '[{"Id": "a", "Name": "/coder", "Config": {"Env": ["PATH=/bin"],'
    ' "Image": "ghcr.io/coder/coder:v2.30.0", "Cmd": ["server"]}}]\n',
}
"""Files of every kind that set up a server, and none of its settings."""


@pytest.mark.parametrize("command", [LINT, UPGRADE], ids=lambda command: command[0])
def test_nothing_is_called_safe_where_nothing_is_set(clean_folder, told, command):
    for name, text in EMPTY.items():
        (clean_folder / name).write_text(text)
    whole = told(command, *EMPTY)
    verdicts = {one["name"]: one["verdict"] for one in whole["deployments"]}
    assert verdicts == dict.fromkeys(EMPTY, "nothing of Coder's settings was read")
    assert whole["verdict"] == "nothing of Coder's settings was read for 11 of 11 deployments"
    assert whole["nothing_read"] is True


def test_names_are_all_different(folder, told):
    whole = told(LINT, "mixed/mixed.env", "mixed/mixed.env")
    names = [one["name"] for one in whole["deployments"]]
    assert names == ["mixed/mixed.env", "mixed/mixed.env #2"]


def test_what_is_of_one_deployment_is_refused_for_several(folder, confaudit):
    (folder / "target.yaml").write_text("telemetry: {enable: true}\n")
    files = ("-i", "mixed/mixed.env", "-i", "compose-list/compose-list.yaml")
    code, _, err = confaudit(*UPGRADE, *files, "--target-yaml", "target.yaml")
    assert (code, "--together" in err) == (2, True)


def test_a_file_that_only_another_understands_is_shown_without_a_word_for_it(
    clean_folder, confaudit
):
    texts = {
        "helmfile.yaml": "environments: {default: {values: [env.yaml]}}\nreleases:\n"
        "- {name: coder, chart: coder-v2/coder, version: 2.30.0, values: [values.yaml]}\n",
        "env.yaml": "domain: example.com\n",
        "values.yaml": "coder: {env: [{name: CODER_VERBOSE, value: 'true'}]}\n",
    }
    for name, text in texts.items():
        (clean_folder / name).write_text(text, encoding="utf-8")
    _, out, err = confaudit("lint", *texts, "-f", "json", "--exit-zero")
    rows = json.loads(out)["tables"]["inputs"]["rows"]
    forms = {row["input"]: row.get("form") for row in rows}
    assert not err
    assert forms == {"helmfile.yaml": "helmfile", "env.yaml": None, "values.yaml": "helm-values"}
