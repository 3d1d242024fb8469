"""Manifests that Coder's chart made: its own settings are told from the operator's."""

import pytest

from confaudit.core.coder.chart import with_chart
from confaudit.operator_files import decode, read_deployments
from tests.tables import every_row

OWN = """\
            - {name: CODER_HTTP_ADDRESS, value: "0.0.0.0:8080"}
            - {name: CODER_PROMETHEUS_ADDRESS, value: "0.0.0.0:2112"}
            - {name: CODER_PPROF_ADDRESS, value: "0.0.0.0:6060"}
%s            - {name: KUBE_POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
            - {name: CODER_DERP_SERVER_RELAY_URL, value: "http://$(KUBE_POD_IP):8080"}
"""
URL = "            - {name: CODER_ACCESS_URL, value: %s://coder.ide.svc.cluster.local}\n"
TLS = """\
            - {name: CODER_TLS_ENABLE, value: "true"}
            - {name: CODER_TLS_ADDRESS, value: "0.0.0.0:8443"}
            - {name: CODER_TLS_CERT_FILE, value: /etc/ssl/certs/coder/x/tls.crt}
            - {name: CODER_TLS_KEY_FILE, value: /etc/ssl/certs/coder/x/tls.key}
"""
PSK = (
    "            - {name: CODER_PROVISIONER_DAEMON_PSK,"
    " valueFrom: {secretKeyRef: {name: x, key: psk}}}\n"
)


IS_ON = {"CODER_TLS_ENABLE": "true"}


def deployment(*env, label="coder-2.30.0"):
    return f"""\
# Source: coder/templates/coder.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {{name: coder, labels: {{helm.sh/chart: {label}}}}}
spec:
  template:
    spec:
      containers:
        - name: coder
          image: ghcr.io/coder/coder:v2.30.0
          env:
{"".join(env)}"""


def one(name, value):
    return f"            - {{name: {name}, value: {value!r}}}\n"


def read(text):
    [found] = read_deployments([decode(text.encode(), "get.yaml")]).found
    return found.operator


@every_row(
    ("env", "left"),
    [
        ([OWN % (URL % "http")], ""),
        ([OWN % (URL % "https"), TLS], ""),
        ([OWN % PSK, one("CODER_ACCESS_URL", "https://x.com")], "CODER_ACCESS_URL"),
        ([OWN % "", one("CODER_HTTP_ADDRESS", "0.0.0.0:8080")], "CODER_HTTP_ADDRESS"),
        ([OWN % "", one("CODER_TLS_ADDRESS", "0.0.0.0:9443")], "CODER_TLS_ADDRESS"),
        ([OWN % one("CODER_ACCESS_URL", "https://ide.x.com")], "CODER_ACCESS_URL"),
    ],
)
def test_what_the_chart_sets_itself_is_not_the_operators(env, left):
    assert " ".join(given.name for given in read(deployment(*env)).given) == left


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ([OWN % (URL % "http")], {"CODER_ACCESS_URL": "http://coder."}),
        ([OWN % (URL % "https"), TLS], {"CODER_ACCESS_URL": "https://coder.", **IS_ON}),
        ([OWN % PSK], {"CODER_PROVISIONER_DAEMON_PSK": ""}),
        ([OWN % ""], {}),
        ([OWN % "", one("CODER_ACCESS_URL", "https://x.com")], {"CODER_ACCESS_URL": "https://x.com"}),
    ],
)  # fmt: skip
def test_it_is_what_the_next_chart_sets_as_well(env, expected):
    """The newer chart sets its own cluster host; what the values switch on stays on."""
    found = {one.name: one.prefix for one in with_chart(read(deployment(*env)), "2.35.0").given}
    assert found.pop("CODER_HTTP_ADDRESS") == "0.0.0.0:8080"
    assert found.pop("CODER_CLUSTER_HOST") == ""
    asked = ("CODER_ACCESS_URL", "CODER_TLS_ENABLE", "CODER_PROVISIONER_DAEMON_PSK")
    assert {name: found[name] for name in asked if name in found} == expected


@pytest.mark.parametrize(
    "label",
    [
        "coder-provisioner-2.30.0",
        "my-coder-1.0.0",
        "app-1.2.3",
        "''",
        "coder-2.99999999999999999999.1",
    ],
)
def test_what_another_chart_made_is_all_the_operators(label):
    operator = read(deployment(OWN % "", label=label))
    assert (operator.chart, len(operator.given)) == (None, 5)
