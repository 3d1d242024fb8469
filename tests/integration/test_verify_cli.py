"""confaudit verify on the sample deployment: formats, exit codes, what is missing is said."""

import json
import os

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from confaudit.cli.main import run as confaudit
from confaudit.cli.verify import command
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import Response, states
from confaudit.errors import ConfigError, SourceError

SECRET = "planted-secret-0815"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The deployment before and after its upgrade, 2.33.0 → 2.34.5, as saved answers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in list(os.environ):
        if name.startswith(("CODER_", "CONFAUDIT_", "GIT_")):
            monkeypatch.delenv(name)
    _, before, after = states()
    (tmp_path / "before.json").write_text(json.dumps(before.payload))
    (tmp_path / "after.json").write_text(json.dumps(after.payload))
    return tmp_path


def run(*arguments, snapshots=("before.json", "after.json")):
    given = [*snapshots, "--no-config", *arguments]
    result = CliRunner().invoke(command, given, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result


def report(*arguments):
    return json.loads(run("-f", "json", *arguments).stdout)


def edit(path, **values):
    """Change what a saved answer says; a value comes from the defaults then."""
    payload = json.loads(path.read_text())
    for option in payload["options"]:
        if option["flag"] in values:
            option |= {"value": values[option["flag"]], "value_source": "default"}
    path.write_text(json.dumps(payload))


def test_the_upgrade_of_the_sample_deployment(folder):
    result = run()
    assert result.return_value == 0
    assert "Upgrade, 2.33.0 → 2.34.5" in result.stdout
    assert "As predicted: 44 of 44 changes confirmed, 1 explained, 0 open." in result.stdout
    assert "audit-logs-retention" in result.stdout  # which the operator set meanwhile


def test_what_is_open_comes_first_and_fails(folder):
    edit(folder / "after.json", **{"provisioner-daemons": 4})
    result = run()
    assert result.return_value == 1
    assert "Not as predicted" in result.stdout
    assert result.stdout.index("provisioner-daemons") < result.stdout.index("Explained differences")
    assert run("--exit-zero").return_value == 0
    assert run("--fail-on", "error").return_value == 0
    assert run("--fail-on", "warning").return_value == 1


def test_the_json_tells_everything(folder):
    edit(folder / "after.json", **{"provisioner-daemons": 4})
    told = report()
    assert told["kind"] == "verify"
    assert [one["option"] for one in told["changes"]] == ["provisioner-daemons"]
    explained, confirmed = (told["tables"][name]["rows"] for name in ("explained", "confirmed"))
    assert explained == [
        {
            "option": "audit-logs-retention",
            "predicted": "0s",
            "found": "365d",
            "cause": "operator",
            "evidence": "it is set by yaml, and no release explains the value",
        }
    ]
    assert len(confirmed) == 44
    assert all(row["cause"] and row["evidence"] for row in confirmed)


def of_another(state):
    """The same, of a server with another id."""
    build = state.answers["buildinfo"].body
    theirs = Response(200, {**build, "deployment_id": "another"})
    return replace(state, answers={**state.answers, "buildinfo": theirs})


def test_without_arguments_whatever_the_live_deployment_tells(folder, monkeypatch, capsys):
    """As releases go by: what was verified, or why there is nothing to verify."""

    def verified(*arguments):
        code = confaudit(["verify", "--no-config", *arguments])
        out, err = capsys.readouterr()
        return code, (out or err).splitlines()[0]

    before, after = states()[1:]
    prod = ("--deployment", "prod")
    with LoopbackCoder(before) as server:
        monkeypatch.setenv("CODER_URL", server.url)
        monkeypatch.setenv("CODER_SESSION_TOKEN", server.token)
        assert confaudit(["snapshot", "prod"]) == 0
        code, said = verified(*prod)
        assert (code, said.endswith("are both of Coder 2.33.0")) == (3, True)
        server.serve(of_another(after))
        code, said = verified(*prod)
        assert (code, "are of two deployments" in said) == (2, True)
        server.serve(after)  # not recorded yet
        live = verified(*prod)
        assert live == (0, "Upgrade of prod, 2.33.0 → 2.34.5")
        assert confaudit(["snapshot", "prod"]) == 0
        assert verified(*prod) == live
        code = confaudit(["verify", "--no-config"])
        assert (code, "which is meant, as with -d prod\n" in capsys.readouterr().err) == (3, True)
        monkeypatch.setenv("CODER_SESSION_TOKEN", "wrong")
        assert verified(*prod) == (4, "confaudit: Coder does not know the session token")
    monkeypatch.delenv("CODER_URL")
    assert verified() == live


FORMATS = ("text", "md", "html", "json")


@pytest.mark.parametrize("is_open", [True, False])
def test_verdict_colour_counts_and_exit_code_agree(folder, is_open):
    if is_open:
        (folder / "coder.yaml").write_text("no:\n  such: 1\n")
    given = ["--config-file", "coder.yaml"] if is_open else []
    assert run(*given, *in_files("told")).return_value == is_open
    told, other = "As predicted", "Not as predicted"
    if is_open:
        told, other = other, told
    texts = {name: (folder / f"told.{name}").read_text() for name in FORMATS}
    for name, text in texts.items():
        assert told in text
        assert other not in text
        assert ("nothing to do" in text) is (not is_open and name != "json")
    assert f"result: 0 error, {1 if is_open else 0} warning, 0 info" in texts["text"]
    assert ("[!WARNING]" if is_open else "[!TIP]") in texts["md"]
    assert f'class="verdict {"warning" if is_open else "safe"}' in texts["html"]
    assert json.loads(texts["json"])["summary"]["by_level"]["warning"] == is_open

    converted = ["convert", "told.json", "--fail-on", "warning", *in_files("again")]
    assert confaudit(converted) == is_open
    assert all(told in (folder / f"again.{name}").read_text() for name in FORMATS)


def in_files(stem):
    """Ask for all formats, each in a file of its own."""
    return [word for name in FORMATS for word in ("-f", name, "-o", f"{stem}.{name}")]


def test_the_files_that_set_the_server_up_count(folder):
    """A retention that the files say beforehand is a confirmed change, not an explained one."""
    (folder / "coder.env").write_text(
        f"CODER_AUDIT_LOGS_RETENTION=8760h\nCODER_OIDC_CLIENT_SECRET={SECRET}\n"
        "CODER_NO_SUCH_OPTION=1\n"
    )
    told = report("--env-file", "coder.env")
    assert "explained" not in told["tables"]
    rows = told["tables"]["confirmed"]["rows"]
    assert "audit-logs-retention" in [row["option"] for row in rows]
    assert SECRET not in json.dumps(told)


def test_a_file_that_would_have_stopped_the_server_was_not_in_force(folder):
    (folder / "coder.yaml").write_text(f"no:\n  such: {SECRET}\n")
    result = run("--config-file", "coder.yaml")
    assert result.return_value == 1
    assert "was predicted to refuse no" in " ".join(result.stdout.split())
    assert SECRET not in result.stdout


def test_a_release_that_nobody_tells_is_asked_for(folder):
    payload = json.loads((folder / "after.json").read_text())
    payload["options"] = [one for one in payload["options"] if one["flag"] != "docs-url"]
    payload["config"].pop("docs_url")
    (folder / "after.json").write_text(json.dumps(payload))
    with pytest.raises(ConfigError, match="does not tell of which release") as error:
        run()
    assert "--to" in error.value.hint
    assert run("--to", "v2.34.5").return_value == 1  # an option is missing
    with pytest.raises(ConfigError, match="no version of Coder"):
        run("--to", "newest")
    assert run("--to", "2.34.5", "--strict").return_value == 1
    assert run("--to", "2.34", "--strict").return_value == 3  # may have a newer patch


def test_a_word_means_nothing_where_the_snapshot_tells_its_release(folder):
    assert run("--to", "latest", "--strict").return_value == run("--strict").return_value != 3


def test_a_config_tree_alone_cannot_be_verified(folder):
    payload = json.loads((folder / "after.json").read_text())
    (folder / "after.json").write_text(json.dumps({"config": payload["config"]}))
    with pytest.raises(SourceError, match="tells no options"):
        run("--to", "2.34.5")


def test_three_snapshots_are_too_many(folder):
    result = CliRunner().invoke(command, ["a", "b", "c"])
    assert result.exit_code == 2
    assert "at most two" in result.output
