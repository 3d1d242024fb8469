"""Scripts, command lines in other texts, user data and Dockerfiles: what they set up, and where."""

import pytest

from confaudit.core.given import Form, GivenState
from confaudit.operator_files import decode, read_deployments
from confaudit.operator_files.containers import docker_run
from confaudit.operator_files.forms import recognised
from confaudit.operator_files.hosts.shell import pipelines
from tests.bounded import bounded
from tests.tables import every_row

L, U, P, E = (
    GivenState.LITERAL,
    GivenState.UNRESOLVED,
    GivenState.PASS_THROUGH,
    GivenState.EMPTY,
)


def servers(*texts):
    files = [decode(text.encode(), name) for name, text in texts]
    return read_deployments(files).found


def given(deployment):
    return [(one.position.line, one.name, one.value) for one in deployment.operator.given]


WRITES = {
    "a quoted heredoc": ("cat > c.env <<'EOF'\nCODER_A='$x'\nEOF\n", (2, L, "$x")),
    "a heredoc that expands": ("cat <<EOF > c.env\nCODER_A='\\$x'\nEOF\n", (2, L, "$x")),
    "an open variable": ("tee coder.env <<EOF\nCODER_A=a-$X-b\nEOF\n", (2, U, None)),
    "a known one": ("X=c\ntee coder.env <<EOF\nCODER_A=a-${X}-b\nEOF\n", (3, L, "a-c-b")),
    "one set twice": ("X=c\nX=d\ntee coder.env <<EOF\nCODER_A=$X\nEOF\n", (4, U, None)),
    "one with a default": ("tee coder.env <<EOF\nCODER_A=${X:-c}\nEOF\n", (2, U, None)),
    "a command's output": ("cat > coder.env <<EOF\nCODER_A=$(hostname -f)\nEOF\n", (2, U, None)),
    "an indented heredoc": ("\tcat > coder.env <<-E\n\tCODER_A=b\n\tE\n", (2, L, "b")),
    "sudo tee": ("sudo tee -a /etc/coder.env >/dev/null <<E\nCODER_A=b\nE\n", (2, L, "b")),
    "echo": ("# why\necho 'CODER_A=b' >> coder.env\n", (2, L, "b")),
    "echo over lines": ('echo "CODER_B=c\nCODER_A=b" > coder.env\n', (2, L, "b")),
    "echo -e": ('echo -e "CODER_B=c\\nCODER_A=b" > coder.env\n', (1, L, "b")),
    "echo to tee": ('true\necho "CODER_A=b" | sudo tee -a coder.env\n', (2, L, "b")),
    "printf": ("printf 'CODER_A=%s\\n' b > coder.env\n", (1, L, "b")),
    "printf of lines": ("printf '%s\\n' CODER_B=c CODER_A=b > coder.env\n", (1, L, "b")),
    "printf of nothing": ("printf > a.env\nprintf CODER_A=b > coder.env\n", (2, L, "b")),
    "a shell in a shell": ("sudo sh -c \\\n 'echo CODER_A=b >> coder.env'\n", (2, L, "b")),
    "a heredoc for a shell": ("ssh h bash <<'E'\necho CODER_A=b > c.env\nE\n", (2, L, "b")),
    "a text without a path": (
        "kubectl apply -f - <<E\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
        "data:\n  CODER_ACCESS_URL: https://c.example.com\n  CODER_A: b\nE\n",
        (7, L, "b"),
    ),
}


@every_row(("text", "expected"), WRITES.values(), ids=WRITES)
def test_a_file_that_a_script_writes_is_read_as_what_it_is(text, expected):
    (one,) = servers(("setup.sh", text))
    (setting,) = [each for each in one.operator.given if each.name == "CODER_A"]
    assert (setting.position.line, setting.state, setting.value) == expected
    assert setting.form is Form.SCRIPT


def test_what_one_script_writes_belongs_together_as_files_would():
    text = (
        "cat > /etc/coder.env <<E\nCODER_A=1\nE\n"
        "cat > /lib/systemd/system/coder.service <<E\n[Service]\nEnvironment=CODER_B=2\n"
        "EnvironmentFile=/etc/coder.env\nExecStart=/usr/bin/coder server\nE\n"
        "echo CODER_C=3 >> /etc/coder.env\n"
        "cat > /etc/systemd/system/coder.service.d/o.conf <<E\n[Service]\n"
        "Environment=CODER_D=4\nE\n"
    )
    (one,) = servers(("setup.sh", text))
    found = [(6, "CODER_B", "2"), (2, "CODER_A", "1"), (10, "CODER_C", "3"), (13, "CODER_D", "4")]
    assert given(one) == found
    assert not one.operator.elsewhere


def test_a_file_that_is_written_again_holds_only_the_last():
    text = "echo CODER_A=1 > c.env\necho CODER_B=2 >> c.env\necho CODER_C=3 > c.env\n"
    (one,) = servers(("setup.sh", text))
    assert given(one) == [(3, "CODER_C", "3")]


def test_a_file_that_a_command_edits_is_not_all_known():
    text = "echo CODER_A=1 > /etc/coder.env\nsudo sed -i 's/a/b/' /etc/coder.d/coder.env\n"
    (one,) = servers(("setup.sh", text))
    assert [other.resource for other in one.operator.elsewhere] == ["file/coder.env"]


RUN = "docker run -d {} ghcr.io/coder/coder:v2.30.0"
RUNS = {
    "-e": ("-e CODER_A=b", (L, "b")),
    "-eNAME": ("-eCODER_A=b", (L, "b")),
    "--env": ("--env CODER_A=b", (L, "b")),
    "--env=": ("--env=CODER_A='b c'", (L, "b c")),
    "from the shell": ("-e CODER_A", (P, None)),
    "made of the shell": ('-e CODER_A="b-$C"', (U, None)),
    "a dollar sign": ("-e 'CODER_A=$b'", (L, "$b")),
    "nothing": ("-e CODER_A=", (E, "")),
    "other options": ("-itp 80:80 --gpus all --rm -v=/a:/b -e CODER_A=b --name c", (L, "b")),
    "an unknown switch": ("-e CODER_A=b --of-the-future", (L, "b")),
    "lines": ("--rm \\\n  -e CODER_A=b \\\n ", (L, "b")),
}


@every_row("tool", ["", "sudo ", "$ "])
@every_row(("options", "expected"), RUNS.values(), ids=RUNS)
def test_a_command_line_gives_a_container_its_environment(tool, options, expected):
    (one,) = servers(("run.sh", tool + RUN.format(options) + "\n"))
    (setting,) = one.operator.given
    assert (setting.name, setting.form) == ("CODER_A", Form.DOCKER_RUN)
    assert (setting.state, setting.value) == expected
    assert one.operator.version == "2.30.0"


COMMANDS = {
    "podman": "podman run -e CODER_A=b ghcr.io/coder/coder",
    "nerdctl": "nerdctl container create -e CODER_A=b ghcr.io/coder/coder",
    "a swarm": "docker service create --replicas 2 -e CODER_A=b ghcr.io/coder/coder",
    "a context": "docker --context far run -e CODER_A=b ghcr.io/coder/coder",
    "a registry in a variable": "R=ghcr.io/coder/coder\ndocker run -e CODER_A=b $R:v2.30.0",
    "an export": "export CODER_A=b\ndocker run -e CODER_A ghcr.io/coder/coder",
    "a loop": "while true; do docker run -e CODER_A=b coder/coder; done",
}


@every_row("text", COMMANDS.values(), ids=COMMANDS)
def test_a_container_is_started_by_any_of_its_tools(text):
    (one,) = servers(("run.sh", text + "\n"))
    assert [(each.name, each.value) for each in one.operator.given] == [("CODER_A", "b")]


def test_flags_follow_the_image():
    (one,) = servers(("run.sh", RUN.format("") + " --verbose --access-url https://a.example.com\n"))
    assert given(one) == [(1, "verbose", "true"), (1, "access-url", "https://a.example.com")]


def test_an_env_file_of_a_container_is_the_scripts_or_one_beside_it():
    run = ("run.sh", RUN.format("--env-file ./coder.env -e CODER_B=2") + "\n")
    (alone,) = servers(run)
    assert [other.resource for other in alone.operator.elsewhere] == ["file/coder.env"]
    (beside,) = servers(run, ("coder.env", "CODER_A=1\n"))
    (inside,) = servers(("run.sh", "echo CODER_A=1 > coder.env\n" + run[1]))
    for one in (beside, inside):
        assert [(each.name, each.value) for each in one.operator.given] == [
            ("CODER_A", "1"),
            ("CODER_B", "2"),
        ]
        assert not one.operator.elsewhere


STARTS = {
    "an export": "export CODER_A=b\ncoder server\n",
    "an export later": "CODER_A=b\nexport CODER_A\nexec coder server\n",
    "all exports": "set -a\nCODER_A=b\nset +a\n/usr/bin/coder server &\n",
    "one command": "CODER_A=b nohup coder server > /dev/null\n",
    "env": "sudo -u coder env CODER_A=b coder server\n",
}


@pytest.mark.parametrize("text", STARTS.values(), ids=STARTS)
def test_what_is_exported_reaches_the_server_that_a_script_starts(text):
    (one,) = servers(("start.sh", text))
    assert ("CODER_A", "b") in [(each.name, each.value) for each in one.operator.given]


INSTALLS = {
    "helm": "helm upgrade --install coder coder-v2/coder -f v.yaml --version 2.31.1\n",
    "helm=": "helm install coder oci://ghcr.io/coder/chart/coder --version=2.31.1\n",
    "install.sh": "curl -fsSL https://coder.com/install.sh | sh -s -- --version 2.31.1\n",
    "a variable": "V=2.31.1\nhelm install coder coder-v2/coder --version $V\n",
}


@pytest.mark.parametrize("text", INSTALLS.values(), ids=INSTALLS)
def test_the_release_is_the_one_that_a_script_installs(text):
    other = "helm install db bitnami/postgresql --version 16.0.0\n"
    found = servers(("setup.sh", other + "echo CODER_A=b > coder.env\n" + text))
    assert {one.operator.version for one in found} == {"2.31.1"}


OTHERS = {
    "docker run": "docker run --entrypoint coder ghcr.io/coder/coder wsproxy server\n",
    "a command": "export CODER_A=b\ncoder provisioner start\n",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_other_programs_of_coder_are_noted_and_not_read(text):
    server = "docker run -e CODER_A=b ghcr.io/coder/coder\n"
    read = read_deployments([decode((text + server).encode(), "run.sh")])
    assert len(read.found) == 1
    (note,) = read.notes
    assert "not covered" in note


README = """\
# Don't run it yet, `docker run` comes later

```yaml
services:
  coder:
    image: ghcr.io/coder/coder:v2.30.0
    environment:
      CODER_A: b
```

~~~console
$ docker run -e CODER_B=c ghcr.io/coder/coder:v2.31.0
~~~
"""


def test_each_block_of_a_markdown_text_is_what_it_is():
    compose, run = servers(("README.md", README))
    assert (given(compose), compose.operator.version) == ([(8, "CODER_A", "b")], "2.30.0")
    assert (given(run), run.operator.version) == ([(12, "CODER_B", "c")], "2.31.0")
    assert run.name == "README.md (docker run, line 12)"


DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG VERSION=v2.30.1
FROM alpine AS other
ENV CODER_X=1
FROM ghcr.io/coder/coder:${VERSION} AS base
ENV CODER_A=b \\
    # why
    CODER_B="c $D"
CMD ["--verbose"]
FROM base
ENV CODER_C all of it
"""


def test_an_image_is_made_of_the_stages_before_it():
    (one,) = servers(("Dockerfile", DOCKERFILE))
    assert given(one) == [
        (6, "CODER_A", "b"),
        (8, "CODER_B", None),
        (11, "CODER_C", "all of it"),
        (9, "verbose", "true"),
    ]
    assert one.operator.version == "2.30.1"


NO_SCRIPTS = {
    "systemd": "[Service]\nExecStart=/usr/bin/docker run -e CODER_A=b ghcr.io/coder/coder\n",
    "env-file": "#!/bin/sh\nexport CODER_A=b\nCODER_B=c\n",
    "terraform": 'resource "a" "b" {\n user_data = <<-E\n echo CODER_A=b > c.env\n E\n}\n',
}


@pytest.mark.parametrize(("form", "text"), NO_SCRIPTS.items())
def test_other_forms_stay_what_they_are(form, text):
    assert recognised(decode(text.encode(), "input")).name == form


@pytest.mark.parametrize(
    "line", ["docker network create coder", "docker run", "docker compose run coder", "echo run"]
)
def test_no_other_command_is_a_container_of_ours(line):
    assert read_words(line) in (None, "coder")


def read_words(line):
    ((command,),) = pipelines(line)
    run = docker_run.words(command.words)
    return run.image[0] if run else None


HOSTILE = ['"$(a)' * 9999, '"' + "$(a)" * 9999, "$(" * 9999, "`" * 9999, "<<E\n" * 999, "${" * 9999]


@every_row("text", HOSTILE, ids=lambda text: text[:5])
def test_no_text_takes_long(text):
    with bounded():
        list(pipelines(text))


MANAGED = {
    "systemd-run": (
        "systemd-run -E CODER_A=a --setenv=CODER_B=b -p Environment=CODER_C=c \\\n"
        "  --property=EnvironmentFile=-/etc/c.env coder server\n",
        [(1, "CODER_A", "a"), (1, "CODER_B", "b"), (1, "CODER_C", "c")],
        ["file/c.env"],
    ),
    "what every unit gets, and a drop-in": (
        "sudo systemctl set-environment CODER_A=a\n"
        "echo '[Service]\nEnvironment=CODER_B=b' | systemctl edit --stdin coder\n",
        [(1, "CODER_A", "a"), (3, "CODER_B", "b")],
        [],
    ),
    "a script in a stack": (
        "Resources:\n  Ec2:\n    UserData: !Sub |\n      cat > /etc/coder.env <<EOF\n"
        "      CODER_A=a\n      EOF\n      # CODER_B=b\n",
        [(5, "CODER_A", "a")],
        [],
    ),
}


@pytest.mark.parametrize(("text", "expected", "unseen"), MANAGED.values(), ids=MANAGED)
def test_what_a_script_has_others_do_is_read(text, expected, unseen):
    (found,) = servers(("s.sh", text))
    assert given(found) == expected
    assert [one.resource for one in found.operator.elsewhere] == unseen
    assert found.operator.forms == (Form.SCRIPT,)


IMAGE = "ghcr.io/coder/coder"
ELSEWHERE = {
    "arguments in an array": (
        f"IMG={IMAGE}:v2.30.0\nARGS=(\n  -e CODER_A=a  # why\n  --env 'CODER_B=b c'\n)\n"
        'ARGS+=(--init)\ndocker run "${ARGS[@]}" $IMG server\n',
        [(3, "CODER_A", "a"), (4, "CODER_B", "b c")],
        "2.30.0",
    ),
    "a command in an array": (
        f"run=(podman --url x)\n${{run[@]}} run -e CODER_A=a {IMAGE}\n",
        [(2, "CODER_A", "a")],
        "",
    ),
    "an image with defaults": (
        'TAG="${TAG:-v2.30.0}"\nREPO=${REPO:-' + IMAGE + '}\nFULL="$REPO:$TAG"\n'
        'docker run -e CODER_A=a "$FULL"\n',
        [(4, "CODER_A", "a")],
        "2.30.0",
    ),
    "another image": (
        "docker run -e CODER_ACCESS_URL=https://a mine:v1.0.0\n",
        [(1, "CODER_ACCESS_URL", "https://a")],
        "",
    ),
    "user data in a word": (
        f'id=$(aws run --user-data "$(cat <<EOF\n#!/bin/sh\ndocker run -d \\\n'
        f'  -e CODER_A=a {IMAGE}\nEOF\n)" | cut -c1)\n',
        [(4, "CODER_A", "a")],
        "",
    ),
    "a script for another machine": (
        f"az vm run --scripts '\nset -e\n  docker run -e CODER_A=a \\\n    {IMAGE}:v2.30.0\n' "
        "-o tsv\n",
        [(3, "CODER_A", "a")],
        "2.30.0",
    ),
    "a heading that names a file": (
        "### The `.env`\n\n```env\nCODER_A=a\n```\n"
        f"```yaml\nservices: {{c: {{image: {IMAGE}, env_file: .env}}}}\n```\n",
        [(4, "CODER_A", "a")],
        "",
    ),
    "an env file in Markdown": (
        f"```yaml\nservices: {{c: {{image: {IMAGE}, env_file: [.c.env]}}}}\n```\n"
        "```\n# .c.env\nCODER_A=a # b\n```\n",
        [(6, "CODER_A", "a")],
        "",
    ),
}


@every_row(("text", "expected", "version"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_command_is_found_however_its_script_is_put_together(text, expected, version):
    (found,) = servers(("s.sh", text))
    assert given(found) == expected
    assert (found.operator.version, found.operator.elsewhere) == (version, ())


UNIT = "cat > /etc/systemd/system/coder.service <<EOF\n[Service]\nExecStart=coder server\n"
FILLED_IN = {
    "Terraform": "%{ if x }\n" + UNIT + "Environment=CODER_A=${a}\nEOF\n%{ endif }\n",
    "sed": UNIT + "Environment=CODER_A=__A__\nEOF\nsed -i 's/__A__/b/' \"$FILE\"\n",
    "another user's shell": "su x -l -c '\n" + UNIT + "Environment=CODER_A=$(hostname)\nEOF\n'\n",
}


@pytest.mark.parametrize("text", FILLED_IN.values(), ids=FILLED_IN)
def test_what_others_fill_in_a_script_stays_open(text):
    (found,) = servers(("s.sh", text))
    assert [(one.name, one.state, one.value) for one in found.operator.given] == [
        ("CODER_A", GivenState.UNRESOLVED, None)
    ]


def test_a_block_of_markdown_may_be_indented_and_a_file_of_any_language():
    unit = "[Service]\nExecStart=coder server\nEnvironment=CODER_A=a\n"
    (found,) = servers(("unit.md", f"```bash\n{unit}```\n"))
    assert given(found) == [(4, "CODER_A", "a")]
    (found,) = servers(
        ("list.md", "1. x\n   ```sh\n   cat > c.env <<E\n   CODER_A=a\n   E\n   ```\n")
    )
    assert given(found) == [(4, "CODER_A", "a")]


def test_a_dotenv_that_a_script_writes_fills_in_the_compose_file_beside_it():
    compose = f"services: {{c: {{image: {IMAGE}, environment: ['CODER_A=${{WHERE}}/x']}}}}\n"
    text = f"cat > /o/.env <<E\nWHERE=a\nE\ncat > /o/compose.yml <<'E'\n{compose}E\n"
    (found,) = servers(("s.sh", text))
    assert given(found) == [(5, "CODER_A", "a/x")]
