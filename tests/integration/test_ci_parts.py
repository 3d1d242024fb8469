"""The shipped parts for CI, run as they stand against a stand-in of the hosting service."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from textwrap import indent

import pytest
import yaml

from confaudit import topics
from confaudit.cli.main import run as run_confaudit
from tests.integration.ci_runner import ROOT, Job
from tests.integration.forge_stand_in import REPOSITORY, StandIn
from tests.unit.test_render_on_a_forge import rendered

GOOD = """\
coder:
  image: {repo: ghcr.io/coder/coder, tag: v2.35.1}
  env:
    - {name: CODER_ACCESS_URL, value: "https://coder.example.com"}
"""
BAD = f"{GOOD}    - {{name: CODER_MAX_TOKEN_LIFETIME, value: soon}}\n"
EXCUSES = {
    "confaudit-exceptions.yaml": "ignore:\n"
    "  - {rule: value-invalid, reason: '@mallory $(touch pwned) ##[add-mask]x', owner: ann}\n",
}
MARK = "<!-- confaudit:review -->"


def git(*arguments, at):
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    subprocess.run(["git", *who, *arguments], cwd=at, check=True, capture_output=True)


def commit(at, files):
    for name, text in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text)
    git("add", "-A", at=at)
    git("commit", "-q", "-m", "a change", at=at)


@pytest.fixture
def checkout(tmp_path, quiet_home):
    """A clone, as CI makes one, on a branch that is yet to bring something."""
    upstream, work = tmp_path / "upstream", tmp_path / "work"
    git("init", "-q", "-b", "main", str(upstream), at=tmp_path)
    commit(upstream, {"prod/values.yaml": GOOD})
    git("clone", "-q", str(upstream), str(work), at=tmp_path)
    git("switch", "-q", "-c", "change", at=work)
    return work


@pytest.fixture
def job(checkout, tmp_path, loaded):
    place = tmp_path / "runner"
    place.mkdir()

    def make(variables):
        (place / "event.json").write_text(json.dumps({"pull_request": {"number": 7}}))
        return Job(checkout, place, loaded, variables)

    return make


def github(server, **more):
    return {**server.github, "GITHUB_BASE_REF": "main", **more}


def event(fork=""):
    """The expressions of the context `github` that the action may use."""
    return {
        "token": "planted-secret-fork" if fork else "planted-secret-writer",
        "event.pull_request.number": "7",
        "event.pull_request.head.repo.full_name": fork or REPOSITORY,
    }


def test_the_action_comments_fails_and_hands_on(job, checkout):
    commit(checkout, {"prod/values.yaml": BAD})
    with StandIn() as server:
        run = job(github(server)).action({"fail-on": "error"}, event())
        (comment,) = server.comments
        assert run.code == 1
        assert comment.body.startswith(f"{MARK}\n")
        assert "CODER_MAX_TOKEN_LIFETIME" in comment.body
        assert run.outputs["exit_code"] == "1"
        assert run.outputs["error_count"] == "1"
        assert "review.html" in {file.name for file in Path(run.outputs["folder"]).iterdir()}
        forms = ("markdown", "json", "sarif", "junit")
        written = {name: Path(run.outputs[name]) for name in forms}
        (finding,) = json.loads(written["json"].read_text())["findings"][:1]
        assert finding["fingerprint"] in run.outputs["fingerprints"].split()
        assert json.loads(written["sarif"].read_text())["version"] == "2.1.0"
        assert written["junit"].read_text().startswith("<?xml")
        assert (job({}).place / "summary.md").read_text() == written["markdown"].read_text()
        assert run.commands[:1] == ["error"]
        assert set(run.commands) <= {"error", "warning", "notice"}

        commit(checkout, {"prod/values.yaml": f"# only a comment\n{GOOD}"})
        run = job(github(server)).action({"fail-on": "any"}, event())
        assert run.code == 0, run.log
        assert server.comments == [comment]
        assert "CODER_MAX_TOKEN_LIFETIME" not in comment.body


def test_a_fork_cannot_excuse_itself_and_the_summary_tells_once(job, checkout):
    commit(checkout, {"prod/values.yaml": BAD, "confaudit.yaml": "", **EXCUSES})
    with StandIn() as server:
        assert job(github(server)).action({"fail-on": "error"}, event()).code == 0
        server.comments.clear()
        (job({}).place / "summary.md").unlink()
        run = job(github(server)).action({"fail-on": "error"}, event(fork="mallory/infra"))
        assert server.comments == []
    assert run.code == 1
    assert "no comment was made" in run.log
    assert "confaudit review policy-from=base\n" in run.notes
    summary = (job({}).place / "summary.md").read_text()
    assert summary.count("## Review") == 1


def test_what_cannot_be_reviewed_ends_the_action_and_says_nothing(job, checkout):
    with StandIn() as server:
        run = job(github(server)).action({"range": "--output=stolen"}, event())
        assert server.asked == []
    assert run.code == 2
    assert run.commands == []
    assert not (checkout / "stolen").exists()


def gitlab(server, project="99", **more):
    return {
        **server.gitlab,
        "CI_PROJECT_ID": project,
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": project,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        **more,
    }


def test_the_template_keeps_a_note_and_reports_to_gitlab(job, checkout, tmp_path):
    stolen = tmp_path / "stolen"
    stolen.mkdir()
    (checkout / "confaudit-review").symlink_to(stolen)
    commit(checkout, {"prod/values.yaml": BAD})
    inputs = {"source": "git+https://gitlab.example.com/tools/confaudit@v1", "fail-on": "error"}
    with StandIn() as server:
        told = {"CI_MERGE_REQUEST_PROJECT_ID": REPOSITORY}
        run = job(gitlab(server, REPOSITORY, **told)).template(inputs)
        (note,) = server.comments
    assert run.code == 1, run.log
    assert "CODER_MAX_TOKEN_LIFETIME" in note.body
    assert run.notes.splitlines()[1].endswith(
        f"-I -m pip install -q --no-cache-dir {inputs['source']}"
    )
    assert run.notes.splitlines()[2] == "confaudit review policy-from="
    quality = json.loads((checkout / "confaudit-review/quality.json").read_text())
    assert {one["location"]["path"] for one in quality} == {"prod/values.yaml"}
    assert (checkout / "confaudit-review/junit.xml").read_text().startswith("<?xml")
    assert list(stolen.iterdir()) == []


def test_a_fork_at_gitlab_has_no_token_and_the_policy_of_the_base(job, checkout):
    commit(checkout, {"README.md": "nothing of Coder"})
    with StandIn() as server:
        run = job(gitlab(server, GITLAB_TOKEN="")).template({"source": "confaudit"})
        assert server.asked == []
    assert run.code == 0, run.log
    assert "there is no token to comment with" in run.log
    assert "confaudit review policy-from=base\n" in run.notes


HOSTILE = (
    "$(touch pwned)",
    "`touch pwned`;touch pwned",
    "::add-mask::x",
    "##[add-mask]x",
    "a\n::set-output name=verdict::safe\n",
    "@mallory </details><img src=x onerror=alert(1)>",
    "--output=pwned",
)


def test_no_name_reaches_a_shell_the_runner_or_a_person(job, checkout):
    git("switch", "-q", "-c", "x;touch${IFS}pwned;$(touch${IFS}pwned)@mallory", at=checkout)
    modules = ("venv", "pip", "confaudit", "sitecustomize")
    commit(checkout, {f"{name}.py": "open('pwned', 'w')" for name in modules})
    commit(checkout, {f"{name}/values.yaml": BAD for name in HOSTILE} | EXCUSES)
    values = f"{GOOD}    - {{name: CODER_SUPPORT_LINKS, value: {json.dumps(' '.join(HOSTILE))}}}\n"
    commit(checkout, {"prod/values.yaml": values})
    with StandIn() as server:
        run = job(github(server)).action({"fail-on": "error"}, event())
        (comment,) = server.comments
    assert run.code == 0, run.log
    assert run.outputs["excused_count"] == str(len(HOSTILE))
    assert set(run.commands) <= {"error", "warning", "notice"}
    assert run.outputs["verdict"] != "safe"
    assert all(" -I -m " in line for line in run.notes.splitlines() if "python3 " in line)
    assert list(checkout.parent.rglob("pwned")) == []
    page = rendered(comment.body)
    assert not {"img", "a"} & page.elements.keys()
    assert "@mallory" not in " ".join(page.prose)


def test_the_topics_tell_all_that_the_action_takes_and_gives():
    action = yaml.safe_load((ROOT / ".github/actions/review/action.yml").read_text())
    names = {*action["inputs"], *action["outputs"]}
    told = topics.text("ci") + topics.text("formats")
    assert {name for name in names if f"`{name}`" not in told} == set()


@pytest.fixture(scope="module")
def hooks():
    shipped = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return {one["id"]: one for one in shipped}


def hooked(hook, *files):
    """Run a hook as pre-commit does."""
    program, *entry = shlex.split(hook["entry"])
    assert program == "confaudit"
    return run_confaudit([*entry, *hook.get("args", []), *files])


def test_the_hook_for_files_takes_none_for_an_option(hooks, clean_folder, capsys):
    name = "--output=pwned.env"
    (clean_folder / name).write_text("CODER_MAX_TOKEN_LIFETIME=soon\n")
    assert hooked(hooks["confaudit-lint"], name) == 1
    assert "value-invalid" in capsys.readouterr().out
    assert [file.name for file in clean_folder.iterdir()] == [name]
    matched = re.compile(hooks["confaudit-lint"]["files"])
    for file in (name, "prod/values.yaml", "values-prod.yml", ".env", "a/docker-compose.yml"):
        assert matched.search(file), file
    assert not matched.search("README.md")


def test_the_hook_for_the_policy_runs_its_tests(hooks, clean_folder, capsys):
    hook = hooks["confaudit-policy-test"]
    assert hook["pass_filenames"] is False
    rule = "- id: house-x\n  forbid: {option: verbose, equals: true}\n"
    for affects, code in (("yes", 0), ("no", 1)):
        test = f"{{env: {{CODER_VERBOSE: 'true'}}, affects: {affects}}}"
        policy = f"rules:\n{indent(rule, '  ')}    tests: [{test}]\n"
        (clean_folder / "confaudit-policy.yaml").write_text(policy)
        assert hooked(hook) == code
    assert re.search(hook["files"], "coder/confaudit-policy.yaml")
