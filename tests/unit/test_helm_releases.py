"""Releases of Coder's chart by Flux, Argo CD and k3s: which values arrive, and what is missing."""

import base64

import pytest

from confaudit.core.given import GivenState
from confaudit.errors import SourceError
from confaudit.operator_files import decode, read_deployments
from tests.tables import every_row

FLUX = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: coder, namespace: ide}
spec:
  chart: {spec: {chart: coder, version: 2.30.0, sourceRef: {kind: HelmRepository, name: coder}}}
"""
FROM = "  valuesFrom: [{kind: ConfigMap, name: base}, {kind: Secret, name: over, valuesKey: v}]\n"
OWN = "  values: {coder: {env: [{name: CODER_C, value: c}]}}\n"


def text(name, value="x"):
    return f"coder: {{env: [{{name: {name}, value: {value}}}], replicaCount: 2}}"


def config_map(name, held, key="values.yaml", kind="ConfigMap", data="data"):
    return (
        f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: ide}}\n"
        f'{data}: {{{key}: "{held}"}}\n'
    )


def secret(name, held, key):
    encoded = base64.b64encode(held.encode()).decode()
    return config_map(name, encoded, key, kind="Secret")


def argo(helm, chart="chart: coder, targetRevision: 2.30.0"):
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: coder}\n"
        f"spec:\n  sources:\n  - {{ref: values, repoURL: https://git.example.com/x}}\n"
        f"  - {{{chart}, helm: {{{helm}}}}}\n"
    )


def k3s(more):
    return (
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: coder}\n"
        f"spec:\n  chart: coder\n  version: 2.30.0\n{more}"
    )


CONTENT = "  valuesContent: |-\n    coder: {env: [{name: CODER_A, value: a}]}\n"
CONFIG = k3s(CONTENT.replace("_A", "_B")).replace("kind: HelmChart", "kind: HelmChartConfig")
FILES = "valueFiles: [$values/apps/values.yaml, values-prod.yaml]"
SET = (
    "valueFiles: [values.yaml], parameters: [{name: 'coder.env[0].value', value: 'true'}, "
    "{name: coder.image.tag, value: v2.31.1}]"
)

A, B, C = (text(f"CODER_{one}") for one in "ABC")
BASE, BOTH, BROKEN = (
    config_map("base", A),
    config_map("base", A) + "---\n" + secret("over", B, "v"),
    config_map("base", A) + "---\n" + config_map("over", "?", "v", "Secret"),
)
FLAGS = secret("over", "coder: {commandArgs: [server, --verbose=true]}", "v")
ONE = "  valuesFrom: [{kind: ConfigMap, name: base}]\n"
BY_PATH = "  valuesFrom: [{kind: ConfigMap, name: t, valuesKey: t, targetPath: coder.image.tag}]\n"
IN_SECRET = "  valuesFrom: [{kind: Secret, name: t, targetPath: 'coder.env[0].value'}]\n"
BY_ARCHIVE = f"{FLUX[: FLUX.index('  chart:')]}  chartRef: {{kind: OCIRepository, name: x}}\n{OWN}"
ARCHIVE = (
    "apiVersion: v1\nkind: OCIRepository\nmetadata: {name: x}\n"
    "spec: {url: oci://ghcr.io/coder/chart/coder, ref: {tag: 2.31.1}}\n"
)
ALL = f"valueFiles: [values.yaml], values: 'coder: {{replicaCount: 3}}', valuesObject: {{{C}}}"
VALUES, PROD = "apps/values.yaml", "apps/values-prod.yaml"
IN_FOLDER = "valueFiles: [$values/apps/values.yaml, $values/apps/b.yaml]"
IN_GIT = argo(FILES, "path: charts/ide")
GRAFANA = argo("valueFiles: [values.yaml]", "chart: grafana")
K3S_SET = k3s(CONTENT + "  set: {coder.image.tag: v2.31.1}\n")

HELMFILE = """\
releases:
  - {name: other, chart: x/grafana, values: [{a: b}]}
  - {name: old, chart: x/coder, installed: false, values: [{coder: {env: [{name: CODER_X}]}}]}
  - {name: coder, chart: coder-v2/coder, version: 2.30.0, values: [%s]}
"""
FILES_AND_MAP = f"values.yaml, {{{C}}}"
KUSTOMIZE = f"""\
helmCharts:
  - {{name: grafana, version: 1.2.3, valuesInline: {{a: b}}}}
  - {{name: coder, version: 2.30.0, valuesFile: values.yaml, valuesInline: {{{C}}}%s}}
"""

RELEASES = {
    "own values": ({"r.yaml": FLUX + OWN}, "2.30.0 CODER_C=c"),
    "a ConfigMap alone": ({"r.yaml": FLUX + ONE, "m.yaml": BASE}, "2.30.0 CODER_A=x"),
    "resources that are not here": ({"r.yaml": FLUX + FROM}, "2.30.0 ? ?"),
    "a Secret over a ConfigMap": (
        {"r.yaml": FLUX + FROM, "m.yaml": BOTH},
        "2.30.0 CODER_B=hidden -CODER_A",
    ),
    "own values over both": (
        {"r.yaml": FLUX + FROM + OWN, "m.yaml": BOTH},
        "2.30.0 CODER_C=c -CODER_A -CODER_B",
    ),
    "flags in a Secret": (
        {"r.yaml": FLUX + FROM, "m.yaml": config_map("base", A) + "---\n" + FLAGS},
        "2.30.0 CODER_A=x verbose=hidden",
    ),
    "a tag that nobody tells beats the chart": (
        {"r.yaml": FLUX + OWN.replace("coder: {", "coder: {image: {tag: '${V}'}, ")},
        "- CODER_C=c",
    ),
    "a Secret that is no text": ({"r.yaml": FLUX + FROM, "m.yaml": BROKEN}, "2.30.0 CODER_A=x ?"),
    "a ConfigMap of another namespace": (
        {"r.yaml": FLUX + FROM, "m.yaml": BASE.replace("ide", "x")},
        "2.30.0 ? ?",
    ),
    "one value of a ConfigMap": (
        {"r.yaml": FLUX + BY_PATH + OWN, "m.yaml": config_map("t", "v2.31.1", "t")},
        "2.31.1 CODER_C=c",
    ),
    "one value of a Secret": ({"r.yaml": FLUX + IN_SECRET}, "2.30.0"),
    "a version told by an archive": ({"r.yaml": BY_ARCHIVE, "o.yaml": ARCHIVE}, "2.31.1 CODER_C=c"),
    "Argo without its files": ({"a.yaml": argo(FILES)}, "2.30.0 ? ?"),
    "Argo with its files": (
        {"a.yaml": argo(FILES), VALUES: A, PROD: B},
        "2.30.0 CODER_B=x -CODER_A",
    ),
    "Argo with one of its files": ({"a.yaml": argo(FILES), VALUES: A}, "2.30.0 CODER_A=x ?"),
    "Argo, a map over a text over files": (
        {"a.yaml": argo(ALL), "values.yaml": A},
        "2.30.0 CODER_C=x -CODER_A",
    ),
    "Argo with parameters": ({"a.yaml": argo(SET), "values.yaml": A}, "2.31.1 CODER_A=true"),
    "Argo with a chart in git": ({"a.yaml": IN_GIT, VALUES: f"ide: {{{A}}}"}, "- CODER_A=x ?"),
    "Argo with something else": ({"a.yaml": GRAFANA, "values.yaml": A}, "- CODER_A=x"),
    "helmfile with its files": (
        {"helmfile.yaml": HELMFILE % FILES_AND_MAP, "values.yaml": A},
        "2.30.0 CODER_C=x -CODER_A",
    ),
    "helmfile without its files": (
        {"helmfile.yaml": HELMFILE % FILES_AND_MAP},
        "2.30.0 CODER_C=x ?",
    ),
    "helmfile with a set": (
        {"helmfile.yaml": HELMFILE % f"{{{C}}}], set: [{{name: coder.image.tag, value: v2.31.1}}"},
        "2.31.1 CODER_C=x",
    ),
    "kustomize with inline values over a file": (
        {"kustomization.yaml": KUSTOMIZE % "", "values.yaml": A},
        "2.30.0 CODER_C=x -CODER_A",
    ),
    "kustomize with a file over inline values": (
        {"kustomization.yaml": KUSTOMIZE % ", valuesMerge: merge", "values.yaml": A},
        "2.30.0 CODER_A=x -CODER_C",
    ),
    "kustomize with further files": (
        {"kustomization.yaml": KUSTOMIZE % ", additionalValuesFiles: [b.yaml]", "b.yaml": B},
        "2.30.0 CODER_B=x -CODER_C ?",
    ),
    "k3s": ({"k.yaml": k3s(CONTENT)}, "2.30.0 CODER_A=a"),
    "k3s with a set": ({"k.yaml": K3S_SET}, "2.31.1 CODER_A=a"),
    "k3s with its configuration": (
        {"k.yaml": k3s(CONTENT), "c.yaml": CONFIG},
        "2.30.0 CODER_B=a -CODER_A",
    ),
    "k3s with a Secret": ({"k.yaml": k3s("  valuesSecrets: [{name: x}]\n")}, "2.30.0 ?"),
}


@every_row(("files", "expected"), RELEASES.values(), ids=RELEASES)
def test_what_a_release_gives_to_the_chart(files, expected):
    """Version, variables as they arrive, `-` those that do not, `?` for each missing layer."""
    read = read_deployments([decode(held.encode(), name) for name, held in files.items()])
    [deployment] = read.found
    operator = deployment.operator
    hidden = GivenState.REFERENCE
    found = [
        operator.version or "-",
        *(f"{g.name}={'hidden' if g.state is hidden else g.value}" for g in operator.given),
        *(f"-{name}" for name in sorted(n for one in operator.replaced for n in one.names)),
        *("?" for _ in operator.elsewhere),
    ]
    assert " ".join(found) == expected
    assert operator.chart.is_whole is ("?" not in expected)


def test_a_file_of_another_folder_is_another_deployments():
    files = {"a.yaml": argo(IN_FOLDER), "x/apps/values.yaml": A, "y/other/b.yaml": B}
    read = read_deployments([decode(held.encode(), name) for name, held in files.items()])
    found = [[file.name for file in one.files] for one in read.found]
    assert found == [["a.yaml", "x/apps/values.yaml"], ["y/other/b.yaml"]]


@pytest.mark.parametrize(
    ("release", "program"),
    [
        (FLUX.replace("chart: coder,", "chart: coder-provisioner,") + OWN, "external provisioner"),
        (FLUX + OWN.replace("coder: {", "coder: {workspaceProxy: true, "), "workspace proxy"),
        (argo("values: ''", "chart: coder-logstream-kube"), "coder-logstream-kube"),
    ],
)
def test_other_programs_are_named(release, program):
    server = decode((FLUX + OWN).encode(), "server.yaml")
    both = read_deployments([server, decode(release.encode(), "other.yaml")])
    assert [one.name for one in both.found] == ["server.yaml"]
    assert any(program in note and note.startswith("other.yaml, line ") for note in both.notes)
    with pytest.raises(SourceError, match=program):
        read_deployments([decode(release.encode(), "other.yaml")])


NESTED = f"coder: {{{C}}}"
WRAPPER = (
    "apiVersion: v2\nname: ide\nversion: 0.1.0\n"
    "dependencies: [{name: coder, version: 2.29.0, repository: 'https://helm.coder.com/v2'}]\n"
)


@pytest.mark.parametrize(
    ("files", "version", "lost"),
    [
        ({"r.yaml": f"{FLUX}  values: {{{NESTED}}}\n"}, "2.30.0", ["coder.coder -> coder"]),
        ({"helmfile.yaml": HELMFILE % f"{{{NESTED}}}"}, "2.30.0", ["coder.coder -> coder"]),
        (
            {"helmfile.yaml": HELMFILE.replace("coder-v2/", "./ide/") % f"{{{NESTED}}}"},
            *("", []),  # a chart that lies beside has a version of its own
        ),
        (
            {"r.yaml": argo(f"valuesObject: {{{C}}}", "path: ide"), "x/ide/Chart.yaml": WRAPPER},
            *("2.29.0", ["coder -> coder.coder"]),
        ),
    ],
)
def test_values_that_a_release_gives_in_vain_are_told(files, version, lost):
    read = read_deployments([decode(held.encode(), name) for name, held in files.items()])
    [operator] = [one.operator for one in read.found]
    assert [f"{one.key} -> {one.instead}" for one in operator.misplaced] == lost
    assert operator.version == version


def test_another_products_release_is_nothing_to_speak_of():
    release = FLUX.replace("chart: coder,", "chart: grafana,") + "  values: {env: [{name: A}]}\n"
    both = decode(f"{FLUX}{OWN}---\n{release}".encode(), "both.yaml")
    read = read_deployments([both])
    assert ([one.name for one in read.found], read.notes) == (["both.yaml"], ())


POST = "  postRenderers: [{kustomize: {images: [IMAGE], patches: [PATCH]}}]\n"
TAG = "{name: ghcr.io/coder/coder, newTag: v2.31.5}"


@pytest.mark.parametrize(
    ("post", "version", "is_open"),
    [
        (POST.replace("IMAGE", TAG).replace("PATCH", ""), "2.31.5", False),
        (
            POST.replace("IMAGE", "{name: other, newTag: v1.0.0}").replace("PATCH", ""),
            "2.30.0",
            False,
        ),
        (POST.replace("IMAGE", "").replace("PATCH", "{patch: x}"), "2.30.0", True),
    ],
)
def test_what_a_post_renderer_changes_is_told(post, version, is_open):
    (one,) = read_deployments([decode((FLUX + post + OWN).encode(), "r.yaml")]).found
    assert (one.operator.version, bool(one.operator.elsewhere)) == (version, is_open)


def test_crossplanes_release_is_read():
    release = (
        "apiVersion: helm.crossplane.io/v1beta1\nkind: Release\nmetadata: {name: coder}\nspec:\n"
        "  forProvider:\n"
        "    chart: {name: coder, repository: https://helm.coder.com/v2, version: 2.30.0}\n"
        "    valuesFrom: [{configMapKeyRef: {name: base, key: v}}]\n"
        f"    values: {{{text('CODER_C')}}}\n"
        "    set: [{name: coder.image.tag, value: v2.31.5}]\n"
    )
    held = config_map("base", "coder: {replicaCount: 1}", key="v")
    files = [
        decode(one.encode(), name) for name, one in {"r.yaml": release, "m.yaml": held}.items()
    ]
    (one,) = read_deployments(files).found
    assert ([given.name for given in one.operator.given], one.operator.elsewhere) == (
        ["CODER_C"],
        (),
    )
    assert one.operator.version == "2.31.5"
