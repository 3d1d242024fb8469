"""Files of Coder's other programs and of other products: noted, and never audited as a server."""

import pytest

from confaudit.catalog.loader import packaged
from confaudit.core.upgrade.audience import Audience
from confaudit.errors import SourceError
from confaudit.operator_files import decode, read_as_one, read_deployments
from tests.tables import every_row

READER_OF = Audience(packaged()).of

SERVER = "CODER_ACCESS_URL=https://dev.example.org\n"
PROXY, PROVISIONER = "a workspace proxy", "an external provisioner"
OTHER_PRODUCT = "another product"

COMPOSE = """\
services:
  it:
    image: ghcr.io/coder/coder:v2.30.0
    environment: {{CODER_ACCESS_URL: "https://eu.example.org"}}
    {command}
"""
INSPECT = """\
[{{"Name": "/it", "Config": {{"Image": "ghcr.io/coder/coder:v2.30.0",
  "Entrypoint": ["/opt/coder"], "Cmd": {command}, "Env": ["CODER_URL=https://dev.example.org"]}}}}]
"""
POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: it}}
spec:
  template:
    spec:
      containers:
        - {{name: it, image: "ghcr.io/coder/coder:v2.30.0", {command}}}
"""
VALUES = (
    "coder:\n  env:\n    - {{name: {names[0]}, value: x}}\n    - {{name: {names[1]}, value: x}}\n"
)

NOT_SERVERS = {
    "a provisioner's values": (
        VALUES.format(names=("CODER_URL", "CODER_PROVISIONERD_TAGS")),
        PROVISIONER,
    ),
    "a proxy's values": (
        VALUES.format(names=("CODER_ACCESS_URL", "CODER_PRIMARY_ACCESS_URL")),
        PROXY,
    ),
    "a provisioner's env file": (
        "CODER_URL=https://x\nCODER_PROVISIONER_DAEMON_KEY=plantedkey\nTF_VAR_region=eu\n",
        PROVISIONER,
    ),
    "a proxy's env file": (
        "CODER_ACCESS_URL=https://eu.example.org\nCODER_PRIMARY_ACCESS_URL=https://x\n"
        "CODER_PROXY_SESSION_TOKEN=plantedtoken\nCODER_HTTP_ADDRESS=\n",
        PROXY,
    ),
    "a workspace's env file": ("CODER_AGENT_TOKEN=planted\nCODER_AGENT_URL=https://x\n", "agent"),
    "a user's shell": ("export CODER_URL=https://x\nexport CODER_SESSION_TOKEN=planted\n", "CLI"),
    "a proxy by compose": (COMPOSE.format(command="command: wsproxy server"), PROXY),
    "a provisioner by compose": (
        COMPOSE.format(command="entrypoint: [/opt/coder, provisionerd, start]"),
        PROVISIONER,
    ),
    "a proxy by docker inspect": (INSPECT.format(command='["wsproxy", "server"]'), PROXY),
    "a provisioner by docker inspect": (
        INSPECT.format(command='["provisioner", "start"]'),
        PROVISIONER,
    ),
    "a proxy by a pod": (POD.format(command="args: [workspace-proxy, server]"), PROXY),
    "a provisioner by a script": (
        POD.format(command='command: [sh, -c, "exec coder provisioner start"]'),
        PROVISIONER,
    ),
    "a proxy by an image": (
        'FROM ghcr.io/coder/coder:v2.30.0\nENTRYPOINT ["/opt/coder"]\nCMD ["wsproxy", "server"]\n',
        PROXY,
    ),
    "a provisioner by docker run": (
        "docker run -e CODER_PROVISIONER_DAEMON_KEY=planted --entrypoint /opt/coder \\\n"
        "  ghcr.io/coder/coder:v2.30.0 provisioner start\n",
        PROVISIONER,
    ),
    "a proxy by a script": ("export CODER_VERBOSE=true\ncoder wsproxy server --verbose\n", PROXY),
    "a web app": ("CODER_API_URL=https://x\nCODER_API_TOKEN=planted\nPORT=80\n", OTHER_PRODUCT),
    "a bot that asks models": ("CODER_MODEL=qwen\nCODER_TEMPERATURE=0.1\n", OTHER_PRODUCT),
    "a ConfigMap of another product": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {CODER_CLOUD: aws}\n",
        OTHER_PRODUCT,
    ),
}


@every_row("case", NOT_SERVERS)
def test_what_is_no_server_is_named_and_refused(case):
    text, whose = NOT_SERVERS[case]
    file = decode(text.encode(), "given")
    for read in (read_as_one, read_deployments):
        with pytest.raises(SourceError, match=whose) as caught:
            read([file], (), READER_OF)
        assert "planted" not in f"{caught.value}{caught.value.hint}"


@every_row("case", NOT_SERVERS)
def test_beside_a_server_it_is_a_note(case):
    text, whose = NOT_SERVERS[case]
    files = [decode(SERVER.encode(), "a/coder.env"), decode(text.encode(), "b/given")]
    read = read_deployments(files, (), READER_OF)
    assert [one.name for one in read.found] == ["a/coder.env"]
    (note,) = read.notes
    assert whose in note
    assert note.startswith("b/given")
    assert note.endswith(".")


SERVERS = {
    "an env file with a name that is no option": f"{SERVER}CODER_API_TOKEN=x\n",
    "an env file with a slip of the pen alone": "CODER_ACESS_URL=https://x\n",
    "a service with Coder's image": COMPOSE.format(command="").replace("ACCESS_URL", "FOO"),
    "a pod with Coder's image": POD.format(command="env: [{name: CODER_URL, value: x}]"),
    "values that only the server's chart has": (
        "coder:\n  ingress: {enable: true}\n  env: [{name: CODER_URL, value: x}]\n"
    ),
    "a setting that a provisioner reads as well": "CODER_PROVISIONER_DAEMON_PSK=x\n",
    "nothing that looks like Coder's": "OTEL_ENDPOINT=x\n",
}


@every_row("case", SERVERS)
def test_what_may_be_a_server_is_read(case):
    file = decode(SERVERS[case].encode(), "given")
    read = read_deployments([file], (), READER_OF)
    assert [one.name for one in read.found] == ["given"]
    assert not read.notes


def test_a_server_and_a_proxy_in_one_file_are_told_apart():
    compose = COMPOSE.format(command="command: wsproxy server").replace("  it:", "  proxy:")
    both = compose + COMPOSE.format(command="command: server").removeprefix("services:\n")
    read = read_deployments([decode(both.encode(), "compose.yaml")], (), READER_OF)
    assert [one.operator.name for one in read.found] == ["service it"]
    assert read.notes == (
        "compose.yaml, line 2: service proxy runs a workspace proxy (`coder wsproxy server`): "
        "not covered, nothing of it was checked.",
    )
