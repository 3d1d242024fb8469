"""What `helm install` and `helm upgrade` are given, in scripts and other texts with commands."""

import pytest

from confaudit.errors import SourceError
from tests.tables import every_row
from tests.unit.file_texts import read_together, told

CODER = "helm upgrade --install coder coder-v2/coder"
SETS = "--set coder.env[0].name=CODER_A,coder.env[0].value=b"
VALUES_FILES = ("v.yaml", "w.yaml")
VALUES = "coder: {{env: [{{name: CODER_{}, value: x}}]}}\n"
JSON = """--set-json 'coder.env=[{"name": "CODER_A", "value": "1"}]'"""
MAKE = """\
VERSION ?= 2.31.1
deploy: check
\t@helm upgrade --install coder coder-v2/coder \\
\t  -f v.yaml --version $(VERSION) --set coder.image.tag=$(shell ./tag)
"""
GITHUB = """\
env: {VERSION: 2.31.1, CODER_TOKEN: x}
jobs:
  deploy:
    steps:
      - uses: actions/checkout@v4
      - run: |
          helm upgrade --install coder coder-v2/coder -f v.yaml \\
            --version ${{ env.VERSION }} \\
            --set-string coder.env[0].value=${{ secrets.A }}
"""
GITLAB = "deploy: {script: ['helm repo update', 'helm install coder coder-v2/coder -f v.yaml']}\n"
HEREDOC = f"cat > out/v.yaml <<EOF\n{VALUES.format('B')}EOF\n{CODER} -f out/v.yaml\n"

HELM = {
    "a file": (f"{CODER} -f v.yaml --version 2.31.1\n", "2.31.1 V=x"),
    "files in their order": (f"{CODER} --values v.yaml,w.yaml\n", "- W=x -CODER_V"),
    "a file that is not here": (f"{CODER} -f other.yaml -f v.yaml\n", "- V=x unseen"),
    "a file that the script writes": (HEREDOC, "- B=x"),
    "a file that nobody can tell": (f"{CODER} -f $(ls) -f v.yaml\n", "- V=x unseen"),
    "single values": (f"{CODER} {SETS}\n", "- A=b"),
    "single values over files": (f"{CODER} {SETS} -f v.yaml\n", "- A=b"),
    "a text over a value": (f"{CODER} {SETS} --set-string coder.env[0].value=c\n", "- A=c"),
    "a value that nobody can tell": (
        f'{CODER} {SETS} --set coder.env[0].value="http://$(hostname)"\n',
        "- A:unresolved",
    ),
    "JSON": (f"{CODER} {JSON}\n", "- A=1"),
    "a value from a file": (f"{CODER} {SETS} --set-file coder.x=y\n", "- A=b unseen"),
    "commas and lists": (
        f"{CODER} --set 'coder.commandArgs={{server,--verbose=true}}' --set '{SETS[6:]}\\,c'\n",
        "- A=b,c --verbose=true",
    ),
    "an archive": ("helm install coder ./coder_helm_2.31.1.tgz -f v.yaml\n", "2.31.1 V=x"),
    "within another command": (f"sudo microk8s {CODER} -f v.yaml || exit 1\n", "- V=x"),
    "the last of two": (
        f"{CODER} -f w.yaml --version 2.30.0\n{CODER} -f w.yaml --version 2.31.1\n",
        "2.31.1 W=x",
    ),
    "values that are reused": (
        f"{CODER} -f v.yaml\n{CODER} --reuse-values --version 2.31.1\n",
        "2.31.1 V=x",
    ),
    "values of a release as it runs": (f"{CODER} --reuse-values {SETS}\n", "- A=b unseen"),
    "a Makefile": (MAKE, "- V=x"),
    "a pipeline of GitHub": (GITHUB, "2.31.1 V:unresolved"),
    "a pipeline of GitLab": (GITLAB, "- V=x"),
    "Markdown": (f"# Install\n```sh\n{CODER} -f v.yaml\n```\n", "- V=x"),
}


@every_row("case", HELM)
def test_what_a_command_gives_to_helm_reaches_the_chart(case):
    text, expected = HELM[case]
    used = [] if "EOF" in text else [one for one in VALUES_FILES if one in text]
    files = {"deploy": text, **{one: VALUES.format(one[0].upper()) for one in used}}
    (one,) = read_together(files).found
    lost = (f"-{name}" for found in one.operator.replaced for name in found.names)
    found = (one.operator.version or "-", *told(one.operator), *lost)
    assert " ".join(found) == expected


@pytest.mark.parametrize(
    "text",
    [
        "helm install db bitnami/postgresql --set a=b\n",
        "helm repo add coder-v2 https://helm.coder.com/v2\n",
        "helm uninstall coder\nhelm pull coder-v2/coder\nhelm install\n",
    ],
)
def test_other_commands_of_helm_set_nothing_up(text):
    with pytest.raises(SourceError):
        read_together({"deploy.sh": text})
