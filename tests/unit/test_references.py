"""`$(NAME)` in a Kubernetes environment: filled in by what comes before it, or left as text."""

import pytest

from confaudit.operator_files import decode
from tests.tables import every_row
from tests.unit.file_texts import read

POD = """
kind: Pod
apiVersion: v1
metadata: {name: coder}
spec:
  containers:
    - name: coder
      image: ghcr.io/coder/coder:v2.31.0
      envFrom: [%s]
      env: [%s]
    - name: other
      image: example.com/other:1
      env: [{name: ELSEWHERE, value: x}]
"""
CHART = "coder: {image: {tag: v2.31.0}, envFrom: [%s], env: [%s]}"
OTHER_CHART = "server: {envFrom: [%s], env: [%s]}"
URL = "{name: CODER_ACCESS_URL, value: 'https://a.example.com'}"
SECRET = "{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: x, key: y}}}"
DATABASE = "{name: CODER_PG_CONNECTION_URL, value: 'postgres://coder:$(DB_PASSWORD)@db/coder'}"
FROM = "{secretRef: {name: s}}"


def uses(name):
    return f"{{name: CODER_DOCS_URL, value: 'https://$({name})/docs'}}"


LEFT = [
    # form, envFrom, env, the references that are left as text
    (POD, "", [URL, DATABASE, SECRET], ["DB_PASSWORD"]),
    (POD, "", [URL, SECRET, DATABASE], []),
    (POD, "", [URL, DATABASE], ["DB_PASSWORD"]),
    (POD, FROM, [URL, DATABASE, SECRET], []),
    (POD, "", [URL, uses("KUBE_POD_IP")], ["KUBE_POD_IP"]),
    (POD, "", [uses("CODER_DOCS_URL"), URL], ["CODER_DOCS_URL"]),
    (POD, "", [URL, "{name: CODER_DOCS_URL, value: 'https://$$(B)/docs'}"], []),
    (POD, "", [URL, uses("POSTGRES_SERVICE_HOST")], []),
    (POD, "", [URL, uses("DB_PORT"), "{name: DB_PORT, value: '1'}"], ["DB_PORT"]),
    (POD, "", [URL, uses("ELSEWHERE")], ["ELSEWHERE"]),
    (POD, "", [URL, "{name: CODER_DOCS_URL, value: '$(A)$(B)$(A)'}"], ["A", "B"]),
    (CHART, "", [URL, DATABASE, SECRET], ["DB_PASSWORD"]),
    (CHART, "", [URL, DATABASE], ["DB_PASSWORD"]),
    (CHART, FROM, [URL, DATABASE], []),
    (CHART, "", [URL, uses("KUBE_POD_IP")], []),
    (CHART, "", [URL, uses("CODER_HTTP_ADDRESS"), "{name: CODER_HTTP_ADDRESS, value: x}"], []),
    (CHART, "", [uses("CODER_ACCESS_URL"), URL], ["CODER_ACCESS_URL"]),
    (CHART, "", [uses("CODER_ACCESS_URL")], []),
    (OTHER_CHART, "", [URL, DATABASE, SECRET], ["DB_PASSWORD"]),
    (OTHER_CHART, "", [URL, DATABASE], []),
]


@every_row(("form", "sources", "env", "left"), LEFT)
def test_a_reference_is_left_as_text_where_nothing_defines_it_before(form, sources, env, left):
    operator = read(decode((form % (sources, ", ".join(env))).encode(), "f.yaml"))
    assert [name for one in operator.given for name in one.left_as_text] == left


def test_a_variable_defined_before_is_filled_in_beside_others_that_nobody_sees():
    env = [URL, uses("CODER_ACCESS_URL")]
    operator = read(decode((POD % (FROM, ", ".join(env))).encode(), "f.yaml"))
    assert operator.given[-1].value == "https://https://a.example.com/docs"


ARGUMENT = '"--access-url=https://$(%s)"'
COMMANDS = [
    # how it is set up, the name in the argument, whether the reference is left as text
    (POD % ("", URL + ", {name: HOST, value: x}"), "HOST", False),
    (POD % ("", URL), "HOST", True),
    (POD % ("", URL), "DB_SERVICE_HOST", False),
    (POD % (FROM, URL), "HOST", False),
    (CHART % ("", URL), "HOST", True),
    (CHART % ("", URL), "KUBE_POD_IP", False),
    (CHART % (FROM, URL), "HOST", False),
    (OTHER_CHART % ("", URL), "HOST", False),
]


@every_row(("text", "name", "is_left"), COMMANDS)
def test_a_command_refers_to_all_variables_of_its_container(text, name, is_left):
    args = f"args: [server, {ARGUMENT % name}]"
    with_args = (
        text.replace("      envFrom", f"      {args}\n      envFrom", 1)
        .replace(": {envFrom", f": {{{args}, envFrom")
        .replace(": {image", f": {{{args}, image")
    )
    [flag] = [
        one for one in read(decode(with_args.encode(), "f")).given if one.name == "access-url"
    ]
    assert flag.left_as_text == ((name,) if is_left else ())


SCRIPT = "exec coder server --access-url https://$CODER_MY_HOST"
ASKED = [
    (POD.replace("      env:", f'      command: ["sh", "-c", "{SCRIPT}"]\n      env:', 1) % (
        "", f"{URL}, {{name: CODER_MY_HOST, value: x}}")),
    f'coder: {{command: [sh, -c, "{SCRIPT}"], env: [{URL}, {{name: CODER_MY_HOST, value: x}}]}}',
    "services:\n  coder:\n    image: ghcr.io/coder/coder\n    environment: {CODER_MY_HOST: x}\n"
    f'    entrypoint: ["sh", "-c", "{SCRIPT.replace("$", "$$")}"]\n',
    f"[Service]\nEnvironment=CODER_MY_HOST=x\nExecStart=/bin/sh -c '{SCRIPT}'\n",
]  # fmt: skip


@pytest.mark.parametrize("text", ASKED, ids=["pod", "chart", "compose", "unit"])
def test_what_a_script_in_the_command_asks_for_is_there_for_it(text):
    assert "CODER_MY_HOST" in read(decode(text.encode(), "coder.service")).helpers
    without = text.replace("$", "")
    assert "CODER_MY_HOST" not in read(decode(without.encode(), "coder.service")).helpers
