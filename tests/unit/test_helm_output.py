"""What Helm prints of a release is read as the values that it shows."""

import json

from confaudit.core.given import Form
from confaudit.operator_files import decode, read_deployments
from confaudit.operator_files.forms import form_of
from tests.tables import every_row

VALUES = "coder:\n  env:\n  - name: CODER_ACCESS_URL\n    value: https://a.example.com\n"
DEFAULTS = VALUES + "  image:\n    tag: ''\n  livenessProbe:\n    enabled: false\n"
MANIFEST = """\
---
# Source: coder/templates/coder.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: coder, labels: {helm.sh/chart: coder-2.30.0}}
spec:
  template:
    spec:
      containers:
        - image: ghcr.io/coder/coder:v2.30.0
          env: [{name: CODER_HTTP_ADDRESS, value: "0.0.0.0:8080"}, {name: CODER_B, value: b}]
"""
HEAD = "NAME: coder\nLAST DEPLOYED: Mon Jun  2 10:00:00 2026\nSTATUS: deployed\nREVISION: 3\n"
USER, COMPUTED = f"USER-SUPPLIED VALUES:\n{VALUES}", f"COMPUTED VALUES:\n{DEFAULTS}"
ALL = f"{HEAD}{USER}\n{COMPUTED}\nHOOKS:\nMANIFEST:\n{MANIFEST}\nNOTES:\nEnjoy: it\n"
RECORD = {"name": "coder", "info": {"status": "deployed"}, "manifest": MANIFEST, "version": 3}
RECORD["config"] = {"coder": {"env": [{"name": "CODER_ACCESS_URL", "value": "x"}]}}


@every_row(
    ("text", "expected"),
    [
        (USER, "- CODER_ACCESS_URL:4"),
        (COMPUTED, "- CODER_ACCESS_URL:4"),
        (f"{HEAD}CHART: coder\nVERSION: 2.29.1\n{USER}", "2.29.1 CODER_ACCESS_URL:10"),
        (f"{HEAD}CHART: other\nVERSION: 2.29.1\n{USER}", "- CODER_ACCESS_URL:10"),
        (ALL, "2.30.0 CODER_ACCESS_URL:8"),
        (f"{HEAD}USER-SUPPLIED VALUES:\nnull\n\n{COMPUTED}", "- CODER_ACCESS_URL:11"),
        (f"{HEAD}HOOKS:\nMANIFEST:\n{MANIFEST}", "2.30.0 CODER_B:17"),
        (json.dumps(RECORD), "2.30.0 CODER_ACCESS_URL:1"),
    ],
)
def test_helm_get(text, expected):
    """No heading is a key of the chart, and every line is that of the output."""
    file = decode(text.encode(), "helm.txt")
    assert form_of(file).name == "helm-output"
    [found] = read_deployments([file]).found
    operator = found.operator
    given = (f"{one.name}:{one.position.line}" for one in operator.given)
    assert " ".join([operator.version or "-", *given]) == expected
    assert {key.partition(".")[0] for key in operator.chart.keys} <= {"coder", "provisionerDaemon"}


def test_its_form_is_told():
    [found] = read_deployments([decode(USER.encode(), "helm.txt")]).found
    assert found.operator.forms == (Form.HELM_OUTPUT,)
