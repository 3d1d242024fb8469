"""`confaudit status` on real repositories: what it catches, and what it is silent about."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from confaudit.cli.main import run
from tests.integration.scripted_server import TOKEN, Reply, ScriptedServer, coder

Confaudit = Callable[..., tuple[int, str, str]]
KEY = f"users__me__keys__{TOKEN.partition('-')[0]}"
VERSION = "v2.36.0+abc1234"
EARLY, NOW = "2026-08-10T12:00:00+00:00", "2026-08-11T10:00:00+00:00"


def git(*arguments: str | Path) -> str:
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def server() -> ScriptedServer:
    return ScriptedServer(coder(**{KEY: Reply({"expires_at": "2026-10-01T00:00:00Z"})}))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ScriptedServer, Path]]:
    """A server, and a repository with its snapshot, all as it should be."""
    folder = tmp_path_factory.mktemp("made")
    with server() as running, pytest.MonkeyPatch.context() as patch:
        running.run_release(VERSION)
        patch.chdir(folder)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("CODER_SESSION_TOKEN", TOKEN)
        patch.setenv("SOURCE_DATE_EPOCH", seconds(EARLY))
        assert run(["init", "prod", "--url", running.url]) == 0
        assert run(["snapshot"]) == 0
        yield running, folder


@pytest.fixture
def repository(
    made: tuple[ScriptedServer, Path],
    clean_folder: Path,
    quiet_home: None,
    monkeypatch: pytest.MonkeyPatch,
) -> ScriptedServer:
    """The server of a copy of that repository, in which the test runs."""
    running, folder = made
    running.run_release(VERSION)
    shutil.copytree(folder, clean_folder, dirs_exist_ok=True)
    monkeypatch.setenv("CODER_SESSION_TOKEN", TOKEN)
    return running


def seconds(moment: str) -> str:
    return str(int(datetime.fromisoformat(moment).timestamp()))


def at(
    now: str, monkeypatch: pytest.MonkeyPatch, confaudit: Confaudit, *words: str
) -> tuple[int, str, str]:
    """Run a command at another time."""
    with monkeypatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", seconds(now))
        return confaudit(*words)


def told(out: str) -> tuple[dict[str, str], str]:
    """Of the only deployment the row, and everything that is to be looked at."""
    tables = json.loads(out)["tables"]
    findings = tables.get("findings", {"rows": []})["rows"]
    return tables["deployments"]["rows"][0], " ".join(one["found"] for one in findings)


@pytest.mark.usefixtures("repository")
def test_all_is_well(confaudit: Confaudit) -> None:
    code, out, _ = confaudit("status", "--now", NOW)
    assert (code, "1 deployment: all is well." in out) == (0, True), out
    assert "prod        ok     2026-08-10T12:00:00Z  22h  50d    2.36.0   mainline" in out


def test_an_unchanged_deployment_that_answers_is_not_stale(
    repository: ScriptedServer, confaudit: Confaudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = "2026-08-20T00:00:00+00:00"
    assert "To look at: prod." in confaudit("status", "--now", later)[1]
    assert at(later, monkeypatch, confaudit, "snapshot")[0] == 0
    assert git("rev-list", "--count", "HEAD", "--", "deployments") == "1\n"
    assert confaudit("status", "--now", later)[0] == 0
    assert "planted" not in Path(".git/confaudit/answers/prod.json").read_text()
    assert git("status", "--porcelain") == ""


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("now", "words", "said"),
    [
        ("2026-08-13", (), "2d old, more than 26h"),
        (NOW, ("--max-age", "90m"), "22h old, more than 90m"),
        ("2026-09-29", ("--max-age", "9w"), "expires in 2 days, on 2026-10-01 00:00 UTC"),
        ("2026-10-02", ("--max-age", "60d"), "expired on 2026-10-01 00:00 UTC"),
    ],
)
def test_what_is_stale_or_ends_is_caught(
    confaudit: Confaudit, now: str, words: tuple[str, ...], said: str
) -> None:
    code, out, _ = confaudit("status", "--now", now, "-f", "json", *words)
    assert (code, told(out)[1]) == (1, said)
    Path("s.json").write_text(out)
    assert confaudit("convert", "s.json", "--fail-on", "warning")[0] == 1


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("v2.33.0+abc1234", "the line 2.33 gets no more fixes"),
        ("v2.99.0+abc1234", "2.99.0 is newer than 2.36.0"),
    ],
)
def test_the_release_that_runs_is_held_against_those_known(
    repository: ScriptedServer,
    confaudit: Confaudit,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    said: str,
) -> None:
    repository.run_release(version)
    assert at(NOW, monkeypatch, confaudit, "snapshot")[0] == 0
    code, out, _ = confaudit("status", "--now", NOW, "-f", "json")
    assert (code, said in told(out)[1]) == (1, True), out


@pytest.mark.usefixtures("repository")
def test_a_clone_tells_that_it_knows_of_changes_alone(
    confaudit: Confaudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("clone", "-q", ".", "clone")
    monkeypatch.chdir("clone")
    row = told(confaudit("status", "--now", NOW, "-f", "json")[1])[0]
    assert (row["state"], row["age"]) == ("unknown", "22h")
    code, out, _ = confaudit("status", "--now", "2026-08-20", "-f", "json")
    assert (code, "whether it was asked since is not known here" in out) == (1, True)


@pytest.mark.usefixtures("repository")
def test_the_repository_and_its_remote(confaudit: Confaudit, tmp_path: Path) -> None:
    def found(*words: str) -> dict[str, str]:
        code, out, _ = confaudit("status", "--now", NOW, "-f", "json", *words)
        rows = json.loads(out)["tables"]["checks"]["rows"]
        assert code == any(row["state"] in ("warning", "failed") for row in rows)
        return {row["check"]: f"{row['state']}: {row['found']}" for row in rows}

    assert found()["remote"].startswith("skipped: there is no git remote 'origin'")
    git("init", "-q", "--bare", "-b", "main", tmp_path / "remote.git")
    git("remote", "add", "origin", tmp_path / "remote.git")
    assert found()["pushed"] == "warning: 1 commit of snapshots is not in origin"
    git("push", "-q", "origin", "main")
    with Path("confaudit.yaml").open("a") as file:
        file.write("timeout: 9\n")
    assert found() == {
        "confaudit.yaml": "warning: differs from what is committed",
        "remote": "ok: origin answers",
        "pushed": "ok: origin has every snapshot",
    }
    git("clone", "-q", tmp_path / "remote.git", tmp_path / "other")
    git("-C", tmp_path / "other", "commit", "-q", "--allow-empty", "-m", "x")
    git("-C", tmp_path / "other", "push", "-q")
    assert found()["remote"].startswith("unknown: origin has commits that are not here")
    (tmp_path / "remote.git").rename(tmp_path / "gone.git")
    assert "has no git repository at its address" in found()["remote"]
    assert found("--offline")["remote"] == "skipped: not asked: offline"


@pytest.mark.usefixtures("repository")
def test_prometheus_reads_the_metrics(confaudit: Confaudit, tmp_path: Path) -> None:
    file = tmp_path / "confaudit.prom"
    assert confaudit("status", "--now", NOW, "-o", file, "-o", tmp_path / "s.json")[0] == 0
    text = file.read_text()
    metrics = {one.name: one for one in text_string_to_metric_families(text)}
    assert {one.type for one in metrics.values()} == {"gauge"}
    assert all(one.documentation for one in metrics.values())
    values = {
        (sample.name.removeprefix("confaudit_"), *sample.labels.values()): sample.value
        for one in metrics.values()
        for sample in one.samples
    }
    assert values == {
        ("deployment_state", "prod"): 0,
        ("last_success_timestamp_seconds", "prod"): datetime.fromisoformat(EARLY).timestamp(),
        ("token_expiry_timestamp_seconds", "prod"): datetime(2026, 10, 1, tzinfo=UTC).timestamp(),
        ("release_info", "prod", "2.36.0", "mainline"): 1,
        ("repository_state", "confaudit.yaml"): 0,
        ("repository_state", "remote"): 0,
        ("status_timestamp_seconds",): datetime.fromisoformat(NOW).timestamp(),
    }
    assert confaudit("convert", tmp_path / "s.json", "-f", "prometheus")[1] == text


def test_names_are_escaped_as_prometheus_reads_them(confaudit: Confaudit, tmp_path: Path) -> None:
    name = 'a"b\\c\nd'
    row = {"deployment": name, "state": "failed"}
    saved = {
        "schema_version": "1.7",
        "tool": {"name": "confaudit", "version": "1"},
        "kind": "status",
        "generated_at": "2026-01-05T00:00:00Z",
        "title": "Status",
        "verdict": "",
        "notes": [],
        "tables": {"deployments": {"title": "D", "columns": [], "rows": [row]}},
    }
    (tmp_path / "s.json").write_text(json.dumps(saved))
    code, out, err = confaudit("convert", tmp_path / "s.json", "-f", "prometheus")
    assert code == 0, err
    first = next(iter(text_string_to_metric_families(out)))
    assert [(one.labels, one.value) for one in first.samples] == [({"deployment": name}, 2)]


@pytest.mark.usefixtures("repository")
def test_several_deployments(confaudit: Confaudit) -> None:
    with Path("confaudit.yaml").open("a") as file:
        file.write("  new:\n    url: https://new.example.com\n")
    Path("deployments/gone").mkdir()
    for path in Path("deployments/prod").iterdir():
        Path("deployments/gone", path.name).write_bytes(path.read_bytes())
    git("add", ".")
    git("commit", "-qm", "x")
    code, out, _ = confaudit("status", "--now", NOW, "-f", "json")
    rows = json.loads(out)["tables"]["deployments"]["rows"]
    assert code == 1
    assert {row["deployment"]: row["state"] for row in rows} == {
        "gone": "skipped",
        "new": "failed",
        "prod": "ok",
    }
    assert json.loads(out)["verdict"] == "To look at: new."
    assert confaudit("status", "prod", "--now", NOW)[0] == 0
    code, _, err = confaudit("status", "prot")
    assert (code, "did you mean prod?" in err) == (2, True)


@pytest.mark.usefixtures("clean_folder")
def test_where_there_is_nothing_to_look_at(confaudit: Confaudit) -> None:
    code, _, err = confaudit("status")
    assert (code, "confaudit init" in err) == (3, True)
    Path("confaudit.yaml").write_text("deployments: {a: {url: https://a.example.com}}\n")
    code, out, _ = confaudit("status", "-f", "json")
    assert code == 1
    assert "none was ever taken" in out
    assert "is not in a git repository" in out


@pytest.mark.parametrize("age", ["", "5", "1x", "0s", "-1h"])
def test_an_age_that_is_none(confaudit: Confaudit, age: str) -> None:
    assert confaudit("status", "--max-age", age)[0] == 2
