"""The main job through the real command line code, real HTTP and a real repository."""

import copy
import json
import os
import random
import re
import subprocess
import sys
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from confaudit.cli.main import run
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import DeploymentState, Response, states


@pytest.fixture
def folder(clean_folder):
    return clean_folder


@pytest.fixture
def coder(monkeypatch):
    with LoopbackCoder(states()[0]) as server:
        monkeypatch.setenv("CODER_URL", server.url)
        monkeypatch.setenv("CODER_SESSION_TOKEN", server.token)
        yield server


def git(*arguments):
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def subjects():
    return git("log", "--format=%s").splitlines()


def write(name, payload):
    Path(name).write_text(json.dumps(payload), encoding="utf-8")


def shuffled(payload, seed):
    payload = copy.deepcopy(payload)
    random.Random(seed).shuffle(payload["options"])  # noqa: S311 - no secret
    payload["options"] = [dict(sorted(o.items(), reverse=True)) for o in payload["options"]]
    return {"options": payload["options"], "config": dict(reversed(payload["config"].items()))}


def test_the_same_state_in_another_order_is_one_commit(folder):
    payload = states()[0].payload
    write("a.json", payload)
    write("b.json", shuffled(payload, 1))
    assert run(["snapshot", "prod", "--from", "a.json"]) == 0
    assert run(["snapshot", "prod", "--from", "b.json"]) == 0
    assert len(subjects()) == 1


def test_files_are_the_same_bytes_under_every_hash_seed(folder):
    write("a.json", states()[0].payload)
    seen = set()
    for seed in ("0", "1", "4242"):
        repo = folder / f"repo{seed}"
        command = [sys.executable, "-m", "confaudit", "snapshot", "prod", "--from", "a.json"]
        env = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([*command, "--repo", str(repo)], env=env, check=True)
        files = sorted((repo / "deployments/prod").iterdir())
        seen.add(b"".join(file.read_bytes() for file in files))
    assert len(seen) == 1


def as_bundle(state, unknown):
    """What a CLI makes of the answer: decoded into its own structs and written again."""

    def option(wire):
        out = copy.deepcopy(wire)
        if out.get("annotations", {}).get("secret"):
            out["value"] = ""
        if out["flag"] in unknown:
            out["value"] = {}
        for nested in out.get("use_instead", []):
            nested["value"] = {}
        return out

    config = copy.deepcopy(state.payload["config"])
    config.pop("ai", None)  # a section that this CLI does not know
    options = [option(wire) for wire in state.payload["options"]]
    with zipfile.ZipFile("bundle.zip", "w") as bundle:
        document = {"config": config, "options": options}
        bundle.writestr("deployment/config.json", json.dumps(document, indent=2))
        bundle.writestr("deployment/buildinfo.json", json.dumps({"version": state.version}))
        bundle.writestr("deployment/experiments.json", "null")


def test_the_bundle_of_a_server_shows_no_change_of_value(folder, coder, capsys):
    state = states()[2]
    coder.serve(state)
    unknown = [w["flag"] for w in state.payload["options"] if w["flag"].startswith("ai-gateway")]
    as_bundle(state, {*unknown, "oidc-group-mapping"})
    assert run(["diff", "live", "bundle.zip", "--exit-code", "-f", "json"]) == 0
    assert run(["diff", "bundle.zip", "live", "--exit-code", "-f", "json"]) == 0
    report = json.loads(capsys.readouterr().out.split("\n}\n")[0] + "\n}")
    assert any("support bundle" in note for note in report["notes"])


def test_a_bundle_still_shows_what_did_change(folder, coder):
    as_bundle(states()[0], set())
    coder.serve(states()[1])
    assert run(["diff", "bundle.zip", "live", "--exit-code"]) == 1


def test_the_story_is_told_by_the_commits(folder, coder):
    for state in states():
        coder.serve(state)
        assert run(["snapshot", "prod"]) == 0
    told = list(reversed(subjects()))
    assert told[0] == "prod: first snapshot, Coder 2.33.0"
    assert told[1] == "prod: aibridge-enabled and 7 more changed by the operator"
    assert told[2].startswith("prod: upgraded 2.33.0 → 2.34.5, audit-logs-retention and 1 more")
    trailers = git("log", "-1", "--format=%(trailers:only,unfold)")
    assert "Confaudit-Deployment: prod" in trailers
    assert "Confaudit-Coder-Version: 2.34.5" in trailers
    assert "Confaudit-Deployment-Id: " in trailers


def test_an_endpoint_that_fails_for_once_does_not_flap(folder, coder):
    state = states()[0]
    assert run(["snapshot", "prod"]) == 0
    answers = {**state.answers, "regions": Response(500, {"message": "x"})}
    coder.serve(DeploymentState(state.title, state.taken_at, state.version, state.payload, answers))
    assert run(["snapshot", "prod", "--retries", "0"]) == 0
    assert len(subjects()) == 1


def test_an_endpoint_that_is_refused_is_recorded_with_the_reason(folder, coder):
    assert run(["snapshot", "prod"]) == 0
    server = json.loads((folder / "deployments/prod/server.json").read_text())
    assert server["unavailable"]
    assert all(isinstance(why, str) and why for why in server["unavailable"].values())
    assert server["unavailable"].keys().isdisjoint(server["siblings"])


def test_going_back_in_time_must_be_ordered(folder, capsys):
    write("a.json", states()[0].payload)
    write("b.json", states()[1].payload)
    assert run(["snapshot", "prod", "--from", "b.json", "--at", "2026-06-09"]) == 0
    page = files("confaudit.samples") / "docs/2026-01-05.txt"
    assert run(["snapshot", "prod", "--from", str(page)]) == 2
    assert "--at" in capsys.readouterr().err
    assert run(["snapshot", "prod", "--from", "a.json", "--at", "2026-05-18T07:30:00Z"]) == 0
    assert git("log", "-1", "--format=%aI").startswith("2026-05-18T07:30:00")


def test_a_damaged_snapshot_does_not_keep_others_from_coming(folder, capsys):
    write("a.json", states()[0].payload)
    again = ["snapshot", "prod", "--from", "a.json", "--at"]
    assert run([*again, "2026-05-18"]) == 0
    file = folder / "deployments/prod/settings.json"
    whole = file.read_bytes()
    commit = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "-qam", "hand")
    for day, damaged in enumerate((b"<<<<<<<", b"\xff", b"{}"), 19):
        file.write_bytes(damaged)
        git(*commit)
        assert run([*again, f"2026-05-{day}"]) == 0
        assert (subjects()[0], file.read_bytes()) == ("prod: replaces a damaged snapshot", whole)
    file.write_bytes(whole.replace(b'"format": 1', b'"format": 99'))
    git(*commit)
    assert run([*again, "2026-05-30"]) == 2
    assert "HEAD:prod cannot be read: settings.json was written" in capsys.readouterr().err


def test_a_report_is_printed_of_what_changed_and_of_nothing_else(folder, coder, capsys):
    assert run(["snapshot", "prod", "--report"]) == 0
    assert "First snapshot" in capsys.readouterr().out
    assert run(["snapshot", "prod", "--report"]) == 0
    assert capsys.readouterr() == ("", "")
    coder.serve(states()[1])
    assert run(["snapshot", "prod", "--report"]) == 0
    reported = capsys.readouterr().out
    assert run(["show", "HEAD", "--no-pager"]) == 0
    assert reported.rstrip("\n") == capsys.readouterr().out.rstrip("\n")
    assert "by the operator" in reported
    assert "planted-secret" not in reported
    coder.serve(states()[2])
    assert run(["snapshot", "prod"]) == 0
    assert capsys.readouterr() == ("", "")


def test_shares_have_every_deployment_once(folder, coder, monkeypatch):
    monkeypatch.delenv("CODER_URL")
    names = [f"d{n}" for n in range(6)]
    monkeypatch.delenv("CODER_SESSION_TOKEN")
    for name in names:
        monkeypatch.setenv(f"{name.upper()}_TOKEN", coder.token)
    Path("confaudit.yaml").write_text(
        "deployments:\n"
        + "".join(f"  {n}: {{url: '{coder.url}', token_env: {n.upper()}_TOKEN}}\n" for n in names)
    )
    for share in ("1/3", "2/3", "3/3"):
        assert run(["snapshot", "--shard", share, "--allow-http"]) == 0
    assert sorted(one.partition(":")[0] for one in subjects()) == names
    assert run(["snapshot", "d0", "--shard", "1/99999", "--allow-http"]) == 0  # has no share


@pytest.mark.parametrize("share", ["0/3", "4/3", "1", "1/0", "a/b", "-1/3", "1/3/4"])
def test_a_share_that_is_none_is_refused(folder, capsys, share):
    assert run(["snapshot", "--shard", share]) == 2
    assert "is no share such as 1/3" in capsys.readouterr().err


def test_push_and_what_it_says_without_a_remote(folder, coder, capsys):
    assert run(["snapshot", "prod", "--push"]) == 2
    assert "remote" in capsys.readouterr().err
    git("init", "-q", "--bare", "remote.git")
    git("remote", "add", "origin", str(folder / "remote.git"))
    coder.serve(states()[1])
    assert run(["snapshot", "prod", "--push"]) == 0
    assert git("--git-dir", "remote.git", "rev-parse", "main") == git("rev-parse", "HEAD")


def test_an_unchanged_run_still_pushes_what_is_left_over(folder, coder):
    assert run(["snapshot", "prod"]) == 0
    git("init", "-q", "--bare", "remote.git")
    git("remote", "add", "origin", str(folder / "remote.git"))
    assert run(["snapshot", "prod", "--push"]) == 0
    assert git("--git-dir", "remote.git", "rev-parse", "main") == git("rev-parse", "HEAD")


def test_without_inputs_the_last_commit_is_compared_with_live(folder, coder, capsys):
    (folder / "confaudit.yaml").write_text(f"deployments: {{prod: {{url: '{coder.url}'}}}}\n")
    assert run(["diff"]) == 2
    assert "not in a git repository" in capsys.readouterr().err
    assert run(["init"]) == 0
    assert run(["diff"]) == 3
    assert "confaudit snapshot prod" in capsys.readouterr().err
    assert run(["snapshot"]) == 0
    assert run(["diff", "--exit-code"]) == 0
    coder.serve(states()[1])
    assert run(["diff", "--exit-code"]) == 1
    assert run(["diff", "HEAD", "--exit-code"]) == 1
    assert run(["diff", "HEAD", "HEAD", "--exit-code"]) == 0
    assert run(["diff", "HEAD", "deployments/prod", "--exit-code"]) == 0


def test_an_expiring_token_is_announced(folder, coder, capsys):
    assert run(["snapshot", "prod"]) == 0
    assert "expires" not in capsys.readouterr().err
    state = states()[0]
    key = f"users/me/keys/{coder.token.partition('-')[0]}"
    soon = {**state.answers, key: Response(200, {"expires_at": "2026-01-01T00:00:00Z"})}
    coder.serve(DeploymentState(state.title, state.taken_at, state.version, state.payload, soon))
    assert run(["snapshot", "prod"]) == 0
    assert "the session token expires on 2026-01-01 00:00 UTC" in capsys.readouterr().err


# --- where the token and the settings come from ------------------------------------------------


def configure(folder, text):
    (folder / "confaudit.yaml").write_text(text)


@pytest.mark.parametrize(
    "way",
    [
        "token_env: MY_TOKEN",
        "token_file: token.txt",
        "token_command: \"printf '%s\\\\n' {token}\"",
    ],
)
def test_every_way_to_a_token(folder, coder, monkeypatch, way):
    monkeypatch.delenv("CODER_SESSION_TOKEN")
    monkeypatch.delenv("CODER_URL")
    monkeypatch.setenv("MY_TOKEN", coder.token)
    (folder / "token.txt").write_text(coder.token + "\n")
    entry = f"    url: {coder.url}\n    {way.replace('{token}', coder.token)}\n"
    configure(folder, f"deployments:\n  prod:\n{entry}")
    assert run(["snapshot"]) == 0


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("token_env: NOT_SET", "NOT_SET is not set"),
        ("token_file: none.txt", "cannot read the token file"),
        ("token_command: 'false'", "failed with exit code 1"),
        ("token_command: no-such-command-here", "could not run"),
        ("token_command: 'printf \"\"'", "is empty"),
        ("token: planted-secret", "unknown key token"),
        ("token_env: A\n    token_file: b", "more than one source"),
    ],
)
def test_a_token_that_cannot_be_had(folder, monkeypatch, capsys, way, said):
    configure(folder, f"deployments:\n  prod:\n    url: http://127.0.0.1:9\n    {way}\n")
    assert run(["snapshot"]) in (2, 4)
    err = capsys.readouterr().err
    assert said in err
    assert "planted-secret" not in err


def test_one_deployments_token_is_never_sent_to_several(folder, coder, capsys, monkeypatch):
    monkeypatch.delenv("CODER_URL")
    two = f"{{url: '{coder.url}'}}"
    configure(folder, f"deployments: {{a: {two}, b: {two}}}\n")
    assert run(["snapshot"]) == 2
    assert "token_env" in capsys.readouterr().err
    assert run(["snapshot", "a"]) == 0


def test_flags_beat_environment_beats_file(folder, coder, monkeypatch, capsys):
    configure(folder, "timeout: 11\nretries: 2\n")
    monkeypatch.setenv("CONFAUDIT_RETRIES", "3")
    assert run(["config", "show", "--timeout", "13"]) == 0
    shown = capsys.readouterr().out
    assert "timeout: 13.0  # command line" in shown
    assert "retries: 3  # environment, CONFAUDIT_RETRIES" in shown
    assert "lock_timeout: 60.0  # default" in shown
    assert run(["config", "show"]) == 0
    assert re.search(r"timeout: 11.0  # .*confaudit.yaml, line 1", capsys.readouterr().out)


def test_what_is_shown_is_yaml_that_says_the_same_as_the_json(folder, monkeypatch, capsys):
    deployments = {
        "on": {"url": "https://a.example.com:8443/x", "token_env": "NOPE"},
        "prod": {"url": "https://b.example.com", "files": ["a/*.yaml", "x: y", "-"]},
    }
    configure(folder, yaml.safe_dump({"deployments": deployments, "remote": "a: #b"}))
    monkeypatch.setenv("CONFAUDIT_PUSH", "true")
    monkeypatch.setenv("CONFAUDIT_LOCK_TIMEOUT", "3")
    assert run(["config", "show"]) == 0
    text = capsys.readouterr().out
    shown = yaml.safe_load(text)
    assert "token_env: NOPE  # not set" in text
    assert shown["deployments"] == deployments
    assert (shown["remote"], shown["push"], shown["lock_timeout"]) == ("a: #b", True, 3)
    assert run(["config", "show", "-f", "json"]) == 0
    settings = json.loads(capsys.readouterr().out)["settings"]
    assert {name: one["value"] for name, one in settings.items()} == shown


@pytest.mark.parametrize(
    ("text", "key", "needed"),
    [
        ("timeout: abc", "timeout", "seconds, more than 0"),
        ("timeout: .inf", "timeout", "seconds, more than 0"),
        ("retries: 99", "retries", "a number from 0 to 20"),
        ("push: maybe", "push", "true or false"),
        ("lock_timeout: -3", "lock_timeout", "seconds, a day at most"),
        ("remote: --upload-pack=x", "remote", "the name of a git remote"),
        ("fingerprint_key_env: a b", "fingerprint_key_env", "the name of an environment variable"),
        ("catalog_url: []", "catalog_url", "text"),
        ("deployments: [a]", "deployments", "names, each with its url"),
        ("deployments: {a: {url: a.example.com}}", "deployments.a.url", "a URL such as https://"),
        (
            "deployments: {a: {url: https://x, token_env: p/l}}",
            "deployments.a.token_env",
            "the name",
        ),
        ("deployments: {a: {url: https://x, files: b}}", "deployments.a.files", "a list of globs"),
    ],
)
def test_an_unusable_value_is_told_by_line_and_key(folder, capsys, text, key, needed):
    configure(folder, f"# ours\n{text}\n")
    assert run(["config", "show"]) == 2
    error = capsys.readouterr().err
    assert f"confaudit.yaml, line 2, {key}: " in error
    assert f"hint: needed: {needed}" in error


def test_a_token_that_is_not_set_is_told_by_where_it_is_named(folder, capsys):
    configure(folder, "deployments:\n  a:\n    url: https://a.example.com\n    token_env: NOPE\n")
    assert run(["snapshot"]) == 2
    assert "NOPE is not set, which " in (error := capsys.readouterr().err)
    assert "confaudit.yaml, line 4, deployments.a.token_env names" in error


def test_what_is_shown_holds_no_credential(folder, monkeypatch, capsys):
    called = "curl -u ann:planted https://example.com/token"
    configure(
        folder,
        "catalog_url: https://user:planted@example.com/x\n"
        f"deployments: {{a: {{url: https://a.example.com, token_command: '{called}'}}}}\n",
    )
    monkeypatch.setenv("CONFAUDIT_CATALOG_RELEASES", "https://example.com/x?token=planted")
    assert run(["config", "show"]) == 0
    shown = capsys.readouterr().out
    assert "planted" not in shown
    assert "example.com/x" in shown
    assert 'token_command: "curl -u REDACTED https://example.com/token"' in shown


def test_configuration_is_found_from_below_and_not_beyond_the_repository(folder, capsys):
    configure(folder, "timeout: 11\n")
    git("init", "-q", "inner")
    (folder / "sub/deep").mkdir(parents=True)
    os.chdir(folder / "sub/deep")
    run(["config", "show"])
    assert "timeout: 11.0" in capsys.readouterr().out
    os.chdir(folder / "inner")
    run(["config", "show"])
    assert "timeout: 30.0" in capsys.readouterr().out
    run(["config", "show", "--no-config", "--repo", str(folder)])
    assert "timeout: 30.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("deployments: 3", "deployments"),
        ("deployments: {'../x': {url: 'https://y'}}", "cannot name a deployment"),
        ("deployments: {p: {}}", "url"),
        ("deployments: {p: {url: x, tokn_env: y}}", "did you mean token_env?"),
        ("timeout: fast", "timeout"),
        ("timeout: 0", "timeout"),
        ("- a", "expected a mapping of keys, got a list"),
        ("\t", "not valid YAML"),
    ],
)
def test_mistakes_in_the_configuration_file(folder, capsys, text, said):
    configure(folder, text)
    assert run(["snapshot"]) == 2
    assert said in capsys.readouterr().err


# --- init ---------------------------------------------------------------------------------------


def test_init_writes_what_works_and_keeps_what_is_there(folder, coder, capsys, monkeypatch):
    monkeypatch.delenv("CODER_URL")
    assert run(["init", "prod", "--url", coder.url, "--repo", "new"]) == 0
    assert run(["snapshot", "-v", "--repo", "new"]) == 0
    assert "prod: first snapshot" in capsys.readouterr().out
    (folder / "new/confaudit.yaml").write_text("timeout: 5\n")
    assert run(["init", "--repo", "new"]) == 0
    assert "kept" in capsys.readouterr().out
    assert (folder / "new/confaudit.yaml").read_text() == "timeout: 5\n"


def test_init_without_a_name_writes_a_valid_file(folder, capsys):
    assert run(["init"]) == 0
    assert run(["config", "show"]) == 0
    assert "deployments: {}" in capsys.readouterr().out
    assert git("check-attr", "eol", "deployments/prod/settings.json").strip().endswith("lf")
