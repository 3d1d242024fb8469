"""What runs, piped in as it is: every command of the topic on what the other program answers."""

import io
import json
import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from confaudit import topics
from confaudit.cli.main import run
from confaudit.core.report.kinds import ReportKind
from confaudit.render import formats_of

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "data" / "straight"
SAMPLE = {
    "kubectl get deploy coder -o json": "kubectl-get-deploy.json",
    "kubectl exec deploy/coder -- env": "env.txt",
    "helm get values coder -o yaml": "helm-get-values.yaml",
    "docker inspect coder": "docker-inspect.json",
    "docker compose config": "docker-compose-config.yaml",
    "systemctl cat coder": "systemctl-cat.txt",
    "sudo cat /proc/$(pgrep -xo coder)/environ": "environ",
    "aws ecs describe-task-definition --task-definition coder": "ecs-task-definition.json",
}
"""What to pipe in → what it answers. Each sample sets the same dead name."""


def documented():
    """Every command line of its section: what is piped in, and confaudit's words."""
    section = topics.text("inputs").partition("## Straight from where it runs")[2]
    for line in re.findall(r"(?m)^(\w.* \| confaudit [^#\n]*)", section):
        program, _, ours = line.partition(" | confaudit ")
        yield pytest.param(program.strip(), ours.split(), id=program)


@pytest.fixture(autouse=True)
def folder(clean_folder):
    return clean_folder


@pytest.fixture
def piped(monkeypatch, capsys):
    def call(content, *arguments):
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        code = run(list(arguments))
        out, err = capsys.readouterr()
        assert "planted" not in out + err
        return code, out, err

    return call


@pytest.mark.parametrize(("program", "arguments"), [*documented()])
def test_what_the_topic_pipes_into_confaudit_is_read(piped, program, arguments):
    content = (SAMPLES / SAMPLE[program]).read_bytes()
    code, out, err = piped(content, *arguments, "-f", "json", "--exit-zero")
    assert code == 0, err
    found = json.loads(out)["findings"]
    (dead,) = [one for one in found if one["subject"] == "CODER_OIDC_ROLE_FIELD"]
    (place,) = dead["positions"]
    assert place["file"] == "stdin"
    assert b"CODER_OIDC_ROLE_FIELD" in content.splitlines()[place["line"] - 1]


def test_every_sample_is_documented():
    assert {one.id for one in documented()} == SAMPLE.keys()


@pytest.mark.parametrize("sample", SAMPLE.values())
def test_no_secret_of_what_is_piped_in_comes_out_in_any_format(piped, folder, sample):
    content = (SAMPLES / sample).read_bytes()
    piped(content, "lint", "-", *IN_EVERY_FORMAT, "--exit-zero")
    assert_clean(folder)


IN_EVERY_FORMAT = [
    word for form in formats_of(ReportKind.LINT) for word in ("-f", form, "-o", f"report.{form}")
]


def assert_clean(folder):
    """None of the reports holds what was planted."""
    texts = {path.name: path.read_bytes() for path in folder.glob("report.*")}
    assert texts.keys() == {f"report.{form}" for form in formats_of(ReportKind.LINT)}
    assert [name for name, text in texts.items() if b"planted" in text or not text] == []


SECRET = "planted-secret"
SECRETS = {
    "CODER_PG_CONNECTION_URL": f"postgres://coder:{SECRET}@db.example.com:5432/coder",
    "CODER_OIDC_CLIENT_SECRET": SECRET,
    "CODER_OIDC_CLIENT_SECRETS": SECRET,
    "CODER_OAUTH2_GITHUB_CLIENT_SECRET": f"{SECRET} #1",
    "CODER_EXTERNAL_AUTH_0_CLIENT_SECRET": f"$({SECRET})",
    "CODER_ACCESS_URL": f"https://admin:{SECRET}@coder.example.com",
    "CODER_EMAIL_AUTH_PASSWORD": f"${{{SECRET}}}",
    "CODER_HTTP_ADDRESS": f"http://x:{SECRET}@0.0.0.0:3000",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "GITHUB_TOKEN": f"ghp_{SECRET}",
    "DATABASE_URL": f"postgres://x:{SECRET}@db/x",
}
IMAGE = "ghcr.io/coder/coder:v2.33.2"
LINES = [f"{name}={value}" for name, value in SECRETS.items()]
FLAGS = [
    "server",
    "--postgres-url",
    SECRETS["CODER_PG_CONNECTION_URL"],
    f"--oidc-client-secret={SECRET}",
]
ENTRIES = [{"name": name, "value": value} for name, value in SECRETS.items()]
DOTENV = "\n".join(f"{name}='{value}'" for name, value in SECRETS.items())
QUOTED = shlex.join(LINES)
HOLDERS = {
    "docker inspect": json.dumps(
        [{"Path": "/opt/coder", "Args": FLAGS, "Config": {"Image": IMAGE, "Env": LINES}}], indent=1
    ),
    "docker service inspect": json.dumps(
        [
            {
                "Spec": {
                    "TaskTemplate": {"ContainerSpec": {"Image": IMAGE, "Env": LINES, "Args": FLAGS}}
                }
            }
        ]
    ),
    "ECS": json.dumps(
        {"containerDefinitions": [{"image": IMAGE, "environment": ENTRIES, "command": FLAGS}]}
    ),
    "Render": json.dumps(
        {"services": [{"image": {"url": IMAGE}, "runtime": "image", "envVars": ENTRIES}]}
    ),
    "Azure": json.dumps(
        {
            "properties": {
                "template": {"containers": [{"image": IMAGE, "env": ENTRIES, "args": FLAGS}]}
            }
        }
    ),
    "environ": "\0".join(["PATH=/bin", *LINES, ""]),
    "env": "\n".join(["PATH=/bin", "HOME=/root", *LINES, ""]),
    "docker run": "docker run "
    + shlex.join([word for line in LINES for word in ("-e", line)] + [IMAGE, *FLAGS]),
    "a heredoc": f"cat > coder.env <<'EOF'\n{DOTENV}\nEOF\n",
    "an open heredoc": f"cat > coder.env <<EOF\n{DOTENV}\nEOF\n",
    "printf": f"printf '%s\\n' {QUOTED} > coder.env\n",
    "exports": f"export {QUOTED}\ncoder {shlex.join(FLAGS)}\n",
    "user data": "#cloud-config\n"
    + json.dumps(
        {"write_files": [{"path": "coder.env", "content": DOTENV}], "runcmd": [["coder", *FLAGS]]}
    ),
    "a Dockerfile": f"FROM {IMAGE}\nENV {QUOTED}\nCMD {json.dumps(FLAGS)}\n",
}
"""Every form that one cannot pipe in by these commands, with secrets wherever they may stand."""


@pytest.mark.parametrize("holder", HOLDERS)
def test_no_secret_of_any_form_comes_out_in_any_format(piped, folder, holder):
    content = HOLDERS[holder].encode()
    upgrade = ["upgrade", "--to", "2.36.0", "--from", "2.33.2", "-i", "-"]
    for command in (["lint", "-"], upgrade):
        code, _, err = piped(content, *command, *IN_EVERY_FORMAT, "--exit-zero")
        assert code == 0, err
        assert_clean(folder)
        found = json.loads((folder / "report.json").read_bytes())["findings"]
        assert any(one["rule"] == "clear-text-secret" for one in found)


REFUSED = [
    (["lint", "-", "-"], "standard input can be one file alone"),
    (["lint", "-", "--env-file", "-"], "standard input can be one file alone"),
    (["upgrade", "-", "--to", "2.36.0", "-i", "-"], "standard input can be one file alone"),
    (["check", "-", "-i", "-"], "standard input can be one file alone"),
    (["diff", "-", "-"], "standard input can be one file alone"),
    (["verify", "-", "-i", "-"], "standard input can be one file alone"),
    (["rules", "test", "-", "-"], "standard input can be one file alone"),
    (["catalog", "import", "-", "-"], "standard input can be one file alone"),
    (["ignore", "prune", "--report", "-", "--report", "-"], "standard input can be one file alone"),
    (["lint", "-"], "standard input is empty"),
    (["lint", "--config-file", "-"], "standard input is empty"),
]


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED)
def test_what_standard_input_cannot_be_is_one_sentence(piped, arguments, sentence):
    code, out, err = piped(b"", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"confaudit: {sentence}")
    assert "hint: " in err


@pytest.mark.parametrize(
    ("command", "text", "answer"),
    [
        ("rules", "- {id: house-x, title: Ours, level: info, effect: behaviour}", "message"),
        ("policy", "forbid: [{option: --no-such-option}]", "line 1"),
        ("policy", "", "0 tests, 0 failed."),
    ],
)
def test_files_of_the_house_are_tried_from_standard_input(piped, command, text, answer):
    code, out, err = piped(text.encode(), command, "test", "-")
    assert answer in (out + err)
    assert code == 0 or err.startswith("confaudit: standard input, line 1")


class Terminal(io.BytesIO):
    def isatty(self):
        return True


def test_a_terminal_is_not_waited_for(piped):
    code, _, err = piped(Terminal(), "lint", "-")
    assert code == 2
    assert "nothing is piped" in err


def test_what_is_no_file_on_disk_is_read_once_and_has_no_fixed_copy(piped, folder):
    upgrade = ["upgrade", "--from", "2.30.0", "--to", "2.36.0", "--write-fixed", "fixed"]
    code, _, err = piped(b"CODER_ACCESS_URL=https://a.example.com\n", *upgrade, "-i", "-")
    assert (code, "stdin is no file on disk" in err) == (2, True)
    assert not (folder / "fixed").exists()
    reading, writing = os.pipe()
    os.write(writing, b"CODER_ACCESS_URL=https://a.example.com\n")
    os.close(writing)
    code, out, err = piped(b"", "lint", "--env-file", f"/dev/fd/{reading}", "--exit-zero")
    os.close(reading)
    assert code == 0, err
    assert "Check of /dev/fd/" in out
