"""The recipes of `confaudit help schedule`: the very text that people copy is what runs here.

Each does three rounds against one server: it records, nothing has changed, something has.
"""

import configparser
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import jsonschema
import pytest
import yaml
from msgspec import Struct

from confaudit import topics
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import states
from tests.integration.ci_runner import Job

SCHEMA = Path(__file__).parents[1] / "data/schemas/kubernetes-cronjob-1.34.json"
GH = """\
#!/bin/sh
echo "$@" >> "$NOTES"
case "$1 $2" in "pr list") cat "$OPEN" ;; esac
for word in "$@"; do [ -f "$word" ] && cat "$word" >> "$NOTES"; done
true
"""


def recipe(name):
    """The block whose first line says where it belongs."""
    (found,) = re.findall(rf"^```\w+\n# {re.escape(name)}\n(.*?)^```", TEXT, re.M | re.S)
    return found


TEXT = topics.text("schedule")


class Host(Struct, frozen=True):
    """The folders of a machine, and who is asked."""

    root: Path
    """Stands for /."""
    coder: LoopbackCoder
    environ: Mapping[str, str]

    @property
    def hub(self) -> Path:
        """The repository that everybody pushes to."""
        return self.root / "hub.git"

    def here(self, text: str) -> str:
        """A text with the places of this machine."""
        return re.sub(r"(?<=[\s=:\"])/(?=srv/|etc/confaudit/|snapshots\b)", f"{self.root}/", text)

    def git(self, *arguments: str, at: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=at or self.hub,
            env=dict(self.environ),
            check=True,
            capture_output=True,
        )
        return done.stdout.decode()

    def clone(self, place: str) -> Path:
        self.git("clone", "-q", str(self.hub), str(self.root / place), at=self.root)
        return self.root / place

    def run(self, command, at: Path, **environ: str) -> str:
        """What a job prints, which has little more than its own environment."""
        done = subprocess.run(
            command,
            cwd=at,
            env={**self.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout.decode()


@pytest.fixture
def host(tmp_path: Path, loaded: Path, quiet_home: None) -> Iterator[Host]:
    """A machine with confaudit in /srv/confaudit, and a repository that others may clone."""
    tools = tmp_path / "srv/confaudit/bin"
    tools.mkdir(parents=True)
    (tools / "confaudit").symlink_to(loaded)
    (tmp_path / "home").mkdir()
    with LoopbackCoder(states()[0]) as coder:
        environ = {"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(tmp_path / "home")}
        host = Host(tmp_path, coder, environ)
        host.git("init", "-q", "--bare", "-b", "main", str(host.hub), at=tmp_path)
        first = host.clone("first")
        host.run(["confaudit", "init", "prod", "--url", coder.url], first)
        host.git("push", "-q", "origin", "main", at=first)
        yield host


def agree(host: Host) -> None:
    """The step that comes before the recipes for a host."""
    (step,) = re.findall(r"^sudo -u confaudit (/.* trust .*?) +#", TEXT, re.M)
    host.run(["/bin/sh", "-c", host.here(f" {step}")], host.root)


def cron(host: Host) -> str:
    """What cron mails: it knows what stands in the table, and next to nothing else."""
    file, asked = host.root / "srv/coder-config/confaudit.yaml", "token_env: CODER_SESSION_TOKEN"
    file.write_text(file.read_text().replace(asked, "token_file: ../token"))
    (host.root / "srv/token").write_text(host.coder.token)
    agree(host)
    settings, _, line = recipe("crontab -u confaudit -e").strip().rpartition("\n")
    given = dict(one.split("=", 1) for one in host.here(settings).splitlines())
    assert given.pop("MAILTO")
    *when, command = line.split(None, 5)
    assert len([one for one in when if re.fullmatch(r"[\d*/,-]+", one)]) == 5
    assert "%" not in command, "cron ends a line there"
    return host.run(["/bin/sh", "-c", host.here(f" {command}")], host.root, **given)


def unit(name):
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read_string(recipe(f"/etc/systemd/system/confaudit.{name}"))
    return parser


def systemd(host: Host) -> str:
    agree(host)
    service = unit("service")["Service"]
    place = {key: host.here(f" {service[key]}").strip() for key in service}
    tokens = Path(place["EnvironmentFile"]).read_text()
    given = dict(one.split("=", 1) for one in tokens.splitlines())
    command = shlex.split(place["ExecStart"])
    return host.run(command, Path(place["WorkingDirectory"]), **given)


def job():
    return yaml.safe_load(recipe("cronjob.yaml"))


def kubernetes(host: Host) -> str:
    """Run the containers of a new pod, one after the other, in an empty volume."""
    shutil.rmtree(host.root / "snapshots", ignore_errors=True)
    (host.root / "snapshots").mkdir()
    pod = job()["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    said = ""
    for container in (*pod["initContainers"], *pod["containers"]):
        given = {"CODER_SESSION_TOKEN": host.coder.token, "REMOTE_TOKEN": "planted-secret"}
        given |= {one["name"]: host.here(f" {one['value']}").strip() for one in container["env"]}
        given["REPOSITORY"] = str(host.hub)
        words = [*container["command"], *container.get("args", ())]
        command = [host.here(f" {_expanded(one, given)}").strip() for one in words]
        place = host.here(f" {container.get('workingDir', '/snapshots')}").strip()
        said += host.run(command, Path(place), **given)
    return said


def _expanded(word: str, given: Mapping[str, str]) -> str:
    """With the variables that Kubernetes fills in."""
    return re.sub(r"\$\((\w+)\)", lambda found: given[found[1]], word)


@pytest.fixture
def on_host(host: Host) -> None:
    """What the recipes for a host ask for: a clone, and tokens."""
    host.clone("srv/coder-config")
    (host.root / "etc/confaudit").mkdir(parents=True)
    (host.root / "etc/confaudit/tokens").write_text(f"CODER_SESSION_TOKEN={host.coder.token}\n")


def snapshots(host: Host, branch: str) -> int:
    """How many a branch has."""
    return int(host.git("rev-list", "--count", branch, "--", "deployments"))


@pytest.mark.usefixtures("on_host")
@pytest.mark.parametrize("run", [cron, systemd, kubernetes], ids=lambda run: run.__name__)
def test_a_recipe_records_pushes_and_tells_what_changed_alone(
    host: Host, run: Callable[[Host], str]
) -> None:
    assert "first snapshot" in run(host)
    assert run(host) == ""
    host.coder.serve(states()[1])
    assert "aibridge-enabled" in run(host)
    assert snapshots(host, "main") == 2


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_systemd_knows_every_word_of_its_units(host: Host, tmp_path: Path) -> None:
    for name in ("service", "timer"):
        text = host.here(recipe(f"/etc/systemd/system/confaudit.{name}"))
        (tmp_path / f"confaudit.{name}").write_text(text)
    units = [str(tmp_path / f"confaudit.{name}") for name in ("service", "timer")]
    assert host.run(["systemd-analyze", "verify", "--man=no", *units], tmp_path) == ""


def test_the_cron_job_is_what_kubernetes_takes() -> None:
    jsonschema.validate(job(), json.loads(SCHEMA.read_text()))


def github(host: Host, number: str) -> str:
    """What `gh` is asked by the workflow, while a pull request is open or none is."""
    place = host.root / "runner"
    shutil.rmtree(place, ignore_errors=True)
    (place / "tools").mkdir(parents=True)
    (place / "tools/gh").write_text(GH)
    (place / "tools/gh").chmod(0o755)
    (place / "open").write_text(number)
    work = host.clone("runner/work")
    given = {
        "OPEN": str(place / "open"),
        "GITHUB_SHA": host.git("rev-parse", "HEAD", at=work).strip(),
    }
    known = {"github.token": "planted-secret", "secrets.CODER_SESSION_TOKEN": host.coder.token}
    job = Job(work, place, host.root / "srv/confaudit/bin/confaudit", given)
    run = job.workflow(recipe(".github/workflows/snapshot.yml"), known)
    assert run.code == 0, run.log
    return run.notes


def test_on_github_what_was_seen_is_one_pull_request_until_it_is_merged(host: Host) -> None:
    asked = github(host, "")
    assert "pr create --head snapshots" in asked
    assert "## Review" in asked
    host.coder.serve(states()[1])
    assert "pr edit snapshots" in github(host, "7\n")
    assert snapshots(host, "snapshots") == 2
    assert snapshots(host, "main") == 0

    host.git("branch", "-q", "-f", "main", "snapshots")
    asked = github(host, "")
    assert "pr create" not in asked
    assert "pr edit" not in asked
    host.coder.serve(states()[2])
    asked = github(host, "")
    assert "pr create" in asked
    assert "2.34.5" in asked


def gitlab(host: Host) -> str:
    """Run the job in a clone, and return what was asked of the server with a push."""
    shutil.rmtree(host.root / "build", ignore_errors=True)
    (host.root / "asked").write_text("")
    address = "https://snapshot:planted-secret@gitlab.example.com/ops/coder-config.git"
    given = {
        "CI_SERVER_HOST": "gitlab.example.com",
        "CI_PROJECT_PATH": "ops/coder-config",
        "SNAPSHOT_TOKEN": "planted-secret",
        "CODER_SESSION_TOKEN": host.coder.token,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{host.hub}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }
    script = "\n".join(yaml.safe_load(recipe(".gitlab-ci.yml"))["snapshot"]["script"])
    host.run(["bash", "-e", "-o", "pipefail", "-c", script], host.clone("build"), **given)
    return (host.root / "asked").read_text()


def test_on_gitlab_what_was_seen_is_one_merge_request_until_it_is_merged(host: Host) -> None:
    host.git("config", "receive.advertisePushOptions", "true")
    hook = host.hub / "hooks/post-receive"
    hook.write_text(f'#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION_ >> "{host.root}/asked"\n')
    hook.chmod(0o755)
    asked = gitlab(host)
    assert "merge_request.create" in asked
    assert "merge_request.title=Snapshots of Coder\n" in asked
    assert gitlab(host) == ""
    host.coder.serve(states()[1])
    assert "merge_request.create" in gitlab(host)
    assert snapshots(host, "snapshots") == 2
    assert snapshots(host, "main") == 0
