"""The hardening pack on the command line: checks of deployments, and what changes open."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from confaudit.cli import main
from tests.unit.deployments import running

FORMATS = ("text", "md", "html", "json")


@pytest.fixture
def run(clean_folder, capsys, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")

    def call(*arguments):
        code = main.run(list(arguments))
        return code, *capsys.readouterr()

    return call


def payload(folder, name, **settings):
    """A saved answer of 2.35.1, which the address of its docs tells, with these set."""
    snapshot = running("2.35.1", access_url="https://coder.example.com", **settings)
    options = [
        option(spec, snapshot.settings[key])
        for key, spec in snapshot.declared.items()
        if key in snapshot.settings and not spec.secret and key != "docs-url"
    ]
    docs = "https://coder.com/docs/@v2.35.1"
    options.append({"flag": "docs-url", "value": docs, "default": docs, "value_source": "default"})
    text = json.dumps({"config": {"access_url": "x", "derp": {}, "oidc": {}}, "options": options})
    (folder / name).write_text(text)


def option(spec, setting):
    """An option as a server tells it."""
    named = {"flag": spec.flag, "env": spec.env, "name": spec.name}
    return {**named, "value": setting.value, "value_source": setting.source.value}


def in_every_format(run, folder, *arguments):
    outputs = [word for name in FORMATS for word in ("-f", name, "-o", f"told.{name}")]
    code, _, err = run(*arguments, *outputs)
    assert err == ""
    return code, {name: (folder / f"told.{name}").read_text() for name in FORMATS}


def test_a_change_that_opens_something_is_told_beside_it_in_every_format(run, clean_folder):
    payload(clean_folder, "shut.json")
    payload(clean_folder, "open.json", dangerous_allow_path_app_sharing=True)
    diff = ("diff", "--no-config", "--fail-on", "error")
    code, told = in_every_format(run, clean_folder, *diff, "shut.json", "open.json")
    assert code == 1
    for name, text in told.items():
        assert "1 control fails anew" in text, name
        assert "CA-APP-01" in text, name
        assert "harden-path-app-sharing" in text, name
    [finding] = json.loads(told["json"])["findings"]
    assert (finding["effect"], finding["level"]) == ("security", "error")
    assert len(json.loads(told["json"])["changes"]) == 1

    code, told = in_every_format(run, clean_folder, *diff, "open.json", "shut.json")
    assert code == 0
    for name, text in told.items():
        assert re.search(r"1 control holds again", text), name
        assert "Closed again: Path apps that can be shared." in text, name


def test_what_a_change_opens_is_shown_and_fails_as_it_is_listed(run, clean_folder):
    payload(clean_folder, "shut.json")
    payload(clean_folder, "open.json", swagger_enable=True, http_address="0.0.0.0:3000")
    diff = ("diff", "--no-config", "shut.json", "open.json", "--fail-on", "any")
    assert run(*diff, "--cause", "release")[0] == 1
    code, out, _ = run(*diff, "--only", "harden-*")
    assert (code, "harden-swagger" in out) == (1, True)
    assert "0 changes" in out
    code, out, _ = run(*diff, "--exclude", "swagger-enable", "--exclude", "http-address")
    assert (code, "fails anew" in out) == (0, False)


def test_inputs_that_tell_less_open_nothing(run, clean_folder):
    payload(clean_folder, "whole.json", swagger_enable=True, http_address="0.0.0.0:3000")
    config = json.loads((clean_folder / "whole.json").read_text())["config"]
    (clean_folder / "config.json").write_text(json.dumps({"config": config}))
    assert "anew" not in run("diff", "--no-config", "config.json", "whole.json")[1]


# --- check ----------------------------------------------------------------------------------------

OPEN = {"swagger_enable": True, "http_address": "0.0.0.0:3000", "verbose": True}
CHECK = ("check", "--no-config")


def outcomes(text):
    rows = json.loads(text)["tables"]["controls"]["rows"]
    return {row["rule"]: row["outcome"] for row in rows}


def test_a_check_says_the_same_in_every_format(run, clean_folder):
    payload(clean_folder, "staging.json", **OPEN, dangerous_allow_path_app_sharing=True)
    path = str(clean_folder / "staging.json")
    code, told = in_every_format(run, clean_folder, *CHECK, path)
    assert code == 1
    for name, text in told.items():
        assert re.search("5 controls fail, 76 hold", text), name
        assert re.search("Check of `?staging.json", text), name
    assert told["text"].endswith("result: 1 error, 2 warning, 2 info\n")
    assert told["html"].count("CA-OBS-04") >= 2  # the finding, and the table of all
    found = json.loads(told["json"])
    assert [one["level"] for one in found["findings"]].count("warning") == 2
    assert outcomes(told["json"])["harden-swagger"] == "fails"
    assert outcomes(told["json"])["harden-cors"] == "holds"
    assert run(*CHECK, path, "--fail-on", "never")[0] == 0


def test_filters_hide_and_absolve_nothing(run, clean_folder):
    payload(clean_folder, "open.json", **OPEN)
    code, out, _ = run(*CHECK, "open.json", "--only", "harden-telemetry", "--fail-on", "warning")
    assert (code, "4 controls fail" in out, "harden-swagger" in out) == (1, True, False)
    code, _, err = run(*CHECK, "open.json", "--only", "harden-swager")
    assert (code, "did you mean harden-swagger?" in err) == (2, True)


FILES = {
    "coder.env": "CODER_SWAGGER_ENABLE=true\nCODER_HTTP_ADDRESS=0.0.0.0:3000\n",
    "values.yaml": "{{- if .Values.on }}\ncoder:\n  env:\n    - name: CODER_SWAGGER_ENABLE\n"
    '      value: "true"\n{{- end }}\n',
    "module.nix": "{ services.coder = { enable = true;"
    ' environment.extra.CODER_SWAGGER_ENABLE = "true"; }; }',
    "inspect.json": json.dumps([{"Config": {"Image": "ghcr.io/coder/coder:v2.35.1", "Env": [
        "CODER_SWAGGER_ENABLE=true", "CODER_HTTP_ADDRESS=0.0.0.0:3000"]}}]),
    "deploy.json": json.dumps({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "coder"},
        "spec": {"template": {"spec": {"containers": [{
            "name": "coder", "image": "ghcr.io/coder/coder:v2.35.1", "env": [
                {"name": "CODER_SWAGGER_ENABLE", "value": "true"},
                {"name": "CODER_HTTP_ADDRESS", "value": "0.0.0.0:3000"}]}]}}}}),
}  # fmt: skip


def test_files_are_told_from_snapshots_by_who_can_read_them(run, clean_folder):
    """Nix, templates and manifests begin with a brace as well."""
    for name, text in FILES.items():
        (clean_folder / name).write_text(text)
        code, out, err = run(*CHECK, name, "-f", "json")
        assert (code, err) == (0, ""), name
        assert outcomes(out)["harden-swagger"] in ("fails", "depends"), name
        assert json.loads(out)["title"] == f"Check of {name}"


def test_what_nobody_can_read_is_refused_by_who_knows_best(run, clean_folder):
    payload(clean_folder, "whole.json")
    (clean_folder / "cut.json").write_bytes((clean_folder / "whole.json").read_bytes()[:900])
    (clean_folder / "other.json").write_text('{"message": "You are signed out"}')
    for name, told in (("cut.json", "JSON"), ("other.json", "no Coder deployment configuration"),
                       ("nowhere.json", "no URL, file, folder or git revision")):  # fmt: skip
        code, out, err = run(*CHECK, name)
        assert (code, out, told in err) == (2, "", True), err


def test_several_deployments_are_checked_one_by_one(run, clean_folder):
    payload(clean_folder, "shut.json")
    payload(clean_folder, "open.json", **OPEN)
    (clean_folder / "coder.env").write_text(FILES["coder.env"])
    code, out, _ = run(*CHECK, "shut.json", "open.json", "coder.env", "-f", "json")
    found = json.loads(out)
    names = [one["name"] for one in found["deployments"]]
    assert (code, names) == (0, ["shut.json", "open.json", "coder.env"])
    alone = json.loads(run(*CHECK, "open.json", "-f", "json")[1])
    whole = {one["fingerprint"] for one in found["findings"]}
    assert {one["fingerprint"] for one in alone["findings"]} <= whole


def test_files_beside_a_snapshot_say_where_it_stands(run, clean_folder):
    payload(clean_folder, "open.json", **OPEN)
    (clean_folder / "coder.env").write_text("# ours\nCODER_VERBOSE=true\n")
    out = run(*CHECK, "open.json", "-i", "coder.env", "-f", "json")[1]
    places = [one.get("positions", [{}])[0] for one in json.loads(out)["findings"]]
    shown = {"before": "", "name": "CODER_VERBOSE", "after": "=true"}
    assert {"file": "coder.env", "line": 2, "column": 1, "excerpt": shown} in places
    (clean_folder / "more.env").write_text("CODER_HTTP_ADDRESS=0.0.0.0:3000\n")
    out = run(*CHECK, "open.json", "more.env", "-i", "coder.env", "-f", "json")[1]
    told = json.loads(out)["tables"]["inputs"]["rows"]
    assert [one["input"] for one in told] == ["more.env", "coder.env"]
    code, _, err = run(*CHECK, "open.json", "open.json", "-i", "coder.env")
    assert (code, "2 snapshots are named" in err) == (2, True)


def test_an_answer_that_tells_no_version_is_held_against_the_newest(run, clean_folder):
    payload(clean_folder, "open.json", **OPEN)
    found = json.loads((clean_folder / "open.json").read_text())
    found["options"] = [one for one in found["options"] if one["flag"] != "docs-url"]
    (clean_folder / "open.json").write_text(json.dumps(found))
    assert "does not tell its version of Coder" in run(*CHECK, "open.json")[1]
    out = run(*CHECK, "open.json", "--version", "2.10.0", "-f", "json")[1]
    assert outcomes(out)["harden-experiments-all"] == "holds"
    assert outcomes(out)["harden-ai-proxy-plain"] == "not in this release"


def test_without_an_argument_the_last_snapshots_are_checked(run, clean_folder, monkeypatch):
    subprocess.run(["git", "init", "-q", "."], check=True)
    (clean_folder / "confaudit.yaml").write_text(
        "deployments:\n  prod: {url: https://coder.example.com}\n"
        "  staging: {url: https://staging.example.com}\n"
    )
    code, _, err = run("check")
    assert (code, "there is no snapshot yet" in err) == (3, True)
    payload(clean_folder, "open.json", **OPEN)
    assert run("snapshot", "prod", "--from", "open.json")[0] == 0
    code, out, _ = run("check", "--fail-on", "warning")
    assert (code, "Check of prod\n" in out) == (1, True)
    assert "Of staging there is no snapshot yet." in out
    places = [line.split(": ")[0] for line in run("check", "-f", "concise")[1].splitlines()]
    assert set(places) >= {place("verbose"), place("swagger-enable")}
    for name in ("staging", "lab"):  # of which confaudit.yaml names only the first
        assert run("snapshot", name, "--from", "open.json")[0] == 0
    out = json.loads(run("check", "-f", "json")[1])
    assert [one["name"] for one in out["deployments"]] == ["prod", "staging", "lab"]
    assert not any("no snapshot" in note for note in out["notes"])
    assert json.loads(run("check", "-d", "lab", "-f", "json")[1])["deployment"]["name"] == "lab"
    code, _, err = run("check", "-d", "labs")
    assert (code, "names no deployment 'labs'" in err) == (2, True)


def test_a_snapshot_that_cannot_be_read_hides_no_other(run, clean_folder):
    subprocess.run(["git", "init", "-q", "."], check=True)
    payload(clean_folder, "open.json", **OPEN)
    names = ("prod", "staging", "lab")
    urls = (f"{name}: {{url: 'https://{name}.example.com'}}" for name in names)
    (clean_folder / "confaudit.yaml").write_text(f"deployments: {{{', '.join(urls)}}}\n")
    for name in names:
        assert run("snapshot", name, "--from", "open.json")[0] == 0
    damage("staging")
    code, out, err = run("check", "--exit-zero", "-f", "json", "-o", "check.json")
    assert (code, out, err) == (2, "", "")
    told = json.loads((clean_folder / "check.json").read_text())
    assert told["verdict"].startswith("1 of 3 deployments not audited, the others: ")
    assert [(one["name"], "not_audited" in one) for one in told["deployments"]] == [
        ("prod", False), ("lab", False), ("staging", True)
    ]  # fmt: skip
    why = "HEAD:staging cannot be read: the stored snapshot file settings.json is not valid JSON"
    assert told["deployments"][2]["notes"][0].startswith(why)
    assert run("convert", "check.json", "-q", "--fail-on", "never")[0] == 2
    code, out, err = run("compare", "-f", "md")
    assert (code, err) == (2, "")
    assert "Not compared, as it cannot be read: staging. No option differs between 2 conf" in out
    assert "`HEAD:staging` cannot be read: the stored snapshot file `settings.json` is not" in out
    assert "[!CAUTION]" in out
    damage("lab")
    assert run("check", "--exit-zero", "-q")[0] == 2
    for arguments in (("compare",), ("check", "-d", "lab"), ("compare", "lab", "staging")):
        code, out, err = run(*arguments)
        assert (code, out, "is not valid JSON" in err) == (2, "", True)


def damage(name):
    """Commit settings that are no JSON."""
    file = Path("deployments", name, "settings.json")
    file.write_text(file.read_text(encoding="utf-8").replace("{", "[", 1), encoding="utf-8")
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    subprocess.run(["git", *identity, "commit", "-qam", "damage"], check=True)


def place(key):
    """Where an option stands in the snapshot of prod."""
    file = Path("deployments/prod/settings.json")
    lines = file.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.strip().startswith(f'"{key}"'))
    return f"{file}:{number}"


def test_what_is_excepted_does_not_fail_and_is_told(run, clean_folder):
    payload(clean_folder, "open.json", **OPEN)
    (clean_folder / "confaudit.yaml").write_text("{}\n")
    (clean_folder / "confaudit-exceptions.yaml").write_text(
        "ignore:\n  - {rule: harden-swagger, reason: The API is public here.}\n"
    )
    code, out, err = run("check", "open.json", "-f", "json")
    assert (code, err) == (0, "")
    assert outcomes(out)["harden-swagger"] == "fails, excepted"
    assert json.loads(out)["verdict"].startswith("3 controls fail, 77 hold")


def test_the_policy_of_the_house_is_asked_as_well(run, clean_folder):
    payload(clean_folder, "open.json", **OPEN)
    (clean_folder / "confaudit.yaml").write_text("{}\n")
    (clean_folder / "confaudit-policy.yaml").write_text(
        "rules:\n  - id: house-no-debugging\n    forbid: {option: verbose, equals: true}\n"
        "levels: {harden-swagger: 'off', harden-telemetry: error}\n"
    )
    code, out, err = run("check", "open.json", "-f", "json", "--fail-on", "error")
    assert (code, err) == (1, "")
    found = json.loads(out)
    assert found["verdict"] == "3 controls fail, 77 hold, 1 rule of the house is broken"
    levels = {one["rule"]: one["level"] for one in found["findings"]}
    assert (levels["house-no-debugging"], levels["harden-telemetry"]) == ("error", "error")
    assert outcomes(out)["harden-swagger"] == "fails, excepted"


def test_an_audit_of_what_works_does_not_read_the_pack(run, clean_folder, monkeypatch):
    def never(*catalogs):
        raise AssertionError("it costs time, and lint and upgrade do not ask it")

    monkeypatch.setattr("confaudit.rulebook.advisories.load_controls", never)
    (clean_folder / "coder.env").write_text(FILES["coder.env"])
    assert run("lint", "--no-config", "coder.env", "--only", "swagger-enable")[0] == 0
    upgrade = ("upgrade", "--no-config", "--from", "2.33.0", "--to", "2.35.1", "-i", "coder.env")
    assert run(*upgrade)[0] in (0, 1)
    assert "harden-" not in run("lint", "--no-config", "coder.env", "-f", "json")[1]
