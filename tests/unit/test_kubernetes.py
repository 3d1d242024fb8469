"""Kubernetes manifests: what runs a server, what it points to, and why the rest says nothing."""

import pytest
from msgspec import Struct

from confaudit.core.given import GivenState
from confaudit.errors import SourceError
from tests.tables import every_row
from tests.unit.file_texts import read_together

IMAGE = "ghcr.io/coder/coder:v2.30.0"


def one(files):
    (deployment,) = read_together(files).found
    return deployment


def manifest(kind, body, api="v1", name="x"):
    return f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: {name}}}\n{body}\n"


CONTAINER = f"{{name: coder, image: '{IMAGE}', env: [{{name: CODER_VERBOSE, value: 'true'}}]}}"
POD = f"{{containers: [{CONTAINER}]}}"
ONCE = f"{{containers: [{{image: '{IMAGE}', args: [WORD], env: [{{name: CODER_A, value: b}}]}}]}}"

WORKLOADS = {
    "Deployment": ("apps/v1", f"spec: {{template: {{spec: {POD}}}}}"),
    "ReplicaSet": ("apps/v1", f"spec: {{template: {{spec: {POD}}}}}"),
    "Rollout": ("argoproj.io/v1alpha1", f"spec: {{template: {{spec: {POD}}}}}"),
    "Service": ("serving.knative.dev/v1", f"spec: {{template: {{spec: {POD}}}}}"),
    "Pod": ("v1", f"spec: {POD}"),
    "PodTemplate": ("v1", f"template: {{spec: {POD}}}"),
    "Job": ("batch/v1", f"spec: {{template: {{spec: {ONCE}}}}}".replace("WORD", "server")),
    "CronJob": (
        "batch/v1",
        f"spec: {{jobTemplate: {{spec: {{template: {{spec: {ONCE}}}}}}}}}".replace(
            "WORD", "server"
        ),
    ),
}


@every_row("kind", WORKLOADS)
def test_a_workload_is_known_by_its_pod(kind):
    api, body = WORKLOADS[kind]
    found = one({"x.yaml": manifest(kind, body, api)}).operator
    assert (len(found.given), found.version) == (1, "2.30.0")


def test_a_job_that_runs_the_cli_is_no_server():
    body = f"spec: {{template: {{spec: {ONCE}}}}}".replace("WORD", "templates")
    with pytest.raises(SourceError, match="is a Job: none of its containers runs Coder's server"):
        read_together({"x.yaml": manifest("Job", body)})


@pytest.mark.parametrize(
    ("words", "program"),
    [
        ("wsproxy, server", "a workspace proxy"),
        ("provisionerd, start", "an external provisioner"),
        ("server, create-admin-user", "another tool of Coder"),
    ],
)
def test_a_workload_of_another_program_is_named(words, program):
    pod = f"spec: {{containers: [{{image: '{IMAGE}', args: [{words}]}}]}}"
    found = read_together({"a.env": "CODER_VERBOSE=true\n", "x.yaml": manifest("Pod", pod)})
    assert [deployment.name for deployment in found.found] == ["a.env"]
    assert f"the Pod x runs {program}" in found.notes[0]


SILENT = {
    "Service": ("a Service: it sets nothing of Coder's server", "file that sets Coder's"),
    "Ingress": ("an Ingress: it sets nothing", "file that sets"),
    "HTTPRoute": ("an HTTPRoute: it sets nothing", "file that sets"),
    "Namespace": ("a Namespace: it sets nothing", "file that sets"),
    "ConfigMap": ("a ConfigMap: it holds none of Coder's settings", "file that sets"),
    "ExternalSecret": ("an ExternalSecret: it makes a Secret", "points to the Secret as well"),
    "SealedSecret": ("a SealedSecret: it makes a Secret", "points to the Secret"),
    "SopsSecret": ("a SopsSecret: it makes a Secret", "points to the Secret"),
    "VaultStaticSecret": ("a VaultStaticSecret: it makes a Secret", "points to the Secret"),
    "SecretProviderClass": ("a SecretProviderClass: it makes a Secret", "points to"),
    "ImageRepository": ("an ImageRepository: it says which image tags", "runs the image"),
    "OCIRepository": ("an OCIRepository: it says where charts", "release that installs"),
    "HelmRepository": ("a HelmRepository: it says where charts", "release that installs"),
    "Kustomization": ("a Kustomization: it says which manifests", "give these manifests"),
    "HelmRelease": ("a HelmRelease: nothing in it tells that it installs Coder", "file that"),
}


@every_row("kind", SILENT)
def test_a_kind_that_says_nothing_tells_why(kind):
    reason, hint = SILENT[kind]
    with pytest.raises(SourceError) as caught:
        read_together({"x.yaml": manifest(kind, "spec: {}")})
    assert str(caught.value).startswith(f"x.yaml is {reason}")
    assert hint in caught.value.hint
    beside = read_together({"x.yaml": manifest(kind, "spec: {}"), "a.env": "CODER_VERBOSE=true\n"})
    assert beside.notes[0].startswith(f"x.yaml is {reason}")


def test_several_kinds_in_one_file_are_told_together():
    kinds = ("Service", "Ingress", "OCIRepository")
    with pytest.raises(SourceError) as caught:
        read_together({"x.yaml": "---\n".join(manifest(kind, "") for kind in kinds)})
    assert str(caught.value) == (
        "x.yaml holds a Service, an Ingress and an OCIRepository (it says where charts or "
        "manifests come from): nothing of Coder's server is set there"
    )


@pytest.mark.parametrize(
    "spec",
    ["env: [{name: CODER_ACCESS_URL, value: u}]", "vars: {CODER_ACCESS_URL: u}", "sh: 'CODER_A=1'"],
)
def test_a_kind_that_is_not_read_says_so_where_it_names_variables(spec):
    with pytest.raises(SourceError, match="is a WebApp: resources of this kind are not") as caught:
        read_together({"x.yaml": manifest("WebApp", f"spec: {{{spec}}}")})
    assert "kubectl get deploy coder -o yaml" in caught.value.hint


NAMELESS = ["{CODER_A: v}", "CODER_A=v", "{Name: CODER_A, value: v}", "CODER_A"]


@pytest.mark.parametrize("entry", NAMELESS)
def test_a_variable_in_an_entry_without_a_name_is_set_to_nobody_knows_what(entry):
    text = INNER.replace("'}]", f"', env: [{{name: B, value: b}}, {entry}]}}]", 1)
    (one,) = read_together({"x.yaml": text}).found
    assert [(given.name, given.state) for given in one.operator.given][1:] == [
        ("CODER_A", GivenState.MALFORMED)
    ]


def test_what_ytt_fills_in_is_open():
    text = INNER.replace("'}]", "', env: [{name: CODER_A, value: #@ data.values.a\n x}]}]", 1)
    (one,) = read_together({"x.yaml": text}).found
    assert one.operator.given[0].state is GivenState.UNRESOLVED


def test_values_in_a_config_map_are_for_a_release_of_their_own():
    files = '{e: "CODER_A=a\\nCODER_ACCESS_URL=u\\n", v: "coder:\\n  env: [{name: CODER_B}]\\n"}'
    found = read_together({"m.yaml": manifest("ConfigMap", f"data: {files}")}).found
    names = [[given.name for given in one.operator.given] for one in found]
    assert names == [["CODER_A", "CODER_ACCESS_URL"], ["CODER_B"]]


def test_a_pod_in_the_wrong_place_is_told():
    text = manifest("Deployment", "spec: {spec: {containers: [{env: [{name: CODER_A}]}]}}")
    with pytest.raises(SourceError, match="do not stand where Kubernetes looks") as caught:
        read_together({"x.yaml": text})
    assert "spec.template.spec" in caught.value.hint


def test_workloads_of_one_name_are_told_by_their_namespaces():
    texts = [INNER.replace("name: coder", f"name: coder, namespace: {one}", 1) for one in "ab"]
    found = read_together({"x.yaml": "\n---\n".join(texts)}).found
    assert [one.operator.name for one in found] == ["Deployment a/coder", "Deployment b/coder"]


INNER = f"""{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: coder}},
  spec: {{template: {{spec: {{containers: [{{image: '{IMAGE}'}}]}}}}}}}}"""


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        ("Object", f"spec: {{forProvider: {{manifest: {INNER}}}}}"),
        ("Template", f"objects: [{INNER}]"),
        ("ManifestWork", f"spec: {{workload: {{manifests: [{INNER}]}}}}"),
        ("List", f"items: [{INNER}]"),
    ],
)
def test_a_resource_may_hold_others(kind, held):
    (one,) = read_together({"x.yaml": manifest(kind, held)}).found
    assert (one.operator.name, one.operator.version) == ("Deployment coder", "2.30.0")


CONFIGURED = f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: coder}}
spec:
  template:
    spec:
      containers:
        - image: {IMAGE}
          args: [server, --config=/etc/coder/c.yaml]
          volumeMounts: [{{name: v, MOUNT}}]
      volumes: [{{name: v, VOLUME}}]
"""
MAP = "configMap: {name: m}"


@every_row(
    ("mount", "volume", "is_read"),
    [
        ("mountPath: /etc/coder", MAP, True),
        ("mountPath: /etc/coder/c.yaml, subPath: c.yaml", MAP, True),
        ("mountPath: /etc/coder", "configMap: {name: m, items: [{key: c.yaml, path: x}]}", False),
        ("mountPath: /etc/coder", "projected: {sources: [{configMap: {name: m}}]}", True),
        ("mountPath: /etc/other", MAP, False),
        ("mountPath: /etc/coder", "configMap: {name: gone}", False),
    ],
)
def test_the_servers_yaml_is_read_where_a_volume_holds_it(mount, volume, is_read):
    held = manifest("ConfigMap", "data: {c.yaml: 'disablePathApps: true'}", name="m")
    workload = CONFIGURED.replace("MOUNT", mount).replace("VOLUME", volume)
    (one,) = read_together({"d.yaml": workload, "m.yaml": held}).found
    names = {given.name for given in one.operator.given}
    assert ("disablePathApps" in names, bool(one.operator.elsewhere)) == (is_read, not is_read)


FROM_SECRET = f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: coder}}
spec:
  template:
    spec:
      containers:
        - image: {IMAGE}
          envFrom: [{{secretRef: {{name: made}}}}]
          env:
            - {{name: CODER_PG_CONNECTION_URL, valueFrom: {{secretKeyRef: {{name: made, key: u}}}}}}
"""


class Made(Struct, frozen=True):
    """A resource that makes a Secret named `made`."""

    api: str
    body: str
    names: str = "CODER_A"
    is_whole: bool = True
    state: GivenState = GivenState.REFERENCE


MADE = {
    "ExternalSecret": Made(
        "external-secrets.io/v1",
        "spec: {target: {name: made}, data: [{secretKey: CODER_A}, {secretKey: u}]}",
    ),
    "ExternalSecret with dataFrom": Made(
        "external-secrets.io/v1",
        "spec: {target: {name: made}, data: [{secretKey: CODER_A}], dataFrom: [{extract: {}}]}",
        is_whole=False,
    ),
    "ExternalSecret with a template": Made(
        "external-secrets.io/v1",
        "spec: {target: {name: made, template: {data: {CODER_A: '{{ .x }}'}}}, dataFrom: [{}]}",
    ),
    "ExternalSecret of old": Made("kubernetes-client.io/v1", "spec: {data: [{name: CODER_A}]}"),
    "SealedSecret": Made(
        "bitnami.com/v1alpha1",
        "spec: {template: {metadata: {name: made}}, encryptedData: {CODER_A: AgBy}}",
        state=GivenState.ENCRYPTED,
    ),
    "SopsSecret": Made(
        "isindir.github.com/v1alpha3",
        "spec: {secretTemplates: [{name: other}, {name: made, stringData: {CODER_A: 'ENC[x]'}}]}",
        state=GivenState.ENCRYPTED,
    ),
    "VaultStaticSecret": Made(
        "secrets.hashicorp.com/v1beta1", "spec: {destination: {name: made}}", "", is_whole=False
    ),
    "VaultSecret": Made("ricoberger.de/v1alpha1", "spec: {keys: [CODER_A, u]}"),
    "SecretProviderClass": Made(
        "secrets-store.csi.x-k8s.io/v1",
        "spec: {secretObjects: [{secretName: made, data: [{key: CODER_A}]}]}",
    ),
    "OnePasswordItem": Made("onepassword.com/v1", "spec: {}", "", is_whole=False),
}


@every_row("case", MADE)
def test_what_makes_a_secret_tells_the_names_in_it(case):
    made = MADE[case]
    by_name = "target" in made.body or "made" in made.body
    maker = manifest(case.split()[0], made.body, made.api, "x" if by_name else "made")
    deployment = one({"d.yaml": FROM_SECRET, "s.yaml": maker})
    *from_secret, url = deployment.operator.given
    assert [given.name for given in from_secret] == made.names.split()
    assert {given.state for given in from_secret} <= {made.state}
    assert (url.name, url.state) == ("CODER_PG_CONNECTION_URL", GivenState.REFERENCE)
    assert (not deployment.operator.elsewhere) is made.is_whole
    assert [file.name for file in deployment.files] == ["d.yaml", "s.yaml"]


REFERENCE = """\
apiVersion: v1
kind: Pod
metadata: {{name: coder, namespace: a}}
spec:
  containers:
    - image: ghcr.io/coder/coder:v2.30.0
      env: [{{name: CODER_VERBOSE, valueFrom: {{configMapKeyRef: {reference}}}}}]
"""
MAP = "apiVersion: v1\nkind: ConfigMap\nimmutable: true\nmetadata: {name: m, namespace: %s}\n"
DATA = MAP + "data: {verbose: 'true'}\nbinaryData: {other: AA==}\n"

REFERENCES = [
    ("{name: m, key: verbose}", "a", [(GivenState.LITERAL, "true", False)]),
    ("{name: m, key: verbose}", "b", [(GivenState.REFERENCE, None, False)]),
    ("{name: m, key: none}", "a", [(GivenState.REFERENCE, None, False)]),
    ("{name: m, key: none, optional: true}", "a", []),
    ("{name: n, key: none, optional: true}", "a", [(GivenState.REFERENCE, None, True)]),
]


@pytest.mark.parametrize(("reference", "namespace", "expected"), REFERENCES)
def test_a_reference_is_looked_up_where_the_cluster_would(reference, namespace, expected):
    pod = REFERENCE.format(reference=reference)
    found = one({"pod.yaml": pod, "map.yaml": DATA % namespace}).operator
    assert [(it.state, it.value, it.is_optional) for it in found.given] == expected


def test_a_prefix_goes_before_every_name():
    from_map = "{name: coder, image: X, envFrom: [{prefix: CODER_, configMapRef: {name: m}}]}"
    pod = manifest("Pod", f"spec: {{containers: [{from_map.replace('X', IMAGE)}]}}")
    held = manifest("ConfigMap", "data: {VERBOSE: 'true', CODER_A: b}", name="m")
    found = one({"all.yaml": f"{pod}---\n{held}"}).operator
    assert [given.name for given in found.given] == ["CODER_VERBOSE", "CODER_CODER_A"]
